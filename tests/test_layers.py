"""Every layer in hundreds of geometries against finite differences, and the identities that need no step."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count, product

import numpy as np
import pytest
from slow_cases import slow_but

from npae.geometry import window_output_size
from npae.gradcheck import check_layer
from npae.kernels.backend import use_backend
from npae.layers import (
    ELU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
    UpSampling2D,
)
from npae.model import Sequential

pytestmark = pytest.mark.usefixtures("backend")

ACTIVATIONS = (None, "relu", "sigmoid", "tanh")
SIZES = ((4, 6), (5, 4))
KERNELS = ((1, 1), (2, 3), (3, 2), (3, 3), (4, 1), (4, 3))
STRIDES = ((1, 1), (1, 2), (2, 1), (2, 2), (3, 2))
PADDINGS = ("valid", "same")
WINDOWS = ((1, 2), (2, 2), (3, 2), (2, 4))
AMOUNTS = (1, (2, 0), ((0, 1), (3, 2)), ((5, 4), (1, 0)))  # padding; a kernel may see nothing else
NOISE = (GaussianNoise(0.5), Dropout(0.3), Dropout(0))


def geometries():
    """Return (layer, input shape, batch): all geometries, with channels, activations and batches in turn."""
    cases, turn = [], count()
    for size, kernel, strides, padding in product(SIZES, KERNELS, STRIDES, PADDINGS):
        k = next(turn)
        layer = Conv2D(1 + k % 3, kernel, strides, padding, ACTIVATIONS[k % 4])
        cases.append((layer, (1 + k // 2 % 3, *size), (1, 3)[k % 2]))
    # What has a fast path of its own: 3x3, stride 1, where numbers of channels matter.
    for c_in, c_out, size, padding in product((1, 2, 5), (1, 2, 3, 8), ((3, 4), (6, 3)), PADDINGS):
        layer = Conv2D(c_out, 3, padding=padding, activation=ACTIVATIONS[next(turn) % 4])
        cases.append((layer, (c_in, *size), 2))
    for size, kernel, strides, padding in product(((2, 3), (3, 1)), KERNELS, STRIDES, PADDINGS):
        k = next(turn)
        layer = Conv2DTranspose(1 + k % 3, kernel, strides, padding, activation=ACTIVATIONS[k % 4])
        cases.append((layer, (1 + k // 2 % 3, *size), (1, 3)[k % 2]))
    for kernel, extra, padding in product(((2, 2), (3, 4), (5, 3)), ((0, 0), (1, 0), (1, 1)), PADDINGS):
        if padding == "valid" or kernel == (5, 3):
            layer = Conv2DTranspose(2, kernel, 2, padding, extra, "relu")
            cases.append((layer, (1, 3, 2), 3))
    for size, window, strides, padding in product(SIZES, WINDOWS, (None, *STRIDES), PADDINGS):
        k = next(turn)
        cases.append((MaxPool2D(window, strides, padding), (1 + k % 3, *size), (1, 3)[k % 2]))
    for size, kernel, padding, activation in product(SIZES, KERNELS, AMOUNTS, ("leaky_relu", "elu")):
        k = next(turn)
        strides, shape, batch = STRIDES[k % 5], (1 + k % 3, *size), (1, 3)[k % 2]
        cases.append((Conv2D(1 + k // 2 % 3, kernel, strides, padding, activation, k % 3 > 0), shape, batch))
    for kernel, strides, padding in product(((3, 3), (4, 5)), STRIDES, AMOUNTS[:3]):
        k = next(turn)
        extra = None if k % 2 else tuple(stride - 1 for stride in strides)
        layer = Conv2DTranspose(1 + k % 3, kernel, strides, padding, extra, ACTIVATIONS[k % 4], k % 3 > 0)
        cases.append((layer, (1 + k // 2 % 3, 4, 4), (1, 3)[k % 2]))
    for window, strides, padding in product(((3, 3), (2, 4)), (None, (1, 2), (3, 1)), (1, ((1, 0), (0, 2)))):
        k = next(turn)
        cases.append((MaxPool2D(window, strides, padding), (1 + k % 3, 5, 4), (1, 3)[k % 2]))
        cases.append(
            (AveragePooling2D(window, strides, padding, k % 3 > 0), (1 + k % 3, 5, 4), (1, 3)[k % 2])
        )
    for size, window, padding in product(SIZES, WINDOWS, PADDINGS):
        cases.append((AveragePooling2D(window, STRIDES[next(turn) % 5], padding), (2, *size), 3))
    for shape, epsilon in product(((1,), (4,), (2, 3, 2)), (1e-5, 1e-2)):
        cases.append((BatchNormalization(epsilon=epsilon), shape, 3))
    for layer, shape in product((LeakyReLU(), LeakyReLU(0), ELU(), ELU(0.4)), ((7,), (2, 3, 4))):
        cases.append((layer, shape, 3))
    for factors, channels in product((1, 2, (1, 3), (3, 2)), (1, 3)):
        cases.append((UpSampling2D(factors), (channels, 2, 3), 3))
    for features, units, activation in product((1, 2, 5), (1, 3), ACTIVATIONS):
        cases.append((Dense(units, activation), (features,), (1, 3)[units == 3]))
    for activation, shape in product((ReLU, Sigmoid, Tanh), ((1,), (7,), (2, 3, 4))):
        cases.append((activation(), shape, 3))
    for layer in (Flatten(), Reshape((4, -1)), Reshape((2, 6, 2)), *NOISE):
        cases.append((layer, (2, 3, 4), 3))
    return cases


GEOMETRIES = geometries()
# One of each kind, for the identities.
SAMPLES = [
    (Dense(3, "tanh"), (5,)),
    (Conv2D(3, (2, 3), (1, 1), "same", "relu"), (2, 5, 6)),
    (Conv2D(2, (3, 2), (2, 3), "valid", "sigmoid"), (3, 7, 6)),
    (Conv2DTranspose(3, (3, 2), (2, 1), "same", activation="relu"), (2, 3, 4)),
    (Conv2DTranspose(1, 2, 2, activation="sigmoid"), (3, 3, 4)),
    (MaxPool2D((3, 2), (2, 1), "same"), (2, 5, 6)),
    (MaxPool2D(2), (2, 5, 6)),
    (Conv2D(2, (3, 2), 2, ((0, 2), (1, 3)), "elu", use_bias=False), (2, 5, 6)),
    (Conv2DTranspose(2, 3, 2, 1, 1, "leaky_relu", use_bias=False), (2, 3, 4)),
    (AveragePooling2D((3, 2), (2, 1), "same"), (2, 5, 6)),
    (BatchNormalization(), (2, 3, 4)),
    (LeakyReLU(), (2, 3, 4)),
    (ELU(0.7), (2, 3, 4)),
    (UpSampling2D((2, 3)), (2, 3, 4)),
    (ReLU(), (2, 3, 4)),
    (Sigmoid(), (5,)),
    (Tanh(), (2, 3, 4)),
    (Flatten(), (2, 3, 4)),
    (Reshape((6, 4)), (2, 3, 4)),
    (GaussianNoise(0.5), (2, 3, 4)),
    (Dropout(0.3), (2, 3, 4)),
]
samples = pytest.mark.parametrize("layer, shape", SAMPLES, ids=[type(layer).__name__ for layer, _ in SAMPLES])


def built(layer, shape, dtype=np.float64, batch=3):
    """Return inputs and upstream gradient for a layer that is built and has no parameter left at zero."""
    rng = np.random.default_rng(3)
    layer.build(shape, rng, dtype)
    for value in layer.params.values():
        value[...] = rng.uniform(0.1, 0.5, value.shape) * rng.choice([-1, 1], value.shape)
    x = rng.standard_normal((batch, *shape)).astype(dtype)
    return x, rng.standard_normal((batch, *layer.output_shape)).astype(dtype)


def there_and_back(layer, x, dy):
    """Return [y, dx, gradients of the parameters...], noise on."""
    y, cache = layer.forward(x, np.random.default_rng(9))
    dx, grads = layer.backward(dy, cache)
    return [y, dx, *(grads[key] for key in layer.params)]


def test_there_are_at_least_300_geometries():
    assert len({f"{layer!r} {shape} {batch}" for layer, shape, batch in GEOMETRIES}) >= 300


@pytest.mark.parametrize(
    "layer, shape, batch",
    slow_but(GEOMETRIES[::10], GEOMETRIES),
    ids=lambda value: str(value).replace(" ", ""),
)
def test_every_entry_of_every_gradient(layer, shape, batch, backend):
    """NumPy's against finite differences, and Numba's against NumPy's."""
    if backend == "numba":
        x, dy = built(layer, shape, batch=batch)
        found = there_and_back(layer, x, dy)
        with use_backend("numpy"):
            expected = there_and_back(layer, x, dy)
        for one, wanted in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, wanted, rtol=1e-12, atol=1e-13)
        return
    training = isinstance(layer, (GaussianNoise, Dropout, BatchNormalization))
    report = check_layer(layer, shape, batch, rng=1, training=training)
    assert report.passed, report
    assert report.worst_error < 1e-7
    assert report.arrays[0].checked == batch * np.prod(shape)


@pytest.mark.parametrize("size, kernel, strides, padding", list(product(SIZES, KERNELS, STRIDES, PADDINGS)))
def test_convolution_and_transposed_convolution_are_each_others_transpose(size, kernel, strides, padding):
    """<conv(x), y> = <x, conv^T(y)>, with one kernel for both and no bias."""
    there, back = Conv2D(2, kernel, strides, padding), Conv2DTranspose(3, kernel, strides, padding)
    _, y = built(there, (3, *size))
    back.build(there.output_shape, np.random.default_rng(0), np.float64)
    # Several sizes lead to one by a convolution with a stride; its transpose has chosen one of them.
    there.build(back.output_shape, np.random.default_rng(0), np.float64)
    x = np.random.default_rng(4).standard_normal((3, *back.output_shape))
    back.params["kernel"] = there.params["kernel"]
    assert there.output_shape == back.input_shape
    left, right = np.vdot(there.forward(x)[0], y), np.vdot(x, back.forward(y)[0])
    np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-12)


@samples
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept_and_shapes_are_those_promised(layer, shape, dtype):
    x, dy = built(layer, shape, dtype)
    y, dx, *grads = there_and_back(layer, x, dy)
    assert {array.dtype for array in (y, dx, *grads)} == {np.dtype(dtype)}
    assert y.shape == (3, *layer.output_shape)
    assert dx.shape == x.shape
    assert [grad.shape for grad in grads] == [value.shape for value in layer.params.values()]


@samples
def test_float32_is_float64_rounded(layer, shape):
    if isinstance(layer, GaussianNoise):
        pytest.skip("float32 and float64 draw different normal numbers from one seed")
    x, dy = built(layer, shape, np.float32)
    single = there_and_back(layer, x, dy)
    for key, value in layer.params.items():
        layer.params[key] = value.astype(np.float64)
    for found, expected in zip(single, there_and_back(layer, x.astype(np.float64), dy.astype(np.float64))):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@samples
def test_nothing_is_written_to(layer, shape):
    x, dy = built(layer, shape)
    arrays = (x, dy, *layer.params.values())
    before = [array.copy() for array in arrays]
    there_and_back(layer, x, dy)
    for array, unchanged in zip(arrays, before):
        np.testing.assert_array_equal(array, unchanged)


@pytest.mark.slow  # Numba compiles every kernel again for locked arrays
@samples
def test_locked_arrays_are_taken(layer, shape):
    x, dy = built(layer, shape)
    expected = there_and_back(layer, x, dy)
    for array in (x, dy, *layer.params.values()):
        array.flags.writeable = False
    for found, wanted in zip(there_and_back(layer, x, dy), expected):
        np.testing.assert_array_equal(found, wanted)


@samples
def test_backward_twice_gives_the_same_bits(layer, shape):
    x, dy = built(layer, shape)
    _, cache = layer.forward(x, np.random.default_rng(9))
    dx, grads = layer.backward(dy, cache)
    layer.forward(-x)
    again, grads_again = layer.backward(dy, cache)
    np.testing.assert_array_equal(dx, again)
    for key in layer.params:
        np.testing.assert_array_equal(grads[key], grads_again[key])


@samples
def test_several_threads_at_once_give_what_one_gives(layer, shape):
    x, dy = built(layer, shape, np.float32, batch=16)
    expected = there_and_back(layer, x, dy)
    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(there_and_back, layer, x, dy) for _ in range(12)]:
            for found, wanted in zip(future.result(), expected):
                np.testing.assert_array_equal(found, wanted)


@samples
def test_a_batch_of_three_is_three_batches_of_one(layer, shape):
    if isinstance(layer, (GaussianNoise, Dropout, BatchNormalization)):
        pytest.skip("three single examples have other noise, and other statistics")
    x, dy = built(layer, shape)
    y, dx, *grads = there_and_back(layer, x, dy)
    single = [there_and_back(layer, x[k : k + 1], dy[k : k + 1]) for k in range(3)]
    np.testing.assert_allclose(y, np.concatenate([one[0] for one in single]), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(dx, np.concatenate([one[1] for one in single]), rtol=1e-12, atol=1e-14)
    for position, grad in enumerate(grads, start=2):
        np.testing.assert_allclose(grad, sum(one[position] for one in single), rtol=1e-12, atol=1e-13)


@samples
def test_arrays_that_are_not_contiguous_are_welcome(layer, shape):
    x, dy = built(layer, shape)
    scattered = (np.repeat(array, 2, axis=0)[::2] for array in (x, dy))
    for found, expected in zip(there_and_back(layer, *scattered), there_and_back(layer, x, dy)):
        np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("layer", [GaussianNoise(0.5), Dropout(0.3)])
def test_noise_is_off_at_inference(layer):
    x, dy = built(layer, (2, 3))
    y, cache = layer.forward(x)
    np.testing.assert_array_equal(y, x)
    np.testing.assert_array_equal(layer.backward(dy, cache)[0], dy)


def test_dropout_keeps_the_mean_and_drops_its_share():
    layer = Dropout(0.3)
    layer.build((1000,), np.random.default_rng(0))
    y, _ = layer.forward(np.ones((100, 1000), np.float32), np.random.default_rng(0))
    assert np.mean(y == 0) == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1.0, abs=0.01)


# Computed by hand.


def run_by_hand(layer, x, kernel):
    x, kernel = np.array(x, float), np.array(kernel, float)
    layer.build((1, *x.shape), np.random.default_rng(0), np.float64)
    layer.params["kernel"][...] = kernel
    return layer.forward(x[None, None])[0][0, 0].tolist()


def test_same_with_stride_2_pads_below_and_to_the_right_as_keras_does():
    x = np.arange(16).reshape(4, 4)
    y = run_by_hand(Conv2D(1, 3, strides=2, padding="same"), x, np.ones((3, 3)))
    # [[0+1+2 + 4+5+6 + 8+9+10, 2+3 + 6+7 + 10+11], [8+9+10 + 12+13+14, 10+11 + 14+15]]
    assert y == [[45, 39], [66, 50]]


def test_transposed_same_with_stride_2_cuts_off_below_and_to_the_right_as_keras_does():
    y = run_by_hand(Conv2DTranspose(1, (1, 3), strides=(1, 2), padding="same"), [[1, 2]], [[1, 10, 100]])
    assert y == [[1, 10, 100 + 2, 20]]


def test_transposed_kernel_2_stride_2_lays_stamps_side_by_side_as_pytorch_does():
    y = run_by_hand(Conv2DTranspose(1, 2, strides=2), [[1, 2], [3, 4]], [[1, 10], [100, 1000]])
    assert y == [[1, 10, 2, 20], [100, 1000, 200, 2000], [3, 30, 4, 40], [300, 3000, 400, 4000]]


@pytest.mark.parametrize("output_padding, rest", [((0, 0), []), ((0, 1), [0])])
def test_output_padding_appends_what_no_stamp_reaches(output_padding, rest):
    layer = Conv2DTranspose(1, (1, 3), strides=(1, 2), output_padding=output_padding)
    assert run_by_hand(layer, [[1, 2]], [[1, 10, 100]]) == [[1, 10, 102, 20, 200, *rest]]


@pytest.mark.parametrize("kernel, strides", [((4, 3), (2, 3)), ((3, 2), (1, 3)), ((2, 5), (2, 2))])
@pytest.mark.parametrize("padding", PADDINGS)
def test_a_refused_output_padding_is_answered_with_the_ones_that_serve(kernel, strides, padding):
    allowed, message = [set(), set()], ""
    for extra in product(range(6), range(6)):
        try:
            layer = Conv2DTranspose(1, kernel, strides, padding, extra)
            output = layer.build((2, 3, 4), np.random.default_rng(0))
        except ValueError as error:
            message = str(error)
            continue
        assert window_output_size(output[1:], kernel, strides, padding) == (3, 4)
        for values, value in zip(allowed, extra):
            values.add(value)
    said = [f"{min(some)} to {max(some)}" if len(some) > 1 else f"{min(some)}" for some in allowed]
    assert [len(some) for some in allowed] == list(strides)
    assert message.endswith(f"output_padding=None, or {said[0]} vertically and {said[1]} horizontally")


@pytest.mark.parametrize("padding", [0, 1, (0, 2), ((1, 2), (0, 3))])
def test_amounts_of_padding_cut_the_transposed_output_as_pytorch_does(padding):
    whole = Conv2DTranspose(1, (4, 5), strides=(2, 3), output_padding=0)
    x, _ = built(whole, (2, 3, 4))
    layer = Conv2DTranspose(1, (4, 5), strides=(2, 3), padding=padding)
    layer.build((2, 3, 4), 0, np.float64)
    layer.params.update(whole.params)
    (top, bottom), (left, right) = layer.padding
    assert layer.output_shape == (1, 2 * 2 + 4 - top - bottom, 3 * 3 + 5 - left - right)
    expected = whole.forward(x)[0][:, :, top : 8 - bottom, left : 14 - right]
    np.testing.assert_allclose(layer.forward(x)[0], expected, rtol=1e-12, atol=1e-14)


def test_the_forms_of_padding_are_one():
    forms = [1, (1, 1), [1, 1], ((1, 1), (1, 1)), [[1, 1], [1, 1]], np.int64(1)]
    assert {Conv2D(2, 3, padding=form).padding for form in forms} == {((1, 1), (1, 1))}
    assert Conv2D(2, 3, padding=(0, 2)).padding == ((0, 0), (2, 2))
    assert Conv2D(1, 3, padding="same").build((2, 5, 6)) == Conv2D(1, 3, padding=1).build((2, 5, 6))
    assert Conv2D(1, 5, padding="valid").build((2, 7, 6)) == Conv2D(1, 5, padding=0).build((2, 7, 6))


def test_an_average_at_the_border_counts_what_was_asked_for():
    x = np.arange(1.0, 7).reshape(1, 1, 2, 3)
    for counted, expected in ((False, [[1, 2.5], [4, 5.5]]), (True, [[0.25, 1.25], [1, 2.75]])):
        layer = AveragePooling2D(2, padding=1, count_include_pad=counted)
        layer.build((1, 2, 3))
        assert layer.forward(x)[0][0, 0].tolist() == expected


def test_the_trainer_moves_the_averages_and_the_layer_does_not():
    layer = BatchNormalization(momentum=0.75)
    x, _ = built(layer, (2, 3, 4))
    before = {name: value.copy() for name, value in layer.params.items()}
    y, cache = layer.forward(3 + 2 * x, np.random.default_rng(0))
    moved = layer.moved(cache)
    for name, value in before.items():
        np.testing.assert_array_equal(layer.params[name], value)
    batch = (3 + 2 * x).mean(axis=(0, 2, 3)), (3 + 2 * x).var(axis=(0, 2, 3))
    for name, value in zip(("moving_mean", "moving_variance"), batch):
        np.testing.assert_allclose(moved[name], 0.75 * before[name] + 0.25 * value, rtol=1e-12)
    assert layer.moved(layer.forward(x)[1]) == {}
    gamma, beta = before["gamma"], before["beta"]
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), beta, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), abs(gamma) * np.sqrt(batch[1] / (batch[1] + 1e-3)))


@pytest.mark.parametrize(
    "make",
    [lambda: Dense(2, use_bias=False), lambda: Conv2D(2, 2, use_bias=False)]
    + [lambda: Conv2DTranspose(2, 2, use_bias=False)],
)
def test_a_layer_without_bias_is_one_with_a_bias_of_zero(make):
    layer = make()
    shape = (3,) if isinstance(layer, Dense) else (3, 4, 5)
    x, dy = built(layer, shape)
    twin = type(layer)(**{**layer.config(), "use_bias": True})
    twin.build(shape, 0, np.float64)
    twin.params["kernel"][...] = layer.params["kernel"]
    assert layer.params.keys() == {"kernel"}
    for found, expected in zip(there_and_back(layer, x, dy), there_and_back(twin, x, dy)):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_pooling_padding_never_wins_and_overlaps_add_up():
    layer = MaxPool2D((1, 3), strides=(1, 1), padding="same")
    layer.build((1, 1, 4), np.random.default_rng(0), np.float64)
    y, cache = layer.forward(np.array([[[[-4.0, -2.0, -3.0, -1.0]]]]))
    assert y.ravel().tolist() == [-2, -2, -1, -1]
    dx, _ = layer.backward(np.array([[[[1.0, 10.0, 100.0, 1000.0]]]]), cache)
    assert dx.ravel().tolist() == [0, 11, 0, 1100]


# What a person is told.


@pytest.mark.parametrize(
    "layers, shape, message",
    [
        ([Conv2D(2, 3), Dense(4)], (1, 5, 6), r"layer 2 of 2 \(dense\): expected flat.*not \(2, 3, 4\)"),
        ([Dense(4), Conv2D(2, 3)], (5,), r"layer 2 of 2 \(conv2d\): expected images.*not .*\(4,\)"),
        ([ReLU(), MaxPool2D((3, 7))], (1, 5, 6), r"layer 2 of 2 \(max_pool2d\): a window of 3x7 .* 5x6"),
        ([Reshape((5, -1))], (2, 3, 4), r"layer 1 of 1 \(reshape\): .* shape \(2, 3, 4\) \(24 elements\)"),
    ],
)
def test_shapes_that_do_not_fit_name_the_layer_and_its_position(layers, shape, message):
    with pytest.raises(ValueError, match=message):
        Sequential(layers).build(shape)


@samples
def test_inputs_of_another_shape_are_refused_by_name_and_shape(layer, shape):
    x, _ = built(layer, shape)
    expected = ", ".join(map(str, shape))
    with pytest.raises(ValueError, match=rf"{type(layer).__name__}.* expected \(n, {expected}\)"):
        layer.forward(np.zeros((3, *shape[:-1], shape[-1] + 1)))
    with pytest.raises(ValueError, match="was given an array of shape"):
        layer.forward(x[0])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Dense(0), "units must be a positive integer, not 0"),
        (lambda: Dense(3, "softmax"), "unknown activation 'softmax'; expected one of linear, relu"),
        (lambda: Conv2D(2, (3, 3, 3)), r"kernel_size must be an integer .* not \(3, 3, 3\)"),
        (lambda: Conv2D(2, 3, padding="full"), 'padding must be "valid" or "same", not \'full\''),
        (lambda: Conv2D(2, 3, padding=-1), "padding must be .* not -1"),
        (lambda: Conv2D(2, 3, padding=True), "padding must be .* not True"),
        (lambda: Conv2D(2, 3, padding=1.5), "padding must be .* not 1.5"),
        (lambda: Conv2D(2, 3, padding=None), "padding must be .* not None"),
        (lambda: Conv2D(2, 3, padding=(1, 2, 3)), r"padding must be .* not \(1, 2, 3\)"),
        (lambda: Conv2D(2, 3, padding=((1, 2), (3, -4))), "padding must be"),
        (lambda: Conv2D(2, 3, padding=5000), "padding must be .* to 4096"),
        (lambda: Conv2D(2, 3, use_bias=1), "use_bias must be True or False, not 1"),
        (
            lambda: Conv2DTranspose(2, 3, padding=2).build((1, 1, 5)),
            "padding .* leaves nothing of an output of 3x7",
        ),
        (
            lambda: Conv2DTranspose(2, 3, padding=1, output_padding=1).build((1, 4, 4)),
            r"output_padding \(1, 1\)",
        ),
        (
            lambda: Conv2D(2, 9, padding=1).build((1, 5, 6)),
            "a window of 9x9 does not fit an input of 5x6, which padding makes 7x8",
        ),
        (lambda: MaxPool2D(2, padding=2), r"padding 2 must be smaller than pool_size, \(2, 2\)"),
        (lambda: MaxPool2D((3, 2), padding=((0, 0), (0, 2))), "padding .* must be smaller than pool_size"),
        (lambda: AveragePooling2D(1, padding=1), "padding 1 must be smaller than pool_size"),
        (lambda: AveragePooling2D(2, count_include_pad="yes"), "count_include_pad must be True or False"),
        (lambda: LeakyReLU(-0.1), "negative_slope must be a finite number of at least 0, not -0.1"),
        (lambda: ELU("a"), "alpha must be a finite number of at least 0, not 'a'"),
        (lambda: BatchNormalization(momentum=1.5), "momentum must be a number from 0 to 1, not 1.5"),
        (lambda: BatchNormalization(epsilon=0), "epsilon must be a positive number, not 0"),
        (lambda: MaxPool2D(0), "pool_size must be an integer of at least 1"),
        (lambda: Dropout(1.0), "rate must be a number of at least 0 and below 1, not 1.0"),
        (lambda: GaussianNoise(-1), "stddev must be a finite number of at least 0, not -1"),
        (lambda: Reshape("ab"), "target_shape must be a tuple of integers, not 'ab'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
