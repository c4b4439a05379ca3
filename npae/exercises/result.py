"""What a check found: as data for programs, as text for people."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Result:
    """The outcome of checking one exercise.

    Attributes
    ----------
    exercise : str
    passed : bool
    stage : str
        Where it stopped: "load", "unwritten", "form" (what is returned), "values", "gradient", "promise"
        (nothing changed, nothing hidden), "float32", "property", "exception"; or "done".
    function, quantity : str
        Of the learner's file; and what of it is wrong, as "dkernel".
    diagnosis : str
        The key of the mistake, "" where none of those known fits.
    sentence : str
        The diagnosis in the learner's terms.
    evidence, picture : list of str
        Lines.
    pointer : str
        Where the formula stands.
    confident : bool
        Whether exactly one known mistake explains every number that was seen.
    alternatives : list of str
        Keys of other mistakes that explain all of it as well.
    also, notes : list of str
        What else is wrong; what is worth knowing, though it is no mistake.
    """

    exercise: str
    passed: bool = False
    stage: str = "done"
    function: str = ""
    quantity: str = ""
    diagnosis: str = ""
    sentence: str = ""
    evidence: list[str] = field(default_factory=list)
    pointer: str = ""
    picture: list[str] = field(default_factory=list)
    confident: bool = False
    alternatives: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, exercise: str, stage: str, diagnosis: str, sentence: str, evidence=()) -> Result:
        """Return the result of an answer that could not be checked to the end, whose reason is certain."""
        result = cls(exercise, stage=stage, diagnosis=diagnosis, sentence=sentence, confident=True)
        result.evidence = list(evidence)
        return result

    def as_dict(self) -> dict:
        """Return it as plain lists, strings and booleans, for JSON."""
        passed = self.passed and self.stage == "done" and not self.diagnosis
        return {**dataclasses.asdict(self), "passed": passed}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Result:
        """Return what `as_dict` was made from."""
        return cls(**data)


def as_text(result: Result, width: int = 100) -> str:
    """Return a result as paragraphs of at most ``width`` columns."""
    if result.passed:
        return "\n".join([f"{result.exercise}: right.", *_wrapped(result.notes, width, "  note: ")])
    lines = [f"{result.exercise}: {_where(result)}", ""]
    lines += textwrap.wrap(result.sentence, width - 2, initial_indent="  ", subsequent_indent="  ")
    for block in (result.evidence, result.picture):
        lines += [""] if block else []
        for line in block:
            fits = len(line) <= width - 4
            lines += [f"    {line}".rstrip()] if fits else _wrapped([line], width, "    ", " " * 8)
    extra = _wrapped(result.also, width, "  also: ") + _wrapped(result.notes, width, "  note: ")
    if result.pointer:
        extra += _wrapped([result.pointer], width, "  formula: ")
    return "\n".join(lines + ([""] + extra if extra else []))


def number(value: float) -> str:
    """Return a number in at most eleven characters."""
    if math.isfinite(value) and value == round(value) and abs(value) < 1e6:
        return f"{value + 0.0:.0f}"
    return f"{value:.5g}"


def _where(result: Result) -> str:
    what = " of ".join(part for part in (result.quantity, result.function) if part) or "the file"
    return {
        "load": "the file cannot be loaded",
        "unwritten": f"{result.function} is still to be written",
        "exception": f"{result.function} stops with an error",
        "form": f"what {result.function} returns has the wrong form",
        "values": f"{what} is wrong",
        "warning": f"{what} is right, but not computed safely",
        "gradient": f"{what} is wrong",
        "promise": f"{result.function} is right in each case by itself, but breaks a rule",
        "float32": f"{what} is wrong in float32",
        "run": "the file does not run to the end of its check",
        "unavailable": "this cannot be checked here",
    }.get(result.stage, f"{what} is not right yet")


def _wrapped(texts: list[str], width: int, head: str, further: str = "") -> list[str]:
    lines = []
    for text in texts:
        lines += textwrap.wrap(text, width, initial_indent=head, subsequent_indent=further or " " * len(head))
    return lines
