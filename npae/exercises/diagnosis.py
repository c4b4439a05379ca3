"""Gives a mistake its name: the one hypothesis that explains every number; or says that none of them does."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from npae.exercises.exercise import Case, Terms, Wrong
from npae.exercises.garbage import has_garbage
from npae.exercises.generic import generic, named_sizes
from npae.exercises.hypotheses import TWICE_WRONG, Hypothesis, Sample, of_terms, of_the_page, wrong_twice
from npae.exercises.learner import warning_key
from npae.exercises.patterns import chosen, evidence, picture
from npae.exercises.result import Result
from npae.exercises.sentences import remarks, sentence


@dataclass
class Name:
    """What a mistake is called: key "" if nothing fits, ``others`` if more than one thing does."""

    key: str = ""
    own: str = ""
    words: dict = field(default_factory=dict)
    others: list[Hypothesis] = field(default_factory=list)
    two: bool = False

    @property
    def confident(self) -> bool:
        """Whether exactly one mistake explains what was seen; where it takes two at once, it is a guess."""
        return self.key != "" and not self.others and not self.two


def name_it(
    samples: list[Sample], wrong: tuple[Wrong, ...], terms: Terms | None, warned: list[str] = ()
) -> Name:
    """Return the mistake that explains all samples of a quantity.

    Those that the page knows are asked first, then those about sums whose terms are known, then the general
    ones; of the first rank in which any fits, all that fit are returned.

    Parameters
    ----------
    samples : list of Sample
        Some of them wrong.
    wrong, terms
        Of this quantity; see `npae.exercises.exercise`.
    warned : list of str
        NumPy's warnings: they name what made a number infinite.
    """
    found = _first_that_fit(of_the_page(wrong), samples)
    finite = [sample for sample in samples if sample.finite or not sample.fits_shape]
    if not found and len(finite) < len(samples):
        if any(has_garbage(sample.got) for sample in samples):
            return Name("uninitialised")
        if all(sample.right for sample in finite):
            return Name(warning_key(list(warned)) or "not_finite")
        samples = finite
        found = _first_that_fit(of_the_page(wrong), samples)
    if not found:
        twice = wrong_twice(wrong, named_sizes(samples), samples)
        found = _first_that_fit([*of_terms(terms), *generic(samples), *twice], samples)
    if not found:
        return Name()
    first = found[0]
    return Name(first.key, first.sentence, first.words or {}, found[1:], first.rank == TWICE_WRONG)


def _first_that_fit(hypotheses: list[Hypothesis], samples: list[Sample]) -> list[Hypothesis]:
    """Return the hypotheses that fit, one for each key, of the lowest rank in which there are any."""
    for rank in sorted({one.rank for one in hypotheses}):
        fitting: dict[str, Hypothesis] = {}
        for one in hypotheses:
            if one.rank == rank and one.key not in fitting and one.fits(samples):
                fitting[one.key] = one
        if fitting:
            return list(fitting.values())
    return []


def diagnose(
    exercise: str,
    samples: list[Sample],
    words: dict,
    wrong: tuple[Wrong, ...] = (),
    terms: Terms | None = None,
    warned: list[str] = (),
    against: str = "right",
) -> Result | None:
    """Return a result that names what is wrong with one quantity; None if nothing is.

    Parameters
    ----------
    exercise : str
    samples : list of Sample
    words : dict
        For the sentences: "quantity", "argument", "function", "forward".
    wrong, terms, warned
        See `name_it`.
    against : str
        What the right values are, at the head of their column: "right", or "differences".
    """
    if all(sample.right for sample in samples):
        return None
    name = name_it(samples, wrong, terms, warned)
    words = {"names": (*samples[0].case.args, "dy", *samples[0].case.known.get("true", ())), **words}
    misshapen = next((s for s in samples if not s.fits_shape), None)
    result = Result(exercise, function=words.get("function", ""), quantity=words.get("quantity", ""))
    result.stage = "values"
    if misshapen is not None:
        name = name if name.key else Name("wrong_shape")
        shapes = {"got": misshapen.got.shape, "want": misshapen.want.shape}
        words = {**words, **shapes}
        result.stage = "form" if name.key == "wrong_shape" else result.stage
    result.diagnosis, result.confident = name.key, name.confident
    result.sentence = sentence(name.key, {**words, **name.words}, name.own)
    result.alternatives = [other.key for other in name.others]
    result.notes = remarks(name.key, words) if name.confident else []
    if name.two:
        result.sentence = f"Perhaps two things at once: {result.sentence}"
    if name.others:
        texts = [sentence(one.key, {**words, **(one.words or {})}, one.sentence) for one in name.others]
        texts = [text.rstrip(".") for text in (result.sentence, *texts)]
        result.sentence = f"One of these: {'; or: '.join(texts)}."
    if misshapen is not None:
        shapes = f"{words.get('quantity')} has shape {misshapen.got.shape}, expected {misshapen.want.shape}"
        result.evidence = [f"{shapes}; case: {misshapen.case.describe()}"]
    else:
        page = name.confident and name.key in {one.key for one in wrong}
        result.evidence = evidence(samples, against, name.key if name.confident else "", page)
        result.picture = picture(chosen(samples))
    return result


def consistent(wrongs: dict, samples: dict[str, list[Sample]], name: str) -> tuple:
    """Return the page's hypotheses about one quantity without those that the other quantities contradict.

    A mistake that the page also knows from another quantity has to explain that one too.
    """

    def holds(wrong):
        for other, some in samples.items():
            alike = tuple(one for one in wrongs.get(other, ()) if one.key == wrong.key)
            if other != name and alike and all(s.right for s in some):
                if not any(one.fits(some) for one in of_the_page(alike)):
                    return False
        return True

    return tuple(wrong for wrong in wrongs.get(name, ()) if holds(wrong))


def compare(
    quantity: str,
    got,
    want,
    case: Case | list[Case] | None = None,
    wrong: tuple[Wrong, ...] = (),
    pointer: str = "",
    axes: str = "",
    tolerance: float = 1e-9,
) -> Result | None:
    """Compare arrays within a `Property`'s test, and return a result that names the mistake; None if right.

    Parameters
    ----------
    quantity : str
    got, want : array, or list of arrays
        One for each case.
    case : Case or list of Case, optional
        What the hypotheses in ``wrong`` are handed.
    wrong : tuple of Wrong
    axes : str
        Names of the axes, as "n features".
    """
    several = isinstance(got, list) and isinstance(want, list)
    gots, wants = (got, want) if several else ([got], [want])
    cases = case if isinstance(case, list) else [case] * len(gots)
    samples = []
    for one, right, about in zip(gots, wants, cases):
        about = about if about is not None else Case({})
        about = about if "sizes" in about.known else about.knowing(sizes={})
        arrays = (np.asarray(array, np.float64) for array in (one, right))
        samples.append(Sample(about, *arrays, tolerance, tuple(axes.split())))
    result = diagnose("", samples, {"quantity": quantity, "argument": quantity}, wrong)
    if result is not None:
        result.pointer = pointer
    return result
