"""Answers that cannot be compared with anything: what was returned instead, and where a function stopped."""

from __future__ import annotations

import re

import numpy as np

from npae.exercises.learner import LearnerError
from npae.exercises.result import Result
from npae.exercises.sentences import sentence


def kind(answer, outermost: bool = True) -> str:
    """Return what an answer is made of, as "None" or "a tuple (array (3, 4), None)"."""
    if isinstance(answer, (np.ndarray, np.generic)):
        number = f"an array of shape {answer.shape}" if answer.ndim else f"a {answer.dtype}"
        return number if answer.dtype.kind in "fiub" else f"{number} of {answer.dtype}"
    if outermost and isinstance(answer, (tuple, list)):
        parts = ", ".join(kind(part, False) for part in answer[:6])
        return f"a {type(answer).__name__} of {len(answer)}: ({parts})"
    if answer is None:
        return "None (is a return missing?)" if outermost else "None"
    return f"a {type(answer).__name__}"


def stumbled(error: Exception, answer) -> dict:
    """Return the words for the last answer of a function's, over which the checker itself has stumbled."""
    returned = f"{kind(answer)}, and the check cannot go on ({type(error).__name__}: {error})"
    return {"expected": "what its docstring says", "returned": returned}


def cannot_unpack(error: Exception) -> bool:
    """Whether the checker has stumbled over an answer of too few or too many parts, and over nothing else."""
    return isinstance(error, (TypeError, ValueError)) and "unpack" in str(error)


def stopped(exercise: str, error: LearnerError) -> Result:
    """Return the result for a function that raised an exception."""
    cause = error.__cause__
    unwritten = isinstance(cause, NotImplementedError)
    text = " ".join(f"{type(cause).__name__}: {cause}".split())[:300]
    result = Result(exercise, stage="unwritten" if unwritten else "exception", function=error.function)
    result.diagnosis = "not_written" if unwritten else "exception"
    result.confident = True
    result.sentence = sentence(result.diagnosis, {"function": error.function, "error": text})
    if not unwritten:
        result.evidence = [*error.lines, f"called with {error.arguments}", *_explained(str(cause))]
    return result


MISMATCH = re.compile(r"Input operand 1 has a mismatch in its core dimension 0.*size (\d+) .* from (\d+)")


def _explained(message: str) -> list[str]:
    """Return what a message of NumPy's means, where its own words lead astray."""
    if "truth value of an array" in message:
        return [
            "if, and, or and max() ask a whole array for one yes or no. To decide entry by entry, NumPy has "
            "functions of its own (np.where, np.maximum), and & and |."
        ]
    sizes = MISMATCH.search(message)
    if sizes:
        right, left = sizes.groups()
        return [
            f"a matrix product runs along the last axis of its left side, here {left} long, and the first of "
            f"its right side, here {right} long: they have to be equally long"
        ]
    return []
