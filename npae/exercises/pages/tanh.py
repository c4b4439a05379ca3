"""Exercise 4: tanh, whose slope the learner derives from the quotient rule."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong


def cases(rng):
    """Return arguments of several calls, of different sizes and numbers of axes."""
    return [{"x": rng.standard_normal(shape)} for shape in ((1, 5), (3, 4), (2, 3, 2), (7,))]


def extremes(rng):
    """Return arguments of calls with entries so large that exp of them overflows."""
    large = np.array([[-1000.0, -800.0, 1000.0, 750.0], [0.5, -90.0, 90.0, -0.5]])
    mixed = np.where(np.eye(2, 3) > 0, 1.0, 1000.0) * rng.standard_normal((2, 3))
    return [{"x": large}, {"x": mixed}]


def written_out(x, form):
    """Return tanh as exponentials give it, NaN and all."""
    with np.errstate(all="ignore"):
        if form == "both":
            return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
        if form == "up":
            return (np.exp(2 * x) - 1) / (np.exp(2 * x) + 1)
        if form == "down":
            return (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))
        return np.sinh(x) / np.cosh(x)


WRONG_Y = (
    Wrong("sigmoid_for_tanh", lambda c: 1 / (1 + np.exp(-c.x)), "y is the sigmoid of x, between 0 and 1."),
    Wrong("scaled", lambda c: np.tanh(c.x / 2), "y is tanh(x / 2): a factor 2 is missing in the exponent."),
    Wrong("scaled", lambda c: np.tanh(2 * c.x), "y is tanh(2 x): a factor 2 too many in the exponent."),
    Wrong(
        "inverted", lambda c: 1 / np.tanh(c.x), "y is 1 / tanh(x): numerator and denominator are exchanged."
    ),
    Wrong("sinh_for_tanh", lambda c: np.sinh(c.x), "y is sinh(x), half of the numerator only."),
    Wrong("sinh_for_tanh", lambda c: 2 * np.sinh(c.x), "y is exp(x) - exp(-x), the numerator only."),
    Wrong("tan_for_tanh", lambda c: np.tan(c.x), "y is tan(x), the tangent of an angle: an h is missing."),
    Wrong("arctan_for_tanh", lambda c: np.arctan(c.x), "y is arctan(x)."),
    Wrong(
        "precedence",
        lambda c: np.exp(c.x) - np.exp(-c.x) / np.exp(c.x) + np.exp(-c.x),
        "a bracket is missing: only exp(-x) / exp(x) was divided.",
    ),
)

WRONG_DX = (
    Wrong("wrong_derivative", lambda c: c.dy * (1 - c.y), "the slope taken is 1 - y: the square is missing."),
    Wrong(
        "wrong_derivative", lambda c: c.dy * c.y * (1 - c.y), "the slope taken is y (1 - y), the sigmoid's."
    ),
    Wrong("wrong_derivative", lambda c: c.dy * (1 + c.y**2), "the slope taken is 1 + y²: look at the sign."),
    Wrong(
        "wrong_derivative", lambda c: c.dy * (1 - c.y) ** 2, "the slope taken is (1 - y)²: 1 - y² was meant."
    ),
    Wrong("wrong_derivative", lambda c: c.dy * c.y**2, "the slope taken is y²: the 1 - is missing."),
    Wrong("wrong_derivative", lambda c: c.dy * c.y, "the slope taken is y itself, the value for its slope."),
    Wrong("wrong_derivative", lambda c: -2 * c.dy * c.y, "the slope taken is -2 y, that of 1 - y²."),
    Wrong(
        "wrong_derivative",
        lambda c: c.dy / np.cosh(c.x),
        "the slope taken is 1 / cosh(x): a square is missing.",
    ),
    Wrong("wrong_derivative", lambda c: c.dy * np.sqrt(1 - c.y**2), "the slope taken is √(1 - y²)."),
    Wrong(
        "wrong_derivative", lambda c: c.dy / (1 + c.x**2), "the slope taken is 1 / (1 + x²), that of arctan."
    ),
    Wrong(
        "input_for_output",
        lambda c: c.dy * (1 - c.x**2),
        "1 - x² was computed: in formula (3), y is the output of forward.",
    ),
    Wrong(
        "applied_twice",
        lambda c: c.dy * (1 - np.tanh(c.y) ** 2),
        "once more tanh was applied, to what was the output already.",
    ),
    Wrong("dy_forgotten", lambda c: 1 - c.y**2),
    Wrong("dy_added", lambda c: c.dy + 1 - c.y**2, "dy is added to the slope: the chain rule multiplies."),
    Wrong("precedence", lambda c: c.dy * 1 - c.y**2, "dy meets the 1 only: a bracket is missing."),
    Wrong(
        "dy_for_y", lambda c: c.dy * (1 - c.dy**2), "dy (1 - dy²) was computed: y and dy have been confused."
    ),
    Wrong("dy_for_y", lambda c: 1 - c.dy**2, "1 - dy² was computed: y and dy have been confused."),
    Wrong(
        "wrong_derivative",
        lambda c: c.dy * (1 - 2 * c.y),
        "the slope taken is 1 - 2 y: y is doubled where formula (3) squares it.",
    ),
    Wrong("wrong_derivative", lambda c: c.dy * (1 - c.y**2) ** 2, "the slope taken is (1 - y²)²."),
    Wrong(
        "precedence",
        lambda c: c.dy - c.x**2,
        "dy meets the 1 only: a bracket is missing, and the square is that of x, where formula (3) has y.",
    ),
)

POINTERS = {
    "y": "formula (1) in the docstring of the file",
    "dx": "formula (3) in the docstring of the file",
}

EXERCISE = Exercise(
    name="tanh",
    title="tanh: a slope of your own derivation",
    checks=(
        Gradients(
            forward="tanh_forward",
            backward="tanh_backward",
            example={"x": np.array([-np.log(2), 0.0, np.log(2)]), "dy": np.array([1.0, 1.0, 10.0])},
            cases=cases,
            reference=lambda c: np.tanh(c.x),
            gradients={"dx": "x"},
            wrong={"y": WRONG_Y, "dx": WRONG_DX},
            pointers=POINTERS,
        ),
        Gradients(
            forward="tanh_forward",
            backward="tanh_backward",
            cases=extremes,
            reference=lambda c: np.tanh(c.x),
            gradients={"dx": "x"},
            wrong={
                "y": tuple(
                    Wrong("overflow", lambda c, form=form: written_out(c.x, form))
                    for form in ("both", "up", "down", "sinh")
                )
            },
            pointers={**POINTERS, "y": "remark (2) in the docstring of the file: large |x|"},
            quiet=True,
        ),
    ),
    hints=(
        "Forward is one call of np.tanh. The thinking goes into what to keep for backward.",
        "Formula (3) needs y, and nothing else from forward.",
        "Backward has two factors: what came from above, and the slope, which is one minus a square. "
        "Mind the "
        "bracket around the slope.",
    ),
)
