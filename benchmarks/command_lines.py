"""Wrong command lines, generated from npae's own parser.

Each line is a right one with at least one mistake. It has to end without a traceback, in one line that begins
with "npae", with status 2 if the parser refuses it, and else with 1, or 2 for an unknown name.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import io
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np

from npae import datasets
from npae.console.cli import build_parser, main
from npae.plotting.images import save_image

NUMBERS = ["-1", "1.5", "nan", "many", "", "0x10", "1e9", "²"]  # wrong for every number
PATHS = ["nowhere", "file.txt", "broken", "loop", "", "a" * 300, "\x1b[31mred", "file.txt/below", "caf\udce9"]
NAMES = ["", "nonsense", "Dense2", "\x1b[31mred", "no\nname", "caf\udce9", "*", "x" * 300]
QUICK = ["--limit", "40", "--epochs", "1", "--data", "synthetic", "--quiet", "--threads", "1"]
TOO_LONG = {"warmup", "anomaly", "gradcheck", "exercises check"}  # unless a mistake ends them


@dataclass(frozen=True)
class Line:
    """A command line, and whether the parser has to refuse it."""

    words: list[str]
    refused: bool


def commands(
    parser: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command, as "data fetch", with its parser."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for action in below:
        for word, inner in action.choices.items():
            yield from commands(inner, f"{name} {word}".strip())


def right_words(name: str, action: argparse.Action) -> list[str]:
    """Return right words for a positional argument."""
    known = {
        "recipe": ["dense"],
        "directory": ["run"],
        "directories": ["run", "run"],
        "what": ["run"],
        "images": ["digit.png"],
        "name": ["dense"],
        "names": [],
    }
    if name in ("data fetch", "gradcheck"):
        return ["mnist"] if name == "data fetch" else ["mse"]
    return ["folder"] if name == "exercises start" else known[action.dest]


def with_a_mistake(name: str, parser: argparse.ArgumentParser, rng: np.random.Generator) -> Line | None:
    """Return a line of this command with one mistake, or None if the drawn mistake does not suit it."""
    options = [action for action in parser._actions if action.option_strings and action.dest != "help"]
    places = [action for action in parser._actions if not action.option_strings]
    words = [right_words(name, place) for place in places]
    extra = QUICK if name == "train" else []
    kind = ("value", "value", "value", "place", "place", "missing", "unknown", "unfinished")[rng.integers(8)]

    def any_of(pool):
        return pool[int(rng.integers(len(pool)))]

    def line(*further: str, refused: bool, last: str = "") -> Line:
        right = [word for each in words for word in each]
        return Line([*name.split(), *extra, *further, *right, *([last] if last else [])], refused)

    takers = [option for option in options if option.nargs != 0]
    if kind == "unknown":
        return line(any_of(["--frobnicate", "-z", "--epoch=", "--out\x1b[2J"]), refused=True)
    if kind == "unfinished" and takers:
        return Line(
            [*name.split(), *(w for each in words for w in each), any_of(takers).option_strings[0]], True
        )
    if kind == "missing" and any(place.nargs in (None, "+") for place in places):
        words = []
        return line(refused=True)
    if kind == "place" and places:
        place = int(rng.integers(len(places)))
        is_path = places[place].dest in ("directory", "directories", "images")
        words[place] = [any_of(PATHS if is_path else NAMES)]
        return None if name in TOO_LONG and places[place].dest != "names" else line(refused=False)
    if kind == "value" and takers:
        option = any_of(takers)
        word = option.option_strings[0]
        if option.choices:
            return line(f"{word}={any_of(NAMES)}", refused=True)
        if option.type:
            wrong = any_of(["-1", "nan", "many", "", "0"] if option.dest == "seconds" else NUMBERS)
            return line(word, *[wrong] * (option.nargs or 1), refused=True)
        return None if name in TOO_LONG else line(f"{word}={any_of(PATHS)}", refused=False)
    return None


def prepare(folder: Path) -> None:
    """Write a finished run, an image, and what is no run, into a folder."""
    (folder / "file.txt").write_text("no model")
    (folder / "broken").mkdir()
    (folder / "broken" / "model.npz").write_bytes(b"PK\x03\x04 nothing")
    (folder / "broken" / "checkpoint.npz").write_bytes(b"")
    os.symlink("loop", folder / "loop")
    save_image(folder / "digit.png", np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8))
    assert run(["train", "dense", *QUICK, "--out", "run"])[0] == 0


def run(words: list[str]) -> tuple[int | str, str]:
    """Run a command line in this process; return its status, or its exception, and its errors."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            status: int | str = main(words)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else repr(end.code)
        except BaseException as failure:
            status = f"{type(failure).__name__}: {failure}"
    return status, error.getvalue()


def verdict(line: Line) -> str:
    """Return "" if a line ended as it should, else what is wrong."""
    status, written = run(line.words)
    last = (written.splitlines() or [""])[-1]
    shown = f"npae {shlex.join(line.words)}: status {status}: {last[:150]!r}"
    if status not in ((2,) if line.refused else (0, 1, 2)):
        return f"status: {shown}"
    if "Traceback" in written or any(ord(c) < 32 and c != "\n" for c in written):
        return f"text: {shown}"
    return "" if status == 0 or last.startswith("npae") else f"line: {shown}"


def wrong_lines(count: int, seed: int, folder: Path) -> tuple[collections.Counter, list[str]]:
    """Run ``count`` wrong lines in a folder; return how many had each status, and what was wrong."""
    few = datasets.Dataset("synthetic", *datasets.synthetic_digits(60, 40, seed=1), "", "0" * 64, True)
    rng, counts, failures = np.random.default_rng(seed), collections.Counter[str](), list[str]()
    every, before = list(commands(build_parser())), Path.cwd()
    load = datasets.load
    try:
        os.chdir(folder)
        with mock.patch.object(
            datasets, "load", lambda name, *a, **k: few if name == "synthetic" else load(name, *a, **k)
        ):
            prepare(folder)
            while counts.total() < count:
                line = with_a_mistake(*every[int(rng.integers(len(every)))], rng)
                if line is not None:
                    problem = verdict(line)
                    counts["wrong" if problem else "right"] += 1
                    failures += [problem] if problem else []
    finally:
        os.chdir(before)
    return counts, failures
