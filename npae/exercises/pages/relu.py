"""Exercise 2: relu, the first backward pass: one question asked of every entry of the input."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong, away_from


def cases(rng):
    """Return arguments of several calls: any number of axes, sizes that differ, no entry at the kink."""
    arrays = [away_from(0.0, rng.standard_normal(shape)) for shape in ((1, 5), (3, 4), (2, 3, 2), (7,))]
    arrays[-1][:4] = 1e-3, -1e-3, 9.0, -9.0  # 1e-3 is near, but far enough for differences
    return [{"x": x} for x in arrays]


WRONG_Y = (
    Wrong("abs_for_relu", lambda c: np.abs(c.x), "negative entries are made positive: relu makes them 0."),
    Wrong("identity", lambda c: c.x, "y is x, unchanged: the negative entries still have to become 0."),
    Wrong(
        "wrong_side", lambda c: np.minimum(c.x, 0.0), "the negative entries were kept, not the positive ones."
    ),
    Wrong(
        "threshold_one", lambda c: np.where(c.x > 1, c.x, 0.0), "entries from 0 to 1 were cut off as well."
    ),
    Wrong(
        "mask_returned",
        lambda c: (c.x > 0).astype(float),
        "y is 1 where x is positive; it should be x itself.",
    ),
    Wrong(
        "clipped_above", lambda c: np.clip(c.x, 0, 1), "entries above 1 were cut off: relu has no upper end."
    ),
    Wrong("leaky", lambda c: np.where(c.x > 0, c.x, 0.01 * c.x), "negative entries were made small, not 0."),
    Wrong("leaky", lambda c: np.where(c.x > 0, c.x, 0.1 * c.x), "negative entries were made small, not 0."),
    Wrong("softplus", lambda c: np.log1p(np.exp(c.x)), "y is the softplus of x, relu's smooth relative."),
    Wrong(
        "one_number",
        lambda c: np.max(c.x, initial=0),
        "y is one number, the largest: np.max looks for it in all of x.",
    ),
    Wrong(
        "step_returned",
        lambda c: np.sign(c.x),
        "y is the sign of x; it should be x itself, where x is positive.",
    ),
    Wrong(
        "one_number",
        lambda c: np.max(c.x, axis=0),
        "this is the largest entry along axis 0: np.max(x, 0) does not compare x with 0.",
    ),
)

WRONG_DX = (
    Wrong("mask_from_dy", lambda c: np.maximum(c.dy, 0.0)),
    Wrong("mask_from_dy", lambda c: np.where((c.dy > 0) & (c.x > 0), c.dy, 0.0)),
    Wrong("dy_forgotten", lambda c: (c.x > 0).astype(float)),
    Wrong("wrong_side", lambda c: np.where(c.x < 0, c.dy, 0.0)),
    Wrong("forward_for_derivative", lambda c: c.dy * np.maximum(c.x, 0.0)),
    Wrong("sign_for_mask", lambda c: c.dy * np.sign(c.x)),
    Wrong("value_for_dy", lambda c: np.maximum(c.x, 0.0)),
    Wrong("dy_added", lambda c: c.dy + (c.x > 0), "dy is added to the slope: the chain rule multiplies."),
    Wrong(
        "leaky",
        lambda c: np.where(c.x > 0, c.dy, 0.01 * c.dy),
        "where x is negative, a hundredth of dy gets through.",
    ),
    Wrong(
        "forward_for_derivative",
        lambda c: c.dy * c.x,
        "dy is multiplied by x; what belongs there is the slope, 0 or 1.",
    ),
)

EXERCISE = Exercise(
    name="relu",
    title="relu: let through what is positive",
    checks=(
        Gradients(
            forward="relu_forward",
            backward="relu_backward",
            example={"x": np.array([-2.0, 0.5, 3.0]), "dy": np.array([10.0, -20.0, 30.0])},
            cases=cases,
            reference=lambda c: np.maximum(c.x, 0.0),
            gradients={"dx": "x"},
            wrong={"y": WRONG_Y, "dx": WRONG_DX},
            pointers={
                "y": "formula (1) in the docstring of the file",
                "dx": "formula (2) in the docstring of the file: what decides, and what passes",
            },
        ),
    ),
    hints=(
        "Forward is one call of a NumPy function that compares two things entry by entry. (np.max is "
        "another one: it "
        "looks for the largest entry of all.)",
        "Ask of one entry of x: if I move it a little, how much does y move? There are two answers only.",
        "dx is dy in some places and 0 in the others. Which array has to be in the cache to know the places?",
        "x > 0 is an array of True and False; in a product, NumPy reads them as 1 and 0.",
    ),
)
