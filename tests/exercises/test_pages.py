"""What the pages claim about their exercises: each mistake they know is told from right, and from the others."""

import numpy as np
import pytest

from npae.exercises import catalogue
from npae.exercises.diagnosis import name_it
from npae.exercises.exercise import Gradients, Values
from npae.exercises.gradients import _backward_of, _samples
from npae.exercises.hypotheses import Sample
from npae.exercises.learner import load
from npae.exercises.running import Run


def samples_of(exercise, check):
    """Return what the solution gives, as samples by quantity."""
    run = Run(exercise.name, check, load(str(exercise.solution)))
    samples, _ = run._value_samples("float64", 1e-9)
    if isinstance(check, Gradients):
        known = [_backward_of(run, case) for case in run.cases]
        samples = {**samples, **_samples(run, known, own_forward=True)}
    return samples


CHECKS = [
    pytest.param(exercise, check, id=f"{exercise.name}-{number}")
    for exercise in catalogue.all()
    for number, check in enumerate(exercise.checks)
    if isinstance(check, (Gradients, Values))
]


@pytest.mark.parametrize("exercise, check", CHECKS)
def test_each_mistake_that_a_page_knows_is_named_if_it_is_made(exercise, check):
    samples, unclear = samples_of(exercise, check), []
    for quantity, wrongs in check.wrong.items():
        for number, wrong in enumerate(wrongs):
            with np.errstate(all="ignore"):
                made = [_with(sample, wrong) for sample in samples[quantity]]
            if None in made or all(sample.right for sample in made):
                continue  # told on squares, where the shapes fit; or by the exercise's other checks
            name = name_it(made, wrongs, check.terms.get(quantity))
            if name.key != wrong.key or not name.confident:
                others = [other.key for other in name.others]
                unclear.append(f"{quantity}, {wrong.key} ({number}): called {name.key}, or {others}")
    assert unclear == []


def _with(sample, wrong):
    try:
        got = np.array(wrong.compute(sample.case.knowing(want=sample.want)), np.float64)
    except Exception:
        return None
    return Sample(sample.case, got, sample.want, sample.tolerance, sample.axes)


@pytest.mark.parametrize("exercise, check", CHECKS)
def test_the_terms_of_a_sum_add_up_to_it(exercise, check):
    samples = samples_of(exercise, check)
    for quantity, terms in check.terms.items():
        names, summed = terms.axes.split(), terms.summed.split()
        for sample in samples[quantity]:
            total = terms.compute(sample.case).sum(axis=tuple(names.index(name) for name in summed))
            rest = sample.want - total
            if isinstance(check, Gradients) and quantity == check.output:
                continue  # a bias may come on top
            np.testing.assert_allclose(rest, 0, atol=1e-6)
