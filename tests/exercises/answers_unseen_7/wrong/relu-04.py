from typing import NamedTuple, Tuple

import numpy as np


class ReluCache(NamedTuple):
    slope: np.ndarray


def relu_forward(x: np.ndarray) -> Tuple[np.ndarray, ReluCache]:
    """max(x, 0), entry by entry"""
    y = np.where(x > 0, x, 0)
    return y, ReluCache(slope=(x > 0).astype(float))


def relu_backward(dy: np.ndarray, cache: ReluCache) -> np.ndarray:
    """slope is 1 on the right side of the kink, 0 on the left"""
    dx = np.empty(dy.shape)
    dx[...] = cache.slope
    return dx
