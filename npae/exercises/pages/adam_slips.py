"""Adam in parts, and what becomes of it when one part is a little wrong: the hypotheses of exercise 8."""

from types import SimpleNamespace

import numpy as np

DEFAULTS = {"learning_rate": 1e-3, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7}

# In what follows, m and v are the averages, g is the gradient, t the number of the step, s has the settings.


def averages(m, v, g, s):
    """Formulas (1) and (2)."""
    return s.beta_1 * m + (1 - s.beta_1) * g, s.beta_2 * v + (1 - s.beta_2) * g**2


def corrected(m, v, t, s):
    """Formula (3)."""
    return m / (1 - s.beta_1**t), v / (1 - s.beta_2**t)


def way(g, m_hat, v_hat, s, t):
    """Formula (4): what learning_rate is multiplied with."""
    return m_hat / (np.sqrt(v_hat) + s.epsilon)


def adam(c, averages=averages, corrected=corrected, way=way, first=1, keep="averages", **settings):
    """Return the parameter after each step, one row a step; what is handed over replaces the right part."""
    s = SimpleNamespace(**{**DEFAULTS, **c.settings, **settings})
    param, m, v, path = np.array(c.param), 0.0, 0.0, []
    with np.errstate(all="ignore"):
        for t, g in enumerate(c.grads, start=first):
            m, v = averages(m, v, g, s)
            m_hat, v_hat = corrected(m, v, t, s)
            param = param - s.learning_rate * way(g, m_hat, v_hat, s, t)
            path.append(param)
            if keep == "corrected":
                m, v = m_hat, v_hat
            elif keep == "corrected m":
                m = m_hat
            elif keep == "corrected v":
                v = v_hat
            elif keep == "nothing":
                m, v = 0.0, 0.0
    return np.array(path)


def exchanged(s):
    """Return settings in which the betas have changed places."""
    return SimpleNamespace(**{**vars(s), "beta_1": s.beta_2, "beta_2": s.beta_1})


def weighted(a, b):
    """Return `averages` with other weights of the new gradient and its square, or of the old averages."""
    return lambda m, v, g, s: (a(s.beta_1, m, g), b(s.beta_2, v, g**2))


RIGHT = lambda beta, old, new: beta * old + (1 - beta) * new
BARE = lambda beta, old, new: beta * old + new
TURNED = lambda beta, old, new: (1 - beta) * old + beta * new
NO_OLD = lambda beta, old, new: (1 - beta) * new

SLIPS = (  # (key, sentence, what replaces the right part)
    (
        "no_bias_correction",
        "m and v are used as they are: formula (3) is missing.",
        {"corrected": lambda m, v, t, s: (m, v)},
    ),
    (
        "no_bias_correction",
        "m is corrected, v is not: formula (3) has two parts.",
        {"corrected": lambda m, v, t, s: (m / (1 - s.beta_1**t), v)},
    ),
    (
        "no_bias_correction",
        "v is corrected, m is not: formula (3) has two parts.",
        {"corrected": lambda m, v, t, s: (m, v / (1 - s.beta_2**t))},
    ),
    (
        "corrected_kept",
        "the corrected m_hat and v_hat are carried on to the next step: the averages go on with m and v.",
        {"keep": "corrected"},
    ),
    (
        "correction_multiplies",
        "m and v are multiplied by 1 - beta^t; formula (3) divides.",
        {"corrected": lambda m, v, t, s: (m * (1 - s.beta_1**t), v * (1 - s.beta_2**t))},
    ),
    (
        "product_for_power",
        "beta · t stands where formula (3) has beta to the power of t.",
        {"corrected": lambda m, v, t, s: (m / (1 - s.beta_1 * t), v / (1 - s.beta_2 * t))},
    ),
    (
        "betas_swapped",
        "one beta stands where the other belongs, in formula (3).",
        {"corrected": lambda m, v, t, s: corrected(m, v, t, exchanged(s))},
    ),
    (
        "betas_swapped",
        "one beta stands where the other belongs, in formulas (1) and (2).",
        {"averages": lambda m, v, g, s: averages(m, v, g, exchanged(s))},
    ),
    (
        "betas_swapped",
        "one beta stands where the other belongs, everywhere.",
        {
            "averages": lambda m, v, g, s: averages(m, v, g, exchanged(s)),
            "corrected": lambda m, v, t, s: corrected(m, v, t, exchanged(s)),
        },
    ),
    (
        "betas_swapped",
        "the same beta, beta_1, is used for m and for v.",
        {
            "averages": lambda m, v, g, s: averages(
                m, v, g, SimpleNamespace(beta_1=s.beta_1, beta_2=s.beta_1)
            ),
            "corrected": lambda m, v, t, s: corrected(
                m, v, t, SimpleNamespace(beta_1=s.beta_1, beta_2=s.beta_1)
            ),
        },
    ),
    (
        "betas_swapped",
        "formula (3) is computed with beta_1 for v as well.",
        {"corrected": lambda m, v, t, s: (m / (1 - s.beta_1**t), v / (1 - s.beta_1**t))},
    ),
    ("t_from_zero", "t is 0 in the first step: formula (3) then divides by 1 - 1 = 0.", {"first": 0}),
    ("t_too_large", "t is 2 in the first step: it has been counted up twice.", {"first": 2}),
    (
        "t_stands_still",
        "formula (3) has t = 1 in every step: it is not counted up, or not handed on in state.",
        {"corrected": lambda m, v, t, s: corrected(m, v, 1, s)},
    ),
    (
        "state_dropped",
        "every step is computed as if it were the first: m, v and t of the step before are not used.",
        {"keep": "nothing", "corrected": lambda m, v, t, s: corrected(m, v, 1, s)},
    ),
    ("state_dropped", "m and v start from 0 in every step, only t goes on.", {"keep": "nothing"}),
    (
        "epsilon_inside",
        "epsilon is added under the root; formula (4) adds it to the root.",
        {"way": lambda g, m_hat, v_hat, s, t: m_hat / np.sqrt(v_hat + s.epsilon)},
    ),
    (
        "epsilon_inside",
        "epsilon squared is added under the root; formula (4) adds epsilon to the root.",
        {"way": lambda g, m_hat, v_hat, s, t: m_hat / np.sqrt(v_hat + s.epsilon**2)},
    ),
    (
        "epsilon_before_correction",
        "epsilon is added to the root of v, and the correction is made afterwards, on epsilon as well.",
        {
            "way": lambda g, m_hat, v_hat, s, t: (
                m_hat / (np.sqrt(v_hat) + s.epsilon / np.sqrt(1 - s.beta_2**t))
            )
        },
    ),
    ("epsilon_forgotten", "there is no epsilon in the denominator.", {"epsilon": 0.0}),
    (
        "root_forgotten",
        "the denominator is v_hat + epsilon, without the root.",
        {"way": lambda g, m_hat, v_hat, s, t: m_hat / (v_hat + s.epsilon)},
    ),
    (
        "correction_after_root",
        "the root is taken of v first and divided by 1 - beta_2^t after that; formula (4) takes it of v_hat.",
        {"way": lambda g, m_hat, v_hat, s, t: m_hat / (np.sqrt(v_hat / (1 - s.beta_2**t)) + s.epsilon)},
    ),
    (
        "v_forgotten",
        "the step is learning_rate · m_hat: nothing is divided by the root of v_hat.",
        {"way": lambda g, m_hat, v_hat, s, t: m_hat},
    ),
    (
        "m_forgotten",
        "g stands where formula (4) has m_hat.",
        {"way": lambda g, m_hat, v_hat, s, t: way(g, g, v_hat, s, t)},
    ),
    ("sign", "the step is added: formula (4) subtracts it.", {"way": lambda *parts: -way(*parts)}),
    (
        "not_squared",
        "v is an average of g, not of g²: its root is not a number where g is negative.",
        {"averages": lambda m, v, g, s: (RIGHT(s.beta_1, m, g), RIGHT(s.beta_2, v, g))},
    ),
    (
        "not_squared",
        "v is an average of |g|, not of g².",
        {"averages": lambda m, v, g, s: (RIGHT(s.beta_1, m, g), RIGHT(s.beta_2, v, np.abs(g)))},
    ),
    (
        "m_for_g",
        "v averages the squares of m, where formula (2) has the squares of g.",
        {
            "averages": lambda m, v, g, s: (
                RIGHT(s.beta_1, m, g),
                RIGHT(s.beta_2, v, RIGHT(s.beta_1, m, g) ** 2),
            )
        },
    ),
    (
        "one_for_all",
        "v is one number for all entries, from the sum of their squares; every entry has its own.",
        {"averages": lambda m, v, g, s: (RIGHT(s.beta_1, m, g), RIGHT(s.beta_2, v, (g**2).sum()))},
    ),
    (
        "one_for_all",
        "v is one number for all entries, from the mean of their squares; every entry has its own.",
        {"averages": lambda m, v, g, s: (RIGHT(s.beta_1, m, g), RIGHT(s.beta_2, v, (g**2).mean()))},
    ),
    ("weight_forgotten", "1 - beta_1 is missing in formula (1).", {"averages": weighted(BARE, RIGHT)}),
    ("weight_forgotten", "1 - beta_2 is missing in formula (2).", {"averages": weighted(RIGHT, BARE)}),
    ("weight_forgotten", "1 - beta is missing in formulas (1) and (2).", {"averages": weighted(BARE, BARE)}),
    (
        "weights_swapped",
        "in formula (1), beta_1 and 1 - beta_1 have changed places.",
        {"averages": weighted(TURNED, RIGHT)},
    ),
    (
        "weights_swapped",
        "in formula (2), beta_2 and 1 - beta_2 have changed places.",
        {"averages": weighted(RIGHT, TURNED)},
    ),
    (
        "weights_swapped",
        "in formulas (1) and (2), beta and 1 - beta have changed places.",
        {"averages": weighted(TURNED, TURNED)},
    ),
    ("state_dropped", "m starts from 0 in every step.", {"averages": weighted(NO_OLD, RIGHT)}),
    ("state_dropped", "v starts from 0 in every step.", {"averages": weighted(RIGHT, NO_OLD)}),
    (
        "setting_ignored",
        "the learning rate is always 0.001, whatever is handed over.",
        {"learning_rate": 1e-3},
    ),
    ("setting_ignored", "beta_1 is always 0.9, whatever is handed over.", {"beta_1": 0.9}),
    ("setting_ignored", "beta_2 is always 0.999, whatever is handed over.", {"beta_2": 0.999}),
    ("setting_ignored", "epsilon is always 1e-7, whatever is handed over.", {"epsilon": 1e-7}),
    ("setting_ignored", "epsilon is always 1e-8, whatever is handed over.", {"epsilon": 1e-8}),
    (
        "precedence",
        "epsilon is added to the quotient, and not to its denominator: a bracket is missing.",
        {"way": lambda g, m_hat, v_hat, s, t: m_hat / np.sqrt(v_hat) + s.epsilon},
    ),
    (
        "precedence",
        "epsilon is added to the parameter, and not to the denominator: a bracket is missing.",
        {"way": lambda g, m_hat, v_hat, s, t: m_hat / np.sqrt(v_hat) - s.epsilon / s.learning_rate},
    ),
    (
        "rate_divided",
        "the learning rate is divided by t: Adam's stays as it is.",
        {"way": lambda g, m_hat, v_hat, s, t: way(g, m_hat, v_hat, s, t) / t},
    ),
    ("corrected_kept", "the corrected m_hat is carried on to the next step.", {"keep": "corrected m"}),
    ("corrected_kept", "the corrected v_hat is carried on to the next step.", {"keep": "corrected v"}),
)
