"""Checks a learner's file against an exercise: values first, then gradients, then the promises.

The one entrance is `check_file`. It lets nothing that the learner's code does escape as an exception; against
endless loops and a process that ends itself, it is run in a process of its own.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

from npae.exercises import catalogue
from npae.exercises.diagnosis import told
from npae.exercises.exercise import Exercise, Gradients, Property
from npae.exercises.forms import cannot_unpack, missing, stopped, stumbled
from npae.exercises.gradients import compare_float32, compare_gradients, relation_to_forward
from npae.exercises.learner import CannotCheck, Functions, LearnerError, MissingFunction, load
from npae.exercises.named_results import with_explanation
from npae.exercises.process import Ended
from npae.exercises.promises import altered, judge_again, judge_calls, judge_layouts
from npae.exercises.remarks import remarks_on
from npae.exercises.result import Result, as_text
from npae.exercises.running import Found, Run
from npae.exercises.sentences import remarks, sentence
from npae.exercises.shared import reasons
from npae.exercises.worker.calls import NotRun

SLOW = 6.0  # seconds of this process: what took as long, and not to compile, is not called again

__all__ = ["Result", "as_text", "check_file"]


def check_file(exercise: Exercise | str | int, path_or_module: str | Path | Any, seed: int = 0) -> Result:
    """Check a learner's file, or a module, against an exercise.

    Parameters
    ----------
    exercise : Exercise, str or int
        Also by name or number.
    path_or_module : path, an object with the functions as attributes, or Functions
    seed : int
        Draws cases and upstream gradients.

    Returns
    -------
    Result
        Of the first thing that is wrong, or one that has passed.

    Raises
    ------
    ValueError
        If there is no such exercise.
    """
    exercise = exercise if isinstance(exercise, Exercise) else catalogue.get(exercise)
    try:
        functions = load(path_or_module)
    except NotRun as error:
        return Result.of(exercise.name, error.stage, error.key, error.sentence, error.lines)
    promoted: list[str] = []
    for check in exercise.checks:
        functions.forget()
        result = _checked(exercise.name, check, functions, promoted, seed)
        if result is not None:
            return result
    functions.forget()
    result = judge_layouts(exercise.name, exercise.checks, functions, seed)
    if result is not None:
        return result
    functions.forget()
    result = Result(exercise.name, passed=True, confident=True)
    result.notes = remarks_on(exercise, functions, promoted, seed)
    return result


def _checked(exercise: str, check, functions: Functions, promoted: list[str], seed: int) -> Result | None:
    """Return what is wrong by one check of the exercise, or None."""
    began = time.process_time()
    try:
        result = _attempt(exercise, check, functions, promoted, seed)
    except CannotCheck as error:
        return Result.of(
            exercise, "unavailable", "cannot_check", sentence("cannot_check", {"error": str(error)})
        )
    if result is not None and (time.process_time() - began < SLOW or functions.compiled()):
        functions.forget()
        with contextlib.suppress(Ended):
            result = with_explanation(exercise, check, functions, seed, result)
    if result is not None and result.diagnosis == "hidden_state" and (why := reasons(functions.source)):
        text = f"{result.function or 'the file'} depends on more than its arguments"
        result.sentence = told([f"{text}: {one}." for one in why])
    return result


def _attempt(exercise: str, check, functions: Functions, promoted: list[str], seed: int) -> Result | None:
    try:
        if isinstance(check, Property):
            return _property(exercise, check, functions)
        run = Run(exercise, check, functions, seed)
        _values_and_gradients(run)
        promoted += [name for name in dict.fromkeys(run.promoted) if name not in promoted]
    except Found as found:
        return found.result
    except MissingFunction as error:
        return missing(exercise, str(error), functions.defined(), functions.classes())
    except LearnerError as error:
        return stopped(exercise, error)
    return None


def _values_and_gradients(run: Run) -> None:
    try:
        run.compare_values()
    except Found as found:
        if not found.result.diagnosis:
            judge_again(run, backward=False)
        if isinstance(run.check, Gradients) and found.result.stage == "values":
            _add_relation(run, found.result)
        raise
    if isinstance(run.check, Gradients):
        try:
            known = compare_gradients(run)
        except Found as found:
            if not found.result.diagnosis:
                judge_again(run, backward=True)
            raise
        judge_calls(run)
        compare_float32(run, known)
    else:
        judge_calls(run)


def _add_relation(run: Run, result: Result) -> None:
    """Say of a wrong forward whether the gradients belong to it, or to the right one, or to neither."""
    if not run.check.smooth:
        return
    relation = relation_to_forward(run)
    words = run.words(result.quantity)
    gradients = "your backward" if run.check.backward is not None else " and ".join(run.check.gradients)
    several = run.check.backward is None and len(run.check.gradients) > 1
    fit, be = ("fit", "are") if several else ("fits", "is")
    if relation in ("own", "both") and not result.diagnosis:
        result.diagnosis, result.confident = "forward_wrong_backward_matches", True
        result.sentence = sentence(result.diagnosis, words)
        result.notes += remarks(result.diagnosis, words)
    elif relation == "own":
        result.also.append(f"{gradients} {fit} what you compute here: both will have to change together")
    if relation in ("asked", "both"):
        result.also.append(f"{gradients} {be} already what was asked for: only {result.quantity} is wrong")


def _property(exercise: str, check: Property, functions: Functions) -> Result | None:
    for name in check.functions:
        if not functions.has(name):
            raise MissingFunction(name)
    function = check.functions[0] if check.functions else ""
    functions.remember()
    try:
        answer = check.test(functions)
    except (Found, LearnerError, MissingFunction, CannotCheck):
        raise
    except Exception as error:
        words = {"function": function, **stumbled(error, functions.last)}
        result = Result(exercise, stage="form", function=function, diagnosis="wrong_return")
        result.sentence, result.confident = sentence("wrong_return", words), cannot_unpack(error)
        return result
    if answer is None:
        return altered(exercise, functions)
    if isinstance(answer, Result):
        answer.exercise = exercise
        answer.pointer = answer.pointer or check.pointer
        return answer
    lines = [answer] if isinstance(answer, str) else list(answer)
    result = Result(exercise, stage="property", quantity=check.quantity, diagnosis=check.key, confident=True)
    result.function = function
    words = {"quantity": check.quantity, "function": result.function}
    result.sentence = sentence(check.key, words, check.sentence)
    result.evidence, result.pointer = lines, check.pointer
    return result
