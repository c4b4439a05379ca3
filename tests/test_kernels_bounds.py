"""No compiled kernel reads or writes beyond its arrays, where nobody would see what it found there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from npae.kernels.backend import get_backend, use_backend

with use_backend("numba"):
    COMPILED = get_backend() == "numba"
ROOT = Path(__file__).parents[1]
THERE_AND_BACK = """
from itertools import product

import numpy as np

from npae.geometry import window_output_size, window_pads
from npae.kernels import average_pooling2d, conv2d, conv2d_transpose, im2col, max_pool2d

rng = np.random.default_rng(0)


def normal(*shape):
    return rng.standard_normal(shape, np.float32)


for size, stride, (n, c_in, c_out) in product(
    product((3, 4, 6), (3, 4, 5, 7, 10)), (1, 2), ((1, 2, 1), (3, 1, 3), (2, 4, 1))
):
    for padding in ("valid", "same"):
        geometry = (stride, stride), window_pads(size, (3, 3), (stride, stride), padding)
        x, kernel, bias = normal(n, c_in, *size), normal(c_out, c_in, 3, 3), normal(c_out)
        y = conv2d.forward_numba(x, kernel, bias, *geometry, "relu")
        conv2d.backward_numba(y, x, y, kernel, *geometry, "relu")
        conv2d_transpose.backward_numba(x, y, x, kernel, *geometry, "relu")
for size, (before, after) in product(((8, 11), (9, 34), (10, 62)), ((0, 2), (1, 1), (2, 0), (2, 2))):
    geometry = (1, 1), ((before, after), (after, min(before, 62 + 2 - size[1] - after)))
    x, kernel, bias = normal(3, 32, *size), normal(33, 32, 3, 3), normal(33)
    y = conv2d.forward_numba(x, kernel, bias, *geometry, "relu")
    conv2d.backward_numba(y, x, y, kernel, *geometry, "relu")
    conv2d_transpose.backward_numba(x, y, x, kernel, *geometry, "relu")
for size, (window, strides, padding) in product(
    ((5, 7), (6, 4), (17, 3)), (
        *(((2, 2), (2, 2), "valid"), ((3, 2), (1, 2), "same"), ((2, 3), (2, 1), "same")),
        *(((3, 3), (2, 1), ((2, 0), (1, 2))), ((4, 2), (1, 3), ((0, 3), (1, 0)))),
    ),
):
    geometry = window, strides, window_pads(size, window, strides, padding)
    x = normal(2, 3, *size)
    y, offset = max_pool2d.forward_numba(x, *geometry)
    max_pool2d.backward_numba(y, offset, x.shape, *geometry)
    average_pooling2d.backward_numba(average_pooling2d.forward_numba(x, *geometry), x.shape, *geometry)
    im2col.col2im_numba(im2col.im2col_numba(x, *geometry), x.shape, *geometry)
for size, stride, pads in product(
    ((3, 5), (7, 4)), ((1, 1), (2, 3)), (((5, 4), (0, 6)), ((0, 3), (4, 0)), ((7, 7), (7, 7)))
):  # where a window sees padding only
    x, kernel, bias = normal(2, 3, *size), normal(3, 3, 3, 2), normal(3)
    y = conv2d.forward_numba(x, kernel, bias, stride, pads, "elu")
    conv2d.backward_numba(y, x, y, kernel, stride, pads, "elu")
    z = conv2d_transpose.forward_numba(y, kernel, bias, stride, pads, size, "leaky_relu")
    conv2d_transpose.backward_numba(z, y, z, kernel, stride, pads, "leaky_relu")
print("all within bounds")
"""


@pytest.mark.skipif(not COMPILED, reason="Numba is missing")
@pytest.mark.long
def test_no_kernel_leaves_its_arrays(tmp_path):
    """Compiled anew, since what lies in the cache was compiled without the checks."""
    checked = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", THERE_AND_BACK]
    done = subprocess.run(command, env={**os.environ, **checked}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "all within bounds\n"
