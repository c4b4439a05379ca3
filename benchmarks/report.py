"""How results are given: a table to read, a CSV to reckon with, and the options that all benchmarks share."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import available_cores

OUT = "runs/benchmarks"


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """Return a parser with ``--out`` and ``--quick``."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument(
        "--out", type=Path, default=Path(OUT), metavar="DIR", help=f"for CSV and charts; default {OUT}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="only show that it works: the numbers mean nothing"
    )
    return parser


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add ``--threads``."""
    cores = len(available_cores())
    parser.add_argument(
        "--threads", type=int, default=cores, metavar="N", help=f"default: all cores, here {cores}"
    )


def table(header: Sequence[str], rows: Sequence[Sequence[object]], left: int = 1) -> str:
    """Return rows as aligned text; the first ``left`` columns are flush left, those after them right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = [
        "  ".join(
            cell.ljust(w) if k < left else cell.rjust(w) for k, (cell, w) in enumerate(zip(row, widths))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "-" * (sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])


def number(value: float) -> str:
    """Return a number with three digits that count: 0.0123, 1.23, 12.3, 1234."""
    if value != value:
        return "-"
    return f"{value:.{max(0, 2 - _magnitude(value))}f}"


def write_csv(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    """Write rows that share their keys, and return the path; the folder is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _magnitude(value: float) -> int:
    return int(f"{value:e}".split("e")[1])
