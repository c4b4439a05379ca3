from typing import Tuple

import numpy as np


def binary_crossentropy(z: np.ndarray, t: np.ndarray) -> Tuple[float, np.ndarray]:
    count: int = z.size
    small: np.ndarray = np.exp(-np.abs(z))
    loss: float = float(np.sum(np.maximum(z, 0) - z * t + np.log1p(small)) / count)

    p: np.ndarray = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
    # chain rule: loss -> p -> z
    dz: np.ndarray = (p - t) * p * (1 - p) / count
    return loss, dz
