"""Exercise 5: dense, where one matrix product in forward becomes two in backward."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Terms, Wrong


def arguments(rng, n, inputs, units):
    """Return normal x, kernel and bias."""
    draw = rng.standard_normal
    return {"x": draw((n, inputs)), "kernel": draw((inputs, units)), "bias": draw(units)}


def cases(rng):
    """Return arguments of several calls; no size equals another, so that none can be taken for another."""
    return [arguments(rng, *sizes) for sizes in ((3, 4, 5), (1, 3, 2), (4, 2, 3), (2, 5, 1))]


def square(rng):
    """Return cases in which all sizes are equal: there, a wrong transpose gives numbers, not an error."""
    return [arguments(rng, size, size, size) for size in (3, 4)]


WRONG_Y = (
    Wrong("bias_forgotten", lambda c: c.x @ c.kernel),
    Wrong("bias_subtracted", lambda c: c.x @ c.kernel - c.bias, "the bias is subtracted; it is to be added."),
    Wrong("bias_twice", lambda c: c.x @ c.kernel + 2 * c.bias, "the bias is added twice."),
    Wrong("transposed", lambda c: c.x @ c.kernel.T + c.bias, "x meets the kernel's transpose."),
    Wrong(
        "examples_added",
        lambda c: np.broadcast_to((c.x @ c.kernel).sum(axis=0) + c.bias, (len(c.x), c.bias.size)),
        "every row of y is the sum over all examples: each example has a row of its own.",
    ),
    Wrong(
        "bias_summed",
        lambda c: c.x @ c.kernel + c.bias.sum(),
        "every output gets the sum of all biases, where each has one of its own.",
    ),
    Wrong(
        "bias_per_example",
        lambda c: c.x @ c.kernel + c.bias[:, None],
        "the bias was added along the examples.",
    ),
    Wrong(
        "sides_swapped", lambda c: c.kernel @ c.x + c.bias, "kernel and x have changed sides in the product."
    ),
    Wrong(
        "sides_swapped",
        lambda c: c.x.T @ c.kernel + c.bias,
        "x is transposed in the product: in forward, nothing is.",
    ),
)

WRONG_GRADIENTS = {
    "dx": (
        Wrong(
            "transposed",
            lambda c: c.dy @ c.kernel,
            "dy meets the kernel itself, where its transpose belongs.",
        ),
        Wrong("bias_in_dx", lambda c: c.dy @ c.kernel.T + c.bias.sum(), "the bias has crept into dx."),
        Wrong("dy_forgotten", lambda c: np.broadcast_to(c.kernel.sum(axis=1), c.x.shape)),
        Wrong(
            "sides_swapped",
            lambda c: c.kernel.T @ c.dy,
            "dy and the kernel have changed sides in the product.",
        ),
        Wrong(
            "sides_swapped", lambda c: c.kernel @ c.dy, "dy and the kernel have changed sides in the product."
        ),
    ),
    "dkernel": (
        Wrong("transposed", lambda c: c.x @ c.dy, "x meets dy without a transpose."),
        Wrong("dy_forgotten", lambda c: np.broadcast_to(c.x.sum(axis=0)[:, None], c.kernel.shape)),
        Wrong("output_for_input", lambda c: c.y.T @ c.dy, "dkernel was built from the output y, not from x."),
        Wrong("transposed", lambda c: c.x @ c.dy.T, "dy is transposed in the product, where x should be."),
        Wrong("sides_swapped", lambda c: c.dy @ c.x.T, "x and dy have changed sides in the product."),
        Wrong("sides_swapped", lambda c: c.dy @ c.x, "x and dy have changed sides in the product."),
    ),
    "dbias": (
        Wrong("dy_forgotten", lambda c: np.full(c.bias.shape, float(len(c.x)))),
        Wrong("dy_forgotten", lambda c: np.ones(c.bias.shape), "dbias is 1 everywhere: dy is missing."),
        Wrong(
            "summed_over_all",
            lambda c: c.dy.sum(),
            "dbias is the sum of all of dy: each output has a bias of its own.",
        ),
        Wrong(
            "summed_over_all",
            lambda c: np.full(c.bias.shape, c.dy.sum()),
            "every entry of dbias is the sum of all of dy.",
        ),
    ),
}

EXERCISE = Exercise(
    name="dense",
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
            reference=lambda c: c.x @ c.kernel + c.bias,
            gradients={"dx": "x", "dkernel": "kernel", "dbias": "bias"},
            axes={"x": "n inputs", "kernel": "inputs units", "bias": "units", "y": "n units"},
            terms={
                "y": Terms(lambda c: c.x[:, :, None] * c.kernel, "n inputs units", "inputs"),
                "dx": Terms(lambda c: c.dy[:, None, :] * c.kernel, "n inputs units", "units"),
                "dkernel": Terms(lambda c: c.x[:, :, None] * c.dy[:, None, :], "n inputs units", "n"),
                "dbias": Terms(lambda c: c.dy, "n units", "n"),
            },
            wrong={"y": WRONG_Y, **WRONG_GRADIENTS},
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
