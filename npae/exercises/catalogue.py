"""Finds an exercise by name, number or file, and imports its page."""

from __future__ import annotations

import difflib
import importlib
import importlib.util

from npae.exercises.exercise import Exercise
from npae.exercises.order import ORDER


def get(name: str | int) -> Exercise:
    """Return the exercise of a name, a number, or a file's name such as "05_dense.py".

    Raises
    ------
    ValueError
        If there is none; the message offers the nearest.
    """
    text = str(name).rsplit("/", 1)[-1].rsplit("\\", 1)[-1].removesuffix(".py").lower()
    if text.isdecimal() and 1 <= int(text) <= len(ORDER):
        text = ORDER[int(text) - 1]
    head, _, tail = text.partition("_")
    if head.isdecimal() and tail:
        text = tail
    if text not in ORDER:
        near = difflib.get_close_matches(text, ORDER, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"expected one of {', '.join(ORDER)}"
        raise ValueError(f"there is no exercise {str(name)!r}; {hint}")
    return importlib.import_module(f"npae.exercises.pages.{text}").EXERCISE


def all() -> list[Exercise]:
    """Return every exercise that has a page, in order."""
    return [get(name) for name in ORDER if importlib.util.find_spec(f"npae.exercises.pages.{name}")]
