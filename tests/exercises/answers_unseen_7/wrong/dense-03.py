from typing import Tuple

import numpy as np

Array = np.ndarray


def dense_forward(x: Array, kernel: Array, bias: Array) -> Tuple[Array, Tuple[Array, Array]]:
    return np.dot(x, kernel) + bias[np.newaxis, :], (x.T, kernel.T)


def dense_backward(dy: Array, cache: Tuple[Array, Array]) -> Tuple[Array, Array, Array]:
    xT, kernelT = cache
    gradX: Array = np.dot(dy, kernelT)
    gradBias: Array = np.add.reduce(dy, axis=0)
    gradKernel: Array = np.dot(xT, dy)
    return gradX, gradBias, gradKernel
