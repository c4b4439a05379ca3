"""Findings: sentences that say what is wrong with the codes of a trained model, with their evidence."""

from __future__ import annotations

import numpy as np

Finding = tuple[str, str]  # sentence, evidence

FEWEST, MOST = 30, 500  # codes: fewer are no evidence, and more do not change the variance
LINE = 0.99  # the share of the variance in one direction
DEAD = 1e-10  # the variance of a unit, relative to the mean square of the code
AT_PRIOR = 0.01  # the variance below which a unit is inactive: Burda et al. 2015, appendix C


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


def _flat(codes: np.ndarray) -> np.ndarray:
    return codes[:MOST].reshape(len(codes[:MOST]), -1).astype(np.float64)
