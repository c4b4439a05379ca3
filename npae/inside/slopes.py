"""Measures derivatives by forward passes alone, so that they can be set beside those of backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

STEPS = 4.0 ** -np.arange(16)  # from 1, which is exact where the function is a straight line, to 1e-9
NEAR = STEPS[12]  # the step at which both sides are compared: 6e-8


class Slopes(NamedTuple):
    """Derivatives of several outputs; at ``kinks``, where the two sides differ, ``central`` is their mean."""

    central: np.ndarray
    left: np.ndarray
    right: np.ndarray
    kinks: np.ndarray


def measured(values: Callable[[float], np.ndarray]) -> Slopes:
    """Return the derivatives of ``values(h)`` at h = 0, each of the outputs with a step of its own.

    Notes
    -----
    The quotient ``(f(h) - f(-h)) / 2h`` is exact for a straight line, for any h that does not reach a kink.
    Otherwise its error is a series in h**2; those with 4 h and 16 h remove its first two terms (Richardson).
    Every output takes the estimate that differs least from the coarser ones that it is made of, with the
    rounding error of its step added.

    Source: C. Ridders, *Accurate computation of F'(x) and F'(x)F''(x)*, 1982.
    """
    origin = np.array(values(0.0), np.float64)
    best, least = np.full(origin.shape, np.nan), np.full(origin.shape, np.inf)
    coarse = coarser = best

    def outputs(step: float) -> np.ndarray:
        try:
            return np.array(values(step), np.float64)
        except ValueError:  # the step leaves the domain, as of a root: no estimate
            return np.full(origin.shape, np.nan)

    with np.errstate(all="ignore"):
        for step in STEPS:
            ahead, behind = outputs(step), outputs(-step)
            size = np.fmax(np.fmax(np.abs(ahead), np.abs(behind)), np.abs(origin))
            quotient, rounding = (ahead - behind) / (2 * step), np.finfo(np.float64).eps * size / step
            fine = quotient + (quotient - coarse) / 15
            finer = fine + (fine - coarser) / 255
            error = np.maximum(np.abs(fine - quotient), np.abs(finer - fine)) + rounding
            best, least = np.where(error < least, finer, best), np.fmin(error, least)
            coarse, coarser = quotient, fine
            if step == NEAR:
                left, right, noise = (origin - behind) / step, (ahead - origin) / step, 64 * rounding
        kinks = np.abs(right - left) > 1e-3 * np.maximum(np.abs(left), np.abs(right)) + noise
    return Slopes(best, left, right, kinks)
