"""Finds a mistake in the learner's own program: the smallest edit that makes it right."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from npae.exercises.edits.copies import copies
from npae.exercises.edits.edit import Edit, Operator
from npae.exercises.edits.making import INSERTIONS, OPERATORS, all_edits
from npae.exercises.exercise import Gradients
from npae.exercises.known_arrays import known
from npae.exercises.learner import Functions
from npae.exercises.observing import Observer, Target, nearness
from npae.exercises.programs import KEPT
from npae.exercises.right_values import noted, right_functions_after
from npae.exercises.substitutions import Substitutions
from npae.exercises.suspects import suspects
from npae.exercises.undoing import mistake
from npae.exercises.worker.tracing import Assigned
from npae.exercises.written import Written, idle_statements, weightiest, written

ADDED = ("assign_not_add",)  # what the learner reads as adding, and other programs may have as assigning
ALIASES = ("copied", "separate", "not_copied", "in_place")  # few edits, which nothing makes right by chance
LIKELIEST, SUSPECTED = 1.25, 2.75  # costs of edits that are tried first where the first wrong array is made
PLAIN = {one.key for one in (*OPERATORS, *INSERTIONS)}  # and nothing that right programs compute
USED = 0.5  # cost of edits where the first wrong array is used
SURE = 2.0  # cost of edits of which the first that mends a line is told alone
MOST_TOLD = 3
MOST_FIRST = 2  # first edits of two


@dataclass
class Mended:
    """A program that became right in what was wanted, and what was wrong with it.

    Attributes
    ----------
    mistakes : list of tuple of Edit
        Each explains all of it; of several, the learner's may be any.
    parts : list of str
        The text of the program that the first of them leaves.
    """

    mistakes: list[tuple[Edit, ...]]
    parts: list[str]


class Repairs:
    """The repairs of a learner's program: one edit, or two, that make it right.

    Parameters
    ----------
    observer : Observer
        Of the check that fails.
    functions : Functions
        The learner's; edits run where they do.
    parts : list of str
        The text of the learner's program.
    target : Target
        What it gave, and what is right.
    wanted : list of str
        What has to become right; all that is right stays so.
    """

    def __init__(
        self, observer: Observer, functions: Functions, parts: list[str], target: Target, wanted: list[str]
    ):
        self._tries = _Tries(observer, functions, target, wanted)
        self.traced: tuple[int, list[Assigned]] = 0, []  # a case that is wrong, and the arrays made in it
        self._nearest: list[Edit] = []
        self._program: Written | None = None
        with contextlib.suppress(SyntaxError):
            self._program = self._tries.watched(parts)
            self.traced = self._tries.traced

    @property
    def names(self) -> set[str]:
        """The names that the program's code mentions."""
        nodes = ast.walk(self._program.tree) if self._program else ()
        some = (
            (getattr(node, "id", ""), getattr(node, "arg", ""), getattr(node, "attr", "")) for node in nodes
        )
        return {name for names in some for name in names if name}

    def single(self, tries: int, keys: Collection[str] = ()) -> Mended | None:
        """Return what one edit undoes, the likeliest first; None if none does.

        Parameters
        ----------
        tries : int
            How many edits to run.
        keys : collection of str
            The only operators that are tried; by default all of them.
        """
        if self._program is None:
            return None
        found, self._nearest = self._tries.single(self._program, tries, keys)
        lines: dict[tuple[int, ...], list[Edit]] = {}
        for edit in found:
            alike = lines.setdefault(tuple(dict.fromkeys(map(id, edit.lines or [edit]))), [])
            if not alike or edit.cost == alike[0].cost > SURE:  # of a line, the likeliest
                alike.append(edit)
        found = weightiest(self._program, [one for some in lines.values() for one in some])
        mistakes: list[tuple[Edit, ...]] = [(self._tries.mistake(self._program, edit),) for edit in found]
        told = {some[0].sentence: some for some in reversed(mistakes)}
        mistakes = list(reversed(told.values()))[:MOST_TOLD]
        return Mended(mistakes, self._program.edited(found[0])) if mistakes else None

    def first_wrong(self) -> str:
        """Return in words which expression is the first whose value no right program has, "" if none is."""
        program = self._program
        substitutions = self._tries.substitutions(program) if program else None
        return substitutions.first_wrong(program) if program and substitutions else ""

    def two(self, tries: int) -> Mended | None:
        """Return what two edits undo, of which the first comes near alone, as `single` has seen before."""
        program = self._program
        for first in self._nearest:
            if program is None:
                break
            halfway = self._tries.watched(program.edited(first))
            found = (
                self._tries.single(halfway, tries, ALIASES)[0] or self._tries.single(halfway, tries, PLAIN)[0]
            )
            if found:
                both = self._tries.mistake(program, first), self._tries.mistake(halfway, found[0])
                told = all(edit.sentence for edit in both)
                return Mended([both], halfway.edited(found[0])) if told else None
        return None


@dataclass
class _Tries:
    """Runs edits of a learner's program, and looks at what becomes of it."""

    observer: Observer
    functions: Functions
    target: Target
    wanted: list[str]
    case: int = 0  # the first that was wrong when a program was tried last
    traced: tuple[int, list[Assigned]] = (0, [])  # the case that was watched last, its arrays

    @property
    def axes(self) -> dict[str, str]:
        return dict(getattr(self.observer.check, "axes", {}))

    def mistake(self, program: Written, edit: Edit) -> Edit:
        return mistake(program, edit, self.axes)

    def single(
        self, program: Written, tries: int, keys: Collection[str] = ()
    ) -> tuple[list[Edit], list[Edit]]:
        """Return the likeliest edits that make a program right; if none does, those that come nearest."""
        found: list[Edit] = []
        tried = {tuple(program.text())}
        enough = self.near(program.text()) + 0.05
        near: dict[float, tuple[float, int, Edit]] = {}  # by score: edits that give the same count once
        for some in (self._likely, self._suspected, self._all):
            for edit in some(program, keys):
                if found and edit.cost > found[0].cost + 0.2 or len(tried) > tries:
                    break
                try:
                    text = program.edited(edit)
                except SyntaxError:
                    continue
                if tuple(text) not in tried and not any(KEPT in part for part in text):
                    tried.add(tuple(text))
                    score = self.near(text)
                    if score == np.inf:  # one without a sentence hides none that has one
                        found += [edit] if self.mistake(program, edit).sentence else []
                    elif score > enough and edit.key in PLAIN:
                        near.setdefault(round(score, 9), (edit.cost / 4 - score, len(tried), edit))
            if found or len(tried) > tries:
                break
        return found, [edit for *_, edit in sorted(near.values())[:MOST_FIRST]]

    def _likely(self, program: Written, keys: Collection[str]) -> list[Edit]:
        """Return the likeliest edits of the statements that make the first wrong array."""
        return [edit for edit in self._behind(program, _operators(keys)) if edit.cost <= LIKELIEST]

    def _suspected(self, program: Written, keys: Collection[str]) -> list[Edit]:
        """Return likely edits of these statements, also those that put in what right programs compute."""
        substitutions = None if keys else self.substitutions(program)
        operators = [*_operators(keys), *([substitutions.operator] if substitutions else [])]
        edits = [edit for edit in self._behind(program, operators) if edit.cost <= SUSPECTED]
        used = {id(edit) for edit in edits if any(id(line) in program.users for line in edit.lines)}
        return sorted(edits, key=lambda edit: edit.cost + USED * (id(edit) in used))

    def substitutions(self, program: Written) -> Substitutions | None:
        """Return what makes these edits; None if the program has no cases, or does not run."""
        text, case = noted(program.tree), self.traced[0]
        runs = None if self.observer.run is None else self.functions.program.edited([text])
        if runs is None:
            return None
        return Substitutions(
            program, self.observer.kinds(runs, case), right_functions_after(self.observer, case)
        )

    def _behind(self, program: Written, operators: list[Operator]) -> list[Edit]:
        """Return the edits of the statements behind the first wrong array."""
        inside = program.suspects | program.users
        return all_edits(program, self.axes, operators, lambda place: id(place.statement) in inside)

    def _all(self, program: Written, keys: Collection[str]) -> list[Edit]:
        idle = self._idle(program)
        edits = all_edits(program, self.axes, _operators(keys), lambda place: id(place.statement) not in idle)
        edits += [edit for edit in copies(program) if not keys or edit.key in keys]
        likely = {id(edit) for edit in edits if self.observer.matters(edit, self.target, self.wanted)}
        return sorted(edits, key=lambda edit: edit.cost + 2 * (id(edit) not in likely))

    def watched(self, parts: list[str]) -> Written:
        """Return a program from its parts, with what its variables hold in a wrong case, and suspects."""
        program = written("\n".join(parts))
        self.near(program.text())
        runs = self.functions.program.edited(program.text())
        if runs is None:
            return program
        case, traced = self.case, Functions(runs)
        arrays = traced.traced()
        self.observer.of_case(traced, case)
        if self.observer.run is None:
            return replace(program, held=traced.kinds)
        self.traced = case, arrays
        arrays, right = self._of_backward(arrays), known(self.observer, case)
        makers, users = suspects(program, arrays, right, self._idle(program))
        return replace(program, held=traced.kinds, suspects=makers, users=users)

    def _of_backward(self, arrays: list[Assigned]) -> list[Assigned]:
        """Return the arrays that a backward function makes, where the forward one is right."""
        check = self.observer.check
        if isinstance(check, Gradients) and check.backward and check.output not in self.target.wrong:
            first = next((k for k, one in enumerate(arrays) if one.function == check.backward), 0)
            return arrays[first:]
        return arrays

    def _idle(self, program: Written) -> set[int]:
        """Return statements that cannot have to do with what is wrong."""
        check, idle = self.observer.check, set[int]()
        if isinstance(check, Gradients) and check.backward and "error" not in self.target.wrong:
            asked = [k for k, one in enumerate(check.gradients) if one in self.wanted]
            if check.backward in program.functions and not asked:
                idle |= {id(one) for one in ast.walk(program.functions[str(check.backward)])}
            elif check.backward in program.functions:
                idle |= idle_statements(program.functions[str(check.backward)], asked)
            if check.output not in self.target.wrong and check.forward in program.functions:
                cache = 1  # the position of it among what forward returns
                idle |= idle_statements(program.functions[str(check.forward)], [cache])
        return idle

    def near(self, parts: list[str]) -> float:
        """Return infinity for a program that is right where that is wanted, and wherever the learner's is.

        Otherwise, how near it comes in the first case.
        """
        observer, target = self.observer, self.target
        program = self.functions.program.edited(parts)
        if program is None:
            return -1.0
        if observer.run is None:
            return np.inf if observer.passes(program) and observer.passes_earlier(program) else 0.0
        for case in target.order:
            made, seen, right = observer.one(program, case), target.seen[case], target.right[case]
            for label in {*made, *seen, *right}:
                needed = label in self.wanted or _same(target, seen.get(label), right.get(label))
                if needed and not _same(target, made.get(label), right.get(label)):
                    self.case = case
                    first = case == target.order[0]
                    return nearness(made, right, seen, self.wanted) if first else 2.0 * len(self.wanted)
        return np.inf if observer.passes_earlier(program) else 0.0


def _operators(keys: Collection[str]) -> list[Operator]:
    return [one for one in (*OPERATORS, *INSERTIONS) if not keys or one.key in keys]


def _same(target: Target, one: object, right: object) -> bool:
    if one is None or right is None:
        return one is right
    if isinstance(one, np.ndarray) and isinstance(right, np.ndarray) and one.shape != right.shape:
        return False
    return target.same(one, right)
