"""The Jacobian of an encoder: how far, and in which directions, the code moves with the input."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from npae.model import Sequential
from npae.training.batches import Batches, as_batches
from npae.training.evaluation import check_shape
from npae.training.workers import workers

BLOCK = 1 << 23  # entries of Jacobians that a thread keeps at a time


def jacobians(encoder: Sequential, x: np.ndarray) -> np.ndarray:
    """Return ``J[i, u, k] = d code_u / d x_k`` of each image i: (n, units, inputs), code and input flat.

    Parameters
    ----------
    encoder : Sequential
        Any encoder that treats each image by itself.
    x : ndarray (n, *input_shape)

    Notes
    -----
    A backward pass computes ``dL/dx = dL/dcode J``. With a unit vector for dL/dcode, this is a row of J. So
    any encoder takes one forward pass, and one backward pass for each number of the code.
    """
    code, cache = encoder.forward(x)
    size = code.size // len(x)
    found = np.empty((len(x), size, x.size // len(x)), code.dtype)
    for u in range(size):
        dcode = np.zeros((len(x), size), code.dtype)
        dcode[:, u] = 1
        dx, _ = encoder.backward(dcode.reshape(code.shape), cache)
        assert dx is not None  # asked for
        found[:, u] = dx.reshape(len(x), -1)
    return found


def singular_values(encoder: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the singular values of each image's Jacobian, the largest first: (n, r).

    r is the smaller of the sizes of code and input. A small step of the image, in the direction in which the
    code moves most, moves the code by the first singular value times the length of the step; and so on. The
    root of the sum of their squares is the Frobenius norm, `frobenius_norms`. Values below about 1e-8 of the
    largest (1e-7 for an encoder in float32) are rounding errors.

    Parameters
    ----------
    encoder : Sequential
    x : ndarray (n, *input_shape) or Batches
    threads : int, optional
        Default: all cores.
    """

    def values(jacobian: np.ndarray) -> np.ndarray:
        # The roots of the eigenvalues of J J' or J' J, the smaller one: much faster than np.linalg.svd.
        wide = jacobian.astype(np.float64)
        wide = wide if wide.shape[1] <= wide.shape[2] else wide.transpose(0, 2, 1)
        squares = np.linalg.eigvalsh(wide @ wide.transpose(0, 2, 1))[:, ::-1]
        return np.sqrt(np.maximum(squares, 0))  # rounding can leave a 0 slightly negative

    return _of_jacobians(values, encoder, x, threads)


def frobenius_norms(encoder: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the root of the sum of all squares in each image's Jacobian, for any encoder: (n,).

    `npae.objectives.penalties.Contractive` keeps its square small, by a formula for one Dense layer.
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
    """Return a function of each Jacobian, computed for a few images at a time to bound the memory."""
    batches = as_batches(x)
    check_shape(encoder, batches)
    size = max(1, BLOCK // (math.prod(batches.shape) * math.prod(encoder.output_shape or ())))

    def part(start: int) -> np.ndarray:
        return function(jacobians(encoder, batches.batch(slice(start, start + size))[0]))

    with workers(threads) as pool:
        return np.concatenate(pool.map(part, [(start,) for start in range(0, len(batches), size)]))
