"""Answers that cannot be compared with anything: what was returned instead, and where a function stopped."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Sequence

import numpy as np

from npae.exercises.learner import LearnerError
from npae.exercises.result import Result
from npae.exercises.sentences import sentence
from npae.exercises.worker.calls import advice, text_of


def kind(answer, outermost: bool = True) -> str:
    """Return what an answer is made of, as "None" or "a tuple (array (3, 4), None)"."""
    if isinstance(answer, (np.ndarray, np.generic)):
        number = f"an array of shape {answer.shape}" if answer.ndim else _a(str(answer.dtype))
        return number if answer.dtype.kind in "fiub" else f"{number} of {answer.dtype}"
    if outermost and isinstance(answer, (tuple, list)):
        parts = ", ".join(kind(part, False) for part in answer[:6])
        return f"{_a(type(answer).__name__)} of {len(answer)}: ({parts})"
    if answer is None:
        return "None (is a return missing?)" if outermost else "None"
    return _a(type(answer).__name__)


def _a(word: str) -> str:
    return f"{'an' if word[0] in 'aeioAEIO' else 'a'} {word}"


def stumbled(error: Exception, answer, expected: str = "") -> dict:
    """Return the words for the last answer of a function's, over which the checker itself has stumbled."""
    if expected and cannot_unpack(error):
        return {"expected": expected, "returned": kind(answer)}
    returned = f"{kind(answer)}, and the check cannot go on ({type(error).__name__}: {error})"
    return {"expected": "what its docstring says", "returned": returned}


def missing(exercise: str, function: str, defined: list[str], classes: Sequence[str] = ()) -> Result:
    """Return the result for a file that lacks a function, with those that it has and that may be meant."""
    result = Result(exercise, stage="load", function=function, diagnosis="missing_function", confident=True)
    result.sentence = sentence("missing_function", {"function": function})
    alike = {name.lower().replace("_", ""): name for name in defined}
    near = difflib.get_close_matches(function.lower().replace("_", ""), alike, 1, 0.8)
    if classes:
        result.evidence = [
            f"it defines the class {classes[0]}; what is called are functions of the file itself"
        ]
    elif near and alike[near[0]] != function:
        result.evidence = [f"it defines {alike[near[0]]}: is that the one?"]
    elif not defined:
        result.evidence = ["it defines no function at all"]
    return result


def cannot_unpack(error: Exception) -> bool:
    """Whether the checker has stumbled over an answer of too few or too many parts, and over nothing else."""
    return isinstance(error, (TypeError, ValueError)) and "unpack" in str(error)


def stopped(exercise: str, error: LearnerError) -> Result:
    """Return the result for a function that raised an exception."""
    cause = error.__cause__ or error
    unwritten = isinstance(cause, NotImplementedError)
    text = f"{type(cause).__name__}: {text_of(cause, 300)}".removesuffix(": ")
    result = Result(exercise, stage="unwritten" if unwritten else "exception", function=error.function)
    result.diagnosis = "not_written" if unwritten else "exception"
    result.confident = True
    first = re.split(r"(?<=[a-z)])\. (?=[A-Z])", text)[0]  # NumPy goes on with advice: evidence, if anything
    result.sentence = sentence(result.diagnosis, {"function": error.function, "error": first})
    if not unwritten:
        whole = [text] * (first != text)
        result.evidence = [*error.lines, *whole, f"called with {error.arguments}", *_explained(str(cause))]
    return result


SILENCING = ("errstate", "seterr", "catch_warnings", "simplefilter", "filterwarnings")


def of_warnings(warned: list[tuple[str, str, int]], source: str) -> list[str]:
    """Return what NumPy warned of and in which lines, and what is to be known about such lines."""
    lines, told = source.splitlines(), []
    for _, message, line in warned:
        text = f", in line {line}: {lines[line - 1].strip()}" if 0 < line <= len(lines) else ""
        told.append(f"NumPy warns: {message}{text}")
    if any(_in_function_with_where(source, line) for _, _, line in warned):
        told.append(
            "np.where computes both of its branches for every entry, and then chooses: a branch that is "
            "not chosen overflows all the same"
        )
    if any(name in source for name in SILENCING):
        told.append("to keep a warning back does not help: the number is computed all the same")
    return list(dict.fromkeys(told))


def _in_function_with_where(source: str, line: int) -> bool:
    try:
        nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return False
    around = [node for node in nodes if node.lineno <= line <= (node.end_lineno or 0)]
    calls = [call.func for node in around for call in ast.walk(node) if isinstance(call, ast.Call)]
    return any(getattr(func, "attr", getattr(func, "id", "")) == "where" for func in calls)


MISMATCH = re.compile(r"Input operand 1 has a mismatch in its core dimension 0.*size (\d+) .* from (\d+)")


def _explained(message: str) -> list[str]:
    """Return what a message of NumPy's means, where its own words lead astray."""
    if "truth value of an array" in message:
        return [
            "if, and, or and max() ask a whole array for one yes or no. To decide entry by entry, NumPy has "
            "functions of its own (np.where, np.maximum), and & and |."
        ]
    if read := advice(message):
        return read
    sizes = MISMATCH.search(message)
    if sizes:
        right, left = sizes.groups()
        return [
            f"a matrix product runs along the last axis of its left side, here {left} long, and the first of "
            f"its right side, here {right} long: they have to be equally long"
        ]
    return []
