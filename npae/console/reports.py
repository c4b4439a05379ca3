"""The commands that tell about trained runs: `npae doctor`, `npae report` and `npae compare`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from npae.console.commandline import Commands, add_compute, evaluated
from npae.terminal import say

if TYPE_CHECKING:
    from npae.recipes.run import Run

PAGE = "report.html"


def add_reports(commands: Commands) -> None:
    """Add ``doctor``, ``report`` and ``compare`` to the commands of `npae.console.cli`."""
    command = commands.add_parser("doctor", help="diagnose a training: what went wrong, and what to change")
    command.add_argument("directory", metavar="DIR", help="the output folder of npae train")
    add_compute(command)
    command.set_defaults(command=doctor)

    command = commands.add_parser("report", help="write a run as one page of HTML, to read offline")
    command.add_argument("directory", metavar="DIR", help="the output folder of npae train")
    command.add_argument("--out", metavar="FILE", help=f"default: {PAGE} in DIR")
    command.set_defaults(command=report)

    command = commands.add_parser("compare", help="put the numbers of several runs side by side")
    command.add_argument("directories", metavar="DIR", nargs="+", help="output folders of npae train")
    command.add_argument("--html", metavar="FILE", help="also write a page of HTML, with curves")
    command.set_defaults(command=compare)


def doctor(options: argparse.Namespace) -> None:
    """Print the diagnosis of a run."""
    from npae.inside.doctor import examine, training_of

    found = examine(training_of(evaluated(options)))
    for each in found:
        say(f"{each.name.replace('_', ' ')}: {each.sentence}\n    {each.evidence}")
    if not found:
        say("nothing found: no fault of the training shows in its units, codes, outputs, losses and rates")


def short_diagnosis(run: Run) -> str:
    """Return the line with which `npae train` ends: what the doctor sees without further training."""
    from npae.inside.doctor import examine, training_of

    found = examine(training_of(run), probe=False)
    if not found:
        return "doctor: nothing found"
    names = ", ".join(each.name.replace("_", " ") for each in found)
    return f"doctor: {names}; npae doctor {run.directory} says more"


def report(options: argparse.Namespace) -> None:
    """Write the page of a run."""
    from npae.inside.report import write_report

    say(write_report(options.directory, options.out or Path(options.directory) / PAGE))


def compare(options: argparse.Namespace) -> None:
    """Print the table of several runs, and write their page."""
    from npae.inside import aligned
    from npae.inside.report import comparison, read_record, write_comparison

    records = [read_record(directory) for directory in options.directories]
    header, rows = comparison(records)
    for line in aligned([header, *rows], left=1):
        say(line)
    if options.html:
        say(write_comparison(records, options.html))
