import doctest
from datetime import date

import numpy as np
import pytest

from planning_engine.data.calendars import add_months
from planning_engine.data.scope import Scope
from planning_engine.demand.history import history as module
from planning_engine.demand.history.history import ahead, complete_periods, first_open, history, key
from planning_engine.demand.history.slices import cut, kinds_of, unit_of
from planning_engine.demand.plan import layers
from planning_engine.errors import BadRequest, DataProblem

FIRST = date(2025, 11, 1)
PRODUCTS = [
    {"product": "A", "family": "Fruit", "unit": "kg"},
    {"product": "B", "family": "Fruit", "unit": "kg"},
    {"product": "C", "family": "Bread", "unit": "loaf"},
]


def sold(product, quantities, *, start=FIRST, customer="K", site="S"):
    return [
        {
            "date": add_months(start, at),
            "product": product,
            "site": site,
            "customer": customer,
            "quantity": quantity,
        }
        for at, quantity in enumerate(quantities)
        if quantity is not None
    ]


@pytest.fixture
def shop(company_of):
    def build(sales, as_of=date(2026, 10, 31), **tables):
        return company_of({"products": PRODUCTS, "sales": sales, **tables}, as_of)

    return build


def test_the_month_that_is_not_over_does_not_count(shop):
    sales = sold("A", [10] * 12)
    assert complete_periods(shop(sales))[-1] == date(2026, 10, 1)
    assert complete_periods(shop(sales, date(2026, 10, 30)))[-1] == date(2026, 9, 1)


def test_a_month_without_a_sale_after_the_first_one_counts_as_nothing_sold(shop):
    facts = shop([*sold("A", [None, 5, None, 7] + [1] * 8), *sold("B", [1] * 12)])
    seen = history(facts, key({"product": "A"}))
    assert seen.periods[0] == date(2025, 12, 1)
    assert list(seen.quantity[:3]) == [5, 0, 7]
    assert seen.estimated == ()


def test_a_product_that_stopped_selling_has_zeros_to_the_end(shop):
    facts = shop([*sold("A", [3, 4]), *sold("B", [1] * 12)])
    assert list(history(facts, key({"product": "A"})).quantity) == [3, 4] + [0] * 10


def test_the_history_ends_with_the_last_month_of_sale(company_of):
    products = [{"product": "A", "end_on": date(2026, 3, 31)}, {"product": "B"}]
    facts = company_of({"products": products, "sales": [*sold("A", [9] * 5), *sold("B", [1] * 12)]})
    assert history(facts, key({"product": "A"})).periods[-1] == date(2026, 3, 1)


def test_a_month_missing_from_the_whole_data_is_estimated_and_named(shop):
    facts = shop([*sold("A", [10, None, 30] + [40] * 9)])
    seen = history(facts)
    assert seen.estimated == (date(2025, 12, 1),)
    # a year later there is December's neighbour only: the line from 10 to 30
    assert seen.quantity[1] == 20


def test_a_missing_month_takes_the_figure_of_the_year_before(shop):
    quantities = [10 * month for month in range(1, 13)] * 2
    quantities[15] = None
    facts = shop(sold("A", quantities, start=date(2024, 11, 1)))
    assert history(facts).quantity[15] == quantities[3]


def test_slices_add_up_to_the_whole(demo):
    whole = history(demo).quantity
    for kind in ("family", "region", "channel", "site"):
        parts = [
            history(demo, key({kind: name}))
            for name in demo.names(kind)
            if _sells(demo, kind, name)
        ]
        months = {}
        for part in parts:
            for period, quantity in zip(part.periods, part.quantity, strict=True):
                months[period] = months.get(period, 0) + quantity
        assert [months[p] for p in history(demo).periods] == pytest.approx(list(whole))


def _sells(demo, kind, name):
    return kind != "site" or name.startswith("DC")


def test_promoted_months_are_brought_back_to_their_baseline(shop):
    events = [
        {
            "event": "E",
            "name": "Deal",
            "kind": "promotion",
            "product": "A",
            "starts_on": date(2026, 6, 1),
            "ends_on": date(2026, 6, 30),
            "uplift": 0.5,
        }
    ]
    quantities = [100] * 7 + [150] + [100] * 4
    facts = shop([*sold("A", quantities), *sold("B", [10] * 12)], events=events)
    seen = history(facts, key({"product": "A"}))
    assert list(seen.quantity) == quantities
    assert list(seen.baseline) == [100] * 12
    assert [event.id for event in seen.events] == ["E"]
    assert list(history(facts, key({"product": "B"})).baseline) == [10] * 12
    assert history(facts, key({"product": "B"})).events == ()


def test_a_regional_event_touches_its_region_alone(shop):
    customers = [{"customer": "N", "region": "North"}, {"customer": "S", "region": "South"}]
    events = [
        {
            "event": "E",
            "region": "North",
            "family": "Fruit",
            "starts_on": date(2026, 6, 1),
            "ends_on": date(2026, 6, 30),
            "uplift": 1.0,
        }
    ]
    sales = [*sold("A", [100] * 12, customer="N"), *sold("A", [60] * 12, customer="S")]
    facts = shop(sales, customers=customers, events=events)
    at = 7  # June
    assert history(facts, key({"region": "North"})).baseline[at] == 50
    assert history(facts, key({"region": "South"})).baseline[at] == 60
    assert history(facts).baseline[at] == 110


def test_without_customers_a_regional_event_cannot_be_placed(shop):
    events = [
        {
            "event": "E",
            "region": "North",
            "starts_on": date(2026, 6, 1),
            "ends_on": date(2026, 6, 30),
            "uplift": 1.0,
        }
    ]
    facts = shop(sold("A", [100] * 12), events=events, sites=[{"site": "S", "region": "North"}])
    assert list(history(facts).baseline) == [100] * 12


def test_what_was_never_sold_has_no_history(shop):
    with pytest.raises(DataProblem, match="Nothing was sold of product C"):
        history(shop(sold("A", [1] * 12)), key({"product": "C"}))


def test_sales_of_the_future_only_are_no_history(shop):
    with pytest.raises(DataProblem, match="no sales up to the date"):
        history(shop(sold("A", [1], start=date(2027, 1, 1))))


def test_one_unfinished_month_is_no_history(shop):
    with pytest.raises(DataProblem, match="No month of sales is complete"):
        history(shop(sold("A", [1], start=date(2026, 10, 1)), date(2026, 10, 20)))


@pytest.mark.parametrize(
    ("bucket", "open_on", "following"),
    [
        ("day", date(2026, 11, 19), date(2026, 11, 20)),
        ("week", date(2026, 11, 16), date(2026, 11, 23)),  # a Wednesday's week began on Monday
        ("month", date(2026, 11, 1), date(2026, 12, 1)),
        ("quarter", date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_each_bucket_knows_where_the_open_period_begins(bucket, open_on, following):
    assert first_open(date(2026, 11, 18), bucket) == open_on
    assert ahead(open_on, bucket, 1) == following


def test_weeks_and_days_are_counted_whole(shop):
    days = [
        {"date": date(2026, 10, day), "product": "A", "site": "S", "customer": "K", "quantity": 1}
        for day in range(1, 32)
    ]
    facts = shop(days)
    weekly = history(facts, (), "week")
    assert weekly.periods[-1] == date(2026, 10, 19)  # the week of the 26th ends on 1 November
    assert list(weekly.quantity) == [4, 7, 7, 7]
    assert list(history(facts, (), "day").quantity) == [1] * 31


def test_what_a_slice_sold_last_is_shared_out_over_its_parts(shop):
    facts = shop([*sold("A", [30] * 12), *sold("B", [10] * 12)])
    shares = history(facts).leaves.set_index("product")["share"]
    assert dict(shares) == {"A": 0.75, "B": 0.25}


def test_a_person_sees_the_history_of_their_region_alone(demo):
    north = demo.narrowed(Scope(regions=frozenset({"North"})))
    expected = history(demo, key({"region": "North"})).quantity
    assert np.array_equal(history(north).quantity, expected)


def test_a_table_that_cannot_tell_says_what_it_can(demo):
    with pytest.raises(BadRequest, match=r"cannot be split by region.*product, family, site"):
        cut(demo, "forecasts", {}, subject="Accuracy", by="region")
    assert "channel" in kinds_of(demo, "sales")
    assert "region" in kinds_of(demo, "stock")
    assert "site" in kinds_of(demo, "production")


def test_without_masters_only_own_columns_tell_rows_apart(shop):
    facts = shop(sold("A", [1] * 12))
    assert kinds_of(facts, "sales") == ("product", "family", "site", "customer")


def test_the_unit_is_the_one_that_the_products_share(shop):
    facts = shop(sold("A", [1] * 12))
    assert unit_of(facts, {"family": "Fruit"}) == "kg"
    assert unit_of(facts, {"product": "C"}) == "loaf"
    assert unit_of(facts, {}) == "units"


def test_event_shares_and_factors_hold_in_the_docstrings():
    assert doctest.testmod(layers).failed == 0
    assert doctest.testmod(module).failed == 0


def test_an_event_without_an_end_lasts():
    event = layers.Event("E", "Price", "price", -0.1, date(2026, 6, 1), None)
    assert event.factor(date(2026, 5, 1)) == 1
    assert event.factor(date(2030, 5, 1)) == pytest.approx(0.9)


def test_demand_is_never_scaled_to_nothing():
    event = layers.Event("E", "Recall", "outage", -1.0, date(2026, 6, 1), date(2026, 6, 30))
    assert event.factor(date(2026, 6, 1)) == layers.LOWEST_FACTOR


def test_events_can_be_switched_off(demo):
    known = {event.id for event in layers.events(demo)}
    assert "EV-27-01" in known
    assert "EV-27-01" not in {event.id for event in layers.events(demo, ("EV-27-01",))}


def test_a_company_without_events_has_none(shop):
    assert layers.events(shop(sold("A", [1] * 12))) == ()
