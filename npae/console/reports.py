"""The commands that tell about trained runs: `npae doctor`, `npae report` and `npae compare`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from npae.console.commandline import Commands, add_run_command, evaluated
from npae.terminal import say

if TYPE_CHECKING:
    from npae.recipes.run import Run

PAGE = "report.html"


def add_reports(commands: Commands) -> None:
    """Add ``doctor``, ``report`` and ``compare`` to the commands of `npae.console.cli`."""
    add_run_command(commands, "doctor", doctor, "diagnose a training: what went wrong, and what to change")
    command = add_run_command(commands, "report", report, "write a run as one page of HTML, to read offline")
    command.add_argument("--out", metavar="FILE", help=f"default: {PAGE} in DIR")

    command = commands.add_parser("compare", help="put the numbers of several runs side by side")
    command.add_argument("directories", metavar="DIR", nargs="+", help="output folders of npae train")
    command.add_argument("--html", metavar="FILE", help="also write a page of HTML, with curves")
    command.set_defaults(command=compare)


def doctor(options: argparse.Namespace) -> None:
    """Print the diagnosis of a run."""
    from npae.inside.doctor import NOTHING, examine, training_of

    found = examine(training_of(evaluated(options)))
    say("\n".join(f"{each.title}: {each.sentence}\n    {each.evidence}" for each in found) or NOTHING)


def short_diagnosis(run: Run) -> str:
    """Return the line with which `npae train` ends: what the doctor sees without further training."""
    from npae.inside.doctor import examine, training_of

    found = examine(training_of(run), probe=False)
    if not found:
        return f"doctor: nothing found yet; npae doctor {run.directory} also tries other learning rates"
    names = ", ".join(each.title for each in found)
    return f"doctor: {names}; npae doctor {run.directory} says more"


def report(options: argparse.Namespace) -> None:
    """Write the page of a run; where its data are missing, without what needs them."""
    from npae.inside import report as pages
    from npae.inside.html import written

    record = pages.read_record(options.directory)
    try:
        run: Run | str = evaluated(options)
    except (ValueError, OSError) as error:
        run = str(error)
    say(written(options.out or Path(options.directory) / PAGE, pages.report(record, run)))


def compare(options: argparse.Namespace) -> None:
    """Print the table of several runs, and write their page."""
    from npae.inside.report import comparison, read_record, write_comparison
    from npae.markup import aligned

    records = [read_record(directory) for directory in options.directories]
    header, rows = comparison(records)
    for line in aligned([header, *rows], "<"):
        say(line)
    if options.html:
        say(write_comparison(records, options.html))
