"""Learning rates that are not the same in all epochs."""

from __future__ import annotations

import math
from collections.abc import Callable


def half_cosine(peak: float) -> Callable[[int, int], float]:
    """Return a rate that begins at ``peak`` and falls along half a cosine, towards 0 after the last epoch.

    ``rate(epoch, epochs) = peak (1 + cos(pi (epoch - 1) / epochs)) / 2``, so that it is high for long, and
    the last epochs only settle. Source: Loshchilov & Hutter 2016, without restarts.
    """

    def rate(epoch: int, epochs: int) -> float:
        return peak * (1 + math.cos(math.pi * (epoch - 1) / epochs)) / 2

    rate.__name__ = f"half_cosine({peak:g})"  # tells a run's parts under other rates apart
    return rate
