"""Convolution and transposed convolution: the three versions agree, forward and backward."""

from __future__ import annotations

import inspect
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from slow_cases import slow_but

from npae.kernels import arrays, conv2d, conv2d_plan, conv2d_transpose, im2col
from npae.kernels.backend import get_backend, use_backend

# (n, c_in, h_in, w_in), c_out, (kh, kw), (sh, sw), ((top, bottom), (left, right))
GEOMETRIES = [
    ((1, 1, 5, 4), 1, (1, 1), (1, 1), ((0, 0), (0, 0))),
    ((3, 2, 6, 5), 3, (2, 3), (1, 1), ((0, 1), (1, 1))),
    ((3, 3, 7, 9), 2, (5, 4), (1, 1), ((2, 2), (1, 2))),
    ((1, 2, 5, 7), 3, (3, 3), (1, 1), ((0, 0), (0, 0))),
    ((3, 1, 5, 6), 16, (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((3, 5, 7, 6), 7, (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((1, 7, 4, 5), 5, (3, 3), (1, 1), ((1, 0), (2, 1))),
    ((3, 16, 6, 7), 1, (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((1, 3, 6, 5), 2, (3, 3), (1, 1), ((3, 2), (2, 4))),
    ((3, 2, 9, 6), 3, (3, 3), (2, 2), ((1, 1), (0, 1))),
    ((3, 1, 7, 8), 5, (3, 3), (2, 2), ((1, 1), (0, 1))),
    ((1, 3, 8, 10), 2, (3, 2), (2, 3), ((1, 0), (0, 1))),
    ((3, 2, 7, 9), 3, (2, 1), (3, 4), ((0, 0), (0, 0))),
    ((3, 2, 6, 8), 3, (2, 2), (2, 2), ((0, 0), (0, 0))),
    ((1, 3, 9, 10), 2, (3, 2), (3, 2), ((0, 0), (0, 0))),
    ((3, 1, 4, 6), 2, (1, 3), (1, 3), ((0, 0), (0, 0))),
    ((1, 5, 9, 5), 7, (5, 4), (3, 2), ((2, 1), (0, 3))),
]
LARGE = [  # too much for loops: many channels or images, images of several bands, large windows and strides
    ((13, 32, 9, 17), 33, (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((3, 48, 11, 35), 24, (3, 3), (1, 1), ((2, 0), (1, 0))),
    ((67, 3, 7, 6), 5, (3, 3), (1, 1), ((1, 1), (1, 1))),
    ((2, 2, 71, 80), 3, (3, 3), (2, 2), ((1, 1), (0, 1))),
    ((1, 1, 131, 140), 3, (3, 5), (1, 1), ((1, 1), (2, 2))),
    ((2, 3, 61, 50), 6, (11, 11), (4, 4), ((2, 2), (2, 2))),
    ((2, 3, 40, 301), 2, (5, 5), (2, 1), ((2, 2), (2, 2))),
]
with use_backend("numba"):
    FAST = ("numpy", "numba") if get_backend() == "numba" else ("numpy",)  # tests what can be tested here
OPERATIONS = {
    im2col: ("im2col", "col2im"),
    conv2d: ("forward", "backward"),
    conv2d_transpose: ("forward", "backward"),
}
ACTIVATIONS = ["linear", "relu", "sigmoid", "tanh"]
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}


def name(geometry):
    return "-".join(map(str, geometry)).replace(" ", "")


geometries = pytest.mark.parametrize("geometry", GEOMETRIES, ids=name)
all_geometries = pytest.mark.parametrize("geometry", GEOMETRIES + LARGE, ids=name)
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["float32", "float64"])


def assert_close(found, expected):
    """Compare relative to the largest value expected, and demand the same dtype and shape."""
    if expected is None:
        assert found is None
        return
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    scale = max(1.0, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[expected.dtype.type] * scale)


def draw(dtype, *shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def convolution(geometry, dtype):
    """Return x, kernel, bias, dy, strides, pads of a convolution of that geometry."""
    shape, c_out, window, strides, pads = geometry
    size = im2col.output_size(shape[2:], window, strides, pads)
    x, kernel, bias, dy = draw(dtype, shape, (c_out, shape[1], *window), (c_out,), (shape[0], c_out, *size))
    return x, kernel, bias, dy, strides, pads


def transposed(geometry, dtype):
    """Return the same of the transposed convolution, from a geometry's output back to its input."""
    shape, c_out, window, strides, pads = geometry
    n, c_in = shape[:2]
    size = im2col.output_size(shape[2:], window, strides, pads)
    x, kernel, bias, dy = draw(dtype, (n, c_out, *size), (c_out, c_in, *window), (c_in,), shape)
    return x, kernel, bias, dy, strides, pads


@pytest.mark.parametrize("module", OPERATIONS)
def test_the_three_versions_take_the_same_arguments(module):
    for operation in OPERATIONS[module]:
        expected = list(inspect.signature(getattr(module, operation)).parameters)
        for version in ("loops", "numpy", "numba"):
            assert list(inspect.signature(getattr(module, f"{operation}_{version}")).parameters) == expected


@geometries
@dtypes
def test_im2col_and_col2im_agree(geometry, dtype):
    (n, c, *size), _, window, strides, pads = geometry
    h_out, w_out = im2col.output_size(size, window, strides, pads)
    x, columns = draw(dtype, (n, c, *size), (n, c * window[0] * window[1], h_out * w_out))
    expected = im2col.im2col_loops(x, window, strides, pads)
    back = im2col.col2im_loops(columns, x.shape, window, strides, pads)
    for version in FAST:
        assert_close(getattr(im2col, f"im2col_{version}")(x, window, strides, pads), expected)
        assert_close(getattr(im2col, f"col2im_{version}")(columns, x.shape, window, strides, pads), back)
    assert np.vdot(expected, columns) == pytest.approx(np.vdot(x, back), rel=1e-4)


def assert_versions_are_loops(operation, make, geometry, dtype):
    """Compare all results of an operation, of every version, with those of its loops."""
    x, kernel, bias, dy, strides, pads = make(geometry, dtype)
    there = () if operation is conv2d else (dy.shape[2:],)
    for name in {"relu", ACTIVATIONS[GEOMETRIES.index(geometry) % 4]}:
        forward = (x, kernel, bias, strides, pads, *there, name)
        y = operation.forward_loops(*forward)
        backward = (dy, x, y, kernel, strides, pads, name)
        dx, *grads = operation.backward_loops(*backward)
        for version in FAST:
            assert_close(getattr(operation, f"forward_{version}")(*forward), y)
            for need_dx, wanted in ((True, dx), (False, None)):
                found = getattr(operation, f"backward_{version}")(*backward, need_dx)
                for one, expected in zip(found, (wanted, *grads), strict=True):
                    assert_close(one, expected)


@geometries
@dtypes
def test_convolution_agrees_with_loops(geometry, dtype):
    assert_versions_are_loops(conv2d, convolution, geometry, dtype)


@geometries
@dtypes
def test_transposed_convolution_agrees_with_loops(geometry, dtype):
    assert_versions_are_loops(conv2d_transpose, transposed, geometry, dtype)


@pytest.mark.parametrize("operation, make", [(conv2d, convolution), (conv2d_transpose, transposed)])
def test_loops_leave_out_dx_where_it_is_not_needed(operation, make):
    x, kernel, bias, dy, *geometry = make(GEOMETRIES[0], np.float64)
    (dx, *grads), (none, *same) = (
        operation.backward_loops(dy, x, dy, kernel, *geometry, "relu", need_dx) for need_dx in (True, False)
    )
    assert dx.shape == x.shape and none is None
    for one, other in zip(grads, same, strict=True):
        np.testing.assert_array_equal(one, other)


def assert_numba_is_numpy(geometry, dtype, activation):
    """Compare all results of both operations with those of NumPy in float64."""
    for operation, make in ((conv2d, convolution), (conv2d_transpose, transposed)):
        x, kernel, bias, dy, strides, pads = make(geometry, dtype)
        there = () if operation is conv2d else (dy.shape[2:],)
        exact = [array.astype(np.float64) for array in (x, kernel, bias, dy)]
        y = operation.forward(x, kernel, bias, strides, pads, *there, activation)
        expected = operation.forward_numpy(*exact[:3], strides, pads, *there, activation)
        assert_close(y, expected.astype(dtype))
        found = operation.backward(dy, x, y, kernel, strides, pads, activation)
        exact = (exact[3], exact[0], y.astype(np.float64), exact[1])
        for f, wanted in zip(found, operation.backward_numpy(*exact, strides, pads, activation)):
            assert_close(f, wanted.astype(dtype))


@pytest.mark.parametrize("geometry", LARGE, ids=name)
@dtypes
def test_large_geometries_agree_with_numpy(geometry, dtype):
    assert_numba_is_numpy(geometry, dtype, ACTIVATIONS[LARGE.index(geometry) % 4])


def random_geometry(rng):
    """Draw windows up to 11x11, strides to 4, pads above the window, channels to 9, images to 30x30."""
    n, c_in, c_out = (int(rng.integers(1, most)) for most in (4, 10, 10))
    window = [int(size) for size in rng.integers(1, 12, 2)]
    strides = tuple(int(stride) for stride in rng.integers(1, 5, 2))
    pads = tuple(tuple(int(pad) for pad in rng.integers(0, size + 4, 2)) for size in window)
    size = [int(rng.integers(max(1, k - sum(pad)), 31)) for k, pad in zip(window, pads)]
    return (n, c_in, *size), c_out, tuple(window), strides, pads


@pytest.fixture(params=["bands", "interleaved"])
def layout(request, monkeypatch):
    """Lay out small images as large ones are, a few rows at a time; or interleave images of any size."""

    def clear():
        conv2d_plan.forward_layout.cache_clear()
        conv2d_plan.backward_layout.cache_clear()

    if request.param == "bands":
        monkeypatch.setattr(conv2d_plan, "LONGEST", 150)
    else:
        monkeypatch.setattr(conv2d_plan, "MOVE", -(10**9))
        monkeypatch.setattr(conv2d_plan, "FEWEST_INTERLEAVED", 1)
    clear()
    yield
    clear()


@pytest.mark.parametrize("seed", slow_but(range(3), range(24)))
@dtypes
def test_random_geometries_agree_with_numpy(seed, dtype):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        assert_numba_is_numpy(random_geometry(rng), dtype, "relu")


@pytest.mark.parametrize("seed", slow_but((100,), range(100, 106)))
@dtypes
def test_random_geometries_laid_out_otherwise_agree_with_numpy(seed, dtype, layout):
    rng = np.random.default_rng(seed)
    for _ in range(20):
        assert_numba_is_numpy(random_geometry(rng), dtype, "linear")


def test_no_number_beside_an_array_is_read_or_written(monkeypatch, layout):
    """The vector instructions check no bounds: so every array lies between NaNs here, which must stay."""
    rng, margin, lent = np.random.default_rng(3), 64, []

    def between(shape, dtype):
        around = np.full(2 * margin + int(np.prod(shape)), np.nan, dtype)
        lent.append((around, shape))
        return around[margin : len(around) - margin].reshape(shape)

    def copied(array):
        copy = between(array.shape, array.dtype)
        copy[...] = array
        return copy

    monkeypatch.setattr(arrays, "empty", between)
    for _ in range(30):
        geometry = random_geometry(rng)
        x, kernel, bias, dy, strides, pads = convolution(geometry, np.float32)
        expected = conv2d.forward_numpy(x, kernel, bias, strides, pads, "relu")
        x, kernel, bias, dy = map(copied, (x, kernel, bias, dy))
        y = conv2d.forward(x, kernel, bias, strides, pads, "relu")
        assert_close(y, expected)
        found = conv2d.backward(dy, x, y, kernel, strides, pads, "relu")
        for f, wanted in zip(found, conv2d.backward_numpy(dy, x, y, kernel, strides, pads, "relu")):
            assert_close(f, wanted)
        for around, _ in lent:
            assert np.isnan(around[:margin]).all() and np.isnan(around[-margin:]).all()
        lent.clear()


@all_geometries
def test_the_two_are_adjoint(geometry):
    """<conv(x), y> = <x, conv^T(y)>: the transposed convolution is the transpose of the convolution."""
    x, kernel, _, y, strides, pads = convolution(geometry, np.float64)
    there = conv2d.forward(x, kernel, None, strides, pads)
    back = conv2d_transpose.forward(y, kernel, None, strides, pads, x.shape[2:])
    np.testing.assert_allclose(np.vdot(there, y), np.vdot(x, back), rtol=1e-11, atol=1e-11)


def everything(operation, make, geometry, activation):
    """Run an operation forward and backward; return its arguments and its results."""
    x, kernel, bias, dy, strides, pads = make(geometry, np.float32)
    size = (dy.shape[2:],) if operation is conv2d_transpose else ()
    y = operation.forward(x, kernel, bias, strides, pads, *size, activation)
    results = (y, *operation.backward(dy, x, y, kernel, strides, pads, activation))
    return (x, kernel, bias, dy), results


@all_geometries
@pytest.mark.parametrize("operation, make", [(conv2d, convolution), (conv2d_transpose, transposed)])
def test_same_bits_twice_inputs_untouched_and_threads_do_not_disturb_each_other(geometry, operation, make):
    arguments, first = everything(operation, make, geometry, "relu")
    for argument, drawn in zip(arguments, make(geometry, np.float32)):
        np.testing.assert_array_equal(argument, drawn)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(everything, operation, make, geometry, "relu") for _ in range(8)]
        for future in futures:
            for found, expected in zip(future.result()[1], first):
                np.testing.assert_array_equal(found, expected)


def test_views_that_are_not_contiguous_are_welcome():
    x, kernel, bias, dy, strides, pads = convolution(GEOMETRIES[5], np.float64)
    y = conv2d.forward(x, kernel, bias, strides, pads, "relu")
    expected = conv2d.backward(dy, x, y, kernel, strides, pads, "relu")

    def scattered(array):
        return np.repeat(array, 2, axis=-1)[..., ::2]

    assert_close(conv2d.forward(scattered(x), scattered(kernel), bias, strides, pads, "relu"), y)
    found = conv2d.backward(*map(scattered, (dy, x, y, kernel)), strides, pads, "relu")
    for f, e in zip(found, expected):
        assert_close(f, e)


@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (2, 1)])
@pytest.mark.parametrize("channels", [(2, 3), (32, 33)])
def test_no_images_give_no_images(channels, strides):
    geometry = ((0, channels[0], 9, 8), channels[1], (3, 3), strides, ((1, 1), (1, 1)))
    x, kernel, bias, dy, strides, pads = convolution(geometry, np.float32)
    y = conv2d.forward(x, kernel, bias, strides, pads, "relu")
    dx, dkernel, dbias = conv2d.backward(dy, x, y, kernel, strides, pads, "relu")
    assert y.shape == dy.shape and dx.shape == x.shape
    assert not dkernel.any() and not dbias.any()


@pytest.mark.slow
def test_small_images_with_many_channels_are_interleaved_in_several_pieces():
    geometry = (120, 96, 4, 5), 40, (3, 3), (1, 1), ((1, 1), (1, 1))
    plan, *_ = conv2d_plan.forward_layout(120, (40, 96), (4, 5), (3, 3), (1, 1), geometry[-1], 4)
    assert 1 < plan.images < 120 and plan.column == plan.images
    assert_numba_is_numpy(geometry, np.float32, "relu")


def test_a_nan_stays_a_nan():
    """A loss that becomes NaN must be seen as one, and not be hidden by relu or by padding."""
    x, kernel, bias, _, _, pads = convolution(GEOMETRIES[5], np.float32)
    x[1, 0, 3, 2] = np.nan
    for strides in ((1, 1), (2, 2)):
        y = conv2d.forward(x, kernel, bias, strides, pads, "relu")
        expected = conv2d.forward_numpy(x, kernel, bias, strides, pads, "relu")
        assert np.isnan(expected).any()
        np.testing.assert_array_equal(np.isnan(y), np.isnan(expected))


def test_a_nan_between_many_channels_reaches_at_least_its_outputs():
    x, kernel, bias, _, strides, pads = convolution(LARGE[0], np.float32)
    x[12, 3, 4, 5] = np.nan
    y = conv2d.forward(x, kernel, bias, strides, pads, "relu")
    assert np.isnan(y[12, :, 3:6, 4:7]).all()
    assert not np.isnan(y[:12]).any() and not np.isnan(y[12, :, 7:]).any()


@pytest.mark.skipif(len(FAST) == 1, reason="Numba is missing")
@pytest.mark.parametrize("transposed", (False, True))
def test_bias_and_output_may_be_strided_or_of_another_precision(transposed, rng):
    x, kernel, biases = (rng.standard_normal(shape) for shape in ((2, 3, 6, 5), (3, 3, 3, 2), 6))
    x, geometry, size = x.astype(np.float32), ((1, 2), ((1, 1), (0, 1))), (6, 9)
    for bias in (biases[::2], biases[::2].astype(np.float32)):
        if transposed:
            forward = {b: getattr(conv2d_transpose, f"forward_{b}") for b in ("numpy", "numba")}
            ys = {b: f(x, kernel, bias, *geometry, size, "relu") for b, f in forward.items()}
        else:
            forward = {b: getattr(conv2d, f"forward_{b}") for b in ("numpy", "numba")}
            ys = {b: f(x, kernel, bias, *geometry, "relu") for b, f in forward.items()}
        assert_close(ys["numba"], ys["numpy"].astype(np.float32))
    y = conv2d.forward(x, kernel.astype(np.float32), None, *geometry, "relu")
    same, other = (
        conv2d.backward_numba(y, x, each, kernel, *geometry, "relu") for each in (y, y.astype(np.float64))
    )
    assert all(np.array_equal(a, b) for a, b in zip(same, other))
