"""Batch normalisation, where every entry of x moves a whole column of y."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Values


def features(rng, n, d):
    """Return a batch whose columns have different means and spreads."""
    return rng.standard_normal((n, d)) * rng.uniform(0.5, 2, d) + rng.uniform(-2, 2, d)


def cases(rng):
    """Return layers with large values of epsilon, so that it is seen, and one that takes the default.

    One has as many examples as features: a wrong axis gives no error there.
    """
    draw = rng.standard_normal
    given = [(3, 3, {"epsilon": 0.3}), (5, 2, {"epsilon": 0.05}), (4, 3, {"epsilon": 1.5})]
    return [
        *({"x": features(rng, n, d), "gamma": draw(d), "beta": draw(d), **more} for n, d, more in given),
        {"x": 0.1 * draw((6, 4)), "gamma": draw(4), "beta": draw(4)},
    ]


def averages(rng):
    """Return batches with moving averages from before, with a momentum and with the default."""
    return [
        {
            "x": features(rng, n, d),
            "moving_mean": rng.standard_normal(d),
            "moving_variance": rng.uniform(0.5, 2, d),
            **more,
        }
        for n, d, more in ((3, 3, {"momentum": 0.7}), (5, 2, {"momentum": 0.9}), (4, 3, {}))
    ]


EXAMPLE = np.array([[2.0, 0.0], [2.0, 4.0], [2.0, 4.0], [-2.0, 8.0]])

EXERCISE = Exercise(
    title="batch normalisation: every feature with mean 0 and variance 1",
    checks=(
        Gradients(
            forward="batch_norm_forward",
            backward="batch_norm_backward",
            example={
                "x": EXAMPLE,
                "gamma": np.array([2.0, 3.0]),
                "beta": np.array([10.0, 20.0]),
                "epsilon": 1.0,
                "dy": np.array([[8.0, 0.0], [0.0, 9.0], [0.0, 0.0], [0.0, 3.0]]),
            },
            cases=cases,
            gradients={"dx": "x", "dgamma": "gamma", "dbeta": "beta"},
            axes={"x": "n features", "gamma": "features", "beta": "features", "y": "n features"},
            pointers={
                "y": "formulas (1) to (4) in the docstring of the file",
                "dx": "formulas (7) and (8) in the docstring of the file",
                "dgamma": "formula (5) in the docstring of the file",
                "dbeta": "formula (6) in the docstring of the file",
            },
        ),
        Values(
            function="moving_statistics",
            outputs=("moving_mean", "moving_variance"),
            example={
                "x": EXAMPLE,
                "moving_mean": np.zeros(2),
                "moving_variance": np.ones(2),
                "momentum": 0.9,
            },
            cases=averages,
            axes={"x": "n features", "moving_mean": "features", "moving_variance": "features"},
            pointers=dict.fromkeys(
                ("moving_mean", "moving_variance"), "formulas (1), (2) and (9) in the docstring of the file"
            ),
        ),
    ),
    hints=(
        "Mean and variance have one entry for each column: the sums in (1) and (2) run over the examples.",
        "(8) needs x̂, gamma and the root of (3). What else should forward put into the cache? Nothing.",
        "The two sums in (8) have one entry for each column, as dgamma and dbeta have, which they resemble.",
        "moving_statistics returns new arrays: momentum * moving_mean + ..., and no *= or +=.",
    ),
)
