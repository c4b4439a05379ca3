"""Exercise 21: the two pieces of a variational autoencoder that have no counterpart in an ordinary one."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Wrong


def cases(rng):
    """Return means, logarithms of variances, and noise."""
    names = ("mu", "logvar", "eps")
    return [dict(zip(names, rng.standard_normal((3, *size)))) for size in ((3, 4), (1, 5), (2, 3), (4, 1))]


def without_noise(rng):
    """Return means and logarithms of variances."""
    return [{name: case[name] for name in ("mu", "logvar")} for case in cases(rng)]


def sigma(c):
    """Return the standard deviation."""
    return np.exp(c.logvar / 2)


def shifted(c, spread):
    """Return z with another spread of the noise."""
    return c.mu + spread * c.eps


VARIANCE = "exp(logvar) is the variance; the noise is to be multiplied by the standard deviation."
AS_LOG_SIGMA = "logvar is read as the logarithm of sigma; it is that of sigma squared."
WRONG_Z = (
    Wrong("variance_for_sigma", lambda c: shifted(c, np.exp(c.logvar)), VARIANCE),
    Wrong(
        "log_forgotten", lambda c: shifted(c, c.logvar), "logvar itself multiplies the noise; exp is missing."
    ),
    Wrong(
        "log_forgotten",
        lambda c: shifted(c, c.logvar / 2),
        "half of logvar multiplies the noise; exp is missing.",
    ),
    Wrong(
        "log_forgotten", lambda c: shifted(c, np.sqrt(np.abs(c.logvar))), "logvar is taken for the variance."
    ),
    Wrong(
        "half_outside", lambda c: shifted(c, np.exp(c.logvar) / 2), "the half stands outside the exponential."
    ),
    Wrong("mean_forgotten", lambda c: sigma(c) * c.eps, "mu is not in z."),
    Wrong("noise_forgotten", lambda c: c.mu, "z is mu: the noise is not in it."),
    Wrong("noise_forgotten", lambda c: c.mu + sigma(c), "sigma is added without eps."),
    Wrong("noise_subtracted", lambda c: c.mu - sigma(c) * c.eps, "the noise is subtracted."),
    Wrong("mean_scaled", lambda c: sigma(c) * (c.mu + c.eps), "mu is multiplied by sigma, too."),
    Wrong("spread_inverted", lambda c: shifted(c, np.exp(-c.logvar / 2)), "the exponent has the wrong sign."),
)
WRONG_DLOGVAR = (
    Wrong(
        "half_forgotten", lambda c: 2 * c.want, "dlogvar is twice too large: sigma depends on half of logvar."
    ),
    Wrong(
        "sigma_forgotten",
        lambda c: c.dy * c.eps / 2,
        "the derivative of the exponential is missing: it is the exponential itself.",
    ),
    Wrong(
        "stops_at_sigma",
        lambda c: c.dy * c.eps,
        "this is the gradient by sigma; the way on to logvar is missing.",
    ),
    Wrong("noise_forgotten", lambda c: c.dy * sigma(c) / 2, "eps is missing from dlogvar."),
    Wrong("noise_forgotten", lambda c: c.dy * sigma(c), "eps is missing from dlogvar, and a half."),
    Wrong("variance_for_sigma", lambda c: c.dy * c.eps * np.exp(c.logvar) / 2, VARIANCE),
    Wrong("variance_for_sigma", lambda c: c.dy * c.eps * np.exp(c.logvar), VARIANCE),
    Wrong("dy_forgotten", lambda c: c.eps * sigma(c) / 2),
    Wrong("mean_in_dlogvar", lambda c: c.dy * c.y / 2, "dlogvar is built from z, which has mu in it."),
    Wrong("mean_in_dlogvar", lambda c: c.dy * (c.mu + c.eps * sigma(c)) / 2, "mu is in dlogvar."),
)
WRONG_DMU = (
    Wrong("dy_forgotten", lambda c: np.ones(c.mu.shape), "dmu is 1 everywhere: dz has to go through."),
    Wrong("sigma_in_dmu", lambda c: c.dy * sigma(c), "dmu is multiplied by sigma, which is not on its way."),
    Wrong("noise_in_dmu", lambda c: c.dy * c.eps, "dmu is multiplied by eps, which is not on its way."),
    Wrong(
        "mean_in_dmu", lambda c: c.dy * c.mu, "dmu is multiplied by mu; the derivative of mu by itself is 1."
    ),
)


def divergence(c, entries=None):
    """Return kl, or what comes of other entries."""
    return np.sum(parts(c) if entries is None else entries) / len(c.mu)


def parts(c):
    """Return the entries that kl sums."""
    return 0.5 * (np.exp(c.logvar) + c.mu**2 - 1 - c.logvar)


LOST = "one of the terms of (4) is missing: {}."
WRONG_KL = (
    Wrong("half_forgotten", lambda c: 2 * divergence(c), "kl is twice too large: a half is missing."),
    Wrong(
        "mean_for_sum", lambda c: divergence(c) / c.mu.shape[1], "kl is averaged over the units; they add up."
    ),
    Wrong(
        "times_n",
        lambda c: divergence(c) * len(c.mu),
        "kl is summed over the images; it is a mean over them.",
    ),
    Wrong("term_missing", lambda c: divergence(c, parts(c) + 0.5), LOST.format("the 1")),
    Wrong("term_missing", lambda c: divergence(c, parts(c) - c.mu**2 / 2), LOST.format("mu squared")),
    Wrong("term_missing", lambda c: divergence(c, parts(c) + c.logvar / 2), LOST.format("logvar")),
    Wrong(
        "term_missing", lambda c: divergence(c, parts(c) - np.exp(c.logvar) / 2), LOST.format("the variance")
    ),
    Wrong("term_sign", lambda c: divergence(c, parts(c) + 1), "a term of (4) has the wrong sign: the 1."),
    Wrong("term_sign", lambda c: divergence(c, parts(c) + c.logvar), "a term has the wrong sign: logvar."),
    Wrong("term_sign", lambda c: divergence(c, parts(c) - c.mu**2), "a term has the wrong sign: mu squared."),
    Wrong(
        "term_sign",
        lambda c: divergence(c, parts(c) - np.exp(c.logvar)),
        "a term has the wrong sign: the variance.",
    ),
    Wrong(
        "mean_not_squared",
        lambda c: divergence(c, parts(c) - c.mu**2 / 2 + c.mu / 2),
        "mu is not squared.",
    ),
    Wrong(
        "log_sigma",
        lambda c: divergence(c, 0.5 * (np.exp(2 * c.logvar) + c.mu**2 - 1 - 2 * c.logvar)),
        AS_LOG_SIGMA,
    ),
    Wrong(
        "sigma_for_variance",
        lambda c: divergence(c, parts(c) + 0.5 * (np.exp(c.logvar / 2) - np.exp(c.logvar))),
        "sigma stands where the variance belongs.",
    ),
    Wrong(
        "log_forgotten",
        lambda c: divergence(c, parts(c) + 0.5 * (c.logvar - np.exp(c.logvar))),
        "the variance and its logarithm are taken for the same thing, and cancel.",
    ),
)
N_TIMES = "{quantity} is n times too large: kl is a mean over the images, and so is its gradient."
WRONG_KL_DMU = (
    Wrong("times_n", lambda c: c.want * len(c.mu), N_TIMES),
    Wrong(
        "value_for_slope", lambda c: c.mu**2 / 2 / len(c.mu), "dmu holds a term of kl, not its derivative."
    ),
    Wrong("over_units", lambda c: c.want / c.mu.shape[1], "{quantity} is averaged over the units, too."),
)
WRONG_KL_DLOGVAR = (
    Wrong("times_n", lambda c: c.want * len(c.mu), N_TIMES),
    Wrong("half_forgotten", lambda c: 2 * c.want, "dlogvar is twice too large: a half is missing."),
    Wrong(
        "one_term_only",
        lambda c: np.exp(c.logvar) / 2 / len(c.mu),
        "dlogvar leaves out the term that has logvar without an exponential: its derivative is not 0.",
    ),
    Wrong(
        "one_term_only", lambda c: np.full(c.mu.shape, -0.5 / len(c.mu)), "dlogvar leaves out the variance."
    ),
    Wrong(
        "by_the_variance",
        lambda c: (1 - np.exp(-c.logvar)) / 2 / len(c.mu),
        "this is the gradient by the variance; the way on to its logarithm is missing.",
    ),
    Wrong(
        "term_sign",
        lambda c: (np.exp(c.logvar) + 1) / 2 / len(c.mu),
        "the derivative of -logvar came out as +1.",
    ),
    Wrong("value_for_slope", lambda c: parts(c) / len(c.mu), "dlogvar holds the terms of kl themselves."),
    Wrong("over_units", lambda c: c.want / c.mu.shape[1], "{quantity} is averaged over the units, too."),
    Wrong(
        "sigma_for_variance",
        lambda c: (np.exp(c.logvar / 2) - 1) / 2 / len(c.mu),
        "sigma stands where the variance belongs.",
    ),
)
AXES = {"mu": "n units", "logvar": "n units", "eps": "n units", "z": "n units"}
FOUND = "formula ({}) in the docstring of the file"
FOUR = np.log(4.0)

EXERCISE = Exercise(
    name="variational",
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
            reference=lambda c: shifted(c, sigma(c)),
            axes=AXES,
            wrong={"z": WRONG_Z, "dmu": WRONG_DMU, "dlogvar": WRONG_DLOGVAR},
            pointers={"z": FOUND.format(1), "dmu": FOUND.format(2), "dlogvar": FOUND.format(3)},
        ),
        Gradients(
            forward="kl_divergence",
            backward=None,
            output="kl",
            gradients={"dmu": "mu", "dlogvar": "logvar"},
            example={"mu": np.array([[1.0, 0.0]]), "logvar": np.array([[FOUR, 0.0]])},
            cases=without_noise,
            reference=divergence,
            axes={"mu": "n units", "logvar": "n units"},
            wrong={"kl": WRONG_KL, "dmu": WRONG_KL_DMU, "dlogvar": WRONG_KL_DLOGVAR},
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
