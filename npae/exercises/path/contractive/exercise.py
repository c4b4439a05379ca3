"""The contractive penalty, a square of products, of which each factor has a gradient."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def cases(rng):
    """Return codes and kernels of several sizes."""
    settings = ((3, 4, 2, 0.5), (1, 2, 3, 2.0), (2, 5, 4, 0.1), (4, 3, 5, 1.5))
    return [arguments(rng, *setting) for setting in settings]


def square(rng):
    """Return cases in which all sizes are equal."""
    return [arguments(rng, k, k, k, weight) for k, weight in ((3, 0.5), (4, 2.0))]


def arguments(rng, n, inputs, units, weight):
    """Return h between 0 and 1, a normal kernel, and the weight."""
    return {
        "h": rng.uniform(0.1, 0.9, (n, units)),
        "kernel": rng.standard_normal((inputs, units)),
        "weight": weight,
    }


FOUND = "formula ({}) in the docstring of the file"

EXERCISE = Exercise(
    title="the contractive penalty: squares of a Jacobian",
    checks=(
        Gradients(
            forward="contractive",
            backward=None,
            output="penalty",
            gradients={"dh": "h", "dkernel": "kernel"},
            example={
                "h": np.array([[0.5, 0.4]]),
                "kernel": np.array([[1.0, 0], [2, 0], [0, -1]]),
                "weight": 0.5,
            },
            cases=cases,
            square=square,
            axes={"h": "n units", "kernel": "inputs units"},
            pointers={"penalty": FOUND.format(2), "dh": FOUND.format(3), "dkernel": FOUND.format(4)},
        ),
    ),
    hints=(
        "Nothing has to be built as large as a Jacobian: k2 has one number for each unit, s one for each "
        "unit of each image.",
        "The penalty is a sum of s^2 * k2. For dh, derive s^2 by h, with s = h - h^2: outer derivative "
        "times inner.",
        "For dkernel, derive kernel^2 by the kernel. Which images does kernel[k, u] meet? Their squares add "
        "up.",
        "With s and k2 as variables each of the three results is one line; weight / n stands in all of them.",
    ),
)
