"""Weights as Keras and PyTorch have them: axes, orders, names, and what is refused, without either."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import npae
from npae import interop
from npae.recipes import RECIPES


def built(*layers, shape, seed=0, kind=npae.Sequential):
    model = kind(*layers) if kind is not npae.Sequential else kind(list(layers))
    model.build(shape, seed)
    return model


def convolutional(seed=0):
    encoder = npae.Sequential([npae.Conv2D(3, (2, 3)), npae.ReLU(), npae.Flatten(), npae.Dense(4)])
    decoder = npae.Sequential(
        [npae.Dense(12), npae.Dropout(0.1), npae.Reshape((3, 2, 2)), npae.Conv2DTranspose(2, (1, 2))]
    )
    return built(encoder, decoder, shape=(2, 4, 5), seed=seed, kind=npae.Autoencoder)


def variational(seed=0):
    encoder = npae.Sequential([npae.Dense(5, "relu"), npae.Dense(4)])
    decoder = npae.Sequential([npae.Dense(6)])
    return built(encoder, decoder, shape=(6,), seed=seed, kind=npae.VariationalAutoencoder)


def equal(model, other):
    return all(np.array_equal(value, other.params[name]) for name, value in model.params.items())


def test_keras_weights_compute_the_same_on_channels_last_images(rng):
    layers = [npae.Conv2D(3, 2), npae.Flatten(), npae.Dense(12), npae.Tanh(), npae.Reshape((3, 2, 2))]
    model = built(*layers, shape=(2, 3, 4))
    x = rng.random((5, 2, 3, 4), np.float32)
    kernel, bias, matrix, shift = interop.to_keras(model).values()
    windows = np.lib.stride_tricks.sliding_window_view(np.moveaxis(x, 1, -1), (2, 2), (1, 2))
    y = np.einsum("nhwcab,abco->nhwo", windows, kernel) + bias
    y = np.tanh(y.reshape(5, -1) @ matrix + shift).reshape(5, 2, 2, 3)
    np.testing.assert_allclose(np.moveaxis(y, -1, 1), model.forward(x)[0], rtol=1e-5, atol=1e-5)


def test_the_axes_are_those_of_each_framework():
    shapes = {name: value.shape for name, value in interop.to_keras(convolutional()).items()}
    assert shapes["encoder/conv2d/kernel"] == (2, 3, 2, 3)  # h, w, in, out
    assert shapes["decoder/conv2d_transpose/kernel"] == (1, 2, 2, 3)  # h, w, out, in
    shapes = {name: value.shape for name, value in interop.to_torch(convolutional()).items()}
    assert shapes["encoder.conv2d.weight"] == (3, 2, 2, 3) and shapes["encoder.dense.weight"] == (4, 27)
    assert shapes["decoder.conv2d_transpose.weight"] == (3, 2, 1, 2)


@pytest.mark.parametrize("framework", ["keras", "torch"])
@pytest.mark.parametrize("make", [convolutional, variational, *(RECIPES[name].build for name in RECIPES)])
def test_weights_come_back_to_the_bits(framework, make):
    to, back = getattr(interop, f"to_{framework}"), getattr(interop, f"from_{framework}")
    models = [make(), make(), make()]
    for seed, model in enumerate(models):
        if model.input_shape is None:
            model.build(next(recipe.input_shape for recipe in RECIPES.values() if recipe.build == make), seed)
    weights = to(models[0])
    back(models[1], weights)
    back(models[2], list(weights.values()))
    assert equal(models[0], models[1]) and equal(models[0], models[2])
    assert not any(np.shares_memory(a, b) for a in weights.values() for b in models[0].params.values())


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_weights_under_names_of_another_model_are_taken_in_its_order(framework):
    to, back = getattr(interop, f"to_{framework}"), getattr(interop, f"from_{framework}")
    model, other = convolutional(1), convolutional(2)
    kinds = ["kernel", "bias"] if framework == "keras" else ["weight", "bias"]
    like = {f"net.{k}.{kinds[k % 2]}": np.zeros(v.shape) for k, v in enumerate(to(model).values())}
    named = to(model, like)
    assert list(named) == list(like)
    back(other, named)
    assert equal(model, other)


def test_what_pytorch_counts_beside_is_kept_and_not_read():
    model, other = variational(1), variational(2)
    weights = {f"net.{k}": v for k, v in enumerate(interop.to_torch(model).values())}
    like = {**weights, "net.num_batches_tracked": np.array(7)}
    assert interop.to_torch(model, like)["net.num_batches_tracked"] == 7
    interop.from_torch(other, like)
    assert equal(model, other)


@pytest.mark.parametrize("framework", ["keras", "torch"])
def test_means_and_log_variances_may_be_two_layers(framework):
    to, back = getattr(interop, f"to_{framework}"), getattr(interop, f"from_{framework}")
    model, other = variational(1), variational(2)
    weights = to(model, two_heads=True)
    assert len(weights) == len(model.params) + 2
    heads = [name for name in weights if "means" in name or "log_variances" in name]
    assert [weights[name].shape[-1 if framework == "keras" else 0] for name in heads] == [2] * 4
    back(other, weights, two_heads=True)
    assert equal(model, other)


def test_two_layers_need_a_sampling_behind_them():
    with pytest.raises(ValueError, match="two_heads: this model has no Sampling"):
        interop.to_keras(convolutional(), two_heads=True)
    with pytest.raises(ValueError, match="two_heads must be True or False"):
        interop.to_torch(variational(), two_heads="no")


def broken(**changes):
    weights = {**interop.to_torch(convolutional()), **changes}
    return {name: value for name, value in weights.items() if value is not None}


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (broken(**{"decoder.dense.bias": None}), "missing 'decoder.dense.bias'; unexpected none"),
        (broken(extra=np.ones(3)), "missing none; unexpected 'extra'"),
        (
            broken(**{"decoder.dense.bias": None, "decoder.dens.bias": np.ones(12)}),
            "missing 'decoder.dense.bias'; unexpected 'decoder.dens.bias'",
        ),
        (
            broken(**{"encoder.dense.weight": np.ones((27, 4))}),
            r"weights\['encoder.dense.weight'\] has shape \(27, 4\); encoder/dense/kernel expects \(4, 27\)",
        ),
        (
            broken(**{"encoder.dense.weight": "words"}),
            "must be an array of real numbers",
        ),
        (
            broken(**{"encoder.dense.bias": 1j * np.ones(4)}),
            r"weights\['encoder.dense.bias'\] must be an array",
        ),
        (broken(**{"encoder.dense.bias": np.full(4, 1e300)}), "too large for float32"),
        ({}, "missing 'encoder.conv2d.weight', .*; unexpected none"),
        (list(broken().values())[:-1], "7 arrays for 8 parameters; missing 'decoder/conv2d_transpose/bias'"),
        ([*broken().values(), np.ones(2)], "9 arrays for 8 parameters; unexpected '8'"),
        (
            list(broken().values())[1:],
            r"7 arrays for 8 parameters; weights\['0'\] has shape \(3,\); encoder/c",
        ),
        (dict(zip("abcdefgh", broken().values())) | {"i": np.ones(1)}, "unexpected 'i'"),
        (
            {f"{k}.bias": value for k, value in enumerate(broken().values())},
            r"weights\['0.bias'\] is given where encoder.conv2d.weight is expected, encoder/conv2d/kernel",
        ),
        (7, "weights must be a dict or a list of arrays"),
        (None, "weights must be a dict or a list of arrays"),
    ],
)
def test_a_mismatch_is_named_and_nothing_is_copied(weights, told):
    model = convolutional(3)
    before = {name: value.copy() for name, value in model.params.items()}
    with pytest.raises(ValueError, match=told) as error:
        interop.from_torch(model, weights)
    assert "\n" not in str(error.value)
    assert all(np.array_equal(model.params[name], value) for name, value in before.items())


def test_a_reshape_that_keras_cannot_do_is_refused_and_pytorch_takes_it():
    for layers, shape, name in (
        ([npae.Flatten(), npae.Reshape((4, 2, 3)), npae.Conv2D(1, 1)], (2, 3, 4), "reshape"),
        ([npae.Reshape((3, 2, 2)), npae.Conv2D(1, 1)], (12,), "reshape"),
        ([npae.Conv2D(2, 1), npae.Flatten(), npae.Sampling()], (1, 2, 3), "sampling"),
    ):
        model = built(*layers, shape=shape)
        with pytest.raises(ValueError, match=f"layer {name}: Keras, whose images are"):
            interop.to_keras(model)
        assert len(interop.to_torch(model)) == 2


def test_one_channel_and_reshapes_in_steps_are_taken(rng):
    model = built(
        *(npae.Reshape((1, 3, 4)), npae.Conv2D(2, 1), npae.Flatten(), npae.Reshape((2, 3, 4))),
        *(npae.Flatten(), npae.Dense(8), npae.Reshape((2, 4)), npae.Reshape((2, 2, 2)), npae.Conv2D(1, 1)),
        shape=(12,),
    )
    _, _, matrix, _, _, _ = interop.to_keras(model).values()
    theirs = np.arange(8).reshape(2, 2, 2).transpose(1, 2, 0).ravel()
    rows = np.arange(24).reshape(2, 3, 4).transpose(1, 2, 0).ravel()
    assert np.array_equal(matrix, model.params["dense/kernel"][rows][:, theirs])


class Scale(npae.Layer):
    def build_params(self, rng, dtype):
        return {"scale": np.ones(3, dtype)}


def test_a_layer_of_ones_own_is_named():
    with pytest.raises(ValueError, match="layer scale: npae does not know where keras has scale of Scale"):
        interop.to_keras(built(Scale(), shape=(3,)))


class Normalized(npae.Layer):
    """Parameters like those of batch normalisation, one for each channel or feature."""

    def build_params(self, rng, dtype):
        names = ("gamma", "beta", "moving_mean", "moving_variance")
        return {name: rng.random(self.input_shape[0]).astype(dtype) for name in names}


def test_parameters_of_each_feature_follow_its_order():
    layers = [npae.Conv2D(2, 1), Normalized(), npae.Flatten(), Normalized(), npae.Dense(3)]
    model = built(*layers, shape=(1, 2, 3))
    weights = interop.to_keras(model)
    rows = np.arange(12).reshape(2, 2, 3).transpose(1, 2, 0).ravel()
    assert np.array_equal(weights["normalized/gamma"], model.params["normalized/gamma"])
    assert np.array_equal(weights["normalized_1/beta"], model.params["normalized_1/beta"][rows])
    kinds = [name.split(".")[1] for name in interop.to_torch(model) if "normalized_1" in name]
    assert kinds == ["weight", "bias", "running_mean", "running_var"]


@pytest.mark.parametrize("function", [interop.to_keras, interop.to_torch])
def test_a_model_that_is_not_built_is_refused(function):
    with pytest.raises(ValueError, match="not built yet"):
        function(npae.Sequential([npae.Dense(3)]))
    with pytest.raises(ValueError, match="model must be of class Sequential"):
        function({"dense/kernel": np.ones(3)})


def test_no_framework_is_imported():
    code = (
        "import sys, numpy, npae; model = npae.Sequential([npae.Dense(3)]); model.build((2,));"
        "npae.interop.from_torch(model, npae.interop.to_torch(model));"
        "print({'torch', 'keras', 'sklearn', 'safetensors', 'IPython', 'numba'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
