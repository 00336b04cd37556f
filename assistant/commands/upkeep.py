"""`sop backup`, `sop doctor`: keep the state safe, and find out what is wrong."""

from pathlib import Path
from typing import Annotated

import typer

from assistant.commands.work import FAILED, Json, work, workshop


def backup(
    out: Annotated[Path | None, typer.Argument(help="File to write.")] = None,
    as_json: Json = False,
) -> None:
    """Write snapshots, conversations and decisions into one archive."""
    with work(as_json=as_json) as screen:
        from assistant.backup import write_backup

        parts = workshop()
        target = out or Path(f"sop-backup-{parts.now():%Y%m%d-%H%M%S}.tar.gz")
        with screen.steps() as bar:
            report = write_backup(parts, target, bar.share)
        if as_json:
            screen.json({"file": str(target), "bytes": report.bytes, "left_out": report.left_out})
        screen.line(f"{target} ({report.bytes / 1e6:,.1f} MB). Unpack it where SOP_HOME points.")
        for name in report.left_out:
            screen.line(f"Not in it: {name}", "dim")


def doctor(as_json: Json = False) -> None:
    """Check settings, disk, data, model and index, and say what to do."""
    with work(as_json=as_json) as screen:
        from assistant.checkup import Finding, checkup
        from assistant.settings import listing

        parts = workshop()
        settings = listing(parts.settings)
        findings = list(checkup(parts))
        failed = any(finding.state == "failed" for finding in findings)
        if as_json:
            screen.json(
                {
                    "ok": not failed,
                    "settings": [vars(entry) for entry in settings],
                    "checks": [vars(finding) for finding in findings],
                }
            )
        screen.table(
            ("setting", "value", "default", "what it is"),
            [(entry.variable, entry.value, entry.default, entry.meaning) for entry in settings],
        )
        screen.line()
        marks = {"good": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}
        finding: Finding
        for finding in findings:
            mark, style = marks[finding.state]
            screen.line(f"{mark} {finding.name}: {finding.found}", style)
            if finding.advice:
                screen.line(f"    {finding.advice}")
        if failed:
            raise typer.Exit(FAILED)
