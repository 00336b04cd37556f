"""The facts planted in the demo company, counted again by plain loops."""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import pandas as pd
import pytest

from planning_engine.data import sample
from planning_engine.data.calendars import add_months, month_start
from planning_engine.data.sample import planted

Frames = dict[str, pd.DataFrame]
AS_OF = date(2026, 10, 31)
DCS = ("DC-NORTH", "DC-SOUTH", "DC-WEST")
WINTER = [add_months(date(2026, 11, 1), step) for step in range(6)]


@pytest.fixture(scope="module")
def tables() -> Frames:
    return sample.tables()


def _rows(frame: pd.DataFrame) -> list:
    return list(frame.itertuples(index=False))


def _sums(pairs: Iterable[tuple[object, float]]) -> dict:
    total: dict = defaultdict(float)
    for key, value in pairs:
        total[key] += value
    return total


def _finished(tables: Frames) -> set[str]:
    return {row.product for row in _rows(tables["products"]) if row.stage == "finished"}


def _month(day: pd.Timestamp) -> date:
    return day.date().replace(day=1)


def _plants(tables: Frames) -> dict[str, str]:
    """Return product → the plant of its preferred line."""
    return {r.product: r.site for r in _rows(tables["routings"]) if r.preference == 1}


def test_planted_facts_are_listed_by_name():
    assert set(sample.PLANTED) == {
        "overload", "late_supplier", "stock_out", "over_forecast", "under_forecaster", "launch",
        "end_of_life", "not_carried_out",
    }  # fmt: skip


def _october(tables: Frames, table: str) -> dict:
    """Return (product, site, month) → quantity of the latest cycle."""
    frame = tables[table]
    frame = frame[frame["cycle"] == "2026-10-01"]
    if table == "forecasts":
        frame = frame[frame["stream"] == "consensus"]
    return {(r.product, r.site, r.month.date()): r.quantity for r in _rows(frame)}


def _loads(tables: Frames, plan: dict) -> dict:
    """Return (resource, month) → required and available hours by the rough-cut formula."""
    lots = {r.product: max(r.lot_min, r.lot_multiple, 1) for r in _rows(tables["products"])}
    efficiency = {r.resource: r.efficiency for r in _rows(tables["resources"])}
    available = _sums(
        ((r.resource, _month(r.date)), r.hours * efficiency[r.resource])
        for r in _rows(tables["calendars"])
    )
    required: dict = defaultdict(float)
    for route in _rows(tables["routings"]):
        for month in WINTER if route.preference == 1 else ():
            cases = sum(plan[route.product, site, month] for site in DCS)
            setups = math.ceil(cases / lots[route.product]) * route.setup_hours
            required[route.resource, month] += cases * route.hours_per_unit + setups
    return {key: (hours, available[key]) for key, hours in required.items()}


def test_line_3_is_over_its_hours_in_february_and_march_and_nothing_else_ever(tables):
    known = planted.OVERLOAD
    loads = _loads(tables, _october(tables, "forecasts"))
    over = {key for key, (needed, has) in loads.items() if needed > has}
    assert over == {(known.resource, month) for month in known.months}
    for month in WINTER:
        needed, has = loads[known.resource, month]
        assert 100 * needed / has == pytest.approx(known.load_percent[month], abs=0.01)
        if month in known.months:
            assert needed - has == pytest.approx(known.short_hours[month], abs=0.01)
    others = [100 * n / h for (name, _), (n, h) in loads.items() if name != known.resource]
    assert 70 < min(others) < max(others) < 95


def test_without_the_promotion_line_3_has_hours_to_spare(tables):
    known = planted.OVERLOAD
    event = next(row for row in _rows(tables["events"]) if row.event == known.event)
    assert (event.product, event.starts_on.date()) == (known.product, known.months[0])
    plan = _october(tables, "forecasts")
    for (product, site, month), cases in list(plan.items()):
        if product == known.product and month in known.months:
            plan[product, site, month] = cases / (1 + event.uplift)
    loads = _loads(tables, plan)
    for month in known.months:
        needed, has = loads[known.resource, month]
        assert 100 * needed / has == pytest.approx(known.without_event_percent[month], abs=0.01)
        assert needed < has


def test_one_supplier_became_late_and_no_other(tables):
    known = planted.LATE_SUPPLIER
    late: dict = defaultdict(list)
    for row in _rows(tables["receipts"]):
        if row.kind == "purchase" and not pd.isna(row.received_on):
            recent = row.received_on.date() >= known.since
            late[row.supplier, recent].append((row.received_on - row.due_on).days)
    means = {key: sum(days) / len(days) for key, days in late.items()}
    assert means[known.supplier, False] == pytest.approx(known.days_late_before, abs=0.01)
    assert means[known.supplier, True] == pytest.approx(known.days_late_since, abs=0.01)
    assert all(days < 1 for (name, _), days in means.items() if name != known.supplier)
    source = next(r for r in _rows(tables["sourcing"]) if r.supplier == known.supplier)
    assert (source.product, source.lead_time_days) == (
        known.component,
        known.agreed_lead_time_days,
    )
    overdue = [
        row.quantity
        for row in _rows(tables["receipts"])
        if pd.isna(row.received_on) and row.due_on.date() <= AS_OF
    ]
    assert (len(overdue), sum(overdue)) == (known.overdue, known.overdue_quantity)


def test_one_product_runs_out_at_one_site_in_january_and_nothing_else(tables):
    known = planted.STOCK_OUT
    plan, demand = _october(tables, "plans"), _october(tables, "forecasts")
    latest = tables["stock"][tables["stock"]["date"] == "2026-10-31"]
    opening = {(r.product, r.site): r.quantity for r in _rows(latest)}
    short = set()
    for product in _finished(tables):
        for site in DCS:
            left = opening[product, site]
            for month in WINTER:
                left += plan[product, site, month] - demand[product, site, month]
                if (product, site) == (known.product, known.site) and month in known.closing:
                    assert left == known.closing[month]
                if left < 0:
                    short.add((product, site))
    assert short == {(known.product, known.site)}
    assert opening[known.product, known.site] == known.opening
    assert min(month for month, left in known.closing.items() if left < 0) == known.month
    assert month_start(known.day) == known.month


def test_components_cover_the_plan_through_the_winter(tables):
    plan, plant = _october(tables, "plans"), _plants(tables)
    needs: dict = defaultdict(float)
    for part in _rows(tables["bom"]):
        for month in WINTER:
            cases = sum(plan[part.product, site, month] for site in DCS)
            needs[part.component, plant[part.product], month] += (
                cases * part.quantity / (1 - part.scrap)
            )
    latest = tables["stock"][tables["stock"]["date"] == "2026-10-31"]
    left = {(r.product, r.site): r.quantity for r in _rows(latest)}
    waiting = tables["receipts"][tables["receipts"]["received_on"].isna()]
    due = _sums(
        ((r.product, r.site, max(_month(r.due_on), WINTER[0])), r.quantity) for r in _rows(waiting)
    )
    for part, site, month in sorted(needs, key=lambda key: key[2]):
        left[part, site] += due[part, site, month] - needs[part, site, month]
        assert left[part, site] > 0, (part, site, month)


def _errors(tables: Frames, lag: int = 2) -> list[tuple]:
    """Return (stream, author, family, site, month, forecast, actual) of the months sold."""
    family = {r.product: r.family for r in _rows(tables["products"])}
    sold = _sums(((r.product, r.site, r.date), r.quantity) for r in _rows(tables["sales"]))
    rows = tables["forecasts"]
    rows = rows[rows["month"] <= "2026-10-01"]
    return [
        (
            r.stream,
            "" if pd.isna(r.author) else r.author,
            family[r.product],
            r.site,
            r.month.date(),
            r.quantity,
            sold[r.product, r.site, r.month],
        )
        for r in _rows(rows)
        if add_months(r.cycle.date(), lag) == r.month.date()
    ]


def _bias(rows: list[tuple]) -> float:
    return 100 * (sum(r[5] for r in rows) / sum(r[6] for r in rows) - 1)


def _wmape(rows: list[tuple]) -> float:
    return 100 * sum(abs(r[5] - r[6]) for r in rows) / sum(r[6] for r in rows)


@pytest.mark.parametrize("lag", [0, 1, 2, 3])
def test_only_one_family_is_over_forecast_whatever_the_lag(tables, lag):
    known = planted.OVER_FORECAST
    rows = [row for row in _errors(tables, lag) if row[0] == "consensus"]
    biases = {
        name: _bias([row for row in rows if row[2] == name])
        for name in ("Water", "Soft Drinks", "Juice", "Energy", "Tea")
    }
    assert biases.pop(known.family) > 12
    assert all(abs(bias) < 5 for bias in biases.values())


def test_the_over_forecast_family_is_so_in_every_month_by_the_known_percents(tables):
    known = planted.OVER_FORECAST
    rows = [row for row in _errors(tables, known.lag) if row[0] == "consensus"]
    juice = [row for row in rows if row[2] == known.family]
    assert _bias(juice) == pytest.approx(known.bias_percent, abs=0.01)
    for month, percent in known.by_month.items():
        found = _bias([row for row in juice if row[4] == month])
        assert found == pytest.approx(percent, abs=0.01)
    others = {row[2] for row in rows} - {known.family}
    worst = max(abs(_bias([row for row in rows if row[2] == name])) for name in others)
    assert worst == pytest.approx(known.largest_other_percent, abs=0.01)


def test_one_sales_manager_forecasts_too_low_and_takes_value_away(tables):
    known = planted.UNDER_FORECASTER
    rows = _errors(tables, known.lag)
    hers = [row for row in rows if row[1] == known.person]
    assert {(row[0], row[3]) for row in hers} == {(known.stream, known.site)}
    stat = {site: _wmape([r for r in rows if (r[0], r[3]) == ("stat", site)]) for site in DCS}
    assert _bias(hers) == pytest.approx(known.bias_percent, abs=0.01)
    assert _wmape(hers) == pytest.approx(known.wmape_percent, abs=0.01)
    assert stat[known.site] == pytest.approx(known.stat_wmape_percent, abs=0.01)
    assert stat[known.site] - _wmape(hers) == pytest.approx(known.fva_points, abs=0.011)
    for person, site in (("sam", "DC-NORTH"), ("jonas", "DC-WEST")):
        theirs = [row for row in rows if row[1] == person]
        assert abs(_bias(theirs)) < 5
        assert stat[site] > _wmape(theirs)


def test_a_launch_has_three_months_of_sales_and_a_like_product(tables):
    known = planted.LAUNCH
    row = next(r for r in _rows(tables["products"]) if r.product == known.product)
    assert (row.like_product, row.launch_on.date()) == (known.like_product, known.launch_on)
    sales = tables["sales"][tables["sales"]["product"] == known.product]
    assert _sums((r.date.date(), r.quantity) for r in _rows(sales)) == known.sold


def test_a_product_that_ends_has_ten_times_the_stock_it_can_sell(tables):
    known = planted.END_OF_LIFE
    row = next(r for r in _rows(tables["products"]) if r.product == known.product)
    assert row.end_on.date() == known.end_on
    latest = tables["stock"][tables["stock"]["date"] == "2026-10-31"]
    stock = sum(r.quantity for r in _rows(latest) if r.product == known.product)
    ahead = {
        key: cases
        for key, cases in _october(tables, "forecasts").items()
        if key[0] == known.product and key[2] > AS_OF
    }
    assert (stock, sum(ahead.values())) == (known.stock, known.forecast_left)
    assert known.excess == stock - sum(ahead.values())
    assert all(cases == 0 for (_, _, month), cases in ahead.items() if month > known.end_on)
