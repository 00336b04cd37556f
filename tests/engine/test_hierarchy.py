import doctest

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.data.scope import Scope
from planning_engine.demand.forecasting import reconciliation
from planning_engine.demand.forecasting.hierarchy import (
    DIMENSIONS,
    demand_hierarchy,
    forecast_tree,
    level_errors,
)
from planning_engine.demand.forecasting.reconciliation import (
    hierarchy,
    incoherence,
    reconcile,
    structural,
    top_down,
)
from planning_engine.demand.history.history import history, key
from planning_engine.demand.methods.shared_season import factors
from planning_engine.errors import BadRequest, NotPermitted

CELLS = [
    (f"F{family}", f"S{site}", f"C{channel}")
    for family in range(4)
    for site in range(3)
    for channel in range(3)
]


def seeded(seed, months=60):
    """Return cells whose families share a season and drift, whose sites drift; 15 % noise."""
    random = np.random.default_rng(seed)
    family = np.cumsum(random.normal(0, 0.02, (4, months)), axis=1)
    site = np.cumsum(random.normal(0, 0.01, (3, months)), axis=1)
    season = random.normal(0, 0.12, (4, 12))
    rows = []
    for name, place, _ in CELLS:
        at, where = int(name[1]), int(place[1])
        level = random.uniform(3, 6) + family[at] + site[where]
        noise = random.normal(0, 0.15, months)
        rows.append(np.exp(level + season[at][np.arange(months) % 12] + noise))
    return np.array(rows)


def mean_errors(tested):
    return {name: np.mean([one.error[name] for one in tested]) for name in tested[0].error}


def test_examples():
    assert doctest.testmod(reconciliation).failed == 0


def test_every_combination_of_dimensions_is_a_level():
    tree = hierarchy(DIMENSIONS, CELLS)
    assert len(tree.levels) == 8
    assert len(tree.nodes) == 1 + 4 + 3 + 3 + 12 + 12 + 9 + 36
    assert (tree.summing[-36:] == np.eye(36)).all()
    assert tree.summing[0].sum() == 36
    assert [tree.summing[tree.rows_of(level)].sum() for level in range(8)] == [36] * 8


def test_two_halves_share_what_is_missing_by_hand():
    # total 120, halves 50 each, equally sure: 20 missing, a third taken by each of the three
    summing = np.array([[1.0, 1], [1, 0], [0, 1]])
    made = reconcile(np.array([[120.0], [50], [50]]), summing, np.ones(3))
    assert made[:, 0] == pytest.approx([340 / 3, 170 / 3, 170 / 3])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_formula_is_the_textbooks(seed):
    random = np.random.default_rng(seed)
    tree = hierarchy(["family", "site"], [(f, s) for f in "AB" for s in "XYZ"])
    summing = tree.summing
    base = random.uniform(50, 100, (len(summing), 2)) * summing.sum(axis=1, keepdims=True)
    variance = random.uniform(0.5, 2, len(summing))
    weight = np.linalg.inv(np.diag(variance))
    projection = summing @ np.linalg.inv(summing.T @ weight @ summing) @ summing.T @ weight
    made = reconcile(base, summing, variance)
    assert made == pytest.approx(projection @ base)
    assert incoherence(made, summing) <= 1e-6
    # what adds up already is left alone
    assert reconcile(made, summing, variance) == pytest.approx(made)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_no_cell_falls_below_nothing(seed):
    random = np.random.default_rng(seed)
    tree = hierarchy(["family", "site"], [(f, s) for f in "AB" for s in "XYZ"])
    base = np.maximum(random.normal(5, 20, (len(tree.summing), 3)), 0)
    made = reconcile(base, tree.summing, structural(tree.summing))
    assert (made >= 0).all()
    assert incoherence(made, tree.summing) <= 1e-6


def test_top_down_splits_the_total():
    summing = np.array([[1.0, 1], [1, 0], [0, 1]])
    made = top_down(np.array([[80.0], [1], [1]]), summing, np.array([0.75, 0.25]))
    assert made[:, 0] == pytest.approx([80, 60, 20])


def test_a_noisy_cell_takes_the_season_of_its_family():
    random = np.random.default_rng(4)
    season = np.tile([1.3, 1, 1, 0.7, 1, 1] * 2, 4)
    rows = np.array([100 * season * np.exp(random.normal(0, 0.3, 48)) for _ in range(12)])
    found = factors(rows, np.zeros(12, dtype=int), 12)
    truth = season[:12] / season[:12].mean()
    alone = np.concatenate([factors(row[None], np.zeros(1, dtype=int), 12) for row in rows])
    assert np.abs(found - truth).mean() < np.abs(alone - truth).mean()


def test_without_two_years_there_is_no_season():
    assert (factors(np.ones((2, 24)), np.zeros(2, dtype=int), 12) == 1).all()


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_reconciled_is_as_good_as_the_better_of_bottom_up_and_top_down(seed):
    errors = mean_errors(level_errors(seeded(seed), hierarchy(DIMENSIONS, CELLS)))
    assert errors["used"] <= 1.01 * min(errors["bottom-up"], errors["top-down"])


def test_over_seeded_sets_it_is_better_than_either():
    runs = [
        mean_errors(level_errors(seeded(seed), hierarchy(DIMENSIONS, CELLS))) for seed in range(6)
    ]
    means = {name: np.mean([run[name] for run in runs]) for name in runs[0]}
    assert means["used"] <= min(means["bottom-up"], means["top-down"])


def test_the_demo_company_adds_up_on_every_level_and_is_forecast_no_worse(demo):
    made = demand_hierarchy(demo, 12)
    assert incoherence(made.demand, made.tree.summing) <= 1e-6
    errors = mean_errors(made.tested)
    assert errors["used"] <= min(errors["bottom-up"], errors["top-down"])
    assert len(made.tree.levels) == 8
    assert sum(made.forecast.weights.values()) == pytest.approx(1)


def test_the_promotion_lifts_the_cells_that_sell_the_product(demo):
    made = demand_hierarchy(demo, 6)
    lifted = made.demand / made.forecast.mean
    drinks = [at for at, (_, name) in enumerate(made.tree.nodes) if name == ("Soft Drinks",)]
    tea = [at for at, (_, name) in enumerate(made.tree.nodes) if name == ("Tea",)]
    # February: +60 % on Cola cans, a good third of Soft Drinks
    assert 1.15 < lifted[drinks[0], 3] < 1.30
    assert lifted[tea[0], 3] == pytest.approx(1)


def test_its_total_is_near_the_forecast_of_the_whole_series(demo):
    made = demand_hierarchy(demo, 6)
    last_year = history(demo, key({})).quantity[-12:-6].sum()
    assert made.demand[0].sum() == pytest.approx(last_year, rel=0.1)


def test_cells_that_start_late_or_never_sell_again_are_forecast_too():
    values = seeded(3)
    values[0, :50] = np.nan
    values[1, 40:] = 0
    made = forecast_tree(values, hierarchy(DIMENSIONS, CELLS), 6)
    assert np.isfinite(made.mean).all()
    assert (made.mean >= 0).all()


def test_a_short_history_is_added_up():
    made = forecast_tree(seeded(1, months=10), hierarchy(DIMENSIONS, CELLS), 3)
    assert made.weights == {"bottom-up": 1.0}
    assert level_errors(seeded(1, months=10), hierarchy(DIMENSIONS, CELLS)) == ()


def test_part_of_a_company_is_no_hierarchy(demo):
    with pytest.raises(NotPermitted, match="make a hierarchy add up"):
        demand_hierarchy(demo.narrowed(Scope(families=frozenset({"Tea"}))))


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [([("A",), ("A",)], "comes twice"), ([("A", "B")], "one name for each of family")],
)
def test_cells_that_make_no_hierarchy_are_refused(cells, sentence):
    with pytest.raises(BadRequest, match=sentence):
        hierarchy(["family"], cells)
