"""Twelve convolutional autoencoders of public code, with npae's layers; they compute as PyTorch does."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import npae
from npae.layers import (
    ELU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Flatten,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
    UpSampling2D,
)

halving = partial(Conv2D, kernel_size=4, strides=2, padding=1)
doubling = partial(Conv2DTranspose, kernel_size=4, strides=2, padding=1)
small = partial(Conv2D, kernel_size=3, padding=1)
down = partial(Conv2D, kernel_size=3, strides=2, padding=1)
up = partial(Conv2DTranspose, kernel_size=3, strides=2, padding=1, output_padding=1)
norm = partial(BatchNormalization, momentum=0.9, epsilon=1e-5)  # PyTorch's values
leaky = partial(LeakyReLU, 0.01)


def strided_to_a_point():
    """3x3 convolutions of stride 2, and one of 7x7 whose code is one pixel of 64 channels."""
    encoder = [down(16, activation="relu"), down(32, activation="relu"), Conv2D(64, 7)]
    decoder = [
        Conv2DTranspose(32, 7, activation="relu"),
        up(16, activation="relu"),
        up(1, activation="sigmoid"),
    ]
    return (1, 28, 28), encoder, decoder


def pooled_with_stride_one():
    """A common PyTorch tutorial: stride 3, overlapping pools, and windows of 3, 5 and 2 on the way back."""
    encoder = [Conv2D(16, 3, 3, 1), ReLU(), MaxPool2D(2, 2), Conv2D(8, 3, 2, 1), ReLU(), MaxPool2D(2, 1)]
    decoder = [Conv2DTranspose(16, 3, 2), ReLU(), Conv2DTranspose(8, 5, 3, 1), ReLU()]
    return (1, 28, 28), encoder, [*decoder, Conv2DTranspose(1, 2, 2, 1), Tanh()]


def pooled_then_doubled():
    """Udacity's deep-learning course: two pools, two transposed 2x2 convolutions."""
    encoder = [small(16), ReLU(), MaxPool2D(), small(4), ReLU(), MaxPool2D()]
    return (1, 28, 28), encoder, [Conv2DTranspose(16, 2, 2), ReLU(), Conv2DTranspose(1, 2, 2), Sigmoid()]


def four_by_four():
    """4x4 windows of stride 2 and padding 1, as in DCGAN, for photographs."""
    encoder = [halving(64), ReLU(), halving(128), ReLU(), halving(256), ReLU()]
    return (3, 32, 32), encoder, [doubling(128), ReLU(), doubling(64), ReLU(), doubling(3), Sigmoid()]


def normalized_and_leaky():
    """Batch normalisation and leaky ReLU behind every convolution, as in detectors of anomalous tissue."""
    encoder = [small(32), norm(), leaky(), down(64), norm(), leaky(), down(64), norm(), leaky()]
    decoder = [up(64), norm(), leaky(), up(32), norm(), leaky(), Conv2DTranspose(3, 3, padding=1)]
    return (3, 28, 36), encoder, decoder


def textures():
    """Bergmann et al. 2018, for defects in textures: 128x128, eight convolutions, a code of 100 numbers."""
    bend = partial(LeakyReLU, 0.2)
    encoder = [
        halving(32),
        bend(),
        halving(32),
        bend(),
        small(32),
        bend(),
        halving(64),
        bend(),
        small(64),
        bend(),
    ]
    encoder += [halving(128), bend(), small(64), bend(), small(32), bend(), Conv2D(100, 8)]
    wide = partial(Conv2DTranspose, kernel_size=3, padding=1)
    decoder = [
        Conv2DTranspose(32, 8),
        bend(),
        wide(64),
        bend(),
        wide(128),
        bend(),
        doubling(64),
        bend(),
        wide(64),
    ]
    decoder += [bend(), doubling(32), bend(), wide(32), bend(), doubling(32), bend(), doubling(1)]
    return (1, 128, 128), encoder, decoder


def deep_svdd():
    """Ruff et al. 2018, MNIST: 5x5 windows, no biases, pools on the way down, up-sampling on the way up."""
    wide, back = partial(Conv2D, use_bias=False), partial(Conv2DTranspose, use_bias=False)
    after = [BatchNormalization(0.9, 1e-4), leaky()], [BatchNormalization(0.9, 1e-4), leaky()]
    encoder = [wide(8, 5, padding=2), *after[0], MaxPool2D(), wide(4, 5, padding=2), *after[1], MaxPool2D()]
    encoder += [Flatten(), Dense(32, use_bias=False)]
    after = [BatchNormalization(0.9, 1e-4), leaky()], [BatchNormalization(0.9, 1e-4), leaky()]
    decoder = [Reshape((2, 4, 4)), leaky(), UpSampling2D(), back(4, 5, padding=2), *after[0], UpSampling2D()]
    return (
        (1, 28, 28),
        encoder,
        [*decoder, back(8, 5, padding=3), *after[1], UpSampling2D(), back(1, 5, padding=2)],
    )


def blocks_of_vanilla_vae():
    """The blocks of a much used collection of variational autoencoders, without its sampling."""
    encoder = [layer for filters in (32, 64, 128) for layer in (down(filters), norm(), leaky())]
    encoder += [Flatten(), Dense(32)]
    decoder = [Dense(128 * 4 * 4), Reshape((128, 4, 4))]
    decoder += [layer for filters in (64, 32, 32) for layer in (up(filters), norm(), leaky())]
    return (3, 32, 32), encoder, [*decoder, small(3), Tanh()]


def exponential_and_averaged():
    """ELU as in BEGAN; halved by averages of 3x3 with padding that counts, doubled by repeating pixels."""
    average = partial(AveragePooling2D, 3, 2, 1, count_include_pad=True)
    encoder = [
        small(16),
        ELU(),
        small(16),
        ELU(),
        average(),
        small(32),
        ELU(),
        average(),
        Flatten(),
        Dense(24),
    ]
    decoder = [Dense(16 * 8 * 6), Reshape((16, 8, 6)), small(16), ELU(), UpSampling2D(), small(16), ELU()]
    return (3, 32, 24), encoder, [*decoder, UpSampling2D(), small(3)]


def world_models():
    """Ha & Schmidhuber 2018: 4x4 windows of stride 2 down, 5x5 and 6x6 up, none padded."""
    encoder = [Conv2D(filters, 4, 2, activation="relu") for filters in (32, 64, 128, 256)]
    back = partial(Conv2DTranspose, strides=2)
    decoder = [
        Dense(1024),
        Reshape((1024, 1, 1)),
        back(128, 5),
        ReLU(),
        back(64, 5),
        ReLU(),
        back(32, 6),
        ReLU(),
    ]
    return (3, 64, 64), [*encoder, Flatten(), Dense(32)], [*decoder, back(3, 6), Sigmoid()]


def disentangling():
    """The architecture of studies of disentanglement (β-VAE): four halvings of 64x64, two dense layers."""
    encoder = [halving(filters, activation="relu") for filters in (32, 32, 64, 64)]
    encoder += [Flatten(), Dense(256, "relu"), Dense(10)]
    decoder = [Dense(256, "relu"), Dense(64 * 4 * 4, "relu"), Reshape((64, 4, 4))]
    decoder += [doubling(filters, activation="relu") for filters in (64, 32, 32)]
    return (1, 64, 64), encoder, [*decoder, doubling(1, activation="sigmoid")]


def residual_stem():
    """The stem of residual networks: 7x7 without bias, padding 3, and a padded pool of 3x3."""
    encoder = [Conv2D(32, 7, 2, 3, use_bias=False), norm(), ReLU(), MaxPool2D(3, 2, 1), down(64), ReLU()]
    decoder = [up(32, use_bias=False), norm(), ReLU(), up(16), ReLU(), up(3), Sigmoid()]
    return (3, 40, 32), encoder, decoder


MODELS = [
    *(strided_to_a_point, pooled_with_stride_one, pooled_then_doubled, four_by_four, normalized_and_leaky),
    *(textures, deep_svdd, blocks_of_vanilla_vae, exponential_and_averaged, world_models, disentangling),
    residual_stem,
]
models = pytest.mark.parametrize("description", MODELS, ids=lambda function: function.__name__)


def built(description, dtype=np.float32):
    shape, encoder, decoder = description()
    model = npae.Autoencoder(npae.Sequential(encoder), npae.Sequential(decoder))
    assert model.build(shape, 0, dtype) == shape
    return model, np.random.default_rng(1).random((4, *shape), np.float32).astype(dtype)


@models
def test_it_trains_and_is_saved(description, tmp_path):
    model, x = built(description)
    before = npae.evaluate(model, x, loss="mse")
    history = npae.fit(model, x, optimizer=npae.Adam(1e-3), epochs=2, batch_size=4)
    assert history["loss"][-1] < history["loss"][0] and np.isfinite(before)
    npae.save_model(tmp_path / "model.npz", model)
    loaded, _ = npae.load_model(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.reconstruct(x), model.reconstruct(x))


def modules_for(nn, layer):
    """Return PyTorch's modules with PyTorch's own arguments for a layer with such."""
    (c, *_), bend = layer.input_shape, {"relu": nn.ReLU, "sigmoid": nn.Sigmoid, "tanh": nn.Tanh}
    after = [bend[layer.activation]()] if layer.activation in bend and layer.params else []
    window = [getattr(layer, name, None) for name in ("kernel_size", "strides")]
    sides = getattr(layer, "padding", "valid")
    padding = 0 if sides == "valid" else tuple(before for before, _ in sides)
    bias = getattr(layer, "use_bias", True)
    if isinstance(layer, Conv2D):
        return [nn.Conv2d(c, layer.filters, *window, padding, bias=bias), *after]
    if isinstance(layer, Conv2DTranspose):
        return [
            nn.ConvTranspose2d(c, layer.filters, *window, padding, layer.output_padding or 0, bias=bias),
            *after,
        ]
    if isinstance(layer, Dense):
        return [nn.Linear(c, layer.units, bias=bias), *after]
    if isinstance(layer, MaxPool2D):
        return [nn.MaxPool2d(layer.pool_size, layer.strides, padding)]
    if isinstance(layer, AveragePooling2D):
        return [nn.AvgPool2d(layer.pool_size, layer.strides, padding)]
    if isinstance(layer, BatchNormalization):
        return [nn.BatchNorm2d(c, layer.epsilon, 1 - layer.momentum)]
    if isinstance(layer, UpSampling2D):
        return [nn.Upsample(scale_factor=layer.size)]
    if isinstance(layer, LeakyReLU):
        return [nn.LeakyReLU(layer.negative_slope)]
    if isinstance(layer, ELU):
        return [nn.ELU(layer.alpha)]
    if isinstance(layer, Reshape) and not isinstance(layer, Flatten):
        return [nn.Unflatten(1, layer.output_shape)]
    return [{Flatten: nn.Flatten, ReLU: nn.ReLU, Sigmoid: nn.Sigmoid, Tanh: nn.Tanh}[type(layer)]()]


def arrays_of(module):
    """Return a module's weights in the order of npae's parameters."""
    kinds = ("weight", "bias", "running_mean", "running_var")
    return [value for value in (getattr(module, kind, None) for kind in kinds) if value is not None]


@models
def test_its_weights_are_taken_over_from_pytorch(description):
    """Outputs, a step of training (AdamW), and the outputs after it."""
    torch = pytest.importorskip("torch", reason="PyTorch is missing; pip install torch brings it")
    torch.manual_seed(0)
    model, x = built(description, np.float64)
    twin = torch.nn.Sequential(
        *[module for _, layer in model.leaves() for module in modules_for(torch.nn, layer)]
    ).double()
    weights = [value for module in twin for value in arrays_of(module)]
    for value, weight in zip(model.params.values(), weights, strict=True):
        array = weight.detach().numpy()
        value[...] = array.T if array.ndim == 2 else array
    given = torch.tensor(x)
    with torch.no_grad():
        np.testing.assert_allclose(model.reconstruct(x), twin.eval()(given).numpy(), rtol=1e-5, atol=1e-5)
    optimizer = torch.optim.AdamW(twin.parameters(), lr=1e-3, eps=1e-7, weight_decay=0.1)
    loss = torch.nn.functional.mse_loss(twin.train()(given), given)
    loss.backward()
    optimizer.step()
    history = npae.fit(
        model, x, optimizer=npae.Adam(weight_decay=0.1), batch_size=4, shuffle=False, threads=2
    )
    assert history["loss"][0] == pytest.approx(loss.item(), rel=1e-5)
    for (name, value), weight in zip(model.params.items(), weights):
        array = weight.detach().numpy()
        if not name.endswith("moving_variance"):  # PyTorch keeps the unbiased one
            np.testing.assert_allclose(value, array.T if array.ndim == 2 else array, rtol=1e-5, atol=1e-5)
