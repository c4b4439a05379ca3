"""What two processes compile: the same bits from an empty cache and a full one, and vectors of full width."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from npae.kernels.backend import get_backend, use_backend

with use_backend("numba"):
    COMPILED = get_backend() == "numba"
ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(not COMPILED, reason="Numba is missing")

DIGEST_OF_ALL_GRADIENTS = """
import hashlib
import numpy as np
from npae.kernels import conv2d, conv2d_transpose, max_pool2d, up_sampling2d

rng, digest = np.random.default_rng(0), hashlib.sha256()


def normal(*shape):
    return rng.standard_normal(shape, np.float32)


def note(*arrays):
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())


geometries = (32, 64, (3, 3), (1, 1)), (3, 5, (5, 4), (2, 1)), (6, 7, (2, 2), (2, 2))
for c_in, c_out, window, strides in geometries:
    x, kernel, pads = normal(3, c_in, 14, 13), normal(c_out, c_in, *window), ((1, 1), (1, 1))
    y = conv2d.forward(x, kernel, None, strides, pads, "relu")
    note(y, *conv2d.backward(y, x, y, kernel, strides, pads, "relu"))
    z = conv2d_transpose.forward(y, kernel, None, strides, pads, x.shape[2:], "relu")
    note(z, *conv2d_transpose.backward(z, y, z, kernel, strides, pads, "relu"))
x = normal(2, 3, 9, 12)
for window, strides in (((3, 3), (2, 2)), ((1, 2), (1, 2))):
    y, offset = max_pool2d.forward(x, window, strides, ((0, 0), (0, 0)))
    note(y, offset, max_pool2d.backward(y, offset, x.shape, window, strides, ((0, 0), (0, 0))))
note(up_sampling2d.forward(x, (2, 3)), up_sampling2d.backward(x, (3, 2)))
print(digest.hexdigest())
"""
COUNT_WIDE_REGISTERS = """
import numba, numpy as np
from npae.kernels import activations


def halve(x, y):
    for k in range(len(x)):
        y[k] = x[k] / 2


vector = numba.float32[::1]
theirs = numba.njit(numba.void(vector, vector))(halve)
ours = activations.through.dispatcher
ours.compile((numba.float32[:, ::1], vector, numba.int64, numba.float64))
print("zmm" in str(theirs.inspect_asm()), "zmm" in str(ours.inspect_asm()))
"""


def run(program: str, cache: Path, **environment: str) -> str:
    """Return what a Python program prints in a process of its own."""
    environment = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_the_process_that_compiles_computes_the_bits_of_the_one_that_loads(tmp_path):
    cold, warm = (run(DIGEST_OF_ALL_GRADIENTS, tmp_path) for _ in range(2))
    assert any(tmp_path.rglob("*.nbc")), "the first process must leave its compiled functions in the cache"
    assert cold == warm


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="512-bit vectors are x86's")
@pytest.mark.slow
def test_npaes_functions_alone_use_vectors_of_512_bits_where_llvm_holds_back(tmp_path):
    intel = {"NUMBA_CPU_NAME": "skylake-avx512", "NUMBA_CPU_FEATURES": ""}  # nothing compiled is run
    assert run(COUNT_WIDE_REGISTERS, tmp_path, **intel) == "False True"
