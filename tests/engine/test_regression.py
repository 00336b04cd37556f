import pytest

from planning_engine.demand.methods import regression
from planning_engine.errors import BadRequest

SALT = [8000, 13000, 23000, 34000, 10000, 18000, 23000, 38000, 12000, 13000, 32000, 41000]


def test_tahoe_salt():
    # Chopra and Meindl, chapter 7
    fit = regression.fit(SALT, 4)
    assert (round(fit.level), round(fit.trend)) == (18439, 524)
    # the book rounds each ratio first and so gets 1.67 for the last one
    assert [round(factor, 2) for factor in fit.factors] == [0.47, 0.68, 1.17, 1.66]
    printed = regression.SeasonalTrend(18439, 524, (0.47, 0.68, 1.17, 1.67))
    assert [round(printed.forecast(p)) for p in range(13, 17)] == [11868, 17527, 30770, 44794]


def test_a_line_without_season_is_found_again():
    fit = regression.fit([10 + 2 * t for t in range(1, 13)], 3)
    assert (fit.level, fit.trend) == pytest.approx((10, 2))
    assert fit.factors == pytest.approx((1, 1, 1))


def test_too_short_a_history_is_refused():
    with pytest.raises(BadRequest, match="at least two seasons"):
        regression.fit(SALT[:8], 4)
