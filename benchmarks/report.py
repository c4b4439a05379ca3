"""Writes the tables of README.md and benchmarks/README.md from the recorded results, and checks both files.

    python -m benchmarks.report [--check [--complete]]

A table is between the lines

    <!-- begin: NAME, written by python -m benchmarks.report -->
    <!-- end: NAME -->

With ``--check`` it writes nothing. It fails if a table differs from its results, if a marker is unknown or
unclosed, if a heading, a block of commands, a figure or a long line occurs twice in a file, if a figure is
missing, or if a figure was not drawn from the run whose numbers are in the tables.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks import results
from benchmarks.blocks import BLOCKS, Runs, value_of
from benchmarks.published import FAMILY, RESULTS, SEEDS, SYSTEMS, Row
from benchmarks.results import FIGURES, ROOT
from benchmarks.tables import fixed

FILES = ("README.md", "benchmarks/README.md")
FIVE = 5  # seeds of a recipe whose results depend on the arithmetic of the processor
LONG = 60  # characters: lines of this length do not repeat by chance

BEGIN = "<!-- begin: {}, written by python -m benchmarks.report -->"
END = "<!-- end: {} -->"
_MARKER = re.compile(r"^<!-- *(begin|end): *([\w-]+)(.*?)-->$")
_IMAGE = re.compile(r"!\[[^]]*\]\(([^)\s]+)[^)]*\)|<img[^>]*\bsrc=\"([^\"]+)\"")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the tables, or check them; returns 1 if something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.report", description="Write the tables of both READMEs from the results."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; end with status 1 if it differs")
    parser.add_argument("--complete", action="store_true", help="also list missing results and figures")
    options = parser.parse_args(arguments)
    problems: list[str] = []
    for name in FILES:
        path = ROOT / name
        text = path.read_text(encoding="utf-8")
        problems += [f"{name}: {problem}" for problem in found_in(text, path.parent)]
        filled = fill(text, results.FOLDER)
        if options.check and filled != text:
            problems.append(f"{name}: differs from benchmarks/results; run python -m benchmarks.report")
        elif filled != text:
            path.write_text(filled, encoding="utf-8")
            print(f"{name}: written")
    problems += differing_figures(ROOT / FIGURES, results.FOLDER)
    if options.complete:
        problems += lacking(results.FOLDER)
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))


def fill(text: str, folder: Path) -> str:
    """Return a text with all tables written from the results; wrong markers are ignored."""
    for name, block in BLOCKS.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, found, rest = text.partition(f"{begin}\n")
        _, closed, after = rest.partition(f"{end}\n")
        if found and closed:
            text = f"{before}{begin}\n\n{block(folder)}\n\n{end}\n{after}"
    return text


def found_in(text: str, folder: Path) -> list[str]:
    """Return what is wrong with a file itself; the paths of images are relative to ``folder``."""
    problems = list(_wrong_markers(text))
    written = _without_tables(text)
    fences = re.findall(r"^```.*?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    prose = re.sub(r"^```.*?^```$", "", written, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ +(.+?) *$", prose, re.MULTILINE)
    images = [a or b for a, b in _IMAGE.findall(text)]
    lines = [line.strip() for line in written.splitlines() if re.search(r"\w", line)]
    for what, things in (
        ("the heading", headings),
        ("the block of commands", [fence.strip() for fence in fences]),
        ("the figure", images),
        ("the line", [line for line in lines if len(line) >= LONG]),
    ):
        problems += [f"{what} {thing!r} occurs {count} times" for thing, count in _several(things)]
    problems += [f"the figure {path} is missing" for path in images if not _is_there(path, folder)]
    return problems


def differing_figures(figures: Path, folder: Path) -> list[str]:
    """Return which figures were not drawn from the runs and results of the tables."""
    problems = []
    for name, drawn in (results.read("figures", folder) or {}).items():
        path = figures / name
        if not path.is_file() or results.digest(path) != drawn["sha256"]:
            problems.append(f"{FIGURES}/{name} is not the file that benchmarks.figures drew")
        if "result" in drawn:
            source = folder / f"{drawn['result']}.json"
            if not source.is_file() or results.digest(source) != drawn["result_sha256"]:
                problems.append(f"{FIGURES}/{name} was not drawn from the current {drawn['result']}")
            continue
        recorded = results.read(f"reproduce/{drawn['run']}", folder)
        if recorded is None:
            problems.append(f"{FIGURES}/{name} was drawn from {drawn['run']}, which is not recorded")
            continue
        if recorded["metrics_sha256"] != drawn["metrics_sha256"]:
            problems.append(f"{FIGURES}/{name} was not drawn from the recorded run of {drawn['run']}")
        for row in RESULTS.get(recorded["recipe"], ()):
            shown, in_table = drawn["numbers"].get(row.ours), value_of(row, recorded)
            if fixed(shown, row.digits) != fixed(in_table, row.digits):
                problems.append(f"{FIGURES}/{name}: {row.ours} is {shown}, and {in_table} in the tables")
    return problems


def lacking(folder: Path) -> list[str]:
    """Return which results and figures are missing."""
    from benchmarks.figures import CHARTS, DRAWN

    problems = []
    for name, rows in RESULTS.items():
        for seed in range(SEEDS.get(name, 3)):
            recorded = results.read(f"reproduce/{name}-{seed}", folder)
            if recorded is None:
                problems.append(f"no result of {name}, seed {seed}")
                continue
            further = [Row("", (), "", ours, digits) for _, ours, digits in _of_family(name)]
            empty = [row.ours for row in (*rows, *further) if value_of(row, recorded) is None]
            problems += [f"{name}, seed {seed}, has no {ours}" for ours in empty]
        runs = Runs(name, folder)
        chaotic = [row.what for row in rows if not runs.repeats(row)]
        if chaotic and len(runs.own) < FIVE:
            listed = f"{chaotic[0]} and {len(chaotic) - 1} more" if chaotic[1:] else chaotic[0]
            problems.append(f"{name}: {listed} does not repeat; expected {FIVE} seeds, found {len(runs.own)}")
    for name in SYSTEMS:
        if not any((folder / "reproduce").glob(f"{name}-0@*.json")):
            problems.append(f"{name} was not trained in another arithmetic")
    for group in ("peers", "models", "epochs", "speedrun", "ladder", "kernels", "scaling", "startup"):
        if not results.found(group, folder):
            problems.append(f"no result of {group}")
    drawn = results.read("figures", folder) or {}
    return problems + [
        f"{FIGURES}/{name} is not drawn from a run" for name in [*DRAWN, *CHARTS] if name not in drawn
    ]


def _of_family(name: str) -> tuple[tuple[str, str, int], ...]:
    return FAMILY[name].numbers if name in FAMILY else ()


def _wrong_markers(text: str) -> Iterator[str]:
    is_open, seen = "", set()
    for line in text.splitlines():
        match = _MARKER.match(line)
        if not match:
            continue
        kind, name, _ = match.groups()
        if name not in BLOCKS:
            yield f"the marker {line!r} is unknown; expected one of {', '.join(BLOCKS)}"
        elif line != (BEGIN if kind == "begin" else END).format(name):
            yield f"the marker {line!r} is not written as {BEGIN.format(name)!r} or {END.format(name)!r}"
        elif kind == "begin" and is_open:
            yield f"{name!r} begins inside {is_open!r}"
        elif kind == "end" and name != is_open:
            yield f"{name!r} ends before it begins"
        elif kind == "begin" and name in seen:
            yield f"{name!r} occurs twice"
        is_open = name if kind == "begin" else ""
        seen.add(name)
    if is_open:
        yield f"{is_open!r} is not closed"


def _without_tables(text: str) -> str:
    for name in BLOCKS:
        begin, end = (re.escape(marker.format(name)) for marker in (BEGIN, END))
        text = re.sub(f"^{begin}$.*?^{end}$", "", text, flags=re.MULTILINE | re.DOTALL)
    return text


def _several(things: Iterable[str]) -> list[tuple[str, int]]:
    return [(thing, count) for thing, count in Counter(things).items() if count > 1]


def _is_there(path: str, folder: Path) -> bool:
    return path.startswith(("http://", "https://")) or (folder / path).is_file()


if __name__ == "__main__":
    sys.exit(main())
