"""Findings: what is wrong with the data, the outputs or the codes of a model, each with its evidence.

Each function takes arrays and returns (sentence, evidence), or None where nothing is found. The sentence says
what to do.
"""

from __future__ import annotations

import numpy as np

Finding = tuple[str, str]  # sentence, evidence

UNITS = 4096  # of a code or an image: so many show what all would
FEWEST, MOST = 30, 500  # codes: fewer are no evidence, and more do not change the variance
LINE = 0.99  # the share of the variance in one direction
DEAD = 1e-10  # the variance of a unit, relative to the mean square of the code
AT_PRIOR = 0.01  # the variance below which a unit is inactive: Burda et al. 2015, appendix C
LARGE = 3  # the root mean square of inputs; those with mean 0 and variance 1 have 1, pixels from 0 to 1 less
FEW = 0.01  # the share of outputs that rounding alone may set to 0 or 1
EQUAL = 0.02  # the difference between errors, as a share of one, below which they are equal


def unscaled_inputs(x: np.ndarray) -> Finding | None:
    """Find inputs (n, ...) so large that activations saturate and steps overshoot."""
    size = np.sqrt(np.mean(np.square(x, dtype=np.float64)))
    if not size > LARGE:
        return None
    sentence = "the inputs are not scaled; divide pixels by 255, or pass them as uint8, which npae scales"
    return sentence, f"they reach from {x.min():.4g} to {x.max():.4g}, with a root mean square of {size:.3g}"


def targets_out_of_reach(t: np.ndarray, lowest: float, highest: float) -> Finding | None:
    """Find targets (n, ...) that no output can equal, since outputs are from ``lowest`` to ``highest``."""
    share = np.mean((t < lowest) | (t > highest))
    if not share:
        return None
    sentence = (
        f"some targets cannot be reached: the last activation gives outputs from {lowest:g} to {highest:g}; "
        "scale the targets, or choose another activation"
    )
    return sentence, f"{share:.1%} of the targets, which reach from {t.min():.4g} to {t.max():.4g}"


def not_probabilities(y: np.ndarray) -> Finding | None:
    """Find outputs (n, ...) that are not between 0 and 1, and whose loss is a binary cross-entropy."""
    share = np.mean((y <= 0) | (y >= 1))
    if share < FEW:
        return None
    sentence = (
        "binary cross-entropy takes probabilities; it clips other outputs, which then have no gradient; "
        'end the model in activation="sigmoid", or use BinaryCrossentropy(from_logits=True)'
    )
    return sentence, f"{share:.1%} of the outputs are not between 0 and 1"


def only_the_mean_image(y: np.ndarray, t: np.ndarray) -> Finding | None:
    """Find outputs y (n, ...) whose loss for the targets t is that of the mean of t in place of each y."""
    if len(t) < FEWEST:
        return None
    outputs, targets = _flat(y), _flat(t)
    error, spread = np.mean((outputs - targets) ** 2), np.mean((targets - targets.mean(axis=0)) ** 2)
    if not spread or not abs(error / spread - 1) < EQUAL:
        return None
    sentence = (
        "the model is no better than the mean image, which does not depend on its input; train longer, or "
        "try another learning_rate or activation"
    )
    return sentence, f"its squared error is {error / spread:.1%} of the mean image's"


def findings(codes: np.ndarray, variational: bool = False) -> list[Finding]:
    """Return what is wrong with the codes (n, ...) of many different images, usually nothing."""
    found = dead_code(codes, variational) or code_on_a_line(codes)
    return [found] if found else []


def dead_code(codes: np.ndarray, variational: bool = False) -> Finding | None:
    """Find a code in which no unit depends on the image.

    Parameters
    ----------
    codes : ndarray (n, ...)
    variational : bool
        Whether these are means of codes with the prior N(0, 1); a variance below 0.01 is then inactive.
    """
    flat = _flat(codes)
    if len(flat) < FEWEST:
        return None
    variance = flat.var(axis=0).max()
    least = AT_PRIOR if variational else DEAD * np.square(flat).mean()
    if variance > least:
        return None
    sentence = "the code is the same for all images: its units are dead; train longer, or from another --seed"
    return sentence, f"largest variance of a unit {variance:.1g}"


def code_on_a_line(codes: np.ndarray) -> Finding | None:
    """Find codes (n, ...) of two or more units that nearly lie on a line."""
    flat = _flat(codes)
    if len(flat) < FEWEST or flat.shape[1] < 2:
        return None
    centred = flat - flat.mean(axis=0)
    variances = np.linalg.eigvalsh(centred.T @ centred if flat.shape[1] < len(flat) else centred @ centred.T)
    total = variances.sum()
    if not total or variances[-1] < LINE * total:
        return None
    sentence = "all codes lie on a line, so most of the code is unused; train longer, or from another --seed"
    return sentence, f"{variances[-1] / total:.2%} of their variance in one direction"


def _flat(array: np.ndarray) -> np.ndarray:
    """Return the first examples (n, units) as float64, with at most `UNITS` evenly spaced units of each."""
    flat = array[:MOST].reshape(len(array[:MOST]), -1)
    if flat.shape[1] > UNITS:
        flat = flat[:, np.linspace(0, flat.shape[1] - 1, UNITS).astype(np.intp)]
    return flat.astype(np.float64)
