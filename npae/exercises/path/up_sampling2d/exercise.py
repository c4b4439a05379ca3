"""Upsampling, where one pixel becomes a block, and a block's gradients become one."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def cases(rng):
    """Return images and blocks that are not square."""
    settings = (
        ((2, 1, 2, 3), (3, 2)),
        ((1, 2, 3, 2), (1, 4)),
        ((3, 1, 4, 1), (2, 3)),
        ((1, 3, 1, 2), (5, 1)),
    )
    return [{"x": rng.standard_normal(shape), "size": size} for shape, size in settings]


def square(rng):
    """Return cases in which the two axes do not differ."""
    return [{"x": rng.standard_normal((2, 3, side, side)), "size": (k, k)} for side, k in ((2, 2), (3, 2))]


EXERCISE = Exercise(
    title="upsampling: copies out, sums back",
    checks=(
        Gradients(
            forward="up_sampling2d_forward",
            backward="up_sampling2d_backward",
            gradients={"dx": "x"},
            example={
                "x": np.array([[[[1.0, 2.0]]]]),
                "size": (2, 3),
                "dy": np.array([[[[1.0, 2, 3, 10, 20, 30], [4, 5, 6, 40, 50, 60]]]]),
            },
            cases=cases,
            square=square,
            axes={"x": "n c h w", "y": "n c h_out w_out"},
            pointers={
                "y": "formula (1) in the docstring of the file",
                "dx": "formula (2) in the docstring of the file",
            },
        ),
    ),
    hints=(
        "Forward: np.repeat takes an axis. Or ask for every pixel of y which pixel of x it is, formula (1).",
        "Backward: one number was used sh * sw times. What happens to gradients that meet in one number?",
        "The gradients to add are neighbours in dy. A reshape that cuts the axis of rows into (h, sh), and "
        "that of columns into (w, sw), gives the places inside a block axes of their own. Or add strided "
        "slices.",
    ),
)
