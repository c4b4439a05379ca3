"""The sparsity penalty, where a mean over the batch goes through a logarithm."""

from typing import Any

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def cases(rng):
    """Return codes between 0 and 1 of several sizes, with targets and weights that differ."""
    settings = ((3, 4, 0.1, 2.0), (1, 2, 0.3, 0.5), (5, 3, 0.05, 3.0), (2, 5, 0.2, 1.5))
    return [
        {"code": rng.uniform(0.05, 0.95, (n, units)), "target": target, "weight": weight}
        for n, units, target, weight in settings
    ]


def dead_units(rng):
    """Return codes with a unit that is always off, and with one that is always on."""
    found = cases(rng)[:3]
    found[0]["code"][:, 1] = 0.0
    found[1]["code"][:, 0] = 1.0
    found[2]["code"][:, :2] = 0.0, 1.0
    return found


def square(rng):
    """Return cases with as many units as images."""
    return [{"code": rng.uniform(0.05, 0.95, (k, k)), "target": 0.1, "weight": 2.0} for k in (3, 4)]


POINTERS = {
    "penalty": "formulas (1) and (2) in the docstring of the file",
    "dcode": "formulas (3) and (4) in the docstring of the file",
}
COMMON: dict[str, Any] = {
    "forward": "kl_sparsity",
    "backward": None,
    "gradients": {"dcode": "code"},
    "output": "penalty",
    "axes": {"code": "n units"},
}

EXERCISE = Exercise(
    title="sparsity: a code that is quiet most of the time",
    checks=(
        Gradients(
            **COMMON,
            example={"code": np.array([[0.3, 0.5], [0.1, 0.5]]), "target": 0.25, "weight": 2.0},
            cases=cases,
            square=square,
            pointers=POINTERS,
        ),
        Gradients(
            **COMMON,
            cases=dead_units,
            pointers={**POINTERS, "dcode": "what stands below formula (4) in the docstring of the file"},
            smooth=False,
            tolerance=1e-7,
            dtypes=("float64",),
        ),
    ),
    hints=(
        "First the mean over the images, then clip it: from there on, everything has one number for each "
        "unit.",
        "The penalty depends on code[i, u] only through rho_hat[u]. How much does the mean of n numbers "
        "change when one of them does?",
        "All rows of dcode are equal, since every image has the same share. dcode must have the shape of "
        "code: np.ones_like(code) times one row has it.",
    ),
)
