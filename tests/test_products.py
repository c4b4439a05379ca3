"""BLAS called from compiled kernels: right in every orientation, done without where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from slow_cases import slow_but

import npae
from npae.kernels import activations, backend, conv2d, conv2d_transpose, dense
from npae.kernels.backend import get_backend, use_backend
from npae.kernels.products import call_c, gemm_for, multiply

with use_backend("numba"):
    compiled = get_backend() == "numba"
in_reach = pytest.mark.skipif(
    not compiled or not gemm_for(np.float32), reason="NumPy's BLAS here has no product that can be called"
)


def orientations(matrix, contiguous):
    """Yield the same matrix cut out of a wider one, and transposed in memory; also contiguous ones."""
    yield "cut out", np.pad(matrix, ((0, 0), (2, 3)))[:, 2:-3]
    yield "cut out and transposed", np.pad(matrix.T, ((0, 0), (2, 3)))[:, 2:-3].T
    if contiguous:  # Numba compiles the product for each pair of layouts
        yield "as it is", np.ascontiguousarray(matrix)
        yield "transposed", np.ascontiguousarray(matrix.T).T


@in_reach
@pytest.mark.parametrize(
    "dtype, contiguous",
    slow_but([(np.float32, False)], [(np.float32, False), (np.float32, True), (np.float64, True)]),
)
@pytest.mark.parametrize(
    "sizes", [(1, 1, 1), (1, 5, 1), (4, 1, 1), (1, 1, 6), (3, 1, 2), (2, 3, 1), (5, 7, 4)], ids=str
)
def test_multiply_is_matmul_in_every_orientation(sizes, dtype, contiguous):
    m, k, n = sizes
    rng = np.random.default_rng(3)
    left, right = (rng.normal(size=shape).astype(dtype) for shape in ((m, k), (k, n)))
    for name_of_a, a in orientations(left, contiguous):
        for name_of_b, b in orientations(right, contiguous):
            wide = np.full((m, n + 2), 7, dtype)
            for add in (False, True):
                before = 7 if add else 0
                out = wide[:, :n]
                out[...] = 7
                multiply(gemm_for(dtype), a, b, out, add)
                np.testing.assert_allclose(
                    out - before, left @ right, rtol=1e-5, atol=1e-5, err_msg=f"{name_of_a}, {name_of_b}"
                )
            assert (wide[:, n:] == 7).all(), "what stands beside the result was written over"


@in_reach
def test_multiply_refuses_what_does_not_fit():
    a, b, out = np.ones((2, 3), np.float32), np.ones((3, 4), np.float32), np.ones((2, 4), np.float32)
    for wrong in ((a, b.astype(np.float64), out), (a, b, out.astype(np.float64))):
        with pytest.raises(ValueError, match="one dtype"):
            multiply(gemm_for(np.float32), *wrong)
    for wrong in ((a, b[:2], out), (a, b, out[:1]), (a, b[:, :3], out)):
        with pytest.raises(ValueError, match="shapes"):
            multiply(gemm_for(np.float32), *wrong)


def test_only_compiled_code_calls_addresses():
    with pytest.raises(NotImplementedError, match="compiled"):
        call_c(1, ())


def test_half_precision_has_no_product():
    assert gemm_for(np.float16) == 0


@pytest.mark.skipif(not compiled, reason="needs Numba")
def test_without_a_product_in_reach_other_ways_give_the_same(monkeypatch):
    rng = np.random.default_rng(5)
    x, dy = rng.normal(size=(3, 5)).astype(np.float32), rng.normal(size=(3, 4)).astype(np.float32)
    matrix, bias = rng.normal(size=(5, 4)).astype(np.float32), rng.normal(size=4).astype(np.float32)

    def results():
        y = dense.forward(x, matrix, bias, "tanh")
        return [y, *dense.backward(dy, x, y, matrix, "tanh")]

    with use_backend("numba"):
        expected = results()
        monkeypatch.setattr(dense, "gemm_for", lambda dtype: 0)
        found = results()
    for a, b in zip(found, expected):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)


@pytest.mark.skipif(not compiled, reason="needs Numba")
@pytest.mark.long
def test_an_edited_kernel_is_compiled_again_also_where_another_file_calls_it(tmp_path):
    """`dense` calls a function of `activations`, of whose file Numba's cache knows nothing by itself."""
    shutil.copytree(
        Path(npae.__file__).parent, tmp_path / "npae", ignore=shutil.ignore_patterns("__pycache__")
    )
    script = (
        "import numpy as np; from npae.kernels import dense, activations as a;"
        "one = np.ones((1, 1), np.float32);"
        "print(dense.forward(one, one, -3 * one[0], 'relu')[0, 0])"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    environment.pop("NUMBA_CACHE_DIR", None)

    def run():
        command = [sys.executable, "-c", script]
        options = {"cwd": tmp_path, "env": environment, "capture_output": True, "text": True, "check": True}
        return subprocess.run(command, **options).stdout

    assert run() == run() == "0.0\n"
    source = tmp_path / "npae/kernels/activations.py"
    text = source.read_text()
    assert text.count("y[u] = 0 if v <= 0 else v") == 1
    source.write_text(text.replace("y[u] = 0 if v <= 0 else v", "y[u] = 2 + 3 if v <= 0 else v"))
    assert run() == "5.0\n"
    assert activations.CODES["relu"] == 1


SIDE_BY_SIDE = ((2, 2), ((0, 0), (0, 0)))
SAME = ((1, 1), ((1, 1), (1, 1)))


@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.float16, ">f4", np.longdouble])
def test_dtypes_that_are_not_compiled_for_go_the_way_of_numpy(dtype):
    rng = np.random.default_rng(2)
    x = rng.integers(1, 5, (2, 3, 4, 4)).astype(dtype)
    for window, (strides, pads) in ((2, SIDE_BY_SIDE), (3, SAME)):
        kernel = rng.integers(1, 3, (5, 3, window, window)).astype(dtype)
        y = conv2d.forward(x, kernel, None, strides, pads)
        np.testing.assert_array_equal(y, conv2d.forward_loops(x, kernel, None, strides, pads))
        dx, dkernel, _ = conv2d.backward(y, x, y, kernel, strides, pads)
        np.testing.assert_allclose(
            dx.astype(float),
            conv2d.input_gradient_loops(y, kernel, (4, 4), strides, pads).astype(float),
            rtol=1e-2,
        )
        back = conv2d_transpose.forward(y, kernel, None, strides, pads, (4, 4))
        assert back.shape == x.shape
    rows, matrix = x[:, 0, 0], kernel[:4, :2, 0, 0]
    np.testing.assert_array_equal(dense.forward(rows, matrix, matrix[0]), rows @ matrix + matrix[0])
    assert activations.forward(x, "relu").dtype == x.dtype


def test_parameters_of_another_float_dtype_are_read_as_numbers():
    x, kernel, bias = np.ones((2, 3), np.float32), np.full((3, 4), 0.5), np.arange(4)
    with use_backend("numba"):
        found = dense.forward(x, kernel.astype(np.float32), bias.astype(np.float32))
        if compiled:
            np.testing.assert_array_equal(dense.forward(x, kernel, bias), found)
    np.testing.assert_array_equal(found, [[1.5, 2.5, 3.5, 4.5]] * 2)


@pytest.mark.parametrize("activation", activations.NAMES)
def test_a_read_only_gradient_is_only_read(activation):
    x, y, kernel = np.ones((2, 3), np.float32), np.ones((2, 4), np.float32), np.ones((3, 4), np.float32)
    dy = np.ones((2, 4), np.float32)
    expected = dense.backward(dy, x, y, kernel, activation)
    dy.flags.writeable = False
    for a, b in zip(dense.backward(dy, x, y, kernel, activation), expected):
        np.testing.assert_array_equal(a, b)


@pytest.mark.skipif(not compiled, reason="NumPy refuses or broadcasts; compiled kernels would read beyond")
def test_shapes_that_do_not_fit_are_refused_before_a_kernel_runs():
    x, y = np.ones((2, 3, 4, 4), np.float32), np.ones((2, 5, 2, 2), np.float32)
    kernel, one = np.ones((5, 3, 2, 2), np.float32), np.ones(1, np.float32)
    strides, pads = SIDE_BY_SIDE
    rows, matrix = np.ones((2, 3), np.float32), np.ones((3, 4), np.float32)
    calls = {
        "bias": lambda: conv2d.forward(x, kernel, one, strides, pads),
        "channels": lambda: conv2d.forward(x[:, :2], kernel, None, strides, pads),
        "does not fit": lambda: conv2d.backward(y, x[:1], y, kernel, strides, pads),
        "from": lambda: conv2d_transpose.forward(y, kernel, None, strides, pads, (6, 4)),
        "the same": lambda: conv2d.backward(y, x, y[:1], kernel, strides, pads, "relu"),
        "of shape": lambda: conv2d_transpose.forward(y, kernel, one, strides, pads, (4, 4)),
        "both must be": lambda: dense.backward(rows[:, :2], rows, rows[:, :2], matrix),
        "they must be": lambda: activations.backward(rows, rows[:1], "tanh"),
        "4 units": lambda: dense.forward(rows, matrix, one),
    }
    with use_backend("numba"):
        for message, call in calls.items():
            with pytest.raises(ValueError, match=message):
                call()


def test_files_that_are_no_kernels_do_not_stop_them(tmp_path, monkeypatch):
    for name in (".#dense.py", "folder.py"):
        (tmp_path / name).symlink_to("nowhere") if name.startswith(".") else (tmp_path / name).mkdir()
    (tmp_path / "kernel.py").write_text("1")
    monkeypatch.setattr(backend, "__file__", str(tmp_path / "backend.py"))
    first = backend._fingerprint_of_kernels()
    (tmp_path / "kernel.py").write_text("2")
    assert backend._fingerprint_of_kernels() != first
