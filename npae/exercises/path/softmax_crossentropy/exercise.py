"""Softmax cross-entropy from logits: an index for each example, and no exponential that overflows."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def batch(rng, n, classes):
    """Return logits, and labels; the last class does not occur where there are more than two."""
    return {"z": 2 * rng.standard_normal((n, classes)), "t": rng.integers(0, max(2, classes - 1), n)}


def cases(rng):
    """Return several batches, one with as many examples as classes: a wrong axis gives no error there."""
    return [batch(rng, *sizes) for sizes in ((3, 4), (1, 3), (5, 2), (3, 3), (4, 6))]


def large(rng):
    """Return logits whose exponentials overflow, on the right side and on the wrong one."""
    z = np.array([[1000.0, 0.0, 500.0], [750.0, 760.0, 752.0], [1.0, 2000.0, 1999.0], [900.0, 1.0, 3.0]])
    return [{"z": z, "t": np.array([1, 2, 1, 0])}, {"z": z[[0, 3, 0]], "t": np.array([0, 0, 0])}]


def small(rng):
    """Return logits whose exponentials are all 0 in one row, and are not in another."""
    z = np.array([[-2000.0, -1000.0, -1001.0, -1003.0], [0.0, -3.0, 2.0, 1.0]])
    return [{"z": z, "t": np.array([2, 1])}, {"z": z[:, ::-1] - 900, "t": np.array([1, 1])}]


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Gradients(
        forward="softmax_crossentropy",
        backward=None,
        output="loss",
        gradients={"dz": "z"},
        axes={"z": "n classes", "t": "n"},
        pointers={
            "loss": "formulas (2) to (4) in the docstring of the file",
            "dz": "formula (5) in the docstring of the file",
        },
        **settings,
    )


EXERCISE = Exercise(
    title="softmax cross-entropy: from logits and labels, exact for all of them",
    checks=(
        checked(
            example={"z": np.log([[1.0, 2.0, 1.0], [3.0, 1.0, 1.0]]), "t": np.array([1, 2])},
            cases=cases,
        ),
        checked(cases=large, quiet=True),
        checked(cases=small, quiet=True),
    ),
    hints=(
        "Formulas (3) and (4) are one line each: the largest logit of each row, and the sum of each row.",
        "keepdims=True keeps the summed axis with length 1, so that what belongs to a row meets its row.",
        "a[np.arange(n), t] is one entry of each row: in row i the one of its label t[i].",
        "dz is p, from which 1 is subtracted at these entries; then all of it is divided by n.",
    ),
)
