"""How demand may fall: probability laws with their quantiles and expected shortages.

A law is the demand of one period, or of a lead time, in pieces. `shortage(stock)` is the
expected demand beyond a stock, `E[(D - S)+]`; what is left over follows from it:
`E[(S - D)+] = S - mean + shortage`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil, erf, exp, floor, log, pi, sqrt
from typing import Protocol

import numpy as np
from scipy import special

from planning_engine.errors import BadRequest

SLOW_MOVER = 9.0
"""Mean demand of a lead time under which single pieces matter and no normal law fits."""


class DemandLaw(Protocol):
    """A probability law of demand."""

    @property
    def mean(self) -> float:
        """Expected demand, in pieces."""
        ...

    def quantile(self, share: float) -> float:
        """Return the least stock that covers demand with at least this probability."""
        ...

    def covered(self, stock: float) -> float:
        """Return the probability that demand is at most the stock."""
        ...

    def shortage(self, stock: float) -> float:
        """Return the expected demand beyond a stock."""
        ...


def left_over(law: DemandLaw, stock: float) -> float:
    """Return the expected stock left after demand."""
    return stock - law.mean + law.shortage(stock)


@dataclass(frozen=True)
class Normal:
    """Demand as a normal law; a deviation of 0 makes it certain."""

    mean: float
    sd: float

    def quantile(self, share: float) -> float:
        """Return mean + z * sd."""
        _check_share(share)
        return self.mean + self.sd * float(special.ndtri(share))

    def covered(self, stock: float) -> float:
        """Return Phi((S - mean) / sd)."""
        if self.sd == 0:
            return float(stock >= self.mean)
        return 0.5 * (1 + erf((stock - self.mean) / (self.sd * sqrt(2))))

    def shortage(self, stock: float) -> float:
        """Return sd * (phi(z) - z * (1 - Phi(z)))."""
        if self.sd == 0:
            return max(0.0, self.mean - stock)
        z = (stock - self.mean) / self.sd
        return self.sd * (_density(z) - z * float(special.ndtr(-z)))

    def second_shortage(self, stock: float) -> float:
        """Return the second-order loss, `E[((D - S)+)^2] / 2`."""
        z = (stock - self.mean) / self.sd
        return self.sd**2 / 2 * ((z * z + 1) * float(special.ndtr(-z)) - z * _density(z))

    def over(self, periods: float) -> "Normal":
        """Return the law of so many periods of independent demand."""
        return Normal(self.mean * periods, self.sd * sqrt(periods))


@dataclass(frozen=True)
class Poisson:
    """Demand in single pieces that arrive independently: the variance equals the mean."""

    mean: float

    def quantile(self, share: float) -> float:
        """Return the least whole number covered with at least this probability."""
        _check_share(share)
        return _whole_quantile(self, share, sqrt(self.mean))

    def covered(self, stock: float) -> float:
        """Return the probability of at most so many pieces."""
        return float(special.pdtr(floor(stock), self.mean)) if stock >= 0 else 0.0

    def shortage(self, stock: float) -> float:
        """Return mean * P(D >= S) - S * P(D > S), for a whole stock or between two."""
        return _between(self._whole_shortage, stock)

    def _whole_shortage(self, stock: float) -> float:
        if stock <= 0:
            return self.mean - stock
        at_least = float(special.pdtrc(stock - 1, self.mean))
        return self.mean * at_least - stock * float(special.pdtrc(stock, self.mean))

    def over(self, periods: float) -> "Poisson":
        """Return the law of so many periods of demand."""
        return Poisson(self.mean * periods)


@dataclass(frozen=True)
class NegativeBinomial:
    """Demand in single pieces that come in bursts: the variance exceeds the mean."""

    mean: float
    variance: float

    def __post_init__(self) -> None:
        if not self.variance > self.mean > 0:
            raise BadRequest("A negative binomial demand has a variance above its mean.")

    @property
    def _terms(self) -> tuple[float, float]:
        chance = self.mean / self.variance
        return self.mean * chance / (1 - chance), chance

    def quantile(self, share: float) -> float:
        """Return the least whole number covered with at least this probability."""
        _check_share(share)
        return _whole_quantile(self, share, sqrt(self.variance))

    def covered(self, stock: float) -> float:
        """Return the probability of at most so many pieces."""
        size, chance = self._terms
        return float(special.betainc(size, floor(stock) + 1, chance)) if stock >= 0 else 0.0

    def shortage(self, stock: float) -> float:
        """Return the sum of P(D > k) from the stock on: mean less that below the stock."""
        return _between(self._whole_shortage, stock)

    def _whole_shortage(self, stock: float) -> float:
        if stock <= 0:
            return self.mean - stock
        size, chance = self._terms
        below = 1 - special.betainc(size, np.arange(stock) + 1.0, chance)
        return max(0.0, self.mean - float(below.sum()))


@dataclass(frozen=True)
class Lognormal:
    """Demand whose logarithm is normal with mean `mu` and deviation `sigma`."""

    mu: float
    sigma: float

    @property
    def mean(self) -> float:
        """Expected demand: exp(mu + sigma^2 / 2)."""
        return exp(self.mu + self.sigma**2 / 2)

    def quantile(self, share: float) -> float:
        """Return exp(mu + z * sigma)."""
        _check_share(share)
        return exp(self.mu + self.sigma * float(special.ndtri(share)))

    def covered(self, stock: float) -> float:
        """Return Phi((ln S - mu) / sigma)."""
        return float(special.ndtr((log(stock) - self.mu) / self.sigma)) if stock > 0 else 0.0

    def shortage(self, stock: float) -> float:
        """Return mean * Phi(sigma - z) - S * Phi(-z)."""
        if stock <= 0:
            return self.mean - stock
        z = (log(stock) - self.mu) / self.sigma
        return self.mean * float(special.ndtr(self.sigma - z)) - stock * float(special.ndtr(-z))


@dataclass(frozen=True)
class Uniform:
    """Demand anywhere between two bounds with equal density."""

    low: float
    high: float

    @property
    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2

    def quantile(self, share: float) -> float:
        """Return low + share * (high - low)."""
        _check_share(share)
        return self.low + share * (self.high - self.low)

    def covered(self, stock: float) -> float:
        """Return the part of the range at or under the stock."""
        return min(1.0, max(0.0, (stock - self.low) / (self.high - self.low)))

    def shortage(self, stock: float) -> float:
        """Return (high - S)^2 / (2 * range) within the bounds."""
        if stock >= self.high:
            return 0.0
        if stock <= self.low:
            return self.mean - stock
        return (self.high - stock) ** 2 / (2 * (self.high - self.low))


@dataclass(frozen=True)
class Discrete:
    """Demand of a few known values, each with its probability."""

    chances: Mapping[float, float]

    def __post_init__(self) -> None:
        if abs(sum(self.chances.values()) - 1) > 1e-6:
            raise BadRequest("The probabilities of a discrete demand add up to 1.")

    @property
    def mean(self) -> float:
        """Expected demand."""
        return sum(value * chance for value, chance in self.chances.items())

    def quantile(self, share: float) -> float:
        """Return the least value covered with at least this probability."""
        total = 0.0
        for value in sorted(self.chances):
            total += self.chances[value]
            if total >= share - 1e-12:
                return value
        return max(self.chances)

    def covered(self, stock: float) -> float:
        """Return the probability of all values at most the stock."""
        return sum(chance for value, chance in self.chances.items() if value <= stock)

    def shortage(self, stock: float) -> float:
        """Return the sum of chance * (value - S) over the values above."""
        return sum(c * (value - stock) for value, c in self.chances.items() if value > stock)


def fitted(mean: float, sd: float) -> Normal | Poisson | NegativeBinomial:
    """Return the law that suits a lead-time demand: by single pieces for a slow mover.

    Under a mean of about 9 pieces a normal law puts weight below 0 and between pieces. Then
    demand counts in pieces: Poisson, or negative binomial where it varies more than Poisson.

    Example:
        >>> fitted(4, 2), fitted(4, 3), fitted(40, 8)
        (Poisson(mean=4), NegativeBinomial(mean=4, variance=9), Normal(mean=40, sd=8))
    """
    if mean >= SLOW_MOVER or mean <= 0:
        return Normal(mean, sd)
    return NegativeBinomial(mean, sd * sd) if sd * sd > 1.05 * mean else Poisson(mean)


def _check_share(share: float) -> None:
    if not 0 < share < 1:
        raise BadRequest(f"A service level lies between 0 and 1, not {share}.")


def _density(z: float) -> float:
    return exp(-z * z / 2) / sqrt(2 * pi)


def _whole_quantile(law: DemandLaw, share: float, sd: float) -> float:
    guess = max(0, ceil(law.mean + sd * float(special.ndtri(share))))
    while law.covered(guess) < share - 1e-12:
        guess += 1
    while guess > 0 and law.covered(guess - 1) >= share - 1e-12:
        guess -= 1
    return float(guess)


def _between(whole: Callable[[float], float], stock: float) -> float:
    """Return a loss that is a straight line between two whole stocks."""
    low = floor(stock)
    part = stock - low
    return whole(low) if part == 0 else (1 - part) * whole(low) + part * whole(low + 1)
