"""The tables of a snapshot, as data: the one place that declares them.

Quantities are in the product's own unit, money in the company's currency, dates are days,
months are month starts. Missing is missing, never 0.
"""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "number", "date"]
Narrowing = Literal["open", "customer", "site", "resource", "region", "withheld"]


@dataclass(frozen=True)
class Column:
    """One column: its type, unit and meaning, and whether a row may lack it."""

    name: str
    type: ColumnType
    meaning: str
    unit: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns, and how a person's regions narrow it.

    `regions` says by which column a scope of regions applies: through the row's customer,
    its site, its resource's site or its own region; `open` tables are seen by everyone,
    `withheld` ones cannot be split by region and are kept from a regional scope.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    opens: str
    regions: Narrowing = "open"
    required: bool = False

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in their order."""
        return tuple(column.name for column in self.columns)


def _text(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, "text", meaning, None, required)


def _number(name: str, meaning: str, unit: str, *, required: bool = False) -> Column:
    return Column(name, "number", meaning, unit, required)


def _date(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, "date", meaning, None, required)


PIECES = "product unit"
MONEY = "currency"
_PRODUCT = _text("product", "Product id.", required=True)
_SITE = _text("site", "Site id.")

_DECLARED = (
    Table(
        "products",
        "What is bought, made and sold.",
        ("product",),
        (
            _PRODUCT,
            _text("name", "Name people use."),
            _text("family", "Product family, the level of S&OP."),
            _text("stage", "raw, wip or finished; missing means finished."),
            _text("unit", "Unit of every quantity of this product, e.g. case, kg."),
            _number("standard_cost", "Standard cost of one unit.", MONEY),
            _number("price", "List price of one unit.", MONEY),
            _number("lot_min", "Smallest production lot.", PIECES),
            _number("lot_multiple", "Production lots are multiples of this.", PIECES),
            _number("shelf_life_days", "Days a unit may be kept.", "days"),
            _date("launch_on", "First day of sale."),
            _date("end_on", "Last day of sale."),
            _text("like_product", "Product whose history stands in for a launch."),
        ),
        opens="every tool",
        required=True,
    ),
    Table(
        "sites",
        "Plants, warehouses, stores and suppliers' sites.",
        ("site",),
        (
            _text("site", "Site id.", required=True),
            _text("name", "Name people use."),
            _text("kind", "plant, warehouse, store or supplier."),
            _text("region", "Sales region it lies in."),
            _text("country", "Country."),
        ),
        opens="answers by site and region",
    ),
    Table(
        "customers",
        "Customers or customer groups.",
        ("customer",),
        (
            _text("customer", "Customer id.", required=True),
            _text("name", "Name people use."),
            _text("channel", "Sales channel, e.g. retail, wholesale."),
            _text("region", "Sales region."),
        ),
        opens="answers by customer, channel and region",
        regions="region",
    ),
    Table(
        "sales",
        "What was sold: one row per date, product, site and customer.",
        ("date", "product", "site", "customer"),
        (
            _date("date", "Day, or first day of the month, of the sale.", required=True),
            _PRODUCT,
            _SITE,
            _text("customer", "Customer or customer group id."),
            _number("quantity", "Quantity sold; returns are negative.", PIECES, required=True),
            _number("revenue", "Net revenue.", MONEY),
        ),
        opens="forecasts, demand KPIs, revenue",
        regions="customer",
        required=True,
    ),
    Table(
        "orders",
        "Customer order lines with the dates asked, promised and kept.",
        ("order", "line"),
        (
            _text("order", "Order number.", required=True),
            _text("line", "Line number within the order.", required=True),
            _PRODUCT,
            _SITE,
            _text("customer", "Customer id."),
            _number("quantity", "Quantity ordered.", PIECES, required=True),
            _date("ordered_on", "Day the order came in."),
            _date("requested_on", "Day the customer asked for."),
            _date("promised_on", "Day promised."),
            _date("delivered_on", "Day the line was delivered in full or closed; missing if open."),
            _number("delivered_quantity", "Quantity delivered by then.", PIECES),
            _number("priority", "1 is served first; missing is served last.", "rank"),
        ),
        opens="OTIF, on time, in full, open orders",
        regions="customer",
    ),
    Table(
        "stock",
        "Stock on hand at the end of a day.",
        ("date", "product", "site"),
        (
            _date("date", "Day of the count.", required=True),
            _PRODUCT,
            _SITE,
            _number("quantity", "On hand.", PIECES, required=True),
        ),
        opens="inventory projection, turns, days of inventory, cover",
        regions="site",
    ),
    Table(
        "receipts",
        "Purchase, production and transfer orders: due, and received if they came.",
        ("receipt",),
        (
            _text("receipt", "Receipt or order number.", required=True),
            _PRODUCT,
            _SITE,
            _date("due_on", "Day it is or was due.", required=True),
            _number("quantity", "Quantity ordered.", PIECES, required=True),
            _text("kind", "purchase, production or transfer."),
            _text("supplier", "Supplier id, for purchases."),
            _date("received_on", "Day it came; missing while open."),
            _number("received_quantity", "Quantity that came.", PIECES),
        ),
        opens="open supply in the projection, supplier lateness",
        regions="site",
    ),
    Table(
        "resources",
        "Lines, machines and labour pools.",
        ("resource",),
        (
            _text("resource", "Resource id.", required=True),
            _text("name", "Name people use."),
            _SITE,
            _text("kind", "machine, line or labour."),
            _number("cost_per_hour", "Cost of a regular hour.", MONEY),
            _number("overtime_cost_per_hour", "Cost of an overtime hour.", MONEY),
            _number(
                "efficiency", "Share of an hour that yields output, 0 to 1; missing is 1.", "1"
            ),
        ),
        opens="capacity checks",
        regions="site",
    ),
    Table(
        "calendars",
        "Hours a resource is available on a day; holidays and shutdowns have 0.",
        ("resource", "date"),
        (
            _text("resource", "Resource id.", required=True),
            _date("date", "Day.", required=True),
            _number("hours", "Regular hours.", "hours", required=True),
            _number("overtime_hours", "Overtime hours allowed.", "hours"),
        ),
        opens="capacity checks",
        regions="resource",
    ),
    Table(
        "routings",
        "Hours of a resource that one unit of a product takes at a site.",
        ("product", "site", "resource"),
        (
            _PRODUCT,
            _SITE,
            _text("resource", "Resource id.", required=True),
            _number("hours_per_unit", "Run time of one unit.", "hours", required=True),
            _number("setup_hours", "Set-up time of one lot.", "hours"),
            _number("setup_cost", "Set-up cost of one lot.", MONEY),
            _number("preference", "1 is preferred; higher numbers are alternates.", "rank"),
            _number("yield_rate", "Share of good output, above 0 to 1; missing is 1.", "1"),
            _number("lead_time_days", "Days from the start of a lot until it can be used.", "days"),
        ),
        opens="capacity checks, supply plan",
        regions="resource",
    ),
    Table(
        "bom",
        "Components of a product: one row per parent and component.",
        ("product", "component"),
        (
            _PRODUCT,
            _text("component", "Component's product id.", required=True),
            _number(
                "quantity", "Units of component in one unit of product.", PIECES, required=True
            ),
            _number("scrap", "Share lost, 0 to 1.", "1"),
            _text("substitute_for", "Component of the same product that this one can replace."),
        ),
        opens="requirements, material limits",
    ),
    Table(
        "sourcing",
        "Where a product is bought, how long it takes, and in what lots.",
        ("product", "site", "supplier"),
        (
            _PRODUCT,
            _SITE,
            _text("supplier", "Supplier id.", required=True),
            _number("lead_time_days", "Days from order to receipt.", "days"),
            _number("lead_time_sd_days", "Standard deviation of the lead time.", "days"),
            _number("price", "Price of one unit.", MONEY),
            _number("order_min", "Smallest order.", PIECES),
            _number("order_multiple", "Orders are multiples of this.", PIECES),
            _number("capacity", "Most the supplier delivers in a month.", PIECES),
            _date("closed_from", "First day of a stretch in which nothing is delivered."),
            _date("closed_until", "Last day of it."),
            _number("preference", "1 is preferred.", "rank"),
        ),
        opens="requirements, supplier lead times",
    ),
    Table(
        "lanes",
        "How products move between sites.",
        ("product", "from_site", "to_site"),
        (
            _PRODUCT,
            _text("from_site", "Site it leaves.", required=True),
            _text("to_site", "Site it reaches.", required=True),
            _number("cost", "Cost to move one unit.", MONEY),
            _number("lead_time_days", "Days under way.", "days"),
            _number("capacity", "Most the lane carries in a month.", PIECES),
            _date("closed_from", "First day of a stretch in which nothing moves."),
            _date("closed_until", "Last day of it."),
        ),
        opens="multi-site supply plan",
    ),
    Table(
        "policies",
        "Service and stock targets of a product at a site.",
        ("product", "site"),
        (
            _PRODUCT,
            _SITE,
            _number("service_level", "Target cycle service level, 0 to 1.", "1"),
            _number("safety_stock", "Safety stock.", PIECES),
            _number("review_days", "Days between reviews.", "days"),
            _number("holding_rate", "Yearly carrying cost as a share of value, 0 to 1.", "1"),
            _number("backlog_cost", "Cost of one unit late for a month.", MONEY),
            _number("lost_sale_cost", "Cost of one unit never delivered, margin apart.", MONEY),
            _number("shortage_cost", "Cost of one unit missing from safety stock.", MONEY),
        ),
        opens="safety stock, plan costs",
        regions="site",
    ),
    Table(
        "production",
        "What was planned and made, by day, product and resource.",
        ("date", "product", "resource"),
        (
            _date("date", "Day, or month start.", required=True),
            _PRODUCT,
            _text("resource", "Resource id."),
            _number("planned_quantity", "Planned.", PIECES),
            _number("actual_quantity", "Made.", PIECES),
            _number("hours", "Hours run.", "hours"),
        ),
        opens="plan attainment and adherence, utilisation",
        regions="resource",
    ),
    Table(
        "forecasts",
        "Forecasts as published in each S&OP cycle, by stream.",
        ("cycle", "stream", "month", "product", "site"),
        (
            _date("cycle", "Month start of the cycle that published it.", required=True),
            _text("stream", "stat, sales, marketing, finance or consensus.", required=True),
            _date("month", "Month forecast.", required=True),
            _PRODUCT,
            _SITE,
            _number("quantity", "Forecast.", PIECES, required=True),
            _text("author", "Person who entered it."),
            _text("reason", "Reason of an override."),
            _date("expires_on", "Day after which an override no longer counts."),
        ),
        opens="forecast accuracy, bias, FVA",
        regions="withheld",
    ),
    Table(
        "events",
        "Promotions, price changes, launches and outages, dated.",
        ("event",),
        (
            _text("event", "Event id.", required=True),
            _text("name", "Name people use."),
            _text("kind", "promotion, price, launch or outage."),
            _text("product", "Product id, if one product."),
            _text("family", "Family, if a whole family."),
            _text("region", "Region, if not everywhere."),
            _date("starts_on", "First day.", required=True),
            _date("ends_on", "Last day."),
            _number("uplift", "Expected change of demand, 0.2 is +20 %.", "1"),
        ),
        opens="promotions in forecasts and capacity",
        regions="region",
    ),
    Table(
        "budget",
        "The year's budget by month and family.",
        ("month", "family"),
        (
            _date("month", "Month.", required=True),
            _text("family", "Product family.", required=True),
            _number("quantity", "Budgeted quantity.", PIECES),
            _number("revenue", "Budgeted revenue.", MONEY),
            _number("margin", "Budgeted margin.", MONEY),
        ),
        opens="gap to budget",
        regions="withheld",
    ),
    Table(
        "plans",
        "Supply plan as published in each S&OP cycle.",
        ("cycle", "month", "product", "site"),
        (
            _date("cycle", "Month start of the cycle that published it.", required=True),
            _date("month", "Month planned.", required=True),
            _PRODUCT,
            _SITE,
            _number("quantity", "Planned supply.", PIECES, required=True),
        ),
        opens="plan changes, plan stability",
        regions="site",
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _DECLARED}
