"""Binary cross-entropy from logits, where algebra does what no clipping can."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def pair(rng, shape):
    """Return logits and targets of one shape; targets between 0 and 1, one of them exactly 1."""
    t = rng.uniform(size=shape)
    t.flat[0] = 1.0
    return {"z": 2 * rng.standard_normal(shape), "t": t}


def cases(rng):
    """Return logits and targets of several batches; examples, features and entries are never as many."""
    return [pair(rng, shape) for shape in ((3, 4), (1, 5), (4, 2), (5, 3))]


def images(rng):
    """Return logits and targets of other shapes: any shape will do."""
    return [pair(rng, shape) for shape in ((2, 3, 2, 1), (5,))]


def extremes(rng):
    """Return logits so large that their exponentials overflow, some on the right side, some on the wrong."""
    z = np.array([[-1000.0, -800.0, 1000.0], [750.0, 90.0, -1000.0]])
    t = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.25]])
    return [
        {"z": z, "t": t},
        {"z": 1000 * rng.standard_normal((2, 4)), "t": rng.integers(0, 2, (2, 4)) * 1.0},
    ]


POINTERS = {
    "loss": "formula (2) in the docstring of the file",
    "dz": "formula (3) in the docstring of the file",
}


def checked(**settings):
    """Return one check of the function; `settings` say where it is looked at."""
    return Gradients(
        forward="binary_crossentropy",
        backward=None,
        output="loss",
        gradients={"dz": "z"},
        pointers=POINTERS,
        **settings,
    )


EXERCISE = Exercise(
    title="binary cross-entropy: from logits, exact for all of them",
    checks=(
        checked(
            example={
                "z": np.array([[0.0, np.log(3), -np.log(3)]]),
                "t": np.array([[1.0, 1.0, 0.0]]),
            },
            cases=cases,
            axes={"z": "n features", "t": "n features"},
        ),
        checked(
            cases=images,
        ),
        checked(cases=extremes, quiet=True),
    ),
    hints=(
        "Take formula (2) as it stands: three terms, each one call of NumPy or two.",
        "exp(-|z|) is needed in the loss and again in σ(z), for the gradient: give it a name.",
        "For σ(z) without overflow: the denominator is 1 + exp(-|z|); the numerator is 1 where z >= 0, and "
        "exp(-|z|) elsewhere.",
        "dz needs no chain rule of yours, it has been done in (3): σ(z) minus t, divided by the "
        "number of entries.",
    ),
)
