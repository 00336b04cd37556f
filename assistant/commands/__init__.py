"""The commands of `sop`; each imports what it needs only when it runs."""

import typer

from assistant.commands import data, decisions, notes, plans, questions, servers, upkeep

app = typer.Typer(
    name="sop",
    help="Ask your sales and operations planning data, and trust the number.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Boxes and colours in the help would double the time it takes to appear.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(data.demo)
app.command("import")(data.import_)
app.command()(data.template)
app.command()(questions.ask)
app.command()(questions.tool)
app.command()(questions.replay)
app.command(context_settings={"allow_extra_args": True})(data.forecast)
app.add_typer(notes.app, name="notes")
app.add_typer(decisions.app, name="decisions")
app.add_typer(plans.app, name="plans")
app.command()(servers.serve)
app.command()(servers.slack)
app.command()(servers.mcp)
app.command()(upkeep.backup)
app.command()(upkeep.doctor)
