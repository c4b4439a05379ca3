"""Dense, where one matrix product in forward becomes two in backward."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def arguments(rng, n, inputs, units):
    """Return normal x, kernel and bias."""
    draw = rng.standard_normal
    return {"x": draw((n, inputs)), "kernel": draw((inputs, units)), "bias": draw(units)}


def cases(rng):
    """Return arguments of several calls; no size equals another, so that none can be taken for another."""
    return [arguments(rng, *sizes) for sizes in ((3, 4, 5), (1, 3, 2), (9, 2, 3), (2, 5, 1))]


def square(rng):
    """Return cases in which all sizes are equal: there, a wrong transpose gives numbers, not an error."""
    return [arguments(rng, size, size, size) for size in (3, 4)]


EXERCISE = Exercise(
    title="dense: every output looks at every input",
    checks=(
        Gradients(
            forward="dense_forward",
            backward="dense_backward",
            example={
                "x": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
                "kernel": np.array([[1.0, 0.0], [0.0, 1.0], [1.0, -1.0]]),
                "bias": np.array([10.0, 20.0]),
                "dy": np.array([[1.0, 2.0], [3.0, 4.0]]),
            },
            cases=cases,
            square=square,
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            axes={"x": "n inputs", "kernel": "inputs units", "bias": "units", "y": "n units"},
            pointers={
                "y": "formula (1) in the docstring of the file",
                "dx": "formula (2) in the docstring of the file",
                "dkernel": "formula (3) in the docstring of the file",
                "dbias": "formula (4) in the docstring of the file",
            },
        ),
    ),
    hints=(
        "Write one entry of y as a sum, with indices. Backward is the same sum, read from the other end.",
        "kernel[k, u] is used once by every example. What happens to contributions that meet in one number?",
        "The shapes leave no choice: which product of dy (n, units) and x (n, n_in) has the kernel's shape?",
        "@ sums over the last axis of its left side and the first axis of its right one. Formula (2) "
        "sums over u, (3) "
        "over i: transpose what has to be transposed so that this axis stands there.",
    ),
)
