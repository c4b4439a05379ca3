"""The two pieces of a variational autoencoder that have no counterpart in an ordinary one."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients


def cases(rng):
    """Return means, logarithms of variances, and noise; in the last case, all of them are large."""
    names, sizes = ("mu", "logvar", "eps"), ((3, 4), (1, 5), (2, 3), (4, 1))
    found = [rng.standard_normal((3, *size)) for size in sizes]
    found[-1] *= 6.0
    return [dict(zip(names, arrays)) for arrays in found]


def without_noise(rng):
    """Return means and logarithms of variances."""
    return [{name: case[name] for name in ("mu", "logvar")} for case in cases(rng)]


AXES = {"mu": "n units", "logvar": "n units", "eps": "n units", "z": "n units"}
FOUND = "formula ({}) in the docstring of the file"
FOUR = np.log(4.0)

EXERCISE = Exercise(
    title="reparameterisation, and the VAE's divergence",
    checks=(
        Gradients(
            forward="reparameterise_forward",
            backward="reparameterise_backward",
            output="z",
            gradients={"dmu": "mu", "dlogvar": "logvar"},
            example={
                "mu": np.array([[1.0, 0.0]]),
                "logvar": np.array([[FOUR, 0.0]]),
                "eps": np.array([[3.0, -1.0]]),
                "dy": np.array([[1.0, 10.0]]),
            },
            cases=cases,
            axes=AXES,
            pointers={"z": FOUND.format(1), "dmu": FOUND.format(2), "dlogvar": FOUND.format(3)},
        ),
        Gradients(
            forward="kl_divergence",
            backward=None,
            output="kl",
            gradients={"dmu": "mu", "dlogvar": "logvar"},
            example={"mu": np.array([[1.0, 0.0]]), "logvar": np.array([[FOUR, 0.0]])},
            cases=without_noise,
            axes={"mu": "n units", "logvar": "n units"},
            pointers={"kl": FOUND.format(4), "dmu": FOUND.format(5), "dlogvar": FOUND.format(6)},
        ),
    ),
    hints=(
        "sigma is exp(logvar / 2); the logarithm of a square is twice the logarithm.",
        "z depends on logvar through sigma: eps times the derivative of sigma, which has sigma in it again.",
        "kl adds up four terms for each entry; which of them know mu, and which know logvar?",
        "Everything about kl is divided by n, len(mu), and by nothing else: not by the number of units.",
    ),
)
