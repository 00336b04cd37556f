"""The demo company is whole, sound, and balances to the case."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from planning_engine.data import sample
from planning_engine.data.calendars import add_months
from planning_engine.data.company import parse_company, read_company
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import conform

Frames = dict[str, pd.DataFrame]
AS_OF = date(2026, 10, 31)
DCS = ("DC-NORTH", "DC-SOUTH", "DC-WEST")


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


def test_every_table_of_the_schema_is_there_with_its_columns_and_types(tables):
    assert list(tables) == list(TABLES)
    for name, frame in tables.items():
        pd.testing.assert_frame_equal(frame, conform(TABLES[name], frame))
        required = [c.name for c in TABLES[name].columns if c.required]
        assert not frame[required].isna().any().any(), name
        assert not frame.duplicated(list(TABLES[name].key)).any(), name


def test_it_has_the_size_that_was_promised(tables):
    products, sites = tables["products"], tables["sites"]
    assert products["stage"].value_counts().to_dict() == {"finished": 32, "raw": 14}
    assert products["family"].nunique() == 5
    assert sites["kind"].value_counts().to_dict() == {"warehouse": 3, "plant": 2}
    assert tables["resources"]["kind"].value_counts().to_dict() == {"line": 6, "labour": 2}
    customers = tables["customers"]
    assert len(customers) == 40
    assert customers["region"].nunique() == 4
    assert customers["channel"].nunique() == 3
    assert tables["sales"]["date"].nunique() == 48
    assert tables["sales"]["date"].max() == pd.Timestamp("2026-10-01")
    assert tables["forecasts"].groupby(["cycle", "stream"]).ngroups == 30
    assert tables["plans"]["cycle"].nunique() == 6


def test_no_row_points_at_something_that_does_not_exist(tables):
    known = {
        "product": set(tables["products"]["product"]),
        "site": set(tables["sites"]["site"]),
        "customer": set(tables["customers"]["customer"]),
        "resource": set(tables["resources"]["resource"]),
        "family": set(tables["products"]["family"].dropna()),
        "region": set(tables["sites"]["region"]) | set(tables["customers"]["region"]),
    }
    known |= {"component": known["product"], "like_product": known["product"]}
    known |= {"from_site": known["site"], "to_site": known["site"]}
    for name, frame in tables.items():
        for column in known.keys() & set(frame.columns):
            assert set(frame[column].dropna()) <= known[column], (name, column)
    suppliers = set(tables["sourcing"]["supplier"])
    assert set(tables["receipts"]["supplier"].dropna()) <= suppliers


def test_nothing_is_negative_but_the_effect_of_a_price_increase(tables):
    for name, frame in tables.items():
        numbers = frame.select_dtypes("number").drop(columns="uplift", errors="ignore")
        assert not (numbers < 0).any().any(), name


def test_components_cost_less_than_the_case_they_go_into(tables):
    cost = dict(tables["products"][["product", "standard_cost"]].itertuples(index=False))
    used = _sums(
        (r.product, r.quantity * cost[r.component] / (1 - r.scrap)) for r in _rows(tables["bom"])
    )
    price = {r.product: r.price for r in _rows(tables["products"])}
    assert set(used) == _finished(tables)
    for product, materials in used.items():
        assert materials < cost[product] < price[product]


def test_people_and_roles_are_read_from_company_toml():
    company = parse_company(sample.company_toml())
    roles = {person.id: person.role for person in company.people}
    assert company.as_of == AS_OF
    assert [p for p, role in roles.items() if role == "executive"] == ["elena", "tomas", "ingrid"]
    sam = next(person for person in company.people if person.id == "sam")
    assert sam.scope.regions == {"North"}


def _month(day: pd.Timestamp) -> date:
    return day.date().replace(day=1)


def test_stock_at_the_dcs_is_stock_before_plus_receipts_less_sales(tables):
    finished = _finished(tables)
    sold = _sums(((r.product, r.site, _month(r.date)), r.quantity) for r in _rows(tables["sales"]))
    closed = tables["receipts"][tables["receipts"]["received_on"].notna()]
    came = _sums(
        ((r.product, r.site, _month(r.received_on)), r.received_quantity) for r in _rows(closed)
    )
    counts = {
        (r.product, r.site, _month(r.date)): r.quantity
        for r in _rows(tables["stock"])
        if r.product in finished
    }
    assert {site for _, site, _ in counts} == set(DCS)
    checked = 0
    for (product, site, month), quantity in counts.items():
        before = counts.get((product, site, add_months(month, -1)))
        if before is not None:
            key = (product, site, month)
            assert quantity == before + came[key] - sold[key], key
            checked += 1
    assert checked > 2_000


def _plants(tables: Frames) -> dict[str, str]:
    """Return product → the plant of its preferred line."""
    return {r.product: r.site for r in _rows(tables["routings"]) if r.preference == 1}


def test_stock_at_the_plants_is_stock_before_plus_receipts_less_use(tables):
    plant, made = _plants(tables), defaultdict(float)
    for row in _rows(tables["production"]):
        made[row.product, _month(row.date)] += row.actual_quantity
    used = defaultdict(float)
    for part in _rows(tables["bom"]):
        for (product, month), cases in made.items():
            if product == part.product:
                key = (part.component, plant[product], month)
                used[key] += cases * part.quantity / (1 - part.scrap)
    bought = tables["receipts"][tables["receipts"]["kind"] == "purchase"]
    came = _sums(
        ((r.product, r.site, _month(r.received_on)), r.received_quantity)
        for r in _rows(bought[bought["received_on"].notna()])
    )
    finished = _finished(tables)
    counts = {
        (r.product, r.site, _month(r.date)): r.quantity
        for r in _rows(tables["stock"])
        if r.product not in finished
    }
    assert {site for _, site, _ in counts} == {"P1", "P2"}
    for (part, site, month), quantity in counts.items():
        before = counts.get((part, site, add_months(month, -1)))
        if before is not None:
            key = (part, site, month)
            assert quantity == pytest.approx(before + came[key] - used[key], abs=1), key


def test_cases_delivered_on_order_lines_are_the_sales_of_the_month(tables):
    closed = tables["orders"][tables["orders"]["delivered_on"].notna()]
    delivered = _sums(
        ((r.product, r.site, r.customer, _month(r.delivered_on)), r.delivered_quantity)
        for r in _rows(closed)
    )
    recent = tables["sales"][tables["sales"]["date"] >= "2025-05-01"]
    sold = {(r.product, r.site, r.customer, _month(r.date)): r.quantity for r in _rows(recent)}
    assert delivered == sold


def test_cases_made_are_cases_received_by_the_dcs(tables):
    made = _sums(
        ((r.product, _month(r.date)), r.actual_quantity) for r in _rows(tables["production"])
    )
    rows = tables["receipts"]
    rows = rows[(rows["kind"] != "purchase") & rows["received_on"].notna()]
    came = _sums(((r.product, _month(r.received_on)), r.received_quantity) for r in _rows(rows))
    assert {key: cases for key, cases in made.items() if cases} == came


def test_an_order_line_is_asked_before_it_is_due_and_never_comes_early(tables):
    orders = tables["orders"]
    closed = orders[orders["delivered_on"].notna()]
    assert (orders["ordered_on"] < orders["requested_on"]).all()
    assert (orders["promised_on"] >= orders["requested_on"]).all()
    assert (closed["delivered_on"] >= closed["requested_on"]).all()
    assert (closed["delivered_quantity"] <= closed["quantity"]).all()
    assert orders["ordered_on"].max() <= pd.Timestamp(AS_OF)


def test_service_is_ordinary_and_worst_for_the_customer_who_complains(tables):
    orders = tables["orders"]
    due = orders[orders["requested_on"].between("2025-11-01", "2026-10-31")]
    kept = (due["delivered_on"] <= due["requested_on"]) & (
        due["delivered_quantity"] >= due["quantity"]
    )
    assert 0.85 < kept.mean() < 0.93
    assert kept.groupby(due["site"]).mean().idxmin() == "DC-WEST"
    by_customer = kept.groupby(due["customer"]).mean().sort_values()
    assert by_customer.index[0] == "C36"
    assert by_customer.iloc[0] < by_customer.iloc[1] - 0.1


def test_lines_rest_on_weekends_and_holidays_and_in_the_shutdown_week(tables):
    calendar = tables["calendars"]
    hours = {(r.resource, r.date.date()): r.hours for r in _rows(calendar)}
    assert calendar["date"].min() <= pd.Timestamp("2025-11-01")
    assert calendar["date"].max() == pd.Timestamp("2028-04-30")
    for day in (date(2027, 3, 26), date(2026, 12, 25), date(2027, 1, 1), date(2026, 10, 31)):
        assert all(hours[name, day] == 0 for name in tables["resources"]["resource"])
    shutdown = [date(2027, 8, 2) + timedelta(days=step) for step in range(7)]
    assert all(hours[line, day] == 0 for line in ("L4", "L5", "L6") for day in shutdown)
    assert hours["L1", shutdown[0]] > 0


def test_no_line_runs_longer_than_its_day(tables):
    run = _sums(((r.resource, r.date), r.hours) for r in _rows(tables["production"]))
    hours = {(r.resource, r.date): r.hours for r in _rows(tables["calendars"])}
    assert all(value <= hours[key] for key, value in run.items())


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path):
    sample.write(tmp_path / "one")
    for module in ("company", "demand", "cycles", "flows", "production", "materials", "meetings"):
        loaded = __import__(f"planning_engine.data.sample.{module}", fromlist=["x"])
        for value in vars(loaded).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
    sample.write(tmp_path / "two")
    files = sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*"))
    assert len(files) == len(TABLES) + 1 + 30
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert read_company(tmp_path / "one" / "company.toml").currency == "EUR"


def test_another_seed_makes_another_company_with_sound_notes(tables):
    other = sample.tables(8)
    assert not other["sales"].equals(tables["sales"])
    assert other["products"].equals(tables["products"])
    assert not any(re.search(r"[{}]", note.text) for note in sample.notes(8))


def test_the_snapshot_in_memory_is_named_by_its_content():
    one, two = sample.snapshot(), sample.snapshot()
    assert one.id == two.id != sample.snapshot(8).id
    assert one.company.as_of == AS_OF
    assert set(one.names("region")) == {"North", "South", "East", "West"}


def test_changing_the_tables_handed_out_changes_no_later_ones():
    sales = sample.tables()["sales"]
    sales.loc[0, "quantity"] = -1.0
    assert sample.tables()["sales"].loc[0, "quantity"] > 0
