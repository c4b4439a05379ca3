"""Arguments: what is an array becomes one; what cannot be is refused in one line that names the argument."""

import numpy as np
import pytest

pytest.importorskip("numba", reason="Numba is missing; the calls compare its kernels with NumPy's")

import npae
from benchmarks import calls, command_lines
from npae import arguments
from npae.kernels import adam, im2col, losses, max_pool2d, sgd, up_sampling2d
from npae.kernels.backend import choose
from npae.layers import Conv2D, Dense, MaxPool2D, ReLU, Reshape, UpSampling2D
from npae.measures.probes import nearest


def built(layer, *shape, dtype=np.float32):
    layer.build(shape, 0, dtype)
    return layer


# Generated calls.


def test_every_public_function_is_called_wrongly():
    assert calls.uncovered() == []


@pytest.mark.parametrize("backend", ["numba", "numpy"])
def test_wrong_calls_are_refused_by_name_or_right(backend):
    with npae.use_backend(backend):
        counts, failures = calls.wrong_calls(400, seed=1)
    assert not failures, "\n".join(failures)
    assert counts["refused"] > 200 and counts["right"] > 30


@pytest.mark.long
@pytest.mark.parametrize("seed", [2, 3])
def test_three_thousand_wrong_calls(seed):
    _, failures = calls.wrong_calls(3000, seed)
    assert not failures, "\n".join(failures)


def test_wrong_command_lines_end_in_one_line_and_with_the_documented_status(tmp_path):
    counts, failures = command_lines.wrong_lines(60, 1, tmp_path)
    assert not failures, "\n".join(failures)
    assert counts["right"] == 60


def test_the_judge_of_calls_finds_what_is_wrong():
    """A function that takes everything, one that names nothing, and one that rounds are found out."""

    def judged(function, value):
        subject = calls.Subject(
            "psnr", lambda dtype, /, **given: function(**given), lambda dtype: {"peak": 1.0}
        )
        return calls.verdict(subject, {"peak": lambda right: value})[0]

    def nameless(peak):
        raise TypeError("unsupported operand")

    def rounds(peak):
        return round(peak, 1) if npae.get_backend() == "numba" else peak

    assert judged(lambda peak: 0.0, "text") == "accepted"
    assert judged(nameless, "text") == "obscure"
    assert judged(rounds, 0.1234567) == "unlike" and judged(rounds, 0.5) == "right"
    assert judged(lambda peak: npae.psnr(np.ones((1, 2)), np.zeros((1, 2)), peak), -1) == "refused"


# The helpers.

EXACT = np.arange(12).reshape(3, 4) / 8


@pytest.mark.parametrize(
    "value",
    [
        EXACT.tolist(),
        tuple(map(tuple, EXACT.tolist())),
        list(EXACT),
        EXACT.astype(">f4"),
        EXACT.astype(">f8"),
        EXACT.astype(np.float16),
        EXACT.astype(np.longdouble),
        np.asfortranarray(EXACT),
        np.repeat(EXACT, 2, axis=1)[:, ::2],
        np.ma.masked_less(EXACT, -1),
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'dtype', '')}",
)
def test_what_is_an_array_becomes_a_plain_one(value):
    found = arguments.array(value, "x")
    assert type(found) is np.ndarray and found.dtype in arguments.FLOATS and found.dtype.isnative
    assert found.flags.c_contiguous and np.array_equal(found, EXACT)


def test_an_array_keeps_its_precision_and_is_not_copied():
    for dtype in arguments.FLOATS:
        x = EXACT.astype(dtype)
        assert arguments.array(x, "x", np.dtype(np.float32)) is x
    assert arguments.array(EXACT.tolist(), "x", np.dtype(np.float32)).dtype == np.float32
    assert arguments.array(np.array([1, 2]), "x").dtype == np.float64
    assert arguments.array(np.array([True, False]), "x").dtype == np.float32


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        [[1.0], [1.0, 2.0]],
        EXACT + 1j,
        EXACT.astype(object),
        EXACT.astype(str),
        np.ma.masked_greater(EXACT, 0.5),
        {"a": 1},
    ],
)
def test_what_is_no_array_is_refused_in_one_line(value):
    with pytest.raises(ValueError, match="^dy must be an array of real numbers, not ") as error:
        arguments.array(value, "dy")
    assert "\n" not in str(error.value) and len(str(error.value)) < 160


def test_one_rule_sends_foreign_arrays_to_numpy():
    x = np.ones(3, np.float32)
    with npae.use_backend("numba"):
        assert choose("numpy", "numba", x, x) == "numba"
        for other in (x.astype(float), x.astype(">f4"), x.astype(np.float16), x.astype(int)):
            assert choose("numpy", "numba", x, other) == choose("numpy", "numba", other, x) == "numpy"
    with npae.use_backend("numpy"):
        assert choose("numpy", "numba", x) == "numpy"


# What was silently wrong.


@pytest.mark.parametrize("loss", [npae.MeanSquaredError(), npae.GaussianNegativeLogLikelihood(0.7)], ids=repr)
@pytest.mark.parametrize("kind", [int, np.uint8, bool, np.float16, ">f4", list])
def test_a_loss_of_integers_is_that_of_numbers(backend, loss, kind):
    y, t = np.array([[3, 0, 1], [1, 1, 0]]), np.array([[1, 1.5, 0], [0.25, 1, 4]])
    given = y.tolist() if kind is list else y.astype(kind)
    expected, gradient = loss(np.asarray(given, np.float64), t)
    value, dy = loss(given, t)
    assert value == pytest.approx(expected, rel=1e-6)
    np.testing.assert_allclose(dy, gradient, rtol=1e-6)


@pytest.mark.parametrize("layer", [MaxPool2D(2), UpSampling2D(2), MaxPool2D((3, 2), 1, "same")], ids=repr)
@pytest.mark.parametrize("dtype", [">f4", ">f8", np.float16, int])
def test_pooling_of_foreign_arrays_is_that_of_native_ones(backend, rng, layer, dtype):
    layer.build((2, 6, 4))
    x = rng.integers(-9, 9, (3, 2, 6, 4)).astype(dtype)
    y, cache = layer.forward(x)
    expected, same = layer.forward(x.astype(np.float64))
    np.testing.assert_array_equal(y, expected)
    dy = rng.integers(-9, 9, y.shape).astype(dtype)
    np.testing.assert_array_equal(
        layer.backward(dy, cache)[0], layer.backward(dy.astype(np.float64), same)[0]
    )


def test_kernels_of_foreign_arrays_are_those_of_native_ones(backend, rng):
    """The functions below the layers follow the same rule: one in `npae.kernels.backend.choose`."""
    x = rng.standard_normal((2, 3, 4, 6)).astype(">f8")
    native = x.astype(np.float64)
    geometry = (2, 2), (2, 2), ((0, 0), (0, 0))
    np.testing.assert_array_equal(
        max_pool2d.forward(x, *geometry)[0], max_pool2d.forward(native, *geometry)[0]
    )
    np.testing.assert_array_equal(up_sampling2d.forward(x, (2, 2)), up_sampling2d.forward(native, (2, 2)))
    np.testing.assert_array_equal(im2col.im2col(x, *geometry), im2col.im2col(native, *geometry))
    value, dy = losses.mean_squared_error(x, native[::-1], x.size)
    assert value == pytest.approx(losses.mean_squared_error(native, native[::-1], x.size)[0])
    for step in (
        lambda p, g: adam.update(p, g, np.zeros(5), np.zeros(5), 1),
        lambda p, g: sgd.update(p, g, np.zeros(5), 0.1, 0.5),
    ):
        some, same, grads = np.ones(5, ">f8"), np.ones(5), rng.standard_normal(5)
        step(some, grads)
        step(same, grads)
        np.testing.assert_allclose(some, same, rtol=1e-12)


@pytest.mark.parametrize("dtype", [int, bool, np.float16, ">f4", None, "float", complex, "no dtype"])
def test_parameters_are_float32_or_float64(dtype):
    for layer in (Dense(3), npae.Sequential([Dense(3)])):
        if dtype == "float":
            assert layer.build((4,), 0, dtype) == (3,)
        else:
            with pytest.raises(ValueError, match="dtype must be float32 or float64, not"):
                layer.build((4,), 0, dtype)


@pytest.mark.parametrize("values", [1j, "a", None, [[1]]])
def test_set_params_drops_nothing(values):
    model = npae.Sequential([Dense(2)])
    model.build((3,))
    before = {name: value.copy() for name, value in model.params.items()}
    wrong = {
        name: np.full(value.shape, values, object if values is None else None)
        for name, value in before.items()
    }
    wrong = {**before, "dense/bias": values if isinstance(values, list) else wrong["dense/bias"]}
    with pytest.raises(ValueError, match=r"values.*dense/bias"):
        model.set_params(wrong)
    assert all(np.array_equal(value, before[name]) for name, value in model.params.items())


def test_a_float64_model_is_trained_on_float64_data(rng):
    """And a float32 model on float64 data: the batches have the dtype of the model."""
    x = rng.random((20, 4))
    for dtype in arguments.FLOATS:
        model = npae.Autoencoder(npae.Sequential([Dense(2)]), npae.Sequential([Dense(4)]))
        model.build((4,), 0, dtype)
        for data in (x, x.astype(np.float32), x.tolist(), npae.Batches(x), x.astype(">f8")):
            npae.fit(model, data, epochs=1, threads=1)
            assert npae.predict(model, data).dtype == dtype
    with pytest.raises(
        ValueError, match="Batches of float32, and the model has float64 parameters; omit its"
    ):
        npae.fit(model, npae.Batches(x, dtype=np.float32))


def test_neighbours_at_one_distance_keep_their_order(rng):
    """A code on either side of the query: their distances are equal, and the expansion rounds them apart."""
    queries, offsets = (np.round(rng.standard_normal((5, 7)) * 64) / 64 for _ in range(2))
    for query in queries:
        codes = np.concatenate([query + offsets, query - offsets])
        expected = np.argsort(np.square(codes - query).sum(axis=1), kind="stable")
        for k in (1, 3, 10):
            np.testing.assert_array_equal(nearest(codes, query[None], k)[0], expected[:k])


def test_equal_codes_keep_their_order(rng):
    codes = np.repeat(1000 + rng.standard_normal((4, 32)), 5, axis=0)
    for k, q in enumerate(codes[::5]):
        np.testing.assert_array_equal(nearest(codes, q[None] + 0.01, 5)[0], np.arange(5 * k, 5 * k + 5))


# What aborted the process, or was answered by a traceback of NumPy or Numba.


@pytest.mark.parametrize(
    "params, grads",
    [
        (np.ones((3, 4)), np.ones(12)),
        (np.ones(12), np.ones(3)),
        (np.ones(3), np.ones(12)),
        (np.ones(3), np.ones(3) + 1j),
        ([1.0, 2.0], np.ones(2)),
        (np.ones(3, int), np.ones(3)),
        (np.broadcast_to(1.0, 3), np.ones(3)),
    ],
)
@pytest.mark.parametrize("optimizer", [npae.SGD, npae.Adam, lambda: npae.SGD(momentum=0.9)])
def test_a_gradient_that_does_not_fit_is_refused_before_anything_moves(backend, optimizer, params, grads):
    optimizer, before = optimizer(), np.copy(params)
    with pytest.raises(ValueError, match="params|grads"):
        optimizer.update(params, grads)
    assert np.array_equal(params, before)


def test_every_vector_of_a_restored_state_has_to_fit(backend):
    for state in ({"step": 1, "m": np.zeros(7), "v": np.zeros(7)},):
        optimizer = npae.Adam()
        optimizer.restore(state)
        with pytest.raises(ValueError, match="updated 7 parameters before, not 12"):
            optimizer.update(np.ones(12), np.ones(12))
    with pytest.raises(ValueError, match="vectors must have one length"):
        npae.Adam().restore({"step": 1, "m": np.zeros(12), "v": np.zeros(7)})


def test_a_cache_of_another_batch_or_layer_is_refused(backend, rng):
    layer, other = built(Dense(3), 5), built(Conv2D(2, 3), 2, 6, 5)
    (y, cache), (_, foreign) = (
        layer.forward(rng.random((4, 5), np.float32)),
        other.forward(np.ones((4, 2, 6, 5), np.float32)),
    )
    for wrong in (None, cache[0], foreign, (cache[0][:2], cache[1]), (cache[1], cache[0]), "cache", 5):
        with pytest.raises(ValueError, match="cache must be what forward of this Dense returned|dy of shape"):
            layer.backward(y, wrong)
    pool = built(MaxPool2D(2), 2, 4, 4)
    y, offset = pool.forward(rng.random((3, 2, 4, 4), np.float32))
    for wrong in (offset.astype(np.float32), offset[:2], None):
        with pytest.raises(ValueError, match="cache must be|dy of shape"):
            pool.backward(y, wrong)


MODEL = built(npae.Sequential([Dense(3)]), 3)
X = np.ones((4, 3), np.float32)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: npae.fit(MODEL, X, optimizer="adam"), "optimizer must be of class Adam or SGD, not 'adam'"),
        (lambda: npae.fit(None, X), "model must be of class Sequential, not None"),
        (lambda: npae.predict(MODEL.layers[0], X), r"model must be of class Sequential, not Dense\("),
        (lambda: npae.evaluate("model", X, loss="mse"), "model must be of class Sequential, not 'model'"),
        (lambda: npae.fit(MODEL, X, callbacks=[5]), "callbacks must be of class Callback, not 5"),
        (lambda: npae.fit(MODEL, X, callbacks=5), "callbacks must be of class list or tuple, not 5"),
        (lambda: npae.fit(MODEL, X, shuffle="no"), "shuffle must be True or False, not 'no'"),
        (lambda: npae.fit(MODEL, X, seed=-1), "seed must be an integer of at least 0, not -1"),
        (lambda: npae.fit(MODEL, X, history={}), "history must be of class History"),
        (lambda: npae.fit(MODEL, X, validation_data=X[:, :2]), r"validation_data: the model .*\(3,\)"),
        (lambda: npae.fit(MODEL, X, validation_data=(X,)), "validation_data is a tuple of 1."),
        (lambda: npae.fit(MODEL, [["a"]]), r"x must be an array of real numbers, not \[\['a'\]\]"),
        (lambda: MODEL.forward(X, "rng"), "rng must be a numpy.random.Generator, or None .* not 'rng'"),
        (lambda: Dense(3).build((3,), "rng"), "rng must be a numpy.random.Generator or its seed, not 'rng'"),
        (lambda: Dense(3).build(784), "input_shape must be a tuple of integers, not 784"),
        (lambda: Dense(3).build((4, 0)), r"input_shape must be a tuple of integers, not \(4, 0\)"),
        (lambda: Reshape((-2, -5)), r"target_shape must be a tuple .* not \(-2, -5\); each of at least 1"),
        (lambda: Reshape((-1, -1)), "-1 in one place"),
        (lambda: Conv2D(3, 3, padding=("same",)), r'padding must be "valid", "same", .* not \(\'same\',\)'),
        (lambda: Conv2D(3, 3, strides=(1,)), r"strides must be an integer .* not \(1,\)"),
        (lambda: Conv2D(3, 3, strides=1 << 40), "strides must be an integer .*at most 4096"),
        (lambda: npae.Conv2DTranspose(3, 3, output_padding=(1,)), r"output_padding must be .* not \(1,\)"),
        (lambda: Dense(3, ["relu"]), r"unknown activation \['relu'\]; expected one of linear"),
        (lambda: Dense(3, kernel_initializer="glorot"), "unknown kernel_initializer 'glorot'; expected"),
        (lambda: Dense(10**6).build((10**6,)), "Dense.units=1000000.* needs more memory"),
        (lambda: npae.SGD(nesterov="False"), "nesterov must be True or False, not 'False'"),
        (lambda: npae.Sequential(Dense(3)), "layers must be of class list or tuple, not Dense"),
        (lambda: npae.Sequential([Dense(3)], ["a", "b"]), "names must be 1 different texts"),
        (lambda: npae.Sequential([Dense(3), ReLU()], ["a", "a"]), "names must be 2 different texts"),
        (lambda: npae.Autoencoder(Dense(3), Dense(3)), "encoder must be of class Sequential, not Dense"),
        (lambda: npae.PCA(2).transform(X), r"no axes yet; call fit\(x\)"),
        (lambda: npae.KLSparsity("a"), "target must be a number between 0 and 1, not 'a'"),
        (lambda: npae.set_backend(["numpy"]), r"unknown backend \['numpy'\]"),
    ],
)  # fmt: skip
def test_obscure_errors_are_one_line_that_names_the_argument(call, words):
    with pytest.raises(ValueError, match=words) as error:
        call()
    assert "\n" not in str(error.value)


def test_lists_float16_and_the_like_are_trained_on(rng):
    """The same weights, bit for bit, from the same numbers in any form."""
    x = rng.integers(0, 9, (30, 4)) / 8
    results = []
    for data in (
        x.astype(np.float32),
        x.tolist(),
        x.astype(np.float16),
        np.asfortranarray(x),
        x.astype(">f4"),
    ):
        model = built(npae.Sequential([Dense(4)]), 4)
        npae.fit(model, data, epochs=2, threads=1, seed=np.int64(3))
        results.append(model.params["dense/kernel"].tobytes())
    assert len(set(results)) == 1


def test_bytes_are_refused_where_nothing_scales_them(rng):
    """`npae.fit` and `npae.predict` divide uint8 pixels by 255; a layer cannot know whether it should."""
    pixels = rng.integers(0, 256, (4, 3), np.uint8)
    with pytest.raises(ValueError, match="given uint8 and has float32 parameters"):
        MODEL.forward(pixels)
    np.testing.assert_allclose(
        npae.predict(MODEL, pixels), MODEL.forward(pixels / np.float32(255))[0], rtol=1e-5
    )
    np.testing.assert_array_equal(
        MODEL.forward(pixels.astype(int))[0], MODEL.forward(pixels.astype(np.float32))[0]
    )


def test_a_batch_larger_than_the_data_is_all_of_them(rng):
    x = rng.random((30, 4), np.float32)
    weights = []
    for batch_size in (30, 1_000_000_000):
        model = built(npae.Sequential([Dense(4), npae.Dropout(0.5)]), 4)
        npae.fit(model, x, batch_size=batch_size, threads=1)
        weights.append(model.params["dense/kernel"].tobytes())
    assert weights[0] == weights[1]
