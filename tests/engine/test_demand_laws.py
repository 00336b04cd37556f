from math import exp, factorial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.errors import BadRequest
from planning_engine.supply.policies.demand_laws import (
    Discrete,
    Lognormal,
    NegativeBinomial,
    Normal,
    Poisson,
    Uniform,
    fitted,
    left_over,
)

LAWS = [
    Normal(50, 8),
    Poisson(6),
    NegativeBinomial(4, 9),
    Lognormal(3, 0.4),
    Uniform(10, 30),
    Discrete({1: 0.25, 4: 0.5, 9: 0.25}),
]


@pytest.mark.parametrize("law", LAWS)
def test_shortage_is_what_a_sum_over_small_steps_gives(law):
    # E[(D - S)+] is the integral of P(D > x) from S on: a plain sum, midpoint by midpoint
    step = 0.01
    stock = round(law.mean)
    tail = sum(1 - law.covered(stock + (k + 0.5) * step) for k in range(20_000)) * step
    assert law.shortage(stock) == pytest.approx(tail, rel=1e-3)


@pytest.mark.parametrize("law", LAWS)
@given(share=st.floats(0.02, 0.98))
def test_a_quantile_covers_its_share_and_no_less_stock_does(law, share):
    stock = law.quantile(share)
    assert law.covered(stock) >= share - 1e-9
    assert law.covered(stock - 1) <= share + 1e-9


@pytest.mark.parametrize("law", LAWS)
@given(stock=st.integers(-5, 120))
def test_what_is_left_and_what_is_short_balance(law, stock):
    assert left_over(law, stock) - law.shortage(stock) == pytest.approx(stock - law.mean, abs=1e-6)
    assert law.shortage(stock) >= 0


def test_poisson_against_its_series():
    chances = [exp(-6) * 6**k / factorial(k) for k in range(60)]
    short = sum(p * max(0, k - 8) for k, p in enumerate(chances))
    assert Poisson(6).shortage(8) == pytest.approx(short)
    assert Poisson(6).covered(8.7) == pytest.approx(sum(chances[:9]))


def test_negative_binomial_is_poisson_with_a_gamma_mean():
    # mean 4, variance 9: gamma of shape 3.2 and scale 1.25 drawn by numpy
    rng = np.random.default_rng(7)
    demand = rng.poisson(rng.gamma(3.2, 1.25, 400_000))
    law = NegativeBinomial(4, 9)
    assert law.shortage(6) == pytest.approx(np.maximum(demand - 6, 0).mean(), rel=0.02)
    assert law.quantile(0.95) == np.quantile(demand, 0.95, method="inverted_cdf")


def test_a_slow_mover_counts_in_pieces():
    assert fitted(4, 2) == Poisson(4)
    assert fitted(4, 3) == NegativeBinomial(4, 9)
    assert fitted(8.99, 3).quantile(0.95) == Poisson(8.99).quantile(0.95)
    assert fitted(9, 3) == Normal(9, 3)


def test_second_shortage_is_the_integral_of_the_first():
    law = Normal(100, 20)
    tail = sum(law.shortage(90 + (k + 0.5) * 0.1) for k in range(3000)) * 0.1
    assert law.second_shortage(90) == pytest.approx(tail, rel=1e-4)


def test_impossible_laws_are_refused():
    with pytest.raises(BadRequest, match="between 0 and 1"):
        Normal(1, 1).quantile(1)
    with pytest.raises(BadRequest, match="add up to 1"):
        Discrete({1: 0.5})
    with pytest.raises(BadRequest, match="above its mean"):
        NegativeBinomial(4, 4)
