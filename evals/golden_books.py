"""The answered problems of the formula sheet, each with the engine's function."""

from dataclasses import replace

from evals.golden_checks import Check, Golden
from planning_engine.demand.accuracy import accuracy
from planning_engine.demand.methods import regression
from planning_engine.demand.plan import netting
from planning_engine.supply.aggregate import aggregate
from planning_engine.supply.aggregate.aggregate_problem import AggregateProblem, AggregateRates
from planning_engine.supply.capacity import rough_cut
from planning_engine.supply.lots import lot_sizing
from planning_engine.supply.placement.guaranteed_service import ServiceNetwork, ServiceStage
from planning_engine.supply.placement.service_network import place_safety_stock
from planning_engine.supply.policies import policy, reorder_lot
from planning_engine.supply.promise import promise

RED_TOMATO = AggregateProblem(
    demand=(1600, 3000, 3200, 3800, 2200, 2200),
    stock=1000,
    workers=80,
    units_per_worker=40,
    hours_per_unit=4,
    overtime_hours=10,
    rates=AggregateRates(
        wage=640, overtime=6, hire=300, fire=500, material=10, holding=2, backlog=5, subcontract=30
    ),
    closing_stock=500,
)
SILVER = (10, 62, 12, 130, 154, 129, 88, 52, 124, 160, 238, 41)
HEIZER = (0, 30, 40, 0, 10, 40, 30, 0, 30, 55)
SALT = (8000, 13000, 23000, 34000, 10000, 18000, 23000, 38000, 12000, 13000, 32000, 41000)
PUMPS = ([30.0] * 4 + [40.0] * 4, [33, 20, 10, 4, 2, 0, 0, 0], [0, 0, 70, 0, 70, 0, 70, 70])


def _safety_stock_of_a_retailer() -> list[Check]:
    deviation = policy.lead_time_deviation(2500, 500, 2)
    safety = 6000 - policy.reorder_point(2500, 2, 0)
    level = policy.cycle_service_level(safety, deviation)
    return [
        Check("safety stock", 1000, safety, 0.5),
        Check("cycle service level", 0.921, level, 5e-4),
        Check("expected shortage", 25.13, policy.expected_shortage(safety, deviation), 5e-2),
        Check("fill rate", 0.9975, policy.fill_rate(safety, deviation, 10000), 5e-5),
        Check("safety stock at 0.90", 906, policy.safety_stock(0.90, 2500, 500, 2), 0.5),
        Check(
            "safety stock at fill rate 0.975",
            67,
            policy.safety_stock_for_fill_rate(0.975, deviation, 10000),
            0.5,
        ),
    ]


def _store_of_printers() -> list[Check]:
    deviation = policy.lead_time_deviation(250, 150, 2)
    safety = 600 - policy.reorder_point(250, 2, 0)
    return [
        Check("safety stock", 100, safety, 0.5),
        Check("cycle service level", 0.68, policy.cycle_service_level(safety, deviation), 5e-3),
        Check("expected shortage", 43.86, policy.expected_shortage(safety, deviation), 5e-2),
        Check("fill rate", 0.956, policy.fill_rate(safety, deviation, 1000), 5e-4),
    ]


def _measures_by_hand() -> list[Check]:
    actual, forecast = [100.0, 80.0, 120.0, 0.0], [110.0, 80.0, 100.0, 10.0]
    return [
        Check("WMAPE", 13.3333, accuracy.wmape(actual, forecast) or 0, 5e-5),
        Check("accuracy", 86.6667, accuracy.accuracy(actual, forecast) or 0, 5e-5),
        Check("MAPE", 8.8889, accuracy.mape(actual, forecast).percent or 0, 5e-5),
        Check("bias", 0.0, accuracy.bias(actual, forecast) or 0, 5e-5),
        Check("tracking signal", 0.0, accuracy.tracking_signal(actual, forecast) or 0, 5e-5),
    ]


def _red_tomato() -> list[Check]:
    plan = aggregate.hybrid(RED_TOMATO)
    whole = aggregate.hybrid(replace(RED_TOMATO, whole=True))
    return [
        Check("cost", 422_275, plan.cost.total, 0.5),
        Check("profit", 217_725, plan.profit(40), 0.5),
        Check("cost in whole workers", 422_660, whole.cost.total, 0.5),
        Check("fired", 15.42, plan.months[0].fired, 5e-3),
        *(Check("workers", 64.58, month.workers, 5e-3) for month in plan.months),
        Check("backlog in month 4", 266.67, plan.months[3].backlog, 5e-3),
    ]


def _red_tomato_prices() -> list[Check]:
    prices = aggregate.hybrid(RED_TOMATO).marginal_cost or ()
    printed = (21.25, 23.25, 25.25, 27.25, 22.25, 24.25)
    return _row("one more unit in month", printed, prices, 5e-3)


def _silver_pyke_peterson() -> list[Check]:
    rules = lot_sizing.RULES
    return [
        *(
            Check(rule, printed, rules[rule](SILVER, 54, 0.4).cost, 5e-3)
            for rule, printed in (
                ("wagner_whitin", 501.20),
                ("silver_meal", 501.20),
                ("least_unit_cost", 558.80),
                ("part_period", 600),
                ("lot_for_lot", 648),
            )
        ),
        Check(
            "orders for 2 periods",
            553.60,
            lot_sizing.period_order_quantity(SILVER, 54, 0.4, periods=2).cost,
            5e-3,
        ),
    ]


def _heizer_render() -> list[Check]:
    return [
        Check("lot for lot", 700, lot_sizing.lot_for_lot(HEIZER, 100, 1).cost, 5e-3),
        Check("Wagner-Whitin", 455, lot_sizing.wagner_whitin(HEIZER, 100, 1).cost, 5e-3),
        Check(
            "orders for 3 periods",
            495,
            lot_sizing.period_order_quantity(HEIZER, 100, 1, periods=3).cost,
            5e-3,
        ),
    ]


def _wagner_whitin() -> list[Check]:
    plan = lot_sizing.wagner_whitin((90, 120, 80, 70), 500, 2)
    orders = _row("order in period", (210, 0, 150, 0), plan.orders, 1e-6)
    return [Check("cost", 1380, plan.cost, 1e-6), *orders]


def _tahoe_salt() -> list[Check]:
    fitted = regression.fit(SALT, 4)
    printed = regression.SeasonalTrend(18_439, 524, (0.47, 0.68, 1.17, 1.67))
    return [
        Check("level", 18_439, fitted.level, 0.5),
        Check("trend", 524, fitted.trend, 0.5),
        *_row(
            "forecast of period",
            (11_868, 17_527, 30_770, 44_794),
            [printed.forecast(period) for period in range(13, 17)],
            0.5,
        ),
    ]


def _pumps() -> list[Check]:
    forecast, orders, scheduled = PUMPS
    balance = promise.projected_available(64, forecast, orders, scheduled)
    free = promise.available_to_promise(64, orders, scheduled)
    return [
        *_row("balance of week", (31, 1, 41, 11, 41, 1, 31, 61), balance, 1e-6),
        *_row("free in week", (11, 0, 56, 0, 68, 0, 70, 70), free, 1e-6),
    ]


def _overall_factors() -> list[Check]:
    plan, hours = {"A": [100.0], "B": [50.0], "C": [25.0]}, {"A": 2.0, "B": 3.0, "C": 4.0}
    load = rough_cut.overall_factors(plan, hours, {"X": 0.6, "Y": 0.4})
    return [
        Check("hours", 450, rough_cut.total_hours(plan, hours)[0], 1e-6),
        Check("hours of the first centre", 270, load["X"][0], 1e-6),
        Check("hours of the second centre", 180, load["Y"][0], 1e-6),
    ]


def _netting() -> list[Check]:
    inside = netting.net([350.0] * 3, [130, 100, 80]).left
    windows = netting.net([350.0] * 4, [300, 500, 280, 0], earlier=1, later=1).left
    return [
        *_row("left in month", (220, 250, 270), inside, 1e-6),
        *_row("left with windows in month", (0, 0, 0, 320), windows, 1e-6),
    ]


def _stockpyl_policies() -> list[Check]:
    lot = policy.economic_order_quantity(1300, 8, 0.225)
    level = reorder_lot.by_expected_level(reorder_lot.LotTerms(1300, 150, 1 / 12, 8, 0.225, 7.5))
    return [
        Check("lot", 304.05, lot, 5e-3),
        Check("cost of the lot", 68.41, policy.lot_cost(lot, 1300, 8, 0.225), 5e-3),
        Check("newsvendor", 56.604, policy.newsvendor(50, 8, 0.18, 0.70), 5e-4),
        Check("r", 213.97, level.reorder_point, 5e-3),
        Check("Q", 318.59, level.lot, 5e-3),
        Check("cost of (r, Q)", 95.45, level.cost, 5e-3),
    ]


def _guaranteed_tree() -> list[Check]:
    stages = (
        ServiceStage("1", 1, 2, 2**0.5, inbound=1),
        ServiceStage("3", 2, 1, 2**0.5),
        ServiceStage("2", 3, 1, 1, promise=0),
        ServiceStage("4", 3, 1, 1, promise=1),
    )
    tree = ServiceNetwork(stages, (("1", "3"), ("3", "2"), ("3", "4")))
    found = place_safety_stock(tree)
    times = [found.service[name] for name in ("1", "2", "3", "4")]
    return [
        Check("cost", 8.277917, found.cost, 5e-7),
        *_row("service time of stage", (0, 0, 0, 1), times, 1e-6),
    ]


def _row(what: str, printed: tuple[float, ...], computed: object, half: float) -> list[Check]:
    figures = list(computed) if isinstance(computed, list | tuple) else []
    figures += [float("nan")] * (len(printed) - len(figures))
    pairs = zip(printed, figures, strict=False)
    return [Check(f"{what} {n}", p, float(c), half) for n, (p, c) in enumerate(pairs, start=1)]


BOOKS = (
    Golden("Safety stock B&M, Chopra and Meindl", _safety_stock_of_a_retailer),
    Golden("Store printers, Chopra and Meindl 11-4", _store_of_printers),
    Golden("Error measures worked by hand", _measures_by_hand),
    Golden("Aggregate plan Red Tomato, Chopra and Meindl 8", _red_tomato),
    Golden("Red Tomato, shadow prices of demand", _red_tomato_prices),
    Golden("Lot sizing, Silver, Pyke and Peterson", _silver_pyke_peterson),
    Golden("Lot sizing, Heizer and Render", _heizer_render),
    Golden("Wagner-Whitin, Snyder and Shen 3.9", _wagner_whitin),
    Golden("Seasonal regression Tahoe Salt, Chopra and Meindl 7", _tahoe_salt),
    Golden("Available to promise, Stevenson's pumps", _pumps),
    Golden("Rough-cut capacity by overall factors", _overall_factors),
    Golden("Orders use up the forecast, worked numbers", _netting),
    Golden("Economic lot, newsvendor and (r, Q), Snyder and Shen", _stockpyl_policies),
    Golden("Guaranteed-service tree, Snyder and Shen 6.5", _guaranteed_tree),
)
