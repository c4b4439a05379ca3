"""Checks that results depend on the arguments alone: not on other calls, nor on how arrays lie in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from npae.exercises.case import Case
from npae.exercises.evidence import evidence
from npae.exercises.exercise import Check, Gradients, Property
from npae.exercises.learner import CannotCheck, Functions, LearnerError, MissingFunction
from npae.exercises.numeric import TOLERANCE
from npae.exercises.result import Result
from npae.exercises.running import VALUE_TOLERANCE, Found, Run
from npae.exercises.samples import Sample
from npae.exercises.sentences import remarks, sentence
from npae.exercises.worker.calls import says
from npae.exercises.worker.layouts import LAYOUTS

Wrong = tuple[str, list[str]]  # a function that is wrong, and evidence; the function is "" where none is
STOPPED = (LearnerError, ValueError, IndexError)
CASES = 2


def judge_calls(run: Run) -> None:
    """End the check if results change with a later call, or depend on how often a function was called."""
    case = run.cases[-1]
    results, rest = _results(run, case)
    kept = _copies(results)

    backward, has_cache = run.backward_function, getattr(run.check, "backward", None) is not None
    if has_cache and not _backward_again(run, case, rest, kept):
        line = "called twice with the same dy and the same cache, it gives two different answers"
        run.fail("aliased_cache", "promise", "", [line], function=backward)
    _judge_other_numbers(run, case)
    now = {name: run.functions.now(value) for name, value in results.items()}
    for name in _changed(now, kept):
        line = f"a second call, for other numbers, changes the {name} that the first returned"
        run.fail("hidden_state", "promise", name, [line], function=_function_of(run, name))
    if has_cache and not _backward_again(run, case, rest, kept):
        line = "after a call of forward for other numbers, the cache of the first call gives another answer"
        run.fail("hidden_state", "promise", "", [line], function=backward)
    _judge_second(run, case, kept, backward=True)
    for (function, argument), owned in run.functions.owned.items():
        if owned == {True, False}:
            line = f"in some of the calls, what it returns is the array {argument} that it was given"
            run.fail("returned_argument", "promise", "", [line], function=function, argument=argument)


def judge_again(run: Run, backward: bool) -> None:
    """End the check if the first case, computed twice, gives other results; with ``backward``, gradients."""
    case = run.cases[0]
    _judge_second(run, case, _copies(_results(run, case, backward)[0]), backward)


def _judge_second(run: Run, case: Case, kept: dict[str, np.ndarray], backward: bool) -> None:
    for name in _changed(_results(run, case, backward)[0], kept):
        line = "the same arguments, given twice, give different results"
        run.fail("hidden_state", "promise", name, [line], function=_function_of(run, name))


def altered(exercise: str, functions: Functions) -> Result | None:
    """Return which function changes what an earlier call has returned; None if none does."""
    name = functions.altered()
    if not name:
        return None
    line = "a later call changes what an earlier one has returned"
    said = sentence("hidden_state", {"function": name})
    result = Result.of(exercise, "promise", "hidden_state", said, [line])
    result.function = name
    return result


def _results(run: Run, case: Case, backward: bool = True) -> tuple[dict[str, Any], Any]:
    """Return values and, with ``backward``, gradients of a case by name, and what came with the values."""
    values, rest = run.call(case.fresh())
    results = dict(zip(run.check.outputs, values))
    if backward and isinstance(run.check, Gradients):
        results |= zip(run.check.gradients, run.call_back(np.array(case.dy), rest, case))
    return results, rest


def _copies(results: dict[str, Any]) -> dict[str, np.ndarray]:
    return {name: np.array(value) for name, value in results.items()}


def _changed(now: dict[str, Any], kept: dict[str, np.ndarray]) -> list[str]:
    """Return the names of results that are not what they were."""
    pairs = {name: (np.asarray(now[name]), then) for name, then in kept.items() if name in now}
    return [
        name
        for name, (one, then) in pairs.items()
        if one.shape != then.shape or not np.allclose(one, then, 1e-9, 1e-12, equal_nan=True)
    ]


def _backward_again(run: Run, case: Case, rest: Any, kept: dict[str, np.ndarray]) -> bool:
    """Whether the gradients for a cache are what they were."""
    try:
        again = run.call_back(np.array(case.dy), rest, case)
    except LearnerError:
        return False
    return not _changed(dict(zip(run.check.gradients, again)), kept)


def _function_of(run: Run, quantity: str) -> str:
    return run.function if quantity in run.check.outputs else run.backward_function


def _samples(run: Run, case: Case) -> dict[str, Sample]:
    """Return what is computed for a case, beside what is right."""
    limit = run.check.tolerance or (TOLERANCE if isinstance(run.check, Gradients) else VALUE_TOLERANCE)
    right = {**case.right, **case.gradients}
    results = {name: np.asarray(value, np.float64) for name, value in _results(run, case)[0].items()}
    return {name: Sample(case, value, right[name], limit) for name, value in results.items()}


def _judge_other_numbers(run: Run, case: Case) -> None:
    """Call with other numbers of the same shapes, and end the check if the answer is wrong."""
    dy = {} if case.dy is None or not case.dy.ndim else {"dy": np.flip(case.dy)}
    try:
        other = run.prepared("", {**case.rearranged(), **dy})
        samples = _samples(run, other)
        if all(one.right for one in samples.values()):
            return
        anew = run.of(Functions(run.functions.program.anew(plain=False)))
        alone = all(one.right for one in _samples(anew, other).values())
    except STOPPED:  # what is an argument forwards need not be one backwards
        return
    name = next(name for name, one in samples.items() if not one.right)
    old = replace(samples[name], want={**case.right, **case.gradients}[name])
    if old.right or alone:
        line = f"given other numbers of the same shapes, it returns the {name} of the call before"
        if not old.right:
            line = f"{name} is wrong after a call for other numbers of the same shapes, and right without it"
        run.fail("hidden_state", "promise", name, [line], function=_function_of(run, name))
    run.judge({name: [one] for name, one in samples.items()}, _function_of(run, name))


def judge_layouts(exercise: str, checks: Iterable[Check], functions: Functions, seed: int) -> Result | None:
    """Return which function is wrong for arrays that are not contiguous in memory; None if none is.

    What Numba has compiled is left out: it is compiled for one layout.
    """
    if functions.compiled():
        return None
    for check in checks:
        if isinstance(check, Property):
            attempts = [_of_property(check, functions)] if check.again else []
        else:
            run = Run(exercise, check, functions, seed)
            attempts = [_of_case(run, case) for case in sorted(run.cases, key=_size)[-CASES:]]
        for attempt in attempts:
            for layout in LAYOUTS:
                wrong, names = _with_layout(functions, layout, "", attempt)
                if wrong[0] and not attempt()[0]:
                    return _not_contiguous(exercise, functions, layout, attempt, wrong, names)
    return None


def _size(case: Case) -> int:
    return sum(value.size for value in case.arrays().values())


def _of_case(run: Run, case: Case) -> Callable[[], Wrong]:
    def attempt() -> Wrong:
        try:
            for name, sample in _samples(run, case).items():
                if not sample.right:
                    return _function_of(run, name), evidence([sample], "right")[1:]
        except LearnerError as error:
            return error.function, [*error.lines, says(error.__cause__ or error)]
        except Found as found:
            return run.function, [found.result.sentence]
        except ValueError as error:
            return run.function, [says(error)]
        return "", []

    return attempt


def _of_property(check: Property, functions: Functions) -> Callable[[], Wrong]:
    def attempt() -> Wrong:
        try:
            found = check.test(functions)
        except LearnerError as error:
            return error.function, [*error.lines, says(error.__cause__ or error)]
        except (MissingFunction, CannotCheck):
            raise
        except Exception as error:
            return check.functions[0], [says(error)]
        if found is None:
            return "", []
        if isinstance(found, Result):
            return found.function or check.functions[0], [found.sentence, *found.evidence]
        return check.functions[0], [found] if isinstance(found, str) else list(found)

    return attempt


def _with_layout(
    functions: Functions, how: str, argument: str, attempt: Callable[[], Wrong]
) -> tuple[Wrong, list[str]]:
    """Return what is wrong where an argument, or all (""), is laid out otherwise, and the names of those."""
    functions.forget()
    with functions.laid_out(how, argument) as names:
        return attempt(), list(names)


def _not_contiguous(
    exercise: str,
    functions: Functions,
    layout: str,
    attempt: Callable[[], Wrong],
    wrong: Wrong,
    names: list[str],
) -> Result:
    """Return the result that says so, with the one argument that makes it wrong, if one alone does."""
    alone = {name: _with_layout(functions, layout, name, attempt)[0] for name in names}
    guilty = [name for name in names if alone[name][0]]
    function, lines = alone[guilty[0]] if guilty else wrong
    words = {"function": function, "argument": guilty[0] if guilty else " or ".join(names)}
    return Result(
        exercise,
        stage="promise",
        function=function,
        diagnosis="not_contiguous",
        sentence=sentence("not_contiguous", words),
        confident=True,
        evidence=[f"as an example, {words['argument']} whose {LAYOUTS[layout]}", *lines],
        notes=remarks("not_contiguous", words),
    )
