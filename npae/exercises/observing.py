"""Observes what programs compute on the cases of a check: values, gradients, errors and changed arguments."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npae.exercises import catalogue
from npae.exercises.case import Case
from npae.exercises.edits.edit import Edit
from npae.exercises.edits.making import all_edits
from npae.exercises.exercise import Gradients, Property
from npae.exercises.learner import CannotCheck, Functions, LearnerError, MissingFunction
from npae.exercises.programs import quietly, right_programs
from npae.exercises.running import Found, Run
from npae.exercises.slips import slip_edits
from npae.exercises.worker.tracing import Assigned, Held


class _Differs(BaseException):
    """A program has given something else than was expected: there is no need to go on."""


@dataclass
class Target:
    """What the learner's program gave, case by case, beside what is right."""

    seen: list[dict[str, Any]]
    right: list[dict[str, Any]]
    tolerance: float
    order: list[int] = field(default_factory=list)

    def __post_init__(self):
        wrong = [self.wrong_in(k) for k in range(len(self.seen))]
        # Most edits fail in the first case: one that is wrong, and of these the smallest.
        sizes = [sum(np.size(value) for value in case.values()) for case in self.seen]
        self.order = sorted(range(len(self.seen)), key=lambda k: (not wrong[k], sizes[k]))
        self.wrong = list(dict.fromkeys(label for some in wrong for label in some))

    def wanted(self, quantity: str) -> list[str]:
        """Return what has to be explained: a wrong quantity; all, where its wrong values are not finite.

        Many edits give NaN or infinity, and these say little.
        """
        wrong = [self.seen[k].get(quantity) for k in range(len(self.seen)) if quantity in self.wrong_in(k)]
        telling = any(isinstance(one, np.ndarray) and np.isfinite(one).all() for one in wrong)
        return [quantity] if telling else self.wrong

    def wrong_in(self, case: int) -> list[str]:
        """Return the labels of what is wrong in a case."""
        seen, right = self.seen[case], self.right[case] if case < len(self.right) else {}
        shaped = [name for name in seen if name in right and np.shape(seen[name]) == np.shape(right[name])]
        return [name for name in seen if name not in shaped or not self.same(seen[name], right[name])]

    def same(self, one, other, right=None) -> bool:
        """Whether two observations are the same, up to rounding that is small beside the mistake."""
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return type(one) is type(other) and one == other
        if right is not None and one.shape != np.shape(right) == other.shape:
            return False  # what is wrong is the shape, too
        mended = np.shape(right) != one.shape or one.squeeze().shape == other.squeeze().shape
        if one.shape != other.shape and one.size == other.size > 1 and mended:
            one, other = (
                one.ravel(),
                other.ravel(),
            )  # what is left of a mistake if the shape is mended by hand
        if one.shape != other.shape or (one.dtype.kind == "f") != (other.dtype.kind == "f") and one.size > 1:
            return False
        one, other = (
            array.astype(np.float64) if array.dtype.kind == "b" else array for array in (one, other)
        )
        with np.errstate(all="ignore"):
            finite = np.isfinite(one)
            if not np.array_equal(finite, np.isfinite(other)):
                return False
            if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
                return False
            if not finite.any():
                return True
            error = np.abs(one[finite] - other[finite])
            scale = max(float(np.max(np.abs(one[finite]))), 1e-300)
            if error.max() > 10 * self.tolerance * scale:
                return False
            if isinstance(right, np.ndarray) and right.shape == one.shape and right.dtype.kind == "f":
                away = np.abs(one - right)
                away = away[np.isfinite(away)]
                return (
                    not away.size or away.max() <= self.tolerance * scale or error.max() <= 0.02 * away.max()
                )
        return True


def nearness(made: dict[str, Any], goal: dict[str, Any], start: dict[str, Any], wanted: list[str]) -> float:
    """Return how near some observations come to a goal, seen from a start: at most 2 for each that is wanted.

    For the right type and shape, for each entry that is as it is to be, and for what of the way is gone.
    """
    score = 0.0
    for label in wanted:
        one, other, begin = goal.get(label), made.get(label), start.get(label)
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            score += type(one) is type(other) and one == other
        elif one.shape == other.shape and one.size:
            with np.errstate(all="ignore"):
                scale = np.max(np.abs(one)) or 1.0
                score += 0.5 + float(np.mean(np.abs(one - other) <= 1e-9 * scale))
                begun = isinstance(begin, np.ndarray) and begin.shape == one.shape
                away, left = (float(np.linalg.norm(one - array)) for array in (begin if begun else 0, other))
                if away > 0 and np.isfinite([away, left]).all():
                    score += 0.5 * max(0.0, 1.0 - left / away)
    return score


class Tried:
    """The edits of one right program, and what they gave for the cases of a check, as far as it was asked."""

    def __init__(self, observer: Observer, number: int):
        self.observer, self.program = observer, observer.programs[number]
        self.right = list(observer.observe(self.program.module()))
        self.slips = slip_edits(observer.exercise) if number == 0 else []
        self._made: dict[int, Any] = {}

    @functools.cached_property
    def edits(self) -> list[Edit]:
        """All general edits, the likeliest first."""
        return _edits(self.observer.exercise, self.observer.programs.index(self.program))

    def made(self, edit: Edit, case: int, target: Target) -> dict[str, Any] | None:
        """Return what an edit gives for a case; None where it makes no program."""
        known = self._made.setdefault(id(edit), {"edit": edit}) if edit.sentence else {}
        if case in known:
            return known[case]
        if "module" not in known:
            try:
                known["module"] = edit.module(self.program)
            except (SyntaxError, ValueError, TypeError, NameError):
                known["module"] = None
        if known["module"] is None:
            return None
        if self.observer.run is None:
            if (
                "log" not in known or known["log"][0] is not target.seen
            ):  # a log ends where it differs from that
                known["log"] = target.seen, _calls(self.observer.check, known["module"], target.seen)
            log = known["log"][1]
            return log[case] if case < len(log) == len(target.seen) else None
        for each in range(case + 1) if edit.cost == 0 else (case,):  # a slip may keep what calls before left
            if each not in known:
                known[each] = self.observer.one(known["module"], each)
        return known[case]


class Observer:
    """Runs any program on the cases of a check, and notes values, gradients, errors and changes."""

    def __init__(self, exercise: str, position: int, seed: int):
        check: Any = catalogue.get(exercise).checks[position]
        check = getattr(check, "compared", None) or check
        self.exercise, self.position, self.check, self.seed = exercise, position, check, seed
        self.programs = right_programs(exercise)
        self.tolerance = getattr(check, "tolerance", None) or 1e-9
        self.run: Any = None if isinstance(check, Property) else Run(exercise, check, Functions(None), seed)
        self._tried: dict[int, Tried] = {}
        self.known: dict[int, Any] = {}  # of each case: what occurs in right programs, once it was asked for
        self.right_values: dict[
            int, Any
        ] = {}  # of each case: right programs with what it has left in their variables

    def case(self, number: int) -> Case:
        """Return one of the cases, those after the last check's own included."""
        return [*self.run.cases, *self.run.squares][number]

    def tried(self, number: int) -> Tried:
        """Return what the edits of a right program give."""
        if number not in self._tried:
            self._tried[number] = Tried(self, number)
        return self._tried[number]

    def matters(self, edit: Edit, target: Target, wanted: list[str]) -> bool:
        """Return whether an edit can have to do with what is wrong."""
        if not isinstance(self.check, Gradients) or self.check.backward is None:
            return True
        names = {self.check.output, *self.check.gradients}
        if edit.target in names and edit.target not in wanted and not names.isdisjoint(wanted):
            return False
        early = all("forward" in name for name in edit.functions)
        late = all("backward" in name for name in edit.functions)
        if wanted == [self.check.output]:
            return not late
        return not early or self.check.output in target.wrong or "error" in target.wrong

    def observe(self, module) -> Iterator[dict[str, Any]]:
        """Yield what a program gives for each case: arrays and words by name."""
        if self.run is None:
            yield from _calls(self.check, module, None)
            return
        for case in range(len(self.run.cases) + len(self.run.squares)):
            yield self.one(module, case)

    def one(self, module, case: int) -> dict[str, Any]:
        """Return what a program gives for one case of values or gradients."""
        return self.seen(Functions(module), case)

    def passes_earlier(self, program) -> bool:
        """Return whether a program passes the checks before this one."""
        earlier = [observer_of(self.exercise, position, self.seed) for position in range(self.position)]
        return all(one.passes(program) for one in earlier)

    def traced(self, module, case: int) -> tuple[dict[str, Any], list[Assigned]]:
        """Return what a program gives for one case, and all arrays that its lines make."""
        functions = Functions(module)
        arrays = functions.traced()
        return self.seen(functions, case), arrays

    def kinds(self, module, case: int) -> dict[str, dict[str, Held]]:
        """Return what a case leaves in the variables of a program's functions."""
        functions = Functions(module)
        functions.traced()
        self.seen(functions, case)
        return functions.kinds

    def passes(self, program) -> bool:
        """Return whether a program passes the check."""
        if self.run is not None:
            right = self.tried(0).right
            return not Target(list(self.observe(program)), right, self.tolerance).wrong
        try:
            with quietly():
                return self.check.test(Functions(program)) is None
        except Exception:
            return False

    def of_case(self, functions: Functions, case: int) -> dict[str, Any]:
        """Return what a learner's functions give for a case; of a property, nothing."""
        if self.run is None:
            with contextlib.suppress(Exception), quietly():
                self.check.test(functions)
            return {}
        return self.seen(functions, case)

    def seen(self, functions: Functions, case: int) -> dict[str, Any]:
        """Return what functions give for a case."""
        with quietly():
            return _of_case(self.run.of(functions), functions, case)


def _of_case(run: Run, functions: Functions, number: int) -> dict[str, Any]:
    case, check = [*run.cases, *run.squares][number], run.check
    seen: dict[str, Any] = {}
    try:
        fresh = case.fresh()
        values, rest = run.call(fresh)
        seen.update({name: np.array(value) for name, value in zip(check.outputs, values)})
        if isinstance(check, Gradients):
            for name, value in zip(check.gradients, run.call_back(np.array(case.dy), rest, fresh)):
                array = np.asarray(value).dtype.kind in "fiub"
                seen[name] = np.array(value) if array else type(value).__name__
    except LearnerError as error:
        seen["error"] = error.function  # a mistake gives other errors in code that is written another way
    except (ValueError, TypeError) as error:  # of an answer that is no array
        seen["error"] = type(error).__name__
    except Found as found:
        seen["error"] = found.result.sentence
    except (MissingFunction, CannotCheck) as error:
        seen["error"] = str(error)
    seen["changed"] = str(sorted(set(functions.changed)))
    return seen


def _calls(check: Property, module, expected: list | None) -> list[dict[str, Any]]:
    """Return what the calls of a property's test gave, one after the other; they end where they differ."""
    recorder = _Recorder(module, expected)
    try:
        with quietly():
            check.test(recorder)
    except (Exception, _Differs):
        pass
    return recorder.log


class _Recorder(Functions):
    def __init__(self, program, expected: list | None):
        super().__init__(program)
        self.log: list[dict[str, Any]] = []
        self.expected = expected
        self.target = Target([], [], 1e-9)

    def _watched(self, name, args, kwargs):
        try:
            answer = super()._watched(name, args, kwargs)
        except LearnerError as error:
            self._note({name: type(error.__cause__).__name__})
            raise
        self._note({f"{name}{key}": value for key, value in _parts(answer, name)})
        return answer

    def _note(self, seen: dict[str, Any]) -> None:
        seen["changed"] = str(sorted(set(self.changed)))
        self.log.append(seen)
        if self.expected is None:
            return
        want = self.expected[len(self.log) - 1] if len(self.log) <= len(self.expected) else None
        if (
            want is None
            or want.keys() != seen.keys()
            or not all(self.target.same(want[k], seen[k]) for k in seen)
        ):
            self.log.append({})
            raise _Differs


def _parts(answer, name: str, key: str = ""):
    """Yield all arrays of an answer with where they are; of (y, cache), only y is comparable."""
    if isinstance(answer, dict):
        for one, value in answer.items():
            yield from _parts(value, name, f"{key}[{one!r}]")
    elif isinstance(answer, (tuple, list)):
        for one, value in enumerate(answer[:1] if "forward" in name and not key else answer):
            yield from _parts(value, name, f"{key}[{one}]")
        yield f"{key}.len", len(answer)
    elif isinstance(answer, (np.ndarray, np.generic, float, int)):
        yield key, np.array(answer)
    else:
        yield key, type(answer).__name__


@functools.cache
def _edits(exercise: str, number: int) -> list[Edit]:
    """Return all edits of a right program of an exercise; what its variables hold is seen in all checks."""
    program, axes = right_programs(exercise)[number], dict[str, str]()
    for position, check in enumerate(catalogue.get(exercise).checks):
        observer = observer_of(exercise, position, 0)
        if not (isinstance(check, Property) and program.held.keys() >= set(check.functions)):
            program.watch(lambda module, observer=observer: list(observer.observe(module)))
        axes = {**getattr(check, "axes", {}), **axes}
    return all_edits(program, axes)


@functools.cache
def observer_of(exercise: str, position: int, seed: int) -> Observer:
    """Return the observer of one of the checks of an exercise."""
    return Observer(exercise, position, seed)
