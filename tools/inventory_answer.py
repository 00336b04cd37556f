"""A stock projection as facts, table and chart."""

from planning_engine.supply.stock.inventory import EXCESS_MONTHS, StockOutlook
from tools import charts
from tools.evidence import EvidenceTable, Fact, TableColumn
from tools.inventory_view import SAID_IN_FULL, InventoryView

MOST_FACTS = 60
MOST_CHARTED = 25


def facts(view: InventoryView) -> tuple[Fact, ...]:
    """Return counts and dates, then what is said of each stock, then its months."""
    found = [
        Fact("first_month", view.projection.months[0]),
        Fact("last_month", view.months[-1]),
        Fact("stocks_checked", len(view.asked), "stocks"),
        Fact("stocks_running_out", len(view.running_out), "stocks"),
        Fact("stocks_below_safety", len(view.running_low), "stocks"),
        Fact("excess_months", EXCESS_MONTHS, "months"),
    ]
    if view.projection.ends_with_plan:
        found.append(Fact("published_plan_ends", view.projection.ends_with_plan))
    if len(view.running_out) > SAID_IN_FULL:
        found.append(Fact("further_stock_outs", len(view.running_out) - SAID_IN_FULL, "stocks"))
    found += _too_much(view)
    if view.held is not None:
        product = view.asked[0].product
        unit = view.names.unit(product)
        found.append(Fact("opening_stock", view.held, unit, {"product": product}))
    if view.is_one_product and view.overdue[0]:
        count, quantity = view.overdue
        found.append(Fact("overdue_receipts", count, "receipts"))
        found.append(Fact("overdue_quantity", quantity, view.names.unit(view.asked[0].product)))
    # What the summary names comes first: a model sees only so many facts.
    for outlook in view.named:
        found += _facts_of(view, outlook)
        found += [Fact("stock_of", outlook.product, None, _about(outlook))]
        found += [Fact("stock_at", outlook.site, None, _about(outlook))] if outlook.site else []
    others = [outlook for outlook in view.shown if outlook not in view.named]
    for outlook in others[:MOST_FACTS]:
        found += _facts_of(view, outlook)
    if len(view.shown) <= SAID_IN_FULL:
        for outlook in view.shown:
            found += _month_facts(view, outlook)
    return tuple(found)


def _too_much(view: InventoryView) -> list[Fact]:
    """Return how many stocks are in excess or obsolete, and what that is worth, if asked for."""
    found = []
    if view.only == "excess":
        found.append(Fact("stocks_in_excess", len(view.shown), "stocks"))
        if view.excess_value is not None:
            found.append(Fact("excess_value", view.excess_value, view.names.currency))
    if view.only == "obsolete":
        found.append(Fact("stocks_obsolete", len(view.shown), "stocks"))
        if view.obsolete_in_all is not None:
            unit = view.names.unit(view.asked[0].product)
            found.append(Fact("obsolete_in_all", view.obsolete_in_all, unit))
        if view.obsolete_value is not None:
            found.append(Fact("obsolete_value", view.obsolete_value, view.names.currency))
    return found


def _about(outlook: StockOutlook) -> dict[str, str]:
    return {"product": outlook.product} | ({"site": outlook.site} if outlook.site else {})


def _facts_of(view: InventoryView, outlook: StockOutlook) -> list[Fact]:
    about, unit = _about(outlook), view.names.unit(outlook.product)
    found = []
    if outlook.first_stock_out:
        found.append(Fact("first_stock_out", outlook.first_stock_out, None, about))
        found.append(Fact("shortage", outlook.shortage, unit, about))
    found.append(Fact("opening_stock", outlook.opening, unit, about))
    found.append(Fact("counted_on", outlook.opening_on, None, about))
    if outlook.below_safety_from:
        found.append(Fact("below_safety_from", outlook.below_safety_from, None, about))
    if outlook.safety_stock is not None:
        found.append(Fact("safety_stock", outlook.safety_stock, unit, about))
    if outlook.cover_days is not None:
        found.append(Fact("days_of_cover", outlook.cover_days, "days", about))
    if outlook.overdue[0]:
        found.append(Fact("overdue_receipts", outlook.overdue[0], "receipts", about))
        found.append(Fact("overdue_quantity", outlook.overdue[1], unit, about))
    if outlook.excess >= 1:
        found.append(Fact("excess", outlook.excess, unit, about))
        if outlook.excess_value is not None:
            found.append(Fact("excess_value", outlook.excess_value, view.names.currency, about))
    if outlook.obsolete and outlook.obsolete.quantity >= 1:
        found.append(Fact("obsolete", outlook.obsolete.quantity, unit, about))
        found.append(Fact("obsolete_because", outlook.obsolete.reason, None, about))
        if outlook.obsolete_value is not None:
            value = outlook.obsolete_value
            found.append(Fact("obsolete_value", value, view.names.currency, about))
    if outlook.end_on:
        found.append(Fact("last_day_of_sale", outlook.end_on, None, about))
    return found


def _month_facts(view: InventoryView, outlook: StockOutlook) -> list[Fact]:
    unit, rows = view.names.unit(outlook.product), view.rows(outlook)
    found = []
    for row in rows:
        about = _about(outlook) | {"month": row.month.isoformat()}
        found.append(Fact("closing_stock", row.closing, unit, about))
        found.append(Fact("stock_at_start", row.opening, unit, about))
        found.append(Fact("supply", row.supply, unit, about))
        found.append(Fact("demand", row.demand, unit, about))
        if row.cover_days is not None:
            found.append(Fact("cover_at_close", row.cover_days, "days", about))
    if len(rows) > 1:
        about = _about(outlook)
        found.append(Fact("supply", sum(row.supply for row in rows), unit, about))
        found.append(Fact("demand", sum(row.demand for row in rows), unit, about))
    return found


def table(view: InventoryView) -> EvidenceTable:
    """Return the months of a few stocks, or one row per stock."""
    if len(view.shown) <= SAID_IN_FULL and view.only == "all":
        return _months_table(view)
    columns = (
        TableColumn("product", "text"),
        TableColumn("name", "text"),
        TableColumn("site", "text"),
        TableColumn("unit", "text"),
        TableColumn("opening", "number"),
        TableColumn("days_of_cover", "number", "days"),
        TableColumn("first_stock_out", "date"),
        TableColumn("below_safety_from", "month"),
        TableColumn("safety_stock", "number"),
        TableColumn("shortage", "number"),
        TableColumn("closing", "number"),
        TableColumn("excess", "number"),
        TableColumn("excess_value", "number", view.names.currency),
        TableColumn("obsolete", "number"),
        TableColumn("obsolete_value", "number", view.names.currency),
    )
    rows = tuple(
        (
            outlook.product,
            view.names.product(outlook.product),
            outlook.site,
            view.names.unit(outlook.product),
            outlook.opening,
            outlook.cover_days,
            outlook.first_stock_out,
            outlook.below_safety_from,
            outlook.safety_stock,
            outlook.shortage,
            outlook.closing,
            outlook.excess,
            outlook.excess_value,
            outlook.obsolete.quantity if outlook.obsolete else 0.0,
            outlook.obsolete_value,
        )
        for outlook in view.shown
    )
    return EvidenceTable(columns, rows)


def _months_table(view: InventoryView) -> EvidenceTable:
    unit = view.names.unit_of_all({outlook.product for outlook in view.shown})
    quantities = ("opening", "supply", "demand", "closing", "safety_stock")
    columns = (
        TableColumn("product", "text"),
        TableColumn("site", "text"),
        TableColumn("month", "month"),
        *(TableColumn(name, "number", unit) for name in quantities),
        TableColumn("cover_at_close", "number", "days"),
    )
    rows = tuple(
        (
            o.product,
            o.site,
            r.month,
            r.opening,
            r.supply,
            r.demand,
            r.closing,
            o.safety_stock,
            r.cover_days,
        )
        for o in view.shown
        for r in view.rows(o)
    )
    return EvidenceTable(columns, rows)


def chart(view: InventoryView) -> charts.Chart | None:
    """Return one stock's projection, lines for a few, or how much is in excess or obsolete."""
    if not view.shown:
        return None
    rows: list[charts.Row]
    if len(view.shown) == 1:
        (outlook,) = view.shown
        rows = [
            {
                "month": row.month,
                "closing": row.closing,
                "supply": row.supply,
                "demand": row.demand,
                "safety_stock": outlook.safety_stock,
            }
            for row in view.rows(outlook)
        ]
        unit = view.names.unit(outlook.product)
        return charts.stock_projection(f"Stock of {view.stock(outlook)}", rows, unit)
    if view.only == "obsolete":
        rows = [
            {"stock": view.stock(o), "value": o.obsolete.quantity if o.obsolete else 0.0}
            for o in view.shown[:MOST_CHARTED]
        ]
        return charts.bars("Stock that will never be sold", rows, "stock", None)
    if view.only == "excess":
        valued = view.excess_value is not None
        rows = [
            {"stock": view.stock(o), "value": o.excess_value if valued else o.excess}
            for o in view.shown[:MOST_CHARTED]
        ]
        title = "Excess stock at standard cost" if valued else "Excess stock"
        return charts.bars(title, rows, "stock", view.names.currency if valued else None)
    rows = [
        {"month": row.month, "value": row.closing, "stock": view.stock(outlook)}
        for outlook in sorted(view.shown, key=lambda o: o.urgency)[:SAID_IN_FULL]
        for row in view.rows(outlook)
    ]
    return charts.lines("Projected closing stock", rows, None, series="stock")
