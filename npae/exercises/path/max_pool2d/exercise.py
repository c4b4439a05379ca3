"""Max-pooling, where overlaps add up and ties have one winner."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def distinct(rng, shape):
    """Return numbers around 0 of which no two are nearer than 0.1."""
    size = int(np.prod(shape))
    return (rng.permutation(size).reshape(shape) - 0.6 * size) / 10 + rng.uniform(-0.02, 0.02, shape)


def cases(rng):
    """Return overlapping windows, windows with gaps between them, and one image without a positive entry."""
    settings = (
        ((1, 1, 4, 6), (2, 3), (2, 3)),
        ((2, 1, 4, 5), (3, 2), (1, 2)),
        ((3, 1, 3, 4), (2, 3), (1, 1)),
        ((1, 2, 5, 4), (2, 1), (3, 2)),
    )
    found = [dict(x=distinct(rng, shape), pool_size=pool, strides=steps) for shape, pool, steps in settings]
    found[2]["x"] -= found[2]["x"].max() + 1
    return found


def square(rng):
    """Return cases in which the two axes do not differ."""
    return [
        dict(x=distinct(rng, (2, 2, 5, 5)), pool_size=(k, k), strides=(s, s)) for k, s in ((2, 2), (3, 1))
    ]


def tied(rng):
    """Return images of few different numbers, with equal maxima in many windows."""
    settings = (
        ((1, 1, 4, 4), (2, 2), (2, 2)),
        ((2, 1, 4, 5), (3, 2), (1, 2)),
        ((1, 2, 3, 5), (2, 3), (1, 1)),
    )
    return [
        dict(x=rng.integers(-2, 1, shape).astype(float), pool_size=pool, strides=steps)
        for shape, pool, steps in settings
    ]


AXES = {"x": "n c h w", "y": "n c h_out w_out"}
POINTERS = {
    "y": "formulas (1) and (2) in the docstring of the file",
    "dx": "formula (4) in the docstring of the file",
}

EXERCISE = Exercise(
    title="max-pooling: the winner takes it all",
    checks=(
        Gradients(
            forward="max_pool2d_forward",
            backward="max_pool2d_backward",
            gradients={"dx": "x"},
            cases=cases,
            square=square,
            axes=AXES,
            pointers=POINTERS,
        ),
        Gradients(
            forward="max_pool2d_forward",
            backward="max_pool2d_backward",
            gradients={"dx": "x"},
            example={
                "x": np.array([[[[1.0, 5, 2], [5, 3, 4]]]]),
                "pool_size": (2, 2),
                "strides": (1, 1),
                "dy": np.array([[[[10.0, 1]]]]),
            },
            cases=tied,
            axes=AXES,
            pointers={
                **POINTERS,
                "dx": "what formula (3) in the docstring of the file says of equal entries",
            },
            smooth=False,
        ),
    ),
    hints=(
        "Backward has to know where each maximum came from. Either the cache holds the place of every "
        "winner, or it holds x, and backward looks for the winners again.",
        "np.argmax of a window gives one place, in reading order, even where there are ties; "
        "np.unravel_index or divmod turn it into a row and a column of the window.",
        "One entry may win several windows, and gets the gradients of all of them. What happens to the "
        "first one if the second is written with = ?",
        "Loop over n, c, p, q: find the winner (i, j) of x[n, c, p*sh : p*sh + kh, q*sw : q*sw + kw], and "
        "add dy[n, c, p, q] to dx at row p*sh + i and column q*sw + j.",
    ),
)
