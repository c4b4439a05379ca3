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
    draw, some = rng.standard_normal, []
    for n, d, more in (
        (3, 3, {"epsilon": 0.3}),
        (5, 2, {"epsilon": 0.05}),
        (4, 3, {"epsilon": 1.5}),
        (6, 4, {}),
    ):
        x = features(rng, n, d) * (1 if more else 0.1)
        some.append({"x": x, "gamma": draw(d), "beta": draw(d), **more})
    return some


def averages(rng):
    """Return batches with moving averages from before, with a momentum and with the default."""
    some = []
    for n, d, more in ((3, 3, {"momentum": 0.7}), (5, 2, {"momentum": 0.9}), (4, 3, {})):
        before = {"moving_mean": rng.standard_normal(d), "moving_variance": rng.uniform(0.5, 2, d)}
        some.append({"x": features(rng, n, d), **before, **more})
    return some


X = np.array([[2.0, 0.0], [2.0, 4.0], [2.0, 4.0], [-2.0, 8.0]])
DY = np.array([[8.0, 0.0], [0.0, 9.0], [0.0, 0.0], [0.0, 3.0]])
WHERE = "in the docstring of the file"

EXERCISE = Exercise(
    title="batch normalisation: every feature with mean 0 and variance 1",
    checks=(
        Gradients(
            forward="batch_norm_forward",
            backward="batch_norm_backward",
            example={
                "x": X,
                "gamma": np.array([2.0, 3.0]),
                "beta": np.array([10.0, 20.0]),
                "epsilon": 1.0,
                "dy": DY,
            },
            cases=cases,
            gradients={"dx": "x", "dgamma": "gamma", "dbeta": "beta"},
            axes={"x": "n features", "gamma": "features", "beta": "features", "y": "n features"},
            pointers={
                "y": f"formulas (1) to (4) {WHERE}",
                "dx": f"formulas (7) and (8) {WHERE}",
                "dgamma": f"formula (5) {WHERE}",
                "dbeta": f"formula (6) {WHERE}",
            },
        ),
        Values(
            function="moving_statistics",
            outputs=("moving_mean", "moving_variance"),
            example={"x": X, "moving_mean": np.zeros(2), "moving_variance": np.ones(2), "momentum": 0.9},
            cases=averages,
            axes={"x": "n features", "moving_mean": "features", "moving_variance": "features"},
            pointers=dict.fromkeys(("moving_mean", "moving_variance"), f"formulas (1), (2) and (9) {WHERE}"),
        ),
    ),
    hints=(
        "Mean and variance have one entry for each column: the sums in (1) and (2) run over the examples.",
        "(8) needs x̂, gamma and the root of (3). What else should forward put into the cache? Nothing.",
        "The two sums in (8) have one entry for each column, as dgamma and dbeta have, which they resemble.",
        "moving_statistics returns new arrays: momentum * moving_mean + ..., and no *= or +=.",
    ),
)
