"""Slips: mistakes of one exercise, each an edit of its solution's text; what it predicts is computed by running it."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from npae.exercises import catalogue
from npae.exercises.exercise import Case, Wrong
from npae.exercises.learner import Functions


@dataclass(frozen=True)
class Slip:
    """An edit of the solution that is a mistake of this exercise only.

    Attributes
    ----------
    key : str
        Name of the diagnosis. Several slips may share one.
    old, new : str or tuple of str
        Text that stands once in the solution, and what stands in its place; or several such.
    sentence : str
        In the learner's terms, what was done. Default: that of the key in `npae.exercises.sentences`.
    """

    key: str
    old: str | tuple[str, ...]
    new: str | tuple[str, ...]
    sentence: str = ""

    def edited(self, text: str) -> str:
        """Return the text of a solution with the slip in it.

        Raises
        ------
        ValueError
            If what is to be replaced does not stand there exactly once.
        """
        for old, new in [(self.old, self.new)] if isinstance(self.old, str) else zip(self.old, self.new):
            if text.count(old) != 1:
                raise ValueError(f"{old!r} stands in the solution {text.count(old)} times, not once")
            text = text.replace(old, new)
        return text


@functools.cache
def _compiled(exercise: str, slip: Slip):
    text = catalogue.get(exercise).solution.read_text(encoding="utf-8")
    return compile(slip.edited(text), f"<slip in {exercise}>", "exec")


def predicted(exercise: str, slips: tuple[Slip, ...], run: Callable[[Any, Case], Any]) -> tuple[Wrong, ...]:
    """Return hypotheses: what the solution gives with each of the slips in it.

    Parameters
    ----------
    exercise : str
    slips : tuple of Slip
    run : callable
        ``run(functions, c)`` returns the array in question for a case.
    """

    def one(slip: Slip) -> Wrong:
        def compute(c: Case):
            module = types.ModuleType("npae_slip")
            exec(_compiled(exercise, slip), module.__dict__)
            return run(Functions(module), c.fresh())

        return Wrong(slip.key, compute, slip.sentence)

    return tuple(one(slip) for slip in slips)
