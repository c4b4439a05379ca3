"""What each diagnosis says, in the learner's terms; those of slips and edits say it themselves.

None gives the answer away: a sentence says what was done, not the line that mends it.
"""

from __future__ import annotations

import re

SENTENCES = {
    "sign": "{quantity} has the wrong sign, in every entry.",
    "factor_two": (
        "{quantity} is twice too large, in every entry: a factor 2 too many, or a half forgotten."
    ),
    "one_half": (
        "{quantity} is half of what it should be, in every entry: a factor 2 was lost, or a half is too many."
    ),
    "times_n": (
        "{quantity} is n times too large, with n the number of examples: its contributions are added up "
        "over the batch, which is right only where nothing averages over it; or a division by n is "
        "missing."
    ),
    "over_n": (
        "{quantity} is n times too small, with n the number of examples: it was averaged over the "
        "batch, where the contributions of the examples add up."
    ),
    "times_elements": (
        "{quantity} is too large by the number of elements: a mean over all of them was asked for, and "
        "this is a sum."
    ),
    "over_elements": (
        "{quantity} is too small by the number of elements: it was divided by it once too often."
    ),
    "times_features": (
        "{quantity} is too large by the number of elements of one example: the division is by n alone, "
        "where a mean over all elements was asked for."
    ),
    "over_features": (
        "{quantity} is too small by the number of elements of one example: it was divided by it too."
    ),
    "times": "{quantity} is {size} times too large, in every entry.",
    "over": "{quantity} is {size} times too small, in every entry.",
    "zeros": "{quantity} is 0 in every entry: it was made, but nothing was ever put into it.",
    "dy_unchanged": (
        "{quantity} is dy itself: the derivative of this step is missing, as if y were the same as "
        "{argument}."
    ),
    "inverse": "{quantity} is upside down: 1 over the right value, in every entry.",
    "squared": "{quantity} is the square of the right value, in every entry: a factor went in twice.",
    "absolute": "{quantity} has lost its signs: its negative entries came out positive.",
    "transposed": "{quantity} is transposed: two of its axes are exchanged.",
    "flipped": "{quantity} is flipped: the right numbers, in reverse order along an axis (or two).",
    "axes_mixed": (
        "{quantity} holds the right numbers in the wrong order, as a reshape leaves them where axes "
        "should have been exchanged first (or were exchanged, and should not have been)."
    ),
    "shifted": "{quantity} is off by one place along an axis.",
    "sum_missing": (
        "{quantity} is not summed up: contributions that belong into one number are still side by side."
    ),
    "one_term_only": (
        "{quantity} holds only one of the contributions that should be added up: the {place} along {axis}."
    ),
    "wrong_order": "{function} returns its results in another order than was asked for.",
    "integer_arithmetic": (
        "{quantity} has lost what stands after the decimal point: somewhere the numbers went through "
        "integers (an array made with an integer dtype, or //)."
    ),
    "float32_arithmetic": (
        "{quantity} is right to seven digits only: for float64 arguments, something was computed in float32."
    ),
    "constant_factor": "{quantity} is {factor} times what it should be, in every entry of every case.",
    "constant_added": (
        "{quantity} is off by the same number everywhere: {constant} is added to every entry."
    ),
    "permuted": "{quantity} holds all the right numbers, but in the wrong places{along}.",
    "missing_function": (
        "the file defines no function {function}, whose name and arguments have to stay as they were."
    ),
    "not_written": "{function} is not written yet: it still raises NotImplementedError.",
    "wrong_return": "{function} has to return {expected}; it returns {returned}.",
    "squeezed": "{quantity} has lost its axes of length 1: they belong to the shape like the others.",
    "wrong_shape": "{quantity} has the wrong shape: {got}, where {want} was to be expected.",
    "exception": "{function} stops with an error: {error}",
    "uninitialised": (
        "{quantity} has entries that were never written: the array came from np.empty, which holds whatever "
        "was in memory before."
    ),
    "not_finite": "{quantity} is not a number, or infinite, where a finite number was to be expected.",
    "overflow": (
        "{function} computes a number that is too large to be stored (the exponential of a large number "
        "is such), though the result itself is a moderate one."
    ),
    "log_of_zero": (
        "{function} takes the logarithm of 0: a number that should be a little more than 0 was rounded "
        "to it before."
    ),
    "division_by_zero": "{function} divides by 0.",
    "invalid_value": (
        "{function} computes something like 0/0 or infinity - infinity, which is not a number."
    ),
    "mutated_input": (
        "{function} changes its argument {changed}, which belongs to the caller: an array that is "
        "written to in place must be one of your own."
    ),
    "returned_argument": (
        "{function} returns its argument {argument} itself in some cases, and not a new array: what is "
        "written into the result then changes {argument} as well."
    ),
    "aliased_cache": (
        "{function} gives another answer when it is called a second time with the same arguments: the "
        "first call writes into what it finds in the cache."
    ),
    "not_contiguous": (
        "{function} gives other results when {argument} is not contiguous in memory, as a slice or a "
        "transposed array: it relies on numbers that lie in the order of their indices."
    ),
    "hidden_state": (
        "{function} depends on more than its arguments: on random numbers that it draws itself, on a "
        "global, or on an array that is used again."
    ),
    "forward_wrong_backward_matches": (
        "{quantity} is wrong, and the gradients are right for what {forward} computes: correct it first, "
        "then the gradients."
    ),
    "float32_only": (
        "{quantity} is right in float64, but in float32 it is further off than rounding explains."
    ),
    "cannot_load": "the file cannot be loaded: {error}",
    "syntax_error": "the file is not Python as it stands: {error}",
    "cannot_check": "{error}",
    "": (
        "{quantity} is wrong, and none of the usual mistakes explains it; this is what the error looks like."
    ),
    "dy_forgotten": (
        "{quantity} does not depend on dy: the derivative of this step is there, the chain rule is missing."
    ),
    "not_flipped": (
        "{quantity} is computed with the kernel as it stands in forward; on the way back, dy meets it "
        "from the other side."
    ),
    "assign_not_add": (
        "{quantity} keeps only the last contribution where several meet: windows overlap, and what they "
        "give back has to be added, not assigned."
    ),
}


# What is worth adding to a sentence: what to make of it, without the line that mends it.
REMARKS = {
    "uninitialised": "while an answer is checked, np.empty is full of nan, so that this shows",
    "not_contiguous": (
        "an array's strides say how many bytes lie between neighbours along each axis; np.ascontiguousarray "
        "returns a copy in which they follow each other"
    ),
    "over_n": "only a loss divides by n, where it is a mean over the examples",
    "float32_arithmetic": (
        "the arrays that you make have to take over the dtype of those that you are given"
    ),
    "forward_wrong_backward_matches": "so begin with the formula of {quantity}",
}


def remarks(key: str, words: dict) -> list[str]:
    """Return what is to be noted below the sentence of a diagnosis, if anything is."""
    return [REMARKS[key].format_map(_Gaps(words))] if key in REMARKS else []


def sentence(key: str, words: dict, own: str = "") -> str:
    """Return what a diagnosis says, its gaps filled from ``words``; ``own`` goes before the general text."""
    text = own or SENTENCES.get(key)
    if text is None:
        kind = key.partition("_")[0]
        text = (
            SENTENCES[kind]
            if kind in ("times", "over")
            else "{quantity} is wrong: " + key.replace("_", " ") + "."
        )
        if key.endswith("_and_sign"):
            text = text.rstrip(".") + ", and has the wrong sign."
        elif key.endswith("_and_factor_two"):
            text = text.rstrip(".") + ", and there is a factor 2 too many besides."
        elif key.endswith("_and_one_half"):
            text = text.rstrip(".") + ", and a factor 2 is missing besides."
    text = text.format_map(_Gaps(words))
    first = re.findall(r"\w*", text)[0]
    names = [words.get(name) for name in ("quantity", "argument", "function", "forward")]
    named = text.startswith(tuple(name for name in names if name)) or first in words.get("names", ())
    rest = text[len(first) :]
    word = len(first) > 1 and first.isalpha() and first.isascii() and re.match(r",| (?![·=+*/@^<>-])", rest)
    return text[:1].upper() + text[1:] if word and not named else text


class _Gaps(dict):
    """Fills a gap for which there is no word, rather than to fail in the middle of a message."""

    def __missing__(self, key):
        return "this"
