"""Finds a mistake in the learner's own program: the smallest edit that makes it right."""

from __future__ import annotations

import ast
import contextlib
import difflib
import re
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from npae.exercises.edits.copies import copies
from npae.exercises.edits.edit import CONDITION, Edit
from npae.exercises.edits.making import INSERTIONS, OPERATORS, all_edits
from npae.exercises.exercise import Gradients
from npae.exercises.first_wrong_line import known
from npae.exercises.learner import Functions
from npae.exercises.observing import Observer, Target, nearness
from npae.exercises.programs import KEPT, exchanged
from npae.exercises.suspects import suspects
from npae.exercises.worker.tracing import Assigned
from npae.exercises.written import Written, idle_statements, written

MENDING = {*(one.key for one in INSERTIONS), "copied"}
SELF_INVERSE = re.compile(r"np\.flip\(|\.swapaxes\(\d, \d\)$|^\(?-")  # done twice, it is undone
ADDED = ("assign_not_add",)  # what the learner reads as adding, and other programs may have as assigning
ALIASES = ("copied", "separate", "not_copied")  # few edits, which nothing makes right by chance
OWN_WORDS = re.compile(r"\b(_copy|_begin|_given|locals)\b")  # of operators: no learner writes them
TOO_MUCH: dict[type, str] = {
    ast.Add: "{} is added, and does not belong there",
    ast.Sub: "{} is subtracted, and does not belong there",
    ast.Mult: "the factor {} does not belong there",
    ast.Div: "the division by {} does not belong there",
    ast.Pow: "the power {} does not belong there",
}
SUSPECTED = 2.5  # costs of edits that are tried first where the first wrong array is made
MOST_FIRST = 6  # first edits of two
MOST_LINES = 3  # of a difference that is told


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
        self._nearest: list[Edit] = []
        self._program: Written | None = None
        with contextlib.suppress(SyntaxError):
            self._program = self._tries.watched(parts)

    @property
    def names(self) -> set[str]:
        """The names that the program's code mentions."""
        nodes = ast.walk(self._program.tree) if self._program else ()
        some = (
            (getattr(node, "id", ""), getattr(node, "arg", ""), getattr(node, "attr", "")) for node in nodes
        )
        return {name for names in some for name in names if name}

    def single(self, seconds: float, keys: Collection[str] = ()) -> Mended | None:
        """Return what one edit undoes, the likeliest first; None if none does.

        Parameters
        ----------
        seconds : float
            Of this process.
        keys : collection of str
            The only operators that are tried; by default all of them.
        """
        if self._program is None:
            return None
        found, self._nearest = self._tries.single(self._program, time.process_time() + seconds, keys)
        lines = {
            tuple(map(id, one.lines or [change.holder for change in one.changes])): one for one in found[::-1]
        }
        found = list(lines.values())[::-1]  # the likeliest of each line
        mistakes: list[tuple[Edit, ...]] = [(self._tries.mistake(self._program, edit),) for edit in found]
        told = {some[0].sentence: some for some in reversed(mistakes) if some[0].sentence}
        mistakes = list(reversed(told.values()))
        return Mended(mistakes, self._program.edited(found[0])) if mistakes else None

    def two(self, seconds: float) -> Mended | None:
        """Return what two edits undo, of which the first comes near alone, as `single` has seen before."""
        program, until = self._program, time.process_time() + seconds
        for first in self._nearest:
            if program is None or time.process_time() > until:
                break
            halfway = self._tries.watched(program.edited(first))
            found, _ = self._tries.single(halfway, until, ALIASES)
            if not found:
                found, _ = self._tries.single(halfway, (time.process_time() + until) / 2)
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

    @property
    def axes(self) -> dict[str, str]:
        return dict(getattr(self.observer.check, "axes", {}))

    def mistake(self, program: Written, edit: Edit) -> Edit:
        return mistake(program, edit, self.axes)

    def single(
        self, program: Written, until: float, keys: Collection[str] = ()
    ) -> tuple[list[Edit], list[Edit]]:
        """Return the likeliest edits that make a program right; if none does, those that come nearest."""
        found: list[Edit] = []
        tried = {tuple(program.text())}
        enough = self.near(program.text()) + 0.05
        near: dict[float, tuple[float, int, Edit]] = {}  # by score: edits that give the same count once
        for some in (self._suspected, self._all) if not keys else (self._all,):
            for edit in some(program, keys):
                if found and edit.cost > found[0].cost + 0.2 or time.process_time() > until:
                    break
                try:
                    text = program.edited(edit)
                except SyntaxError:
                    continue
                if tuple(text) not in tried and not any(KEPT in part for part in text):
                    tried.add(tuple(text))
                    score = self.near(text)
                    if score == np.inf:
                        found.append(edit)
                    elif score > enough:
                        near.setdefault(round(score, 9), (edit.cost / 4 - score, len(tried), edit))
            if found or time.process_time() > until:
                break
        return found, [edit for *_, edit in sorted(near.values())[:MOST_FIRST]]

    def _suspected(self, program: Written, keys: Collection[str]) -> list[Edit]:
        """Return likely edits of the statements that make the first wrong array."""
        inside, operators = program.suspects, [*OPERATORS, *INSERTIONS]
        edits = all_edits(program, self.axes, operators, lambda place: id(place.statement) in inside)
        return [edit for edit in edits if edit.cost <= SUSPECTED]

    def _all(self, program: Written, keys: Collection[str]) -> list[Edit]:
        operators = [one for one in (*OPERATORS, *INSERTIONS) if not keys or one.key in keys]
        idle = self._idle(program)
        edits = all_edits(program, self.axes, operators, lambda place: id(place.statement) not in idle)
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
        found = set[int]()
        if self.observer.run is not None:
            arrays, right = self._of_backward(arrays), known(self.observer, case)
            found = suspects(program, arrays, right, self._idle(program))
        return replace(program, held=traced.kinds, suspects=found)

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
            return np.inf if observer.passes(program) else 0.0
        for case in target.order:
            made, seen, right = observer.one(program, case), target.seen[case], target.right[case]
            for label in {*made, *seen, *right}:
                needed = label in self.wanted or _same(target, seen.get(label), right.get(label))
                if needed and not _same(target, made.get(label), right.get(label)):
                    self.case = case
                    first = case == target.order[0]
                    return nearness(made, right, seen, self.wanted) if first else 2.0 * len(self.wanted)
        return np.inf


def _same(target: Target, one: object, right: object) -> bool:
    if one is None or right is None:
        return one is right
    if isinstance(one, np.ndarray) and isinstance(right, np.ndarray) and one.shape != right.shape:
        return False
    return target.same(one, right)


def mistake(program: Written, edit: Edit, axes: dict[str, str]) -> Edit:
    """Return what an edit undoes: of the program that it makes, the edit that makes the learner's again.

    Edits that only mend say it themselves.
    """
    if edit.key in MENDING and edit.sentence:
        return replace(edit, lines=())
    changed = {name: program.functions[name] for name in sorted(edit.functions)}
    goal = [ast.unparse(function) for function in changed.values()]
    sentences: dict[str, str] = {}
    inside = {id(one) for one in edit.lines}
    with exchanged(edit.changes) as undo:
        mended = [ast.unparse(function) for function in changed.values()]
        where = (lambda place: id(place.statement) in inside) if inside else None
        block = not edit.lines  # what an edit of statements undoes, is one of statements
        operators = [one for one in OPERATORS if issubclass(one.nodes[0], (ast.stmt, ast.arguments)) == block]
        for one in all_edits(Written(program.tree, changed, program.held), axes, operators, where):
            with contextlib.suppress(SyntaxError), exchanged(one.changes):
                if [ast.unparse(function) for function in changed.values()] == goal:
                    sentences.setdefault(one.key, one.sentence)
    pairs = [(old.new, change.new) for old, change in zip(undo, edit.changes)]
    expressions = all(isinstance(one, ast.expr) for pair in pairs for one in pair)
    texts = [(ast.unparse(old), ast.unparse(new)) for old, new in pairs] if expressions else []
    if edit.target != CONDITION and (
        edit.key in sentences or not (texts and all(SELF_INVERSE.search(new) for _, new in texts))
    ):
        for key in (edit.key, *sentences):
            if key in sentences:
                return Edit(key, edit.cost, sentences[key], edit.changes, edit.functions)
    if texts:
        said = list(dict.fromkeys(_instead(old, new) for old, new in pairs))
        words = "; ".join(said[:2]).replace(
            f"{edit.target} is added", f"what {edit.target} held before is added"
        )
        sentence = f"In {edit.target}, {words}." if edit.target else f"{words}."
    else:
        sentence = " ".join(_difference(*("\n".join(parts).splitlines() for parts in (goal, mended))))
    if OWN_WORDS.search(sentence):
        sentence = ""
    return Edit(edit.key, edit.cost, sentence, edit.changes, edit.functions)


def _instead(old: ast.expr, new: ast.expr) -> str:
    """Return in words that an expression stands where another one belongs."""
    if isinstance(old, ast.BinOp) and type(old.op) in TOO_MUCH:
        for kept, other in ((old.left, old.right), (old.right, old.left)):
            if ast.dump(kept) == ast.dump(new) and (
                kept is old.left or isinstance(old.op, (ast.Add, ast.Mult))
            ):
                return TOO_MUCH[type(old.op)].format(ast.unparse(other))
    return f"{ast.unparse(old)} stands where {ast.unparse(new)} belongs"


def _difference(wrong: list[str], right: list[str]) -> Iterator[str]:
    """Yield in words how the lines of two programs differ."""
    for kind, a, b, c, d in difflib.SequenceMatcher(None, wrong, right, autojunk=False).get_opcodes():
        if max(b - a, d - c) > MOST_LINES:
            continue
        old, new = (", ".join(line.strip() for line in some) for some in (wrong[a:b], right[c:d]))
        if kind == "replace":
            yield f"{old} stands where {new} belongs."
        elif kind == "insert":
            yield f"A step is missing: {new}."
        elif kind == "delete":
            yield f"{old} is one step too many."
