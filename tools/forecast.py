"""`forecast_demand`: what customers will want, with method, interval and backtest error."""

from datetime import date

from pydantic import Field

from planning_engine.data.calendars import first_open_month, months_between
from planning_engine.demand.forecasting.forecast import HORIZON, Forecast, forecast
from planning_engine.demand.history.history import key
from planning_engine.demand.history.slices import unit_of
from planning_engine.demand.plan.layers import Event
from planning_engine.errors import BadRequest
from tools import charts, wording
from tools.context import ToolContext
from tools.evidence import Evidence, EvidenceTable, Fact, TableColumn, Value
from tools.registry import tool
from tools.request import Month, Slice, resolve_slice

SHOWN_LEVEL = 80
NAMED_EVENTS = 3
SAID_IN_FULL = 3


class ForecastRequest(Slice):
    """What to forecast and how far ahead; a slice is forecast as one series."""

    months: int = Field(6, ge=1, le=24, description="Months ahead of the plan start.")
    start: Month | None = Field(None, description="Only report months from this one on.")
    end: Month | None = Field(None, description="Only report months up to this one.")
    history: int = Field(24, ge=0, le=120, description="Months of history in table and chart.")


@tool
def forecast_demand(context: ToolContext, request: ForecastRequest) -> Evidence:
    """Forecast customer demand by month, statistically, with interval and backtest error.

    Use it for "what will we sell", "what is the forecast for". Known events are included with
    their declared uplift. It is not the consensus that sales and operations agreed, nor a plan:
    for past accuracy use query_kpi, for "what if demand is 10 % higher" run_scenario.
    """
    snapshot = context.snapshot
    where = resolve_slice(snapshot, request)
    months, skipped = _window(first_open_month(snapshot.company.as_of), request)
    made = forecast(snapshot, key(where), months)
    shown = _Shown(
        made,
        skipped,
        place=_place(context, where),
        like=snapshot.label("product", made.like_product or ""),
        unit=unit_of(snapshot, where),
        history=request.history,
    )
    return Evidence(
        summary=shown.summary(),
        facts=shown.facts(),
        table=shown.table(),
        chart=charts.line_with_interval(
            f"Demand{shown.place} with {SHOWN_LEVEL} % interval", shown.points(), shown.unit
        ),
        definition=shown.definition(),
        issues=snapshot.issues_of(("sales", "events", "products")),
    )


def _window(first: date, request: ForecastRequest) -> tuple[int, int]:
    """Return how many months to forecast, and how many of them to leave out at the front."""
    start = request.start or first
    end = request.end
    if start < first or (end and end < start):
        raise BadRequest(
            f"A forecast begins in {wording.month(first)}; ask for that month or later. "
            "What was sold before is the KPI sales_quantity."
        )
    skipped = months_between(first, start)
    months = months_between(first, end) + 1 if end else max(request.months, skipped + 1)
    if months > HORIZON:
        raise BadRequest(f"A forecast reaches {HORIZON} months ahead at most.")
    return months, skipped


def _place(context: ToolContext, where: dict[str, str]) -> str:
    words = {"site": "at", "region": "in region", "channel": "in channel", "customer": "from"}
    parts = [
        f"{words.get(kind, 'for')} {context.snapshot.label(kind, name)}"
        for kind, name in where.items()
    ]
    return f" {' '.join(parts)}" if parts else ""


class _Shown:
    """A forecast as sentences, facts, table and points of a chart."""

    def __init__(
        self,
        made: Forecast,
        skipped: int,
        *,
        place: str,
        like: str,
        unit: str,
        history: int,
    ) -> None:
        self.made = made
        self.months = range(skipped, len(made.periods))
        self.place = place
        self.like = like
        self.unit = unit
        self.history = range(max(0, len(made.history.quantity) - history), _sold(made))

    def summary(self) -> str:
        said = [self._figures(), self._reliability()]
        if self.made.like_product:
            said.append(f"The history of {self.like} stands in for the time before the launch.")
        if self._events():
            said.append(self._events_in_words())
        return " ".join(said)

    def facts(self) -> tuple[Fact, ...]:
        made, months = self.made, self.months
        stretch = {
            "start": made.periods[months[0]].isoformat(),
            "end": made.periods[months[-1]].isoformat(),
        }
        facts = [Fact("forecast_total", self._total(), self.unit, stretch)]
        facts += [
            Fact("forecast", float(made.mean[at]), self.unit, self._about(at)) for at in months
        ]
        facts += [Fact("method", made.method), Fact("interval_level", SHOWN_LEVEL, "%")]
        if made.tested:
            facts.append(Fact("origins", made.tested.origins, "origins"))
            errors = (
                ("backtest_error", made.tested.error),
                ("naive_error", made.tested.naive_error),
            )
            facts += [Fact(name, value, "%") for name, value in errors if value is not None]
        for event in self._events():
            facts.append(Fact("event", event.id, None, {"event": event.id}))
            facts.append(Fact("uplift", 100 * event.uplift, "%", {"event": event.id}))
        if made.like_product:
            facts.append(Fact("like_product", made.like_product))
        for name, ends in (("low", made.low), ("high", made.high)):
            facts += [
                Fact(f"{name}_{level:g}", float(ends[level][at]), self.unit, self._about(at))
                for level in sorted(ends)
                for at in months
            ]
        return (
            *facts,
            Fact("first_month", made.periods[months[0]]),
            Fact("last_month", made.periods[months[-1]]),
        )

    def table(self) -> EvidenceTable:
        made = self.made
        levels = sorted(made.low)
        columns = [TableColumn("month", "month"), TableColumn("kind", "text")]
        columns += [TableColumn(name, "number", self.unit) for name in ("quantity", "baseline")]
        columns += [
            TableColumn(f"{end} {level:g} %", "number", self.unit)
            for level in levels
            for end in ("low", "high")
        ]
        rows: list[tuple[Value, ...]] = []
        for at in self.months:
            ends = [float(side[level][at]) for level in levels for side in (made.low, made.high)]
            figures = (float(made.mean[at]), float(made.baseline[at]), *ends)
            rows.append((made.periods[at], "forecast", *figures))
        for at in self.history:
            sold, base = made.history.quantity[at], made.history.baseline[at]
            rows.append((made.history.periods[at], "history", float(sold), float(base)))
        width = len(columns)
        return EvidenceTable(
            tuple(columns), tuple((*row, *[None] * (width - len(row))) for row in rows)
        )

    def points(self) -> list[charts.Row]:
        made = self.made
        past: list[charts.Row] = [
            {
                "month": made.history.periods[at],
                "value": float(made.history.quantity[at]),
                "kind": "history",
            }
            for at in self.history
        ]
        ahead: list[charts.Row] = [
            {
                "month": made.periods[at],
                "value": float(made.mean[at]),
                "kind": "forecast",
                "low": float(made.low[SHOWN_LEVEL][at]),
                "high": float(made.high[SHOWN_LEVEL][at]),
            }
            for at in self.months
        ]
        return past + ahead

    def definition(self) -> str:
        made = self.made
        parts = [
            f"Statistical forecast by month: {made.method}.",
            "Backtest error: WMAPE over rolling origins of the slice's own history.",
            "Past months with an event are brought to their baseline by its declared uplift; "
            "events to come multiply the baseline by 1 + uplift.",
        ]
        if made.history.estimated:
            months = wording.listed([wording.month(month) for month in made.history.estimated])
            parts.append(f"The data has no sales at all for {months}: estimated.")
        return " ".join(parts)

    def _figures(self) -> str:
        made, months = self.made, self.months
        first, last = made.periods[months[0]], made.periods[months[-1]]
        if len(months) == 1:
            low, high = (ends[SHOWN_LEVEL][months[0]] for ends in (made.low, made.high))
            return (
                f"Demand{self.place} in {wording.month(first)} is forecast at "
                f"{self._amount(made.mean[months[0]])} ({SHOWN_LEVEL} % interval "
                f"{self._amount(low)} to {self._amount(high)})."
            )
        if len(months) <= SAID_IN_FULL:
            said = [f"{self._amount(made.mean[at])} in {self._month(at)}" for at in months]
            return f"Demand{self.place} is forecast at {wording.listed(said)}."
        by_size = sorted(months, key=lambda at: float(made.mean[at]))
        high, low = by_size[-1], by_size[0]
        if made.mean[high] == made.mean[low]:
            return (
                f"Demand{self.place} {wording.period(first, last)} is forecast at "
                f"{self._amount(made.mean[high])} every month."
            )
        return (
            f"Demand{self.place} {wording.period(first, last)} is forecast at "
            f"{self._amount(self._total())} in total. It is highest in {self._month(high)} "
            f"({self._amount(made.mean[high])}) and lowest in {self._month(low)} "
            f"({self._amount(made.mean[low])})."
        )

    def _reliability(self) -> str:
        made = self.made
        if made.tested is None or made.tested.error is None:
            return f"Method: {made.method}; the history is too short for a backtest."
        error = wording.figure(made.tested.error, "%")
        if made.tested.naive_error is None:
            return f"Method: {made.method}; backtest error {error}."
        naive = wording.figure(made.tested.naive_error, "%")
        return (
            f"Method: {made.method}; backtest error {error} against {naive} for the seasonal naive."
        )

    def _events(self) -> list[Event]:
        first = self.made.periods[self.months[0]]
        return [e for e in self.made.events if e.ends_on is None or e.ends_on >= first]

    def _events_in_words(self) -> str:
        named = [
            f"{event.name} ({wording.figure(100 * event.uplift, '%')})"
            for event in self._events()[:NAMED_EVENTS]
        ]
        others = " and others" if len(self._events()) > NAMED_EVENTS else ""
        return f"It includes the declared uplift of {wording.listed(named)}{others}."

    def _month(self, at: int) -> str:
        return wording.month(self.made.periods[at])

    def _amount(self, value: float) -> str:
        return wording.figure(float(value), self.unit)

    def _total(self) -> float:
        return float(self.made.mean[self.months[0] : self.months[-1] + 1].sum())

    def _about(self, at: int) -> dict[str, str]:
        return {"month": self.made.periods[at].isoformat()}


def _sold(made: Forecast) -> int:
    return len(made.history.quantity)
