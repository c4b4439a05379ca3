"""Says what is wrong with arrays: the one mistake that explains every number, or how the error looks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from npae.exercises.case import Case
from npae.exercises.evidence import chosen, evidence, picture
from npae.exercises.learner import warning_key
from npae.exercises.result import Result
from npae.exercises.samples import Sample
from npae.exercises.sentences import remarks, sentence
from npae.exercises.uninitialised import has_garbage
from npae.exercises.whole_results import Explanation, explanations


def names_of(
    samples: list[Sample], warned: Sequence[str] = (), further: Sequence[Explanation] = ()
) -> list[Explanation]:
    """Return the mistakes that explain all samples of a quantity; none where nothing fits.

    Parameters
    ----------
    samples : list of Sample
        Some of them wrong.
    warned : sequence of str
        NumPy's warnings: they name what made a number infinite.
    further : sequence of Explanation
        Asked first.
    """
    known = [one for one in further if one.fits(samples)]
    if known:
        return known[:1]
    finite = [sample for sample in samples if sample.finite or not sample.fits_shape]
    if len(finite) < len(samples):
        if any(has_garbage(sample.got) for sample in samples):
            return [Explanation("uninitialised", 0, bool)]
        if all(sample.right for sample in finite):
            return [Explanation(warning_key(list(warned)) or "not_finite", 0, bool)]
    return explanations(finite)


def diagnose(
    exercise: str,
    samples: list[Sample],
    words: dict[str, Any],
    warned: Sequence[str] = (),
    against: str = "right",
    further: Sequence[Explanation] = (),
) -> Result | None:
    """Return a result that names what is wrong with one quantity; None if nothing is.

    Parameters
    ----------
    exercise : str
    samples : list of Sample
    words : dict
        For the sentences: "quantity", "argument", "function", "forward".
    warned, further
        See `names_of`.
    against : str
        What the right values are, at the head of their column: "right", or "differences".
    """
    if all(sample.right for sample in samples):
        return None
    names = names_of(samples, warned, further)
    case = samples[0].case
    words = {"names": (*case.args, "dy", *case.right, *case.gradients), **words}
    result = Result(exercise, function=words.get("function", ""), quantity=words.get("quantity", ""))
    result.stage = "values"
    misshapen = next((s for s in samples if not s.fits_shape), None)
    if misshapen is not None:
        words = {**words, "got": misshapen.got.shape, "want": misshapen.want.shape}
        names = names or [Explanation("wrong_shape", 0, bool)]
        result.stage = "form" if names[0].key == "wrong_shape" else "values"
    texts = [sentence(one.key, {**words, **one.words}) for one in names]
    result.confident = len(names) == 1
    result.diagnosis = names[0].key if names else ""
    result.alternatives = [one.key for one in names[1:]]
    result.sentence = told(texts) if names else sentence("", words)
    if misshapen is not None:
        shapes = f"{words.get('quantity')} has shape {misshapen.got.shape}, expected {misshapen.want.shape}"
        result.evidence = [f"{shapes}; case: {misshapen.case.describe()}"]
    else:
        result.evidence = evidence(samples, against, result.diagnosis if result.confident else "")
        result.picture = picture(chosen(samples))
    result.notes = remarks(result.diagnosis, words) if result.confident else []
    return result


def told(texts: list[str]) -> str:
    """Return one sentence, or several as what may be the case."""
    if len(texts) == 1:
        return texts[0]
    return f"One of these: {'; or: '.join(text.rstrip('.') for text in texts)}."


def compare(
    quantity: str,
    got: Sequence[Any],
    want: Sequence[Any],
    cases: Sequence[Case],
    *,
    function: str = "",
    pointer: str = "",
    axes: str = "",
    tolerance: float = 1e-9,
) -> Result | None:
    """Compare arrays, one for each case, within a `Property`'s test; None if all are right.

    Parameters
    ----------
    quantity, function, pointer : str
        As of `Result`.
    got, want : sequence of array
    cases : sequence of Case
    axes : str
        Names of the axes, as "n features".
    tolerance : float
    """
    samples = [
        Sample(
            case, np.asarray(one, np.float64), np.asarray(right, np.float64), tolerance, tuple(axes.split())
        )
        for one, right, case in zip(got, want, cases)
    ]
    result = diagnose("", samples, {"quantity": quantity, "argument": quantity})
    if result is not None:
        result.pointer, result.function = pointer, function
    return result


def finding(
    key: str,
    text: str,
    evidence: str | Sequence[str] = (),
    quantity: str = "",
    function: str = "",
    pointer: str = "",
) -> Result:
    """Return the result of a test that has found what is wrong without comparing arrays.

    Without a key, edits of right programs are asked for a name first.
    """
    lines = [line for line in ([evidence] if isinstance(evidence, str) else evidence) if line]
    result = Result("", stage="property", function=function, quantity=quantity, diagnosis=key)
    result.confident = bool(key)
    result.sentence = sentence(key, {"quantity": quantity, "function": function}, text)
    result.evidence, result.pointer = lines, pointer
    return result
