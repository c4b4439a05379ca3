"""Exercise 6: the mean squared error, the one place where gradients are divided by the number of entries."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong


def pair(rng, shape):
    """Return an output and a target of one shape."""
    return {"y": rng.standard_normal(shape), "t": rng.standard_normal(shape)}


def cases(rng):
    """Return outputs and targets of several batches; examples, features and entries are never as many."""
    return [pair(rng, shape) for shape in ((3, 4), (1, 5), (4, 2), (5, 3))]


def images(rng):
    """Return outputs and targets of other shapes: any shape will do."""
    return [pair(rng, shape) for shape in ((2, 3, 2, 1), (5,))]


def difference(c):
    """Return y - t."""
    return c.y - c.t


def squares(c):
    """Return the squared differences."""
    return difference(c) ** 2


def size(c):
    """Return K."""
    return c.t.size


WRONG_LOSS = (
    Wrong(
        "times_elements",
        lambda c: squares(c).sum(),
        "the squares are summed; they are to be averaged over all entries.",
    ),
    Wrong(
        "times_features",
        lambda c: squares(c).sum() / len(c.t),
        "the sum is divided by the number of examples; formula (1) divides by the number of all entries.",
    ),
    Wrong(
        "times_examples",
        lambda c: squares(c).sum() / (size(c) / len(c.t)),
        "the sum is divided by the entries of one example; formula (1) divides by the number of all entries.",
    ),
    Wrong(
        "one_half",
        lambda c: squares(c).mean() / 2,
        "the mean is halved: some books do that, formula (1) does not.",
    ),
    Wrong(
        "times_elements_and_one_half",
        lambda c: squares(c).sum() / 2,
        "half the sum of the squares; formula (1) is their mean.",
    ),
    Wrong(
        "times_features_and_one_half",
        lambda c: squares(c).sum() / len(c.t) / 2,
        "the sum is divided by twice the number of examples; formula (1) divides by the number of "
        "all entries.",
    ),
    Wrong("root_of_mean", lambda c: np.sqrt(squares(c).mean()), "the root of the mean was taken as well."),
    Wrong(
        "root_of_mean",
        lambda c: np.sqrt(squares(c).sum()),
        "the root of the sum was taken: a length, not a mean.",
    ),
    Wrong(
        "absolute_for_square",
        lambda c: np.abs(difference(c)).mean(),
        "absolute differences are averaged, not squares.",
    ),
    Wrong(
        "not_squared", lambda c: difference(c).mean(), "the differences are averaged without being squared."
    ),
    Wrong(
        "not_squared",
        lambda c: (-difference(c)).mean(),
        "the differences are averaged without being squared.",
    ),
    Wrong(
        "squared_mean",
        lambda c: difference(c).mean() ** 2,
        "the mean is squared; it is to be the mean of squares.",
    ),
    Wrong("difference_of_squares", lambda c: (c.y**2 - c.t**2).mean(), "y² - t² is not (y - t)²."),
    Wrong("sum_missing", squares, "the squares are not averaged: the loss has an entry for each of them."),
    Wrong("wrong_axis", lambda c: squares(c).mean(axis=0), "the mean is taken over the first axis only."),
    Wrong("wrong_axis", lambda c: squares(c).mean(axis=-1), "the mean is taken over the last axis only."),
)


WRONG_DY = (
    Wrong(
        "times_elements",
        lambda c: 2 * difference(c),
        "dy is K times too large: the loss is a mean over K entries, and so dy is to be divided by K.",
    ),
    Wrong(
        "times_features",
        lambda c: 2 * difference(c) / len(c.t),
        "dy is divided by the number of examples; the loss divides by the number of all entries.",
    ),
    Wrong(
        "times_examples",
        lambda c: 2 * difference(c) * len(c.t) / size(c),
        "dy is divided by the entries of one example; the loss divides by the number of all entries.",
    ),
    Wrong("over_elements", lambda c: 2 * difference(c) / size(c) ** 2, "dy is divided by K twice."),
    Wrong(
        "sum_for_gradient",
        lambda c: np.full(c.t.shape, c.true["loss"]),
        "every entry of dy is the loss itself.",
    ),
    Wrong(
        "not_differentiated",
        lambda c: squares(c) / size(c),
        "dy holds the terms of the loss, (y - t)²/K, not their derivatives.",
    ),
    Wrong(
        "not_differentiated",
        lambda c: 2 * squares(c) / size(c),
        "the 2 has come down, but the square is still there: its derivative is 2 (y - t).",
    ),
    Wrong("only_y", lambda c: 2 * c.y / size(c), "dy was built from y alone: where is t?"),
    Wrong(
        "sign_for_difference",
        lambda c: np.sign(difference(c)) / size(c),
        "dy is the slope of |y - t|, not of its square.",
    ),
    Wrong(
        "times_elements_and_one_half",
        difference,
        "dy is y - t alone: the derivative of a square brings a 2, the mean a division by K.",
    ),
    Wrong(
        "times_features_and_one_half",
        lambda c: difference(c) / len(c.t),
        "dy is (y - t) / number of examples: the 2 of the square is missing, and the loss divides by "
        "all entries.",
    ),
    Wrong(
        "summed_over_all",
        lambda c: 2 * difference(c).mean(),
        "dy is one number: the differences are averaged, where each entry of y has a slope of its own.",
    ),
    Wrong(
        "summed_over_all",
        lambda c: 2 * difference(c).sum() / size(c) + 0 * c.t,
        "every entry of dy is the same: the differences are averaged, where each entry of y has a slope of "
        "its own.",
    ),
)

POINTERS = {
    "loss": "formula (1) in the docstring of the file",
    "dy": "formula (2) in the docstring of the file, and the remark under it",
}

EXERCISE = Exercise(
    name="mean_squared_error",
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
            reference=lambda c: squares(c).mean(),
            gradients={"dy": "y"},
            axes={"y": "n features", "t": "n features"},
            wrong={"loss": WRONG_LOSS, "dy": WRONG_DY},
            pointers=POINTERS,
        ),
        Gradients(
            forward="mean_squared_error",
            backward=None,
            output="loss",
            cases=images,
            reference=lambda c: squares(c).mean(),
            gradients={"dy": "y"},
            wrong={"loss": WRONG_LOSS, "dy": WRONG_DY},
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
