"""The Jacobian of an encoder: how much, and in which directions, the code changes with the input."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from npae.model import Sequential
from npae.training.batches import Batches, batches_for
from npae.training.workers import workers

BLOCK = 1 << 23  # entries of Jacobians in the memory of a thread


def jacobians(encoder: Sequential, x: np.ndarray) -> np.ndarray:
    """Return ``J[i, u, k] = d code_u / d x_k`` of each image i: (n, units, inputs), code and input flattened.

    Parameters
    ----------
    encoder : Sequential
        An encoder in which images do not affect each other.
    x : ndarray (n, *input_shape)

    Notes
    -----
    A backward pass computes ``dL/dx = dL/dcode J``. If dL/dcode is a unit vector, dL/dx is a row of J. So J
    takes one forward pass, and one backward pass per unit of the code.
    """
    x = encoder.check_input(x)
    code, cache = encoder.forward(x)
    size = code.size // len(x)
    found = np.empty((len(x), size, x.size // len(x)), code.dtype)
    for u in range(size):
        dcode = np.zeros((len(x), size), code.dtype)
        dcode[:, u] = 1
        dx, _ = encoder.backward(dcode.reshape(code.shape), cache)
        assert dx is not None  # since need_dx is True
        found[:, u] = dx.reshape(len(x), -1)
    return found


def singular_values(encoder: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the singular values of each image's Jacobian, the largest first: (n, r).

    r is the smaller of the sizes of code and input. The first singular value is the largest ratio between a
    small change of the code and the change of the image that causes it; the others belong to orthogonal
    directions. The root of the sum of their squares is the Frobenius norm, `frobenius_norms`. Values below
    about 1e-8 of the largest (1e-7 for a float32 encoder) are rounding errors.

    Parameters
    ----------
    encoder : Sequential
    x : ndarray (n, *input_shape) or Batches
    threads : int, optional
        Default: all cores.
    """

    def values(jacobian: np.ndarray) -> np.ndarray:
        # The roots of the eigenvalues of the smaller of J J' and J' J: much faster than np.linalg.svd.
        wide = jacobian.astype(np.float64)
        wide = wide if wide.shape[1] <= wide.shape[2] else wide.transpose(0, 2, 1)
        squares = np.linalg.eigvalsh(wide @ wide.transpose(0, 2, 1))[:, ::-1]
        return np.sqrt(np.maximum(squares, 0))  # rounding can make a 0 slightly negative

    return _of_jacobians(values, encoder, x, threads)


def frobenius_norms(encoder: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the Frobenius norm of each image's Jacobian, for any encoder: (n,).

    `npae.objectives.penalties.Contractive` penalises its square, with a formula for one Dense layer.
    """

    def norms(jacobian: np.ndarray) -> np.ndarray:
        return np.sqrt(np.einsum("iuk,iuk->i", jacobian, jacobian))

    return _of_jacobians(norms, encoder, x, threads)


def _of_jacobians(
    function: Callable[[np.ndarray], np.ndarray],
    encoder: Sequential,
    x: np.ndarray | Batches,
    threads: int | None,
) -> np.ndarray:
    """Return a function of each Jacobian, computed for a few images at a time to limit the memory."""
    batches = batches_for(encoder, x)
    size = max(1, BLOCK // (math.prod(batches.shape) * math.prod(encoder.output_shape or ())))

    def part(start: int) -> np.ndarray:
        return function(jacobians(encoder, batches.batch(slice(start, start + size))[0]))

    with workers(threads) as pool:
        return np.concatenate(pool.map(part, [(start,) for start in range(0, len(batches), size)]))
