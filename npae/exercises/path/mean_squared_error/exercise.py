"""The mean squared error, the one place where gradients are divided by the number of entries."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def pair(rng, shape):
    """Return an output and a target of one shape."""
    return {"y": rng.standard_normal(shape), "t": rng.standard_normal(shape)}


def cases(rng):
    """Return outputs and targets of several batches; examples, features and entries are never as many."""
    return [pair(rng, shape) for shape in ((3, 4), (1, 5), (4, 2), (5, 3))]


def images(rng):
    """Return outputs and targets of other shapes: any shape will do."""
    return [pair(rng, shape) for shape in ((2, 3, 2, 1), (5,))]


POINTERS = {
    "loss": "formula (1) in the docstring of the file",
    "dy": "formula (2) in the docstring of the file, and the remark under it",
}

EXERCISE = Exercise(
    title="mean squared error: where backpropagation starts",
    checks=(
        Gradients(
            forward="mean_squared_error",
            backward=None,
            output="loss",
            example={
                "y": np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 5.0]]),
                "t": np.array([[1.0, 4.0, 3.0], [0.0, 2.0, 5.0]]),
            },
            cases=cases,
            gradients={"dy": "y"},
            axes={"y": "n features", "t": "n features"},
            pointers=POINTERS,
        ),
        Gradients(
            forward="mean_squared_error",
            backward=None,
            output="loss",
            cases=images,
            gradients={"dy": "y"},
            pointers=POINTERS,
        ),
    ),
    hints=(
        "y - t is needed twice: give it a name.",
        "np.mean without an axis averages over all entries, however many axes there are.",
        "Write L as a sum over entries, with the 1/K in front, and differentiate by one y[i]. One "
        "term is left.",
    ),
)
