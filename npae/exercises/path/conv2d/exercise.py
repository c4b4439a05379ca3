"""The convolution, three gradients of one formula with seven indices."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def arguments(rng, n, c_in, c_out, image, window):
    """Return normal x, kernel and bias."""
    draw = rng.standard_normal
    return {"x": draw((n, c_in, *image)), "kernel": draw((c_out, c_in, *window)), "bias": draw(c_out)}


def cases(rng):
    """Return arguments of several calls; no size equals another that could be taken for it."""
    return [
        arguments(rng, 2, 3, 1, (4, 5), (2, 3)),
        arguments(rng, 1, 1, 2, (5, 3), (3, 2)),
        arguments(rng, 3, 2, 4, (3, 5), (2, 2)),
        arguments(rng, 2, 1, 3, (4, 6), (1, 3)),
    ]


def square(rng):
    """Return cases in which height equals width, and channels are as many as filters."""
    return [arguments(rng, 2, 2, 2, (3, 3), (2, 2)), arguments(rng, 3, 3, 3, (5, 5), (3, 3))]


POINTERS = {
    "y": "formulas (1) and (5) in the docstring of the file",
    "dx": "formula (4) in the docstring of the file",
    "dkernel": "formula (3) in the docstring of the file",
    "dbias": "formula (2) in the docstring of the file",
}

EXERCISE = Exercise(
    title="conv2d: a window slides, and three gradients follow",
    checks=(
        Gradients(
            forward="conv2d_forward",
            backward="conv2d_backward",
            example={
                "x": np.arange(1.0, 7.0).reshape(1, 1, 2, 3),
                "kernel": np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 1, 2, 2),
                "bias": np.array([10.0]),
                "dy": np.array([1.0, 2.0]).reshape(1, 1, 1, 2),
            },
            cases=cases,
            square=square,
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            axes={
                "x": "n c_in h w",
                "kernel": "c_out c_in kh kw",
                "bias": "c_out",
                "y": "n c_out h_out w_out",
            },
            pointers=POINTERS,
        ),
    ),
    hints=(
        "Write formula (1) as seven loops, each index one loop. It is slow, and it passes; then "
        "backward is the "
        "same seven loops with three other lines inside: (2), (3) and (4).",
        "For fixed i and j, all that the window sees at this place is one slice of x: h_out rows "
        "from row i on, "
        "w_out columns from column j on. What is left is a sum over channels, which np.einsum can do.",
        "dkernel[:, :, i, j] reads the same slice of x that forward read. dx adds to the same slice, "
        "of an array "
        "of zeros.",
        "dbias sums dy over three axes and leaves the second. For dx, with i and j fixed: dx[:, :, slice] += "
        "the sum over o of dy[:, o] times kernel[o, :, i, j].",
    ),
)
