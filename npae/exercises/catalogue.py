"""Finds an exercise by name, number or file, and imports it."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib

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
    return _imported(text)


@functools.cache
def _imported(name: str) -> Exercise:
    module = importlib.import_module(f"npae.exercises.path.{name}.exercise")
    return dataclasses.replace(module.EXERCISE, name=name)


def all() -> list[Exercise]:
    """Return every exercise, in order."""
    return [get(name) for name in ORDER]
