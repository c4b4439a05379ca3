"""The settings of Keras's own tests of its layers, compared with the installed Keras.

The tables hold the settings of conv_test.py, conv_transpose_test.py, max_pooling_test.py,
average_pooling_test.py, batch_normalization_test.py, leaky_relu_test.py, elu_test.py and losses_test.py of
Keras 3: of its layers that npae has, for two dimensions. `NOT_HERE` names what npae does not have.
"""

from __future__ import annotations

import numpy as np
import pytest

import npae

keras = pytest.importorskip("keras", reason="Keras is missing; pip install keras tensorflow brings it")

pytestmark = pytest.mark.usefixtures("backend")

# class, arguments, input shape (n, h, w, c); "channels_first" is the same layer on npae's own order of axes
CONV = [
    (dict(filters=5, kernel_size=2, strides=1, padding="valid"), (3, 5, 5, 4)),
    (dict(filters=6, kernel_size=(2, 2), strides=(2, 1), padding="valid", groups=2), (3, 5, 5, 4)),
    (dict(filters=6, kernel_size=2, strides=1, padding="same", dilation_rate=(2, 2), groups=2), (3, 4, 4, 4)),
    (dict(filters=5, kernel_size=2, strides=1, padding="valid"), (2, 8, 8, 4)),
    (dict(filters=4, kernel_size=3, strides=2, padding="same"), (2, 8, 8, 4)),
    (dict(filters=6, kernel_size=2, strides=1, padding="same", dilation_rate=(2, 2), groups=2), (2, 8, 8, 4)),
    (dict(filters=6, kernel_size=(4, 3), strides=(2, 1), padding="valid", groups=2), (2, 8, 8, 4)),
]
TRANSPOSED = [
    (dict(filters=5, kernel_size=2, strides=2, padding="valid"), (2, 8, 8, 4)),
    (dict(filters=6, kernel_size=2, strides=3, padding="same", output_padding=2), (2, 8, 8, 4)),
    (dict(filters=6, kernel_size=(2, 3), strides=(2, 1), padding="valid"), (2, 8, 8, 4)),
    (dict(filters=2, kernel_size=(7, 7), strides=(16, 16), padding="valid"), (1, 14, 14, 2)),
    (dict(filters=6, kernel_size=7, strides=16, padding="same", output_padding=2), (2, 14, 14, 2)),
    (dict(filters=6, kernel_size=(2, 3), strides=(2, 1), padding="valid"), (2, 14, 14, 2)),
]
AVERAGE = [
    (dict(pool_size=2, strides=1, padding="valid"), (3, 5, 5, 4)),
    (dict(pool_size=2, strides=1, padding="same"), (3, 5, 5, 4)),
    (dict(pool_size=(2, 3), strides=(2, 2), padding="valid"), (3, 5, 5, 4)),
    (dict(pool_size=(2, 3), strides=(2, 2), padding="same"), (3, 5, 5, 4)),
    (dict(pool_size=2, strides=(2, 1), padding="same"), (1, 4, 4, 1)),
    (dict(pool_size=(2, 2), strides=(2, 2), padding="same"), (1, 4, 4, 1)),
]
MAXIMUM = [
    (dict(pool_size=2, strides=1, padding="valid"), (3, 5, 5, 4)),
    (dict(pool_size=2, strides=1, padding="same"), (3, 5, 5, 4)),
    (dict(pool_size=(2, 3), strides=(2, 2), padding="valid"), (3, 5, 5, 4)),
    (dict(pool_size=(2, 2), strides=(2, 2), padding="same"), (1, 5, 5, 4)),
    (dict(pool_size=(2, 3), strides=(3, 3), padding="same"), (1, 5, 5, 4)),
]
NORMALIZED = [
    (dict(), (2, 3)),
    (dict(center=False, scale=False), (2, 3)),
    (dict(), (2, 4, 4, 3)),
    (dict(momentum=0.0), (5, 3, 3, 2)),
    (dict(momentum=0.8, epsilon=1e-7), (200, 4, 4, 3)),
    (dict(renorm=True), (2, 3)),
]
BENT = [
    ("LeakyReLU", dict(negative_slope=1.0), (2, 3, 4)),
    ("LeakyReLU", dict(negative_slope=0.5), (5,)),
    ("ELU", dict(), (2, 3, 4)),
    ("ELU", dict(alpha=0.5), (5,)),
    ("ReLU", dict(), (2, 3, 4)),
]
SETTINGS = [
    *[("Conv2D", *case) for case in CONV],
    *[
        ("Conv2D", {**arguments, "use_bias": False, "activation": "leaky_relu"}, shape)
        for arguments, shape in CONV
    ],
    *[("Conv2DTranspose", *case) for case in TRANSPOSED],
    *[
        ("Conv2DTranspose", {**arguments, "use_bias": False, "activation": "elu"}, shape)
        for arguments, shape in TRANSPOSED
    ],
    *[("AveragePooling2D", *case) for case in AVERAGE],
    *[("MaxPool2D", *case) for case in MAXIMUM],
    *[("BatchNormalization", *case) for case in NORMALIZED],
    *BENT,
]
NOT_HERE = {  # arguments of Keras's tests that npae's layers do not have, and why
    "groups": "every filter of npae sees all channels",
    "dilation_rate": "the windows of npae have no gaps",
    "center": "npae's BatchNormalization always has gamma and beta",
    "renorm": "npae has no batch renormalisation",
}


def applies(setting):
    return not NOT_HERE.keys() & setting[1].keys()


def first(array):
    """Return (n, ..., c) as (n, c, ...)."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 1))


def last(array):
    return np.moveaxis(array, 1, -1)


def turned(value):
    """Return a kernel or a vector in the other framework's order of axes."""
    return value.transpose(2, 3, 1, 0) if value.ndim == 4 else value


@pytest.mark.parametrize("kind, arguments, shape", [each for each in SETTINGS if applies(each)])
def test_a_setting_of_keras_tests_gives_keras_outputs(kind, arguments, shape):
    rng = np.random.default_rng(7)
    x = rng.normal(5.0 if kind == "BatchNormalization" else 0.0, 2.0, shape).astype(np.float32)
    ours, theirs = getattr(npae, kind)(**arguments), getattr(keras.layers, kind)(**arguments)
    images = x.ndim == 4 and kind != "LeakyReLU"
    ours.build(first(x).shape[1:] if images else shape[1:] or (1,), 0)
    x = x if x.ndim > 1 else x[:, None]
    theirs.build(x.shape)
    for value in ours.params.values():
        value[...] = rng.uniform(0.3, 0.9, value.shape)
    theirs.set_weights([turned(value) for value in ours.params.values()])
    given = first(x) if images else x
    for training in (False, True):
        expected = keras.ops.convert_to_numpy(theirs(x, training=training))
        y, cache = ours.forward(given, np.random.default_rng(0) if training else None)
        np.testing.assert_allclose(last(y) if images else y, expected, rtol=1e-5, atol=1e-5)
    for name, value in ours.moved(cache).items():
        np.testing.assert_allclose(value, getattr(theirs, name).numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind, arguments, shape", [each for each in SETTINGS if not applies(each)])
def test_what_npae_does_not_have_is_no_argument_of_it(kind, arguments, shape):
    """An argument that npae gets one day is to be compared, and taken off the list."""
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        getattr(npae, kind)(**arguments)


@pytest.mark.parametrize(
    "ours, theirs",
    [
        (npae.MeanAbsoluteError(), keras.losses.MeanAbsoluteError()),
        (npae.Huber(), keras.losses.Huber()),
        (npae.Huber(0.5), keras.losses.Huber(delta=0.5)),
        ("mae", keras.losses.get("mae")),
        ("huber", keras.losses.get("huber")),
    ],
    ids=lambda value: str(getattr(value, "name", value)),
)
def test_losses_are_keras(ours, theirs):
    y, t = np.array([[1, 9, 2], [-5, -2, 6.0]]), np.array([[4, 8, 12], [8, 1, 3.0]])
    value, _ = npae.objectives.losses.get_loss(ours)(y, t)
    assert value == pytest.approx(np.mean(theirs(t, y)), rel=1e-6)


def test_decoupled_decay_and_l2_give_keras_steps():
    x = np.random.default_rng(0).random((40, 6), np.float32)
    for decay, penalties in ((0.3, ()), (0.0, (npae.L2(0.1),))):
        model = npae.Sequential([npae.Dense(4, "elu"), npae.Dense(6)])
        model.build((6,), 0)
        regularizer = keras.regularizers.L2(0.1) if penalties else None
        twin = keras.Sequential(
            [
                keras.Input((6,)),
                keras.layers.Dense(4, "elu", kernel_regularizer=regularizer),
                keras.layers.Dense(6, kernel_regularizer=regularizer),
            ]
        )
        twin.set_weights(list(model.params.values()))
        twin.compile(keras.optimizers.Adam(1e-3, weight_decay=decay or None), "mse")
        twin.fit(x, x, batch_size=8, shuffle=False, verbose=0)
        optimizer = npae.Adam(epsilon_hat=True, weight_decay=decay)
        npae.fit(
            model, x, loss=npae.Objective("mse", *penalties), optimizer=optimizer, batch_size=8, shuffle=False
        )
        for value, expected in zip(model.params.values(), twin.get_weights()):
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)


def test_a_training_with_batch_normalization_is_keras():
    """The weights and the moving averages after an epoch; the batch is not cut into shards."""
    x = np.random.default_rng(0).random((60, 6), np.float32)
    model = npae.Sequential([npae.Dense(5), npae.BatchNormalization(), npae.LeakyReLU(), npae.Dense(6)])
    model.build((6,), 0)
    layers = keras.layers
    twin = keras.Sequential(
        [keras.Input((6,)), layers.Dense(5), layers.BatchNormalization(), layers.LeakyReLU(), layers.Dense(6)]
    )
    twin.set_weights(list(model.params.values()))
    twin.compile(keras.optimizers.SGD(0.1), "mae")
    twin.fit(x, x, batch_size=20, shuffle=False, verbose=0, epochs=3)
    npae.fit(model, x, loss="mae", optimizer=npae.SGD(0.1), batch_size=20, shuffle=False, epochs=3, threads=2)
    for value, expected in zip(model.params.values(), twin.get_weights()):
        np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(npae.predict(model, x), twin.predict(x, verbose=0), rtol=1e-4, atol=1e-5)
