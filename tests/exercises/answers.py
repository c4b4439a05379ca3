"""Answers to exercises: solutions with a part of their text exchanged, and all rows of the tables of mutants."""

from __future__ import annotations

import importlib
from pathlib import Path

from npae.exercises import catalogue
from npae.exercises.checking import check_file
from npae.exercises.learner import load_text

HERE = Path(__file__).parent


def text_of(exercise: str, old, new) -> str:
    """Return the text of the solution with ``old`` exchanged for ``new``, or new where old is None.

    Both may be tuples, of as many places to patch.
    """
    if old is None:
        return new
    text = catalogue.get(exercise).solution.read_text(encoding="utf-8")
    for one, other in [(old, new)] if isinstance(old, str) else zip(old, new, strict=True):
        if text.count(one) != 1:
            raise ValueError(f"{exercise}: {one!r} stands in the solution {text.count(one)} times, not once")
        text = text.replace(one, other)
    return text


def check_patched(exercise: str, old, new):
    """Return the result of checking a patched solution."""
    return check_text(exercise, text_of(exercise, old, new))


def check_text(exercise: str, text: str):
    """Return the result of checking a file of this text."""
    return check_file(exercise, load_text(text))


def mutants() -> list[tuple]:
    """Return the rows (exercise, key, old, new) of every table in this folder, and of every exercise's slips."""
    rows = [(one.name, slip.key, slip.old, slip.new) for one in catalogue.all() for slip in one.slips]
    for path in sorted(HERE.glob("mutants*.py")):
        rows += importlib.import_module(path.stem).MUTANTS
    return [(catalogue.get(row[0]).name, *row[1:]) for row in rows]
