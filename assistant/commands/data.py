"""`sop demo`, `sop import`, `sop template`, `sop forecast`: data in, forecasts out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.commands.work import FAILED, MISUSED, Json, work, workshop
from planning_engine.errors import BadRequest, DataProblem

if TYPE_CHECKING:
    from pandas import DataFrame

    from assistant.answer import Answer
    from assistant.channels.terminal import Screen
    from assistant.wiring import Workshop
    from planning_engine.data.importing import ImportReport

EXAMPLES = (
    "Is L3 overloaded in March 2027?",
    "Which products will stock out first?",
    "What was our forecast accuracy by family over the last 12 months?",
)
_MARKS = {"error": "red", "warning": "yellow", "assumption": "yellow", "note": "dim"}


def demo(
    port: Annotated[int | None, typer.Option(help="Port of the page (SOP_PORT).")] = None,
    page: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the page.")] = True,
    as_json: Json = False,
) -> None:
    """Make the demo company, answer three questions, serve the page."""
    with work(as_json=as_json) as screen:
        from assistant.wiring import ensure_demo

        parts = workshop()
        with screen.steps() as bar:
            snapshot = ensure_demo(parts, bar.share)
        company = snapshot.company
        screen.line(f"{company.name}: data as of {company.as_of:%d %B %Y}, {snapshot.id}", "bold")
        answers = [_example(screen, parts, question) for question in EXAMPLES]
        if as_json:
            screen.json(
                {"snapshot": snapshot.id, "answers": [answer.to_dict() for answer in answers]}
            )
        _questions_to_try(screen, answers)
        if page:
            from assistant.commands.servers import serve_page

            serve_page(parts, screen, port)


def import_(
    source: Annotated[str, typer.Argument(help="A folder, a file or a database URL.")],
    profile: Annotated[str | None, typer.Option(help="How to read this kind of source.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A profile's setting.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read a company's data, check it, and freeze it as a snapshot."""
    with work(as_json=as_json) as screen:
        from planning_engine.data.importing import import_source

        parts = workshop()
        given = dict(_pair(text) for text in settings or ())
        try:
            with screen.steps() as bar:
                report = import_source(
                    source,
                    store=parts.home.snapshots,
                    profile=profile,
                    settings=given,
                    progress=bar.share,
                )
        except DataProblem as problem:
            # A full disk is not the caller's mistake; a source that cannot be read is.
            screen.problem(str(problem), "DataProblem")
            code = FAILED if isinstance(problem.__cause__, OSError) else MISUSED
            raise typer.Exit(code) from problem
        if report.snapshot is not None:
            parts.home.use(report.snapshot)
        _show_report(screen, report)
        if report.snapshot is None:
            raise typer.Exit(MISUSED)


def template(
    folder: Annotated[Path, typer.Argument(help="Folder to make.")], as_json: Json = False
) -> None:
    """Write the tables as empty CSV files with a data dictionary."""
    with work(as_json=as_json) as screen:
        from planning_engine.data.template import write_template

        files = write_template(folder)
        if as_json:
            screen.json({"folder": str(folder), "files": [path.name for path in files]})
        screen.line(f"{len(files)} files written to {folder}. Fill in products.csv and sales.csv,")
        screen.line(f"whatever else you have, and company.toml; then: sop import {folder}")


def forecast(
    context: typer.Context,
    train: Annotated[Path, typer.Option(help="Long table: unique_id, ds, y (csv or parquet).")],
    horizon: Annotated[int, typer.Option(help="Periods ahead.")],
    freq: Annotated[str, typer.Option(help="Length of a period: MS, ME, W, D, QS, QE.")],
    out: Annotated[Path, typer.Option(help="File to write: csv or parquet.")],
    level: Annotated[
        list[str] | None, typer.Option(help="Intervals in per cent: --level 80 95.")
    ] = None,
    tier: Annotated[
        str, typer.Option(help="nightly: most accurate; interactive: ten times as fast.")
    ] = "nightly",
    as_json: Json = False,
) -> None:
    """Forecast every series of a table."""
    with work(as_json=as_json) as screen:
        from planning_engine.demand.forecasting.table import forecast_table, known_tier

        # `--level 80 95`: the option takes the first, the others are left as arguments.
        levels = _levels([*(level or ()), *context.args]) or (80.0, 95.0)
        table = _read_table(train)
        pool = known_tier(tier)
        with workshop().workers() as hands, screen.steps() as bar:
            result = forecast_table(
                table, horizon, freq, levels, tier=pool, executor=hands, progress=bar.share
            )
        _write_table(result, out)
        series = int(result["unique_id"].nunique())
        if as_json:
            screen.json({"file": str(out), "series": series, "rows": len(result)})
        screen.line(f"{series:,} series, {len(result):,} rows written to {out}.")


def _levels(texts: list[str]) -> tuple[float, ...]:
    try:
        return tuple(float(text) for text in texts)
    except ValueError as problem:
        raise BadRequest(
            f"--level takes numbers such as 80 95, not '{' '.join(texts)}'."
        ) from problem


def _read_table(path: Path) -> "DataFrame":
    import pandas as pd

    if not path.is_file():
        raise BadRequest(f"There is no file {path}.")
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={"unique_id": str})
    except (ValueError, UnicodeError) as problem:
        raise BadRequest(f"{path} cannot be read as a table: {problem}.") from problem


def _write_table(table: "DataFrame", path: Path) -> None:
    draft = path.with_name(f".{path.name}.draft")
    try:
        if path.suffix == ".parquet":
            table.to_parquet(draft, index=False)
        else:
            table.to_csv(draft, index=False, date_format="%Y-%m-%d")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _example(screen: "Screen", parts: "Workshop", question: str) -> "Answer":
    screen.line()
    screen.line(f"> {question}", "cyan bold")
    with screen.steps() as bar:
        answer = parts.conversation.ask(
            question, parts.person(), channel="terminal", progress=bar.step
        )
    if not screen.as_json:
        screen.answer(answer)
    return answer


def _questions_to_try(screen: "Screen", answers: list["Answer"]) -> None:
    screen.line()
    screen.line("Ask more, here or on the page, for example:")
    asked = dict.fromkeys(text for answer in answers for text in answer.suggestions)
    for question in list(asked)[:3]:
        screen.line(f'  sop ask "{question}"')


def _show_report(screen: "Screen", report: "ImportReport") -> None:
    if screen.as_json:
        screen.json(_report_record(report))
        return
    screen.table(("table", "rows"), [(name, f"{rows:,}") for name, rows in report.tables.items()])
    for issue in report.issues:
        count = f" ({issue.rows:,} rows)" if issue.rows else ""
        style = _MARKS[issue.severity]
        screen.line(f"{issue.severity}: {issue.table}, {issue.rule}{count}: {issue.message}", style)
        for example in issue.examples[:3]:
            screen.line(f"    {example}", "dim")
    screen.line(report.sentence(), "bold" if report.snapshot else "red bold")


def _report_record(report: "ImportReport") -> dict[str, object]:
    from tools.evidence import plain

    return {
        "snapshot": report.snapshot.id if report.snapshot else None,
        "sentence": report.sentence(),
        "tables": dict(report.tables),
        "issues": [plain(vars(issue)) for issue in report.issues],
        "sources": [plain(vars(source)) for source in report.sources],
    }


def _pair(text: str) -> tuple[str, str]:
    key, separator, value = text.partition("=")
    if not separator or not key:
        raise BadRequest(f"--set takes key=value, not '{text}'.")
    return key.strip(), value.strip()
