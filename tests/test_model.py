"""Models: shapes, names, the two loops, and what a wrong use is told."""

import numpy as np
import pytest

import npae
from npae import (
    Autoencoder,
    Batches,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    MaxPool2D,
    ReLU,
    Reshape,
    Sequential,
    Sigmoid,
    VariationalAutoencoder,
    predict,
)


def small_conv():
    model = Sequential(
        [Conv2D(3, (3, 2), padding="same"), ReLU(), MaxPool2D(2), Flatten(), Dense(4, "sigmoid")]
    )
    model.build((2, 6, 5), 0, np.float64)
    return model


def test_summary_counts_parameters_and_multiply_adds():
    model = small_conv()
    table = model.summary()
    assert "conv2d (Conv2D)" in table and "3 x 6 x 5" in table
    parameters = 3 * 2 * 3 * 2 + 3 + (3 * 3 * 2) * 4 + 4
    assert f"{parameters:,}" in table.splitlines()[-1]
    assert model.multiply_adds() == 36 * 30 + 18 * 4


def test_layers_of_one_kind_are_numbered_like_keras():
    model = Sequential([Dense(3), Dense(2), ReLU(), Dense(1)])
    assert model.names == ["dense", "dense_1", "re_lu", "dense_2"]


def test_an_encoder_in_a_second_model_keeps_its_name_in_the_first(tmp_path):
    model = Autoencoder(Sequential([Dense(3)]), Sequential([Dense(7)]))
    model.build((7,))
    classifier = Sequential([model.encoder, Dense(4)])
    assert list(classifier.params)[0] == "sequential/dense/kernel"
    assert list(model.params)[0] == "encoder/dense/kernel"
    npae.save_model(tmp_path / "model.npz", model)
    npae.load_model(tmp_path / "model.npz")


def test_a_trained_encoder_keeps_its_weights_in_a_second_model(rng):
    model = Autoencoder(Sequential([Dense(3, "relu"), Dense(2)]), Sequential([Dense(7)]))
    model.build((7,), 5)
    x, before = rng.random((4, 7), np.float32), {key: value.copy() for key, value in model.params.items()}
    classifier = Sequential([model.encoder, Dense(4)])
    assert classifier.build((7,), 9) == (4,)
    assert np.array_equal(classifier.layers[0].forward(x)[0], model.encode(x))
    assert all(np.array_equal(value, before[key]) for key, value in model.params.items())
    assert classifier.params["dense/kernel"].any()
    classifier.pack()[:] = 0  # the layers are shared: training one model is training both
    assert not model.encode(x).any() and model.params["decoder/dense/kernel"].any()


def test_a_layer_that_was_built_for_other_inputs_or_numbers_is_built_anew():
    layer = Dense(3)
    Sequential([layer]).build((7,), 1)
    kernel = layer.params["kernel"]
    assert layer.is_built((7,), np.float32) and not layer.is_built((7,), np.float64)
    Sequential([layer]).build((7,), 2)
    assert layer.params["kernel"] is kernel
    Sequential([layer]).build((7,), 2, np.float64)
    assert layer.params["kernel"].dtype == np.float64
    inner, shape = Sequential([layer, Dense(2)]), (5,)
    inner.build(shape)
    Sequential([layer]).build((7,))  # which inner does not hear of
    assert not inner.is_built(shape, np.float32)
    Sequential([inner, Dense(2)]).build(shape)
    assert layer.input_shape == shape and inner.is_built(shape, np.float32)


def test_a_layer_whose_building_failed_is_not_built():
    layer = Reshape((2, 3))
    for _ in range(2):
        with pytest.raises(ValueError, match="24 elements"):
            Sequential([layer]).build((24,))
    assert not layer.is_built((24,), np.float32)


def test_one_layer_twice_is_refused():
    layer = Dense(3)
    with pytest.raises(ValueError, match="same layer twice"):
        Sequential([layer, layer])


def test_encoder_and_decoder_work_on_their_own(rng):
    model = Autoencoder(Sequential([Dense(3, "relu")]), Sequential([Dense(7, "sigmoid")]))
    model.build((7,), 1)
    x = rng.random((5, 7), np.float32)
    assert model.encode(x).shape == (5, 3)
    assert np.array_equal(model.decode(model.encode(x)), model.reconstruct(x))
    assert list(model.params) == [
        "encoder/dense/kernel",
        "encoder/dense/bias",
        "decoder/dense/kernel",
        "decoder/dense/bias",
    ]


def test_packing_moves_the_parameters_and_changes_no_output(rng):
    model = small_conv()
    x = rng.random((3, 2, 6, 5))
    before = model.forward(x)[0]
    weights = model.pack()
    assert np.array_equal(model.forward(x)[0], before)
    weights[:] = 0
    assert all((value == 0).all() for value in model.params.values())


def test_same_seed_same_weights():
    first, second = small_conv(), small_conv()
    assert np.array_equal(first.pack(), second.pack())


def test_without_the_gradient_of_the_input_the_others_are_the_same(rng):
    model = small_conv()
    y, cache = model.forward(rng.random((3, 2, 6, 5)))
    dy = rng.standard_normal(y.shape)
    dx, grads = model.backward(dy, cache)
    nothing, same = model.backward(dy, cache, need_dx=False)
    assert dx.shape == (3, 2, 6, 5) and nothing is None
    assert all(np.array_equal(grads[name], same[name]) for name in model.params)


def test_without_activation_looks_past_a_reshape(rng):
    model = Sequential([Dense(6, "sigmoid"), Reshape((2, 3))])
    model.build((4,), 0, np.float64)
    x = rng.standard_normal((2, 4))
    logits = model.without_activation("sigmoid").forward(x)[0]
    assert logits.shape == (2, 2, 3)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits)), model.forward(x)[0])
    assert model.without_activation("tanh") is None
    assert Sequential([Dense(2), Sigmoid()]).without_activation("sigmoid") is not None


def test_noise_is_off_at_inference_and_on_in_training(rng):
    model = Sequential([GaussianNoise(1.0), Dropout(0.5)])
    model.build((50,))
    x = np.ones((2, 50), np.float32)
    assert np.array_equal(model.forward(x)[0], x)
    assert not np.array_equal(model.forward(x, rng)[0], x)


@pytest.mark.parametrize(
    "layers, input_shape, words",
    [
        ([Conv2D(2, 3), Conv2D(2, 5)], (1, 6, 6), ["layer 2 of 2 (conv2d_1)", "5x5", "4x4"]),
        ([Dense(3)], (1, 6, 6), ["layer 1 of 1 (dense)", "Flatten"]),
        ([Flatten(), Conv2D(2, 3)], (1, 6, 6), ["layer 2 of 2 (conv2d)", "Reshape"]),
        ([Reshape((5, 5))], (24,), ["24 elements", "(5, 5)"]),
    ],
)
def test_sizes_that_do_not_fit_name_the_layer_and_its_position(layers, input_shape, words):
    with pytest.raises(ValueError) as error:
        Sequential(layers).build(input_shape)
    assert all(word in str(error.value) for word in words), str(error.value)


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Conv2D(0, 3), "filters must be a positive integer, not 0"),
        (lambda: Conv2D(2, 3, padding="full"), 'padding must be "valid" or "same"'),
        (lambda: Conv2D(2, (3, 3, 3)), "kernel_size"),
        (lambda: Conv2D(2, 3, strides=0), "strides"),
        (lambda: Dense(2.5), "units must be a positive integer"),
        (lambda: Dense(2, "swish"), "unknown activation 'swish'"),
        (lambda: Dropout(1.0), "rate"),
        (lambda: GaussianNoise(-1), "stddev"),
        (lambda: Sequential([Dense]), "a model takes layers, not"),
    ],
)
def test_wrong_arguments_are_told_what_was_expected(make, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        make()


def test_wrong_batches_are_told_what_was_expected(rng):
    model = small_conv()
    with pytest.raises(ValueError, match=r"shape \(3, 2, 5, 6\); expected \(n, 2, 6, 5\)"):
        model.forward(rng.random((3, 2, 5, 6)))
    with pytest.raises(
        ValueError, match=r"given float32 and has float64 parameters; .* x.astype\('float64'\)"
    ):
        model.forward(np.ones((3, 2, 6, 5), np.float32))
    with pytest.raises(ValueError, match="not built"):
        Sequential([Dense(3)]).forward(np.ones((1, 2)))


def test_weights_that_do_not_fit_are_refused_and_change_nothing():
    model = small_conv()
    before = model.pack().copy()
    with pytest.raises(ValueError, match="unknown"):
        model.set_params({**model.params, "extra": np.zeros(2)})
    with pytest.raises(ValueError, match="expects"):
        model.set_params({name: np.zeros(1) for name in model.params})
    assert np.array_equal(np.concatenate([value.ravel() for value in model.params.values()]), before)


def test_weights_that_are_too_large_for_the_dtype_are_refused():
    layer = Sequential([Dense(2)])
    layer.build((3,), 0)
    with pytest.raises(
        ValueError, match="parameter dense/kernel holds numbers that are too large for float32"
    ):
        layer.set_params({"dense/kernel": np.full((3, 2), 1e300), "dense/bias": np.zeros(2)})
    assert np.isfinite(layer.params["dense/kernel"]).all()


# What encode, decode and reconstruct take.


def of_images(dtype=np.float32, kind=Autoencoder):
    encoder = Sequential([Conv2D(2, 3, strides=2, activation="relu"), Flatten(), Dense(4)])
    decoder = Sequential([Dense(42), Reshape((1, 6, 7))])
    model = kind(encoder, decoder)
    model.build((1, 6, 7), 0, dtype)
    return model


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [Autoencoder, VariationalAutoencoder])
def test_codes_are_those_of_what_fit_takes(dtype, kind, rng):
    if kind is VariationalAutoencoder:
        decoder = Sequential([Dense(42), Reshape((1, 6, 7))])
        model = kind(Sequential([Flatten(), Dense(6)]), decoder)
        model.build((1, 6, 7), 0, dtype)
    else:
        model = of_images(dtype)
    pixels = rng.integers(0, 256, (3, 1, 6, 7), np.uint8)
    scaled = np.multiply(pixels, dtype(1 / 255), dtype=dtype)
    expected = model.encode(scaled)
    assert expected.dtype == dtype and np.array_equal(expected, predict_codes(model, scaled))
    corrupted = Batches(pixels[:, 0], shape=(1, 6, 7), corruption=lambda x, rng: 0 * x)
    for given in (pixels, Batches(pixels), corrupted):
        assert np.array_equal(model.encode(given), expected)
        assert np.array_equal(model.reconstruct(given), model.decode(expected))
    for given in (scaled.astype(np.float64), scaled.tolist(), np.asfortranarray(scaled), scaled[::-1][::-1]):
        np.testing.assert_allclose(model.encode(given), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.decode(expected.astype(np.float64)), model.decode(expected), rtol=1e-6)
    assert np.array_equal(model.decode(expected.tolist()), model.decode(expected))


def predict_codes(model, x):
    codes = model.encoder.forward(x)[0]
    return codes[:, : codes.shape[1] // 2] if isinstance(model, VariationalAutoencoder) else codes


def test_many_examples_are_computed_in_batches(rng, monkeypatch):
    model, sizes = of_images(), []
    forward = Conv2D.forward

    def noted(self, x, rng=None):
        sizes.append(len(x))
        return forward(self, x, rng)

    monkeypatch.setattr(Conv2D, "forward", noted)
    pixels = rng.integers(0, 256, (600, 1, 6, 7), np.uint8)
    codes = model.encode(pixels)
    assert sizes == [256, 256, 88] and codes.shape == (600, 4)
    np.testing.assert_allclose(codes[300:], model.encode(pixels[300:]), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(pixels), predict(model, pixels), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (np.ones((3, 6, 7), np.float32), r"given x with examples of shape \(6, 7\); expected \(n, 1, 6, 7\)"),
        (np.ones((1, 6, 7), np.float32), r"examples of shape \(6, 7\)"),
        (np.ones((0, 1, 6, 7), np.float32), "at least one example"),
        (np.ones((3, 1, 6, 7), int), "x has dtype int64; expected uint8 pixels"),
        (Batches(np.ones((3, 6, 7), np.float32)), r"examples of shape \(6, 7\)"),
        (Batches(np.ones((3, 1, 6, 7)), dtype=np.float64), "x is a Batches of float64"),
        ("words", "x must be an array of real numbers"),
        (None, "x must be an array of real numbers"),
    ],
)
def test_what_fit_does_not_take_is_refused_by_name(given, told):
    model = of_images()
    for method in (model.encode, model.reconstruct):
        with pytest.raises(ValueError, match=told):
            method(given)
    with pytest.raises(ValueError, match=r"codes with examples of shape \(3,\); expected \(n, 4\)"):
        model.decode(np.ones((2, 3)))
