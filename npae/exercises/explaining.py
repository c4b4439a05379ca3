"""Explains what a learner's program computes by the smallest edit of a right program that computes the same."""

from __future__ import annotations

import contextlib
import functools
import heapq
import linecache
import signal
import threading
import time
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npae.exercises import catalogue
from npae.exercises.edits.edit import Edit
from npae.exercises.edits.making import all_edits
from npae.exercises.exercise import Gradients, Property, Values
from npae.exercises.first_wrong_line import assigned, first_wrong
from npae.exercises.gradients import backward_of
from npae.exercises.learner import CannotCheck, Functions, LearnerError, MissingFunction, loaded_anew
from npae.exercises.programs import right_programs
from npae.exercises.result import Result
from npae.exercises.running import Found, Run
from npae.exercises.sentences import sentence

SECONDS, PAIR_SECONDS = 2.5, 2.0  # of this process
MANY = 1000  # calls of a test: a training, which nothing here explains in time
VAGUE = (
    "",
    "wrong_shape",
    "permuted",
    "constant_factor",
    "constant_added",
    "exception",
    "not_finite",
    "axes_mixed",
)
REPLACED = ("", "wrong_shape", "exception", "permuted", "constant_factor", "constant_added")
VAGUE += ("forward_wrong_backward_matches", "wrong_return", "height_for_width", "one_size_for_another")


@dataclass
class Explanation:
    """Edits that all compute what the learner's program computes: one, if its name is certain.

    None, if it computes what is right as long as nothing was called before.
    """

    edits: list[tuple[Edit, ...]]
    by_numbers: bool = True

    @property
    def confident(self) -> bool:
        """Whether one edit alone explains numbers, and not only that there is an error."""
        return len(self.edits) == 1 and len(self.edits[0]) == 1 and self.by_numbers


class _OutOfTime(BaseException):
    """The time for explanations is over."""


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
        self.order = sorted(range(len(self.seen)), key=lambda k: not wrong[k])
        self.wrong = list(dict.fromkeys(label for some in wrong for label in some))

    def wrong_in(self, case: int) -> list[str]:
        """Return the labels of what is wrong in a case."""
        seen, right = self.seen[case], self.right[case] if case < len(self.right) else {}
        return [name for name in seen if name not in right or not self.same(seen[name], right[name])]

    def same(self, one, other, right=None) -> bool:
        """Whether two observations are the same, up to rounding that is small beside the mistake."""
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            return type(one) is type(other) and one == other
        mended = np.shape(right) != one.shape or one.squeeze().shape == other.squeeze().shape
        if one.shape != other.shape and one.size == other.size > 1 and mended:
            one, other = (
                one.ravel(),
                other.ravel(),
            )  # what is left of a mistake if the shape is mended by hand
        if one.shape != other.shape or (one.dtype.kind == "f") != (other.dtype.kind == "f") and one.size > 1:
            return False
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


def explain(exercise: str, check, functions: Functions, seed: int, quantity: str = "") -> Explanation | None:
    """Return the edits that explain what a learner's functions compute for a check; None if none does.

    Parameters
    ----------
    exercise : str
    check : Values, Gradients or Property
    functions : Functions
        The learner's.
    seed : int
    quantity : str
        The first that is wrong: an edit that explains it, and leaves right what is right, is enough.
    """
    with _alarm(SECONDS + PAIR_SECONDS + 0.5):
        return _explained(exercise, check, functions, seed, quantity)
    return None


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End what is done inside after some seconds, where the system can; an edited program may take long."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_):
        raise _OutOfTime

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _OutOfTime:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _explained(exercise: str, check, functions: Functions, seed: int, quantity: str) -> Explanation | None:
    position = [one is check for one in catalogue.get(exercise).checks].index(True)
    until = time.process_time() + SECONDS
    observer = _observer(exercise, position, seed)
    seen = list(observer.observe(_interpreted(loaded_anew(functions.module))))
    for number in range(len(observer.programs)):
        tried = observer.tried(number)
        target = Target(seen, tried.right, observer.tolerance)
        if not target.wrong or len(target.seen) > MANY:
            return Explanation([]) if not target.wrong else None
        wanted = [quantity] if quantity in target.wrong else target.wrong
        found: list[Edit] = []
        likely = {id(edit) for edit in tried.edits if observer.matters(edit, target, wanted)}
        for edit in sorted(tried.edits, key=lambda edit: edit.cost + (id(edit) not in likely)):
            if found and edit.cost > found[0].cost or time.process_time() > until:
                break
            if _fits(tried, edit, target, wanted):
                found.append(edit)
        if found:
            return _chosen(found, target, wanted, tried)
        if time.process_time() > until:
            break
    return _pairs(observer, seen, quantity, until + PAIR_SECONDS)


def _chosen(found: list[Edit], target: Target, wanted: list[str], tried: Tried) -> Explanation | None:
    """Return those that explain most, without those that say the same."""
    everything = [edit for edit in found if _fits(tried, edit, target, target.wrong)]
    kept = {edit.sentence: (edit,) for edit in everything or found}
    numbers = _has_numbers(target, wanted)
    return Explanation(list(kept.values())[:3], numbers) if numbers or len(kept) == 1 else None


def _fits(tried: Tried, edit: Edit, target: Target, wanted: list[str]) -> bool:
    """Whether an edit gives what the learner gave for the wanted quantities, and leaves right what is right."""
    for case in target.order:
        made = tried.made(edit, case, target)
        if made is None or made.keys() != target.seen[case].keys():
            return False
        for label, value in target.seen[case].items():
            right = target.right[case].get(label) if case < len(target.right) else None
            if not target.same(value, made[label], right):
                free = label not in wanted and right is not None and target.same(made[label], right)
                if not free:
                    return False
    return True


def _has_numbers(target: Target, wanted: list[str]) -> bool:
    """Whether there is more to explain than errors."""
    return any(isinstance(case.get(label), np.ndarray) for case in target.seen for label in wanted)


def _pairs(observer, seen, quantity: str, until: float) -> Explanation | None:
    tried = observer.tried(0)
    target = Target(seen, tried.right, observer.tolerance)
    wanted = [quantity] if quantity in target.wrong else target.wrong
    likely = [edit for edit in tried.edits if edit.cost <= 2.25 and observer.matters(edit, target, wanted)]
    if not _has_numbers(target, wanted):
        return None
    far: dict[int, float] = {}
    for edit in likely:
        if time.process_time() > until:
            break
        if _fits(tried, edit, target, wanted):
            return Explanation([(edit,)])
        far[id(edit)] = edit.cost / 2 - _nearness(tried, edit, target, wanted)
    likely = sorted((edit for edit in likely if id(edit) in far), key=lambda edit: far[id(edit)])
    for one, other in _nearest_first(likely, far):
        if time.process_time() > until:
            break
        places = {(id(c.holder), c.field) for c in one.changes}
        if places.isdisjoint((id(c.holder), c.field) for c in other.changes):
            changes, functions = (*one.changes, *other.changes), one.functions | other.functions
            both = Edit(one.key, one.cost + other.cost, "", changes, functions)
            if _fits(tried, both, target, wanted):
                return Explanation([tuple(sorted((one, other), key=lambda edit: edit.cost))])
    return None


def _nearest_first(edits: list[Edit], far: dict[int, float]) -> Iterator[tuple[Edit, Edit]]:
    """Yield all pairs of edits that are sorted by how far they are, the pairs that are nearest together first."""
    waiting = [(far[id(edits[k])] + far[id(edits[k + 1])], k, k + 1) for k in range(len(edits) - 1)]
    heapq.heapify(waiting)
    while waiting:
        _, k, m = heapq.heappop(waiting)
        yield edits[k], edits[m]
        if m + 1 < len(edits):
            heapq.heappush(waiting, (far[id(edits[k])] + far[id(edits[m + 1])], k, m + 1))


def _nearness(tried: Tried, edit: Edit, target: Target, wanted: list[str]) -> float:
    """Return how many of the learner's entries an edit alone explains, beyond those that are right."""
    case = target.order[0]
    made = tried.made(edit, case, target)
    if made is None:
        return -1.0
    score = 0.0
    for label in wanted:
        one, other = target.seen[case].get(label), made.get(label)
        if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
            score += type(one) is type(other) and one == other
        elif one.shape == other.shape and one.size:
            with np.errstate(all="ignore"):
                scale = np.max(np.abs(one)) or 1.0
                score += 0.5 + float(np.mean(np.abs(one - other) <= 1e-9 * scale))
                right = target.right[case].get(label)
                if isinstance(right, np.ndarray) and right.shape == one.shape:
                    away, left = (float(np.linalg.norm(one - a)) for a in (right, other))
                    score += (
                        0.5 * max(0.0, 1.0 - left / away)
                        if away > 0 and np.isfinite([away, left]).all()
                        else 0
                    )
    return score


class Tried:
    """The edits of one right program, and what they gave for the cases of a check, as far as it was asked."""

    def __init__(self, observer: Observer, number: int):
        self.observer, self.program = observer, observer.programs[number]
        self.right = list(observer.observe(self.program.module()))
        self.edits = _edits(observer.exercise, number)
        self._made: dict[int, Any] = {}

    def made(self, edit: Edit, case: int, target: Target) -> dict[str, Any] | None:
        """Return what an edit gives for a case; None where it makes no program."""
        known = self._made.setdefault(id(edit), {"edit": edit}) if edit.sentence else {}
        if case in known:
            return known[case]
        if "module" not in known:
            try:
                known["module"] = self.program.module(edit.changes, edit.functions)
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
        known[case] = self.observer.one(known["module"], case)
        return known[case]


class Observer:
    """Runs any program on the cases of a check, and notes what it gives: values, gradients, errors, changes."""

    def __init__(self, exercise: str, check, seed: int):
        self.exercise, self.check = exercise, check
        self.programs = right_programs(exercise)
        self.tolerance = getattr(check, "tolerance", None) or 1e-9
        self.run = None if isinstance(check, Property) else Run(exercise, check, Functions(None), None, seed)
        self._tried: dict[int, Tried] = {}

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
        forward = {name for name in edit.functions if "backward" not in name}
        return (
            bool(forward)
            if wanted == [self.check.output]
            else edit.functions != forward
            or self.check.output in target.wrong
            or "error" in target.wrong
            or not any("backward" in name for name in self.programs[0].functions)
            or not any("forward" in name for name in forward)
        )

    def observe(self, module) -> Iterator[dict[str, Any]]:
        """Yield what a program gives for each case: arrays and words by name."""
        if self.run is None:
            yield from _calls(self.check, module, None)
            return
        for case in range(len(self.run.cases)):
            yield self.one(module, case)

    def one(self, module, case: int) -> dict[str, Any]:
        """Return what a program gives for one case of values or gradients."""
        functions = Functions(module)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return _of_case(self.run.of(functions), functions, case)


def _of_case(run: Run, functions: Functions, number: int) -> dict[str, Any]:
    case, check = run.cases[number], run.check
    seen: dict[str, Any] = {}
    try:
        fresh = case.fresh()
        values, rest = run.call(fresh)
        seen.update({name: np.array(value) for name, value in zip(check.outputs, values)})
        if isinstance(check, Gradients):
            dy = case.known.get("given_dy")
            if dy is None:
                dy = np.random.default_rng(number).standard_normal(np.shape(values[0]))
            gradients = rest if check.backward is None else backward_of(run, np.array(dy, float), rest, fresh)
            for name, value in zip(check.gradients, gradients):
                seen[name] = (
                    np.array(value) if np.asarray(value).dtype.kind in "fiub" else type(value).__name__
                )
    except LearnerError as error:
        seen["error"] = f"{error.function}: {type(error.__cause__).__name__}"
    except (ValueError, TypeError) as error:  # of an answer that is no array
        seen["error"] = type(error).__name__
    except Found as found:
        seen["error"] = found.result.sentence
    except (MissingFunction, CannotCheck) as error:
        seen["error"] = str(error)
    changed = {pair for pair in functions.changed if pair[1] not in check.may_change}
    seen["changed"] = str(sorted(changed))
    return seen


def _calls(check: Property, module, expected: list | None) -> list[dict[str, Any]]:
    """Return what the calls of a property's test gave, one after the other; they end where they differ."""
    recorder = _Recorder(module, expected)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check.test(recorder)
    except (Exception, _Differs):
        pass
    return recorder.log


class _Recorder(Functions):
    def __init__(self, module, expected: list | None):
        super().__init__(module)
        self.log: list[dict[str, Any]] = []
        self.expected = expected
        self.target = Target([], [], 1e-9)

    def _watched(self, name, function, args, kwargs):
        try:
            answer = super()._watched(name, function, args, kwargs)
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


def _interpreted(module):
    """Return a module in which what Numba has compiled is plain Python: it stops where an index is outside."""
    compiled = {name: one.py_func for name, one in vars(module).items() if hasattr(one, "py_func")}
    if not compiled:
        return module
    plain = types.ModuleType("npae_interpreted")
    plain.__dict__.update(vars(module))
    for name, one in compiled.items():
        plain.__dict__[name] = types.FunctionType(
            one.__code__, plain.__dict__, name, one.__defaults__, one.__closure__
        )
    return plain


@functools.cache
def _edits(exercise: str, number: int) -> list[Edit]:
    """Return all edits of a right program of an exercise; what its variables hold is seen in all checks."""
    program, axes = right_programs(exercise)[number], {}
    for position, check in enumerate(catalogue.get(exercise).checks):
        observer = _observer(exercise, position, 0)
        if not (isinstance(check, Property) and program.held.keys() >= set(check.functions)):
            program.watch(lambda module, observer=observer: list(observer.observe(module)))
        axes = {**getattr(check, "axes", {}), **axes}
    return all_edits(program, axes)


@functools.cache
def _observer(exercise: str, position: int, seed: int) -> Observer:
    return Observer(exercise, catalogue.get(exercise).checks[position], seed)


def _first_wrong_line(exercise: str, check, functions: Functions, seed: int) -> list[str]:
    """Return where the arrays of the learner's program cease to be those of right programs, in words."""
    position = [one is check for one in catalogue.get(exercise).checks].index(True)
    observer = _observer(exercise, position, seed)
    file = functions.module.__file__
    for case in range(len(observer.run.cases)):
        right = [value for value in observer.run.cases[case].args.values() if isinstance(value, np.ndarray)]
        for module in [program.module() for program in observer.programs]:
            calls = functools.partial(observer.one, module, case)
            right += [one.array for one in assigned(calls, "<edited>")]
            right += [value for value in calls().values() if isinstance(value, np.ndarray)]
        calls = functools.partial(observer.one, loaded_anew(functions.module), case)
        found = first_wrong(assigned(calls, file), right, linecache.getlines(file))
        if found:
            return found
    return []


def with_explanation(exercise: str, check, functions: Functions, seed: int, result: Result) -> Result:
    """Return a result that names nothing, or little, with the name that the smallest edit gives to it."""
    if (
        result.confident
        and result.diagnosis not in VAGUE
        or result.stage in ("unwritten", "unavailable", "load")
    ):
        return result
    form = result.diagnosis == "wrong_return" and isinstance(check, (Values, Gradients))
    if form or not any(one is check for one in catalogue.get(exercise).checks):
        return result
    found = explain(exercise, check, functions, seed, result.quantity)
    if found is None:
        if not result.diagnosis and not isinstance(check, Property):
            lines = _first_wrong_line(exercise, check, functions, seed)
            if lines:
                result.sentence = (
                    f"{result.quantity} is wrong, and none of the usual mistakes explains it; {lines[0]}"
                )
                result.evidence[:0] = lines[1:]
        return result
    if not found.edits:
        if not result.diagnosis:
            result.diagnosis, result.confident = "hidden_state", True
            result.sentence = sentence("hidden_state", {"function": result.function or "the file"})
            result.evidence.insert(0, "in a file that is loaded anew, before any other call, it is right")
        return result
    texts = ["; besides: ".join(edit.sentence.rstrip(".") for edit in one) for one in found.edits]
    told = f"{texts[0]}." if len(texts) == 1 else f"One of these: {'; or: '.join(texts)}."
    if len(found.edits) == 1 and (lines := [edit.text for edit in found.edits[0] if edit.text]):
        result.evidence.insert(
            0, f"in all cases, the result is that of a right program with: {'; '.join(lines)}"
        )
    if result.diagnosis in REPLACED or result.diagnosis in VAGUE and not result.confident:
        result.also += [result.sentence] * bool(result.diagnosis)
        result.sentence = told
        result.alternatives = [one[0].key for one in found.edits[1:]]
        result.confident = result.confident or found.confident and not result.diagnosis
        result.diagnosis = result.diagnosis or found.edits[0][0].key
    elif found.confident:
        result.also.insert(0, told.rstrip("."))
    return result
