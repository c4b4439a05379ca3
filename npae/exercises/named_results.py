"""Puts the name of a mistake into a result, in the place of words that only say how numbers look."""

from __future__ import annotations

from typing import Any

from npae.exercises import catalogue
from npae.exercises.diagnosis import told
from npae.exercises.exercise import Check, Property
from npae.exercises.explaining import Explanation, explain, sentence_of
from npae.exercises.learner import Functions
from npae.exercises.observing import observer_of
from npae.exercises.options import unused_options
from npae.exercises.result import Result
from npae.exercises.sentences import sentence
from npae.exercises.worker.calls import place_of

SETTLED = ("unwritten", "unavailable", "load", "promise", "float32", "done")  # stages that say all
TELLING_ERRORS = ("NameError", "UnboundLocalError", "AttributeError", "ImportError", "ModuleNotFoundError")
# Diagnoses that say how numbers look, and not what was done: the first take over the sentence of the edit.
REPLACED: tuple[str, ...] = ("", "wrong_shape", "exception", "permuted", "constant_factor", "constant_added")
REPLACED += ("forward_wrong_backward_matches",)
VAGUE: tuple[str, ...] = (*REPLACED, "not_finite", "axes_mixed")
VAGUE += ("division_by_zero", "invalid_value", "log_of_zero", "overflow")


def with_explanation(
    exercise: str,
    check: Check,
    functions: Functions,
    seed: int,
    result: Result,
) -> Result:
    """Return a result with the name of a slip or, where none fits, of the smallest edit."""
    if result.stage in SETTLED or result.diagnosis in ("wrong_return", "wrong_order") and result.confident:
        return result
    if not any(one is check for one in catalogue.get(exercise).checks):
        return result
    if result.diagnosis == "exception" and any(name in result.sentence for name in TELLING_ERRORS):
        return result
    vague = not result.confident or result.diagnosis in VAGUE
    if isinstance(check, Property) and not vague:
        return result
    try:
        found = explain(exercise, check, functions, seed, result.quantity, vague)
    except Exception as error:  # what is wrong is known by now; only its name is not
        result.notes.append(f"npae stopped with an error while it looked for the mistake: {place_of(error)}")
        return result
    if found is None or not found.edits and (found.also or found.first_wrong):
        result.also = _also(result, found) if found else result.also
        options = _unused_options(exercise, check, functions, seed) if vague and not result.diagnosis else {}
        if options:
            words = " and ".join(f"{name} = {value}" for name, value in options.items())
            result.sentence = (
                f"{result.quantity} is right where {words}, and for no other values: these are not used, or "
                "not everywhere."
            )
            result.diagnosis, result.confident = "default_for_argument", True
        elif vague and found and found.first_wrong and result.diagnosis in REPLACED:
            before = f"{result.quantity} is wrong" if not result.diagnosis else result.sentence.rstrip(".")
            result.sentence = f"{before}; {found.first_wrong}"
        return result
    if not found.edits:
        if vague and not result.diagnosis:
            result.diagnosis, result.confident = "hidden_state", True
            result.sentence = sentence("hidden_state", {"function": result.function or "the file"})
            result.evidence.insert(0, "in a file that is loaded anew, before any other call, it is right")
        return result
    return _named(result, found)


def _unused_options(exercise: str, check: Check, functions: Functions, seed: int) -> dict[str, Any]:
    position = [one is check for one in catalogue.get(exercise).checks].index(True)
    return unused_options(observer_of(exercise, position, seed), check, functions)


def _also(result: Result, found: Explanation) -> list[str]:
    """Return what is to be said of further quantities: their mistakes in the place of "dx is wrong, too"."""
    said = [line for line in result.also if not (found.also and line.endswith("is wrong, too"))]
    named = {line.partition(" ")[0] for line in said}
    return said + [text for quantity, text in found.also if quantity not in named]


def _named(result: Result, found: Explanation) -> Result:
    """Return a result with what has been found, in place of its own words or beside them."""
    slip = found.edits[0][0].cost == 0
    if not found.by_numbers and not slip:
        return result  # that there is an error says too little
    by_place = (
        "wrong: only at",
        "wrong: only in",
        "wrong: only after",
        "wrong: only before",
        "wrong: only away",
    )
    vague = result.diagnosis in REPLACED or result.diagnosis in VAGUE and not result.confident
    if slip or vague:
        result.evidence = [  # where, is said by the name of an edit
            line.partition(": where")[0] if line.startswith("seen in") else line
            for line in result.evidence
            if found.own or not line.startswith(by_place)
        ]
    words = told([sentence_of(one) for one in found.edits])
    result.also = _also(result, found)
    if len(found.edits) == 1 and (lines := [edit.text for edit in found.edits[0] if edit.text]):
        made = f"in all cases, the result is that of a right program with: {'; '.join(lines)}"
        result.evidence.insert(0, made)
    if slip or vague:
        result.also += [result.sentence] * bool(result.diagnosis and not slip)
        result.sentence = words
        result.alternatives = [one[0].key for one in found.edits[1:]]
        result.confident = (
            found.confident if slip else result.confident or found.confident and not result.diagnosis
        )
        result.diagnosis = found.edits[0][0].key if slip else result.diagnosis or found.edits[0][0].key
        result.notes = [] if slip else result.notes
        result.stage = "values" if slip and result.stage in ("exception", "form") else result.stage
    elif found.confident:
        result.also.insert(0, words.rstrip("."))
    return result
