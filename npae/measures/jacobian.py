"""The Jacobian of an encoder: how far, and in which directions, a code moves with its input."""

from __future__ import annotations

import math

import numpy as np

from npae.model import Sequential
from npae.training.batches import Batches, as_batches
from npae.training.evaluation import check_shape
from npae.training.workers import workers

BLOCK = 1 << 23  # numbers of Jacobians that a thread keeps at a time


def jacobians(encoder: Sequential, x: np.ndarray) -> np.ndarray:
    """Return ``J[i, j, k] = d code_j / d x_k`` of each example i: (n, codes, inputs), codes and inputs flat.

    Parameters
    ----------
    encoder : Sequential
        Any one in which examples have nothing to do with each other.
    x : ndarray (n, *input_shape)

    Notes
    -----
    One pass back carries ``dL/dcode`` to ``dL/dx = dL/dcode J``. With a unit vector for dL/dcode, this is a
    row of J. So there is one pass forward, and one back for each number of the code; how the encoder is made
    does not matter.
    """
    code, cache = encoder.forward(x)
    size = code.size // len(x)
    found = np.empty((len(x), size, x.size // len(x)), code.dtype)
    for row in range(size):
        unit = np.zeros((len(x), size), code.dtype)
        unit[:, row] = 1
        dx, _ = encoder.backward(unit.reshape(code.shape), cache)
        found[:, row] = dx.reshape(len(x), -1)
    return found


def singular_values(encoder: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the singular values of each example's Jacobian, the largest first: (n, r).

    r is the smaller one of the sizes of code and input. A small step from an example, in the direction in
    which the code moves most, moves it by the first of these times its length, and so on. The root of the sum
    of their squares is the Frobenius norm, `frobenius_norms`. Values below about 1e-8 of the largest (1e-7
    of an encoder in float32) are rounding errors.

    Parameters
    ----------
    encoder : Sequential
    x : ndarray (n, *input_shape) or Batches
    threads : int, optional
        Default: all cores.
    """

    def values(jacobian: np.ndarray) -> np.ndarray:
        # Roots of the eigenvalues of J J' or J' J, whichever is smaller: faster than np.linalg.svd by far.
        wide = jacobian.astype(np.float64)
        wide = wide if wide.shape[1] <= wide.shape[2] else wide.transpose(0, 2, 1)
        squares = np.linalg.eigvalsh(wide @ wide.transpose(0, 2, 1))[:, ::-1]
        return np.sqrt(np.maximum(squares, 0))  # rounding can leave a 0 slightly negative

    return _of_jacobians(values, encoder, x, threads)


def frobenius_norms(encoder: Sequential, x: np.ndarray | Batches, threads: int | None = None) -> np.ndarray:
    """Return the root of the sum of all squares in each example's Jacobian: (n,).

    Its square is what `npae.objectives.penalties.Contractive` makes small, which has a formula for one Dense layer; here
    any encoder is asked.
    """

    def norms(jacobian: np.ndarray) -> np.ndarray:
        return np.sqrt(np.einsum("njk,njk->n", jacobian, jacobian))

    return _of_jacobians(norms, encoder, x, threads)


def _of_jacobians(function, encoder: Sequential, x: np.ndarray | Batches, threads: int | None) -> np.ndarray:
    """Return what a function makes of all Jacobians, of which only a few are there at a time."""
    batches = as_batches(x)
    check_shape(encoder, batches)
    numbers = math.prod(encoder.input_shape) * math.prod(encoder.output_shape)
    size = max(1, BLOCK // numbers)

    def part(start: int) -> np.ndarray:
        return function(jacobians(encoder, batches.batch(slice(start, start + size))[0]))

    with workers(threads) as pool:
        return np.concatenate(pool.map(part, [(start,) for start in range(0, len(batches), size)]))
