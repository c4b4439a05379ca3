"""Answers to exercises: solutions with a part of their text exchanged, and frozen wrong answers."""

from __future__ import annotations

import json
from pathlib import Path

from npae.exercises.checking import check_file
from npae.exercises.learner import load_text
from npae.exercises.texts import solution_text

FROZEN = Path(__file__).parent / "answers_frozen.json"


def patched(text: str, old, new) -> str:
    """Return a text with ``old`` exchanged for ``new``; both may be tuples, of as many places."""
    for one, other in [(old, new)] if isinstance(old, str) else zip(old, new, strict=True):
        if text.count(one) != 1:
            raise ValueError(f"{one!r} stands in the text {text.count(one)} times, not once")
        text = text.replace(one, other)
    return text


def text_of(exercise: str, old, new) -> str:
    """Return the text of the solution with ``old`` exchanged for ``new``, below its docstring."""
    text, end, code = solution_text(exercise).partition('\n"""\n')
    return text + end + patched(code, old, new)


def check_patched(exercise: str, old, new):
    """Return the result of checking a patched solution."""
    return check_text(exercise, text_of(exercise, old, new))


def check_text(exercise: str, text: str):
    """Return the result of checking a file of this text."""
    return check_file(exercise, load_text(text))


def frozen() -> list[dict]:
    """Return wrong answers ("exercise", "answer") with the name ("key", "sentence") that they had once.

    "said" is another sentence, by a general edit, that a person has found to say the bug as well.
    """
    data = json.loads(FROZEN.read_text(encoding="utf-8"))
    rows = []
    for row in data["rows"]:
        pairs = zip(*row["patch"]) if "patch" in row else None
        text = (
            row["text"] if pairs is None else patched(data["programs"][row["exercise"]], *map(tuple, pairs))
        )
        rows.append({"said": "", **row, "answer": text})
    return rows
