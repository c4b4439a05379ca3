"""Slips: mistakes of one exercise that no general edit names well, each an edit of a right program's text.

They stand in ``path/NAME/slips.txt``, where one reads as a difference of two files::

    no_bias_correction: m is corrected, v is not: formula (3) has two parts.
    - v_hat = v / (1 - beta_2**t)
    + v_hat = v

What a slip predicts is what the edited program computes, on every case.
"""

from __future__ import annotations

import functools
import importlib.resources
from dataclasses import dataclass

from npae.exercises.edits.edit import Edit
from npae.exercises.programs import Program, program_of
from npae.exercises.texts import right_texts


@dataclass(frozen=True)
class Slip:
    """An edit of a right program that is a mistake of this exercise only.

    Attributes
    ----------
    key : str
        Name of the diagnosis. Several slips may share one.
    old, new : tuple of str
        Texts that stand once in a right program, and what stands in their places.
    sentence : str
        In the learner's terms, what was done.
    """

    key: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    sentence: str

    def edited(self, texts: dict[str, str]) -> str:
        """Return the first of several programs that has all of ``old``, with the slip in it.

        Raises
        ------
        ValueError
            If there is none in which each of them stands exactly once.
        """
        for text in texts.values():
            if all(text.count(old) == 1 for old in self.old):
                for old, new in zip(self.old, self.new):
                    text = text.replace(old, new)
                return text
        raise ValueError(f"{self.key}: no right program holds exactly one {' and one '.join(self.old)!r}")


def parsed(text: str) -> list[Slip]:
    """Return the slips of a file: a sentence after its key, then lines that begin with - and +.

    A line that begins with two blanks goes on with the sentence. Several lines with - are replaced together;
    a line with - after one with + begins another place.
    """
    found: list[tuple[str, list[tuple[list[str], list[str]]]]] = []
    for line in text.splitlines():
        mark, rest = line[:1], line[2:]
        if mark == "-":
            places = found[-1][1]
            if not places or places[-1][1]:
                places.append(([], []))
            places[-1][0].append(rest)
        elif mark == "+":
            found[-1][1][-1][1].append(rest)
        elif mark == " ":
            found[-1] = (f"{found[-1][0]} {rest.strip()}", found[-1][1])
        elif line:
            found.append((line, []))
    slips = []
    for head, places in found:
        key, _, sentence = head.partition(": ")
        old, new = (tuple("\n".join(place[k]) for place in places) for k in (0, 1))
        slips.append(Slip(key, old, new, sentence))
    return slips


@functools.cache
def slips_of(exercise: str) -> list[Slip]:
    """Return the slips of an exercise; none where it has no such file."""
    file = importlib.resources.files("npae.exercises.path") / exercise / "slips.txt"
    return parsed(file.read_text(encoding="utf-8")) if file.is_file() else []


@dataclass(frozen=True)
class SlipEdit(Edit):
    """A slip as an edit: the whole program is another one."""

    edited: str = ""
    exercise: str = ""

    def program(self, right: Program) -> Program:
        """Return the edited program."""
        return program_of(self.exercise, self.edited)


@functools.cache
def slip_edits(exercise: str) -> list[Edit]:
    """Return the slips of an exercise as edits."""
    texts = right_texts(exercise)
    return [
        SlipEdit(slip.key, 0.0, slip.sentence, (), frozenset(), edited=slip.edited(texts), exercise=exercise)
        for slip in slips_of(exercise)
    ]
