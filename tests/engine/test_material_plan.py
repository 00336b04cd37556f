from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning_engine.errors import BadRequest, DataProblem
from planning_engine.supply.requirements.material_items import MaterialItem, Need, Substitute, Take
from planning_engine.supply.requirements.material_plan import low_level_codes, plan_material
from planning_engine.supply.requirements.order_rules import LotRule, net_line

X, A, B, S = ("X", "P"), ("A", "P"), ("B", "P"), ("S", "P")


def made(place, **more):
    return MaterialItem(place, "make", **more)


def bought(place, **more):
    return MaterialItem(place, "buy", "SUP", **more)


def plan(items, demand):
    return plan_material({item.place: item for item in items}, demand, len(demand[X]))


def test_two_levels_are_netted_and_offset_by_their_lead_times():
    # X: 100 in period 3, 20 on hand → 80 due in 3, released in 2 (lead 1).
    # A: 2 each → 160 in period 2, less 50 coming in 1 → 110 due in 2, released in 0 (lead 2).
    found = plan(
        [
            made(X, lead=1, on_hand=20, takes=(Take(A, 2.0),)),
            bought(A, lead=2, scheduled=(0.0, 50.0, 0.0, 0.0)),
        ],
        {X: [0, 0, 0, 100]},
    )
    (of_x, of_a) = (found.lines[X].orders[0], found.lines[A].orders[0])
    assert (of_x.release, of_x.due, of_x.quantity) == (2, 3, 80)
    assert (of_a.release, of_a.due, of_a.quantity, of_a.origin) == (0, 2, 110, "SUP")
    assert of_a.pegs == (Need(2, 110, X),)
    assert found.ends(of_a) == (X,)
    assert [order.place for order in found.orders] == [A, X]
    assert found.past_due == ()


def test_a_release_before_today_is_past_due_and_its_parts_are_needed_now():
    found = plan(
        [made(X, lead=2, takes=(Take(A, 1.0),)), bought(A, lead=1)],
        {X: [0, 10, 0]},
    )
    assert [(o.place, o.release, o.due) for o in found.past_due] == [(A, -1, 0), (X, -1, 1)]
    assert found.lines[A].gross == (10, 0, 0)


def test_low_level_codes_put_a_part_below_all_its_users():
    items = {
        X: made(X, takes=(Take(A, 1), Take(B, 1))),
        A: made(A, takes=(Take(B, 1),)),
        B: bought(B),
    }
    assert low_level_codes(items) == {X: 0, A: 1, B: 2}


def test_a_circle_is_shown():
    items = {A: made(A, takes=(Take(B, 1),)), B: made(B, takes=(Take(A, 1),))}
    with pytest.raises(DataProblem, match="circle: A at P → B at P → A at P"):
        low_level_codes(items)


@pytest.mark.parametrize(
    ("rule", "missing", "ordered"),
    [
        (LotRule(), 37, 37),
        (LotRule(minimum=50), 37, 50),
        (LotRule(multiple=25), 37, 50),
        (LotRule(minimum=60, multiple=25), 37, 75),
        (LotRule(fixed=20), 37, 40),
        (LotRule(minimum=50), 0, 0),
    ],
)
def test_lot_rules(rule, missing, ordered):
    assert rule.size(missing) == ordered


def test_a_period_order_quantity_covers_the_periods_to_come():
    # POQ-3 on Heizer and Render's demand: the published plan orders in periods 2, 5 and 10
    demand = [0, 30, 40, 0, 10, 40, 30, 0, 30, 55]
    line = net_line(demand, 0, [0] * 10, rule=LotRule(periods=3))
    assert line.arriving == (0, 70, 0, 0, 80, 0, 0, 0, 85, 0)
    assert line.net[1] == 30


def test_a_yield_takes_a_bigger_start():
    line = net_line([80], 0, [0], yield_rate=0.8)
    assert (line.started, line.arriving) == ((100,), (80,))
    found = plan([made(X, yield_rate=0.5, takes=(Take(A, 3.0),)), bought(A)], {X: [10]})
    assert found.lines[A].gross == (60,)


def test_the_safety_stock_is_kept_and_its_refill_pegged_to_nobody():
    found = plan([made(X, on_hand=5, safety_stock=20)], {X: [10, 0]})
    (order,) = found.lines[X].orders
    assert order.quantity == 25
    assert order.pegs == (Need(0, 10, None),)


def test_a_substitute_stands_in_only_where_the_main_part_cannot_come_in_time():
    # 10 of A are needed now and in period 2; A takes 2 periods to come and 4 are there.
    # Two S do for one A; 9 S are free, so 4.5 of the 6 missing now are replaced.
    found = plan(
        [
            made(X, takes=(Take(A, 1.0),)),
            bought(A, lead=2, on_hand=4, substitutes=(Substitute(S, 2.0),)),
            bought(S, on_hand=12, safety_stock=3),
        ],
        {X: [10, 0, 10]},
    )
    (swap,) = found.swaps
    assert (swap.place, swap.substitute, swap.period, swap.quantity) == (A, S, 0, 9)
    assert found.lines[A].gross == (5.5, 0, 10)
    assert found.lines[S].gross == (9, 0, 0)
    assert [(o.due, o.quantity) for o in found.lines[A].orders] == [(0, 1.5), (2, 10)]
    assert found.lines[S].orders == ()


def test_a_substitute_that_is_needed_itself_is_not_taken():
    found = plan(
        [
            made(X, takes=(Take(A, 1.0), Take(S, 1.0))),
            bought(A, lead=1, substitutes=(Substitute(S, 1.0),)),
            bought(S, on_hand=10),
        ],
        {X: [10]},
    )
    assert found.swaps == ()


def test_a_rule_that_makes_no_sense_is_refused():
    with pytest.raises(BadRequest, match="at least 1 period"):
        LotRule(periods=0)


numbers = st.integers(0, 60)
rows = st.lists(numbers, min_size=5, max_size=5)


@settings(deadline=None)
@given(
    demand=rows,
    on_hand=st.tuples(numbers, numbers, numbers),
    leads=st.tuples(*[st.integers(0, 3)] * 3),
    lots=st.tuples(*[st.sampled_from([0, 7, 25])] * 3),
    uses=st.tuples(*[st.integers(1, 3)] * 3),
    safety=numbers,
    receipts=rows,
)
def test_a_plain_loop_nets_three_levels_to_the_same_orders(
    demand, on_hand, leads, lots, uses, safety, receipts
):
    # X takes A and B, A takes B: the plain textbook procedure, written out level by level
    def netted(gross, stock, coming, keep, lot):
        orders = []
        for t in range(5):
            stock = stock + coming[t] - gross[t]
            order = 0
            if stock < keep:
                order = keep - stock
                if lot:
                    order = ceil(order / lot) * lot
            stock += order
            orders.append(order)
        return orders

    def offset(orders, lead, each, into):
        for t, quantity in enumerate(orders):
            into[max(0, t - lead)] += each * quantity

    none = [0] * 5
    for_a, for_b = [0] * 5, [0] * 5
    of_x = netted(demand, on_hand[0], none, safety, lots[0])
    offset(of_x, leads[0], uses[0], for_a)
    offset(of_x, leads[0], uses[1], for_b)
    of_a = netted(for_a, on_hand[1], receipts, 0, lots[1])
    offset(of_a, leads[1], uses[2], for_b)
    of_b = netted(for_b, on_hand[2], none, 0, lots[2])

    rest = [
        {"lead": lead, "on_hand": stock, "rule": LotRule(multiple=lot)}
        for lead, stock, lot in zip(leads, on_hand, lots, strict=True)
    ]
    takes = (Take(A, uses[0]), Take(B, uses[1]))
    found = plan(
        [
            made(X, takes=takes, safety_stock=safety, **rest[0]),
            made(A, takes=(Take(B, uses[2]),), scheduled=tuple(receipts), **rest[1]),
            bought(B, **rest[2]),
        ],
        {X: demand},
    )
    for place, orders in ((X, of_x), (A, of_a), (B, of_b)):
        assert list(found.lines[place].line.arriving) == orders
        for order in found.lines[place].orders:
            assert sum(peg.quantity for peg in order.pegs) <= order.good + 1e-6
            assert order.is_past_due == (order.due < leads[[X, A, B].index(place)])
