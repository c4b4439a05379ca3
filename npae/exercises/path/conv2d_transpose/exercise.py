"""The transposed convolution, which scatters where a convolution collects."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def arguments(rng, n, c_in, size, c_out, window, strides):
    """Return normal x, kernel and bias, and strides."""
    draw = rng.standard_normal
    arrays = {"x": draw((n, c_in, *size)), "kernel": draw((c_in, c_out, *window)), "bias": draw(c_out)}
    return {**arrays, "strides": strides}


def cases(rng):
    """Return arguments of several calls: overlapping stamps, stamps side by side, stamps with gaps."""
    return [
        arguments(rng, 1, 2, (2, 3), 1, (4, 2), (2, 1)),
        arguments(rng, 2, 1, (3, 2), 3, (2, 1), (1, 2)),
        arguments(rng, 3, 1, (1, 2), 2, (2, 3), (2, 2)),
        arguments(rng, 1, 3, (2, 1), 2, (1, 2), (3, 1)),
    ]


def square(rng):
    """Return cases in which neither axes nor channels differ."""
    return [arguments(rng, n, 2, (3, 3), 2, (k, k), (2, 2)) for n, k in ((1, 3), (3, 2))]


FOUND = "formula ({}) in the docstring of the file"

EXERCISE = Exercise(
    title="the transposed convolution: stamp, and add",
    checks=(
        Gradients(
            forward="conv2d_transpose_forward",
            backward="conv2d_transpose_backward",
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            example={
                "x": np.array([[[[1.0, 2]]]]),
                "kernel": np.array([[[[1.0, 2], [3, 4]]]]),
                "bias": np.array([0.5]),
                "strides": (2, 1),
                "dy": np.array([[[[1.0, 10, 100], [0, 0, 1000]]]]),
            },
            cases=cases,
            square=square,
            axes={
                "x": "n c_in h w",
                "kernel": "c_in c_out kh kw",
                "bias": "c_out",
                "y": "n c_out h_out w_out",
            },
            pointers={
                "y": "formulas (1) to (3) in the docstring of the file",
                "dx": FOUND.format(4),
                "dkernel": FOUND.format(5),
                "dbias": FOUND.format(6),
            },
        ),
    ),
    hints=(
        "Think of one pixel of x alone. Where in y does its stamp begin, and what is written there?",
        "Compare formula (2) with formula (4) of conv2d: what was backward's way to dx is forward here.",
        "For one entry (i, j) of the kernel, all pixels of x reach y at the rows i, i + sh, i + 2*sh ...: a "
        "slice with a step, of h rows and w columns, to add to. Add the bias when all of them are done.",
        "Backward takes the same slices of dy: multiplied by kernel[:, :, i, j] they go into dx, summed "
        "over c_out; multiplied by x they go into dkernel[:, :, i, j], summed over images and pixels.",
    ),
)
