"""The commands that tell about trained runs: `npae report` and `npae compare`."""

from __future__ import annotations

import argparse
from pathlib import Path

from npae.console.commandline import Commands

PAGE, COMPARISON = "report.html", "comparison.html"


def add_reports(commands: Commands) -> None:
    """Add ``report`` and ``compare`` to the commands of `npae.console.cli`."""
    command = commands.add_parser("report", help="write a run as one page of HTML, to read offline")
    command.add_argument("directory", metavar="DIR", help="the output folder of npae train")
    command.add_argument("--out", metavar="FILE", help=f"default: {PAGE} in DIR")
    command.set_defaults(command=report)

    command = commands.add_parser("compare", help="put the numbers of several runs side by side")
    command.add_argument("directories", metavar="DIR", nargs="+", help="output folders of npae train")
    command.add_argument("--html", metavar="FILE", help="also write a page of HTML, with curves")
    command.set_defaults(command=compare)


def report(options: argparse.Namespace) -> None:
    """Write the page of a run."""
    from npae.inside.report import write_report

    print(write_report(options.directory, options.out or Path(options.directory) / PAGE))


def compare(options: argparse.Namespace) -> None:
    """Print the table of several runs, and write their page."""
    from npae.inside import aligned
    from npae.inside.report import comparison, read_record, write_comparison

    header, rows = comparison([read_record(directory) for directory in options.directories])
    for line in aligned([header, *rows], left=1):
        print(line)
    if options.html:
        print(write_comparison(options.directories, options.html))
