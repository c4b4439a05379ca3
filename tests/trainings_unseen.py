"""More trainings with a fault put in, and healthy ones, by someone who had not seen the doctor.

They have the form of `trainings`, and other models, data, losses and optimizers. Look at the half `LOOK` to
improve the doctor; the other half, `ASIDE`, only counts.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from trainings import (
    BCE,
    COLLAPSED,
    OF_RATE,
    Training,
    adam,
    biased,
    changed,
    denoising,
    dense,
    elbo,
    images,
    mixed,
    once,
    plain,
    repeated,
    scaled,
    sgd,
    stacked,
    targets,
    twins,
    units,
    variational,
)

import npae
from npae import datasets
from npae.training.batches import Batches

# --- Data ---


@cache
def scenes():
    """Return pictures in colour, from 0 to 1, (600, 3, 32, 32) and (150, 3, 32, 32)."""
    train, _, test, *_ = datasets.scenes(600, 150, seed=2)
    return tuple(part.astype(np.float32) / 255 for part in (train, test))


@cache
def by_class(*classes):
    """Return the digits of some classes, and those of the other classes."""
    drawn, labels, _, _ = datasets.synthetic_digits(2000, 400, seed=1)
    chosen, flat = np.isin(labels, classes), drawn.reshape(len(drawn), -1).astype(np.float32) / 255
    return flat[chosen], flat[~chosen]


@cache
def spots(count, seed, side=16):
    """Return images with one bright spot each, whose place and width vary, (count, side * side)."""
    rng = np.random.default_rng(seed)
    down, across = rng.uniform(4, side - 4, (2, count, 1, 1))
    rows, columns = np.mgrid[:side, :side]
    distance = (rows - down) ** 2 + (columns - across) ** 2
    return np.exp(-distance / rng.uniform(3, 8, (count, 1, 1))).reshape(count, -1).astype(np.float32)


def colour(train=None, validation=None, count=600, flat=False):
    """Give scenes in place of the digits, changed by a function each."""

    def data(*_):
        parts = scenes()[0][:count], scenes()[1]
        made = (change(part) if change else part for part, change in zip(parts, (train, validation)))
        return tuple(Batches(x.reshape(len(x), -1) if flat else x) for x in made)

    return data


def colour_targets(function, inputs=lambda x: x):
    return lambda *_: tuple(Batches(inputs(x), function(x).astype(np.float32)) for x in scenes())


def colour_denoising(corruption):
    def data(*_):
        train, test = scenes()
        return Batches(train, corruption=corruption), Batches(
            corruption(test, np.random.default_rng(1)), test
        )

    return data


def as_images(data):
    """Give the digits of ``data`` as images."""

    def shaped(train, test):
        return data(*(part.reshape(-1, 1, 28, 28) for part in (train, test)))

    return shaped


def grey_levels(train, test):
    return tuple(Batches((255 * part).round().astype(np.uint8)) for part in (train, test))


def wrapped(added):
    """Add to bytes, which start at 0 again above 255."""

    def change(part):
        return ((255 * part).astype(np.uint8) + np.uint8(added)).astype(np.float32) / 255

    return change


def noisy_bytes(part):
    """Add noise to bytes, which start again at 0 and at 255."""
    noise = np.random.default_rng(len(part)).normal(0, 40, part.shape)
    return (255 * part + noise).astype(np.int64).astype(np.uint8).astype(np.float32) / 255


def speckled(part, rng):
    """Multiply every pixel by a random number, and add some."""
    factor, added = rng.normal(1, 0.6, part.shape), rng.normal(0, 0.3, part.shape)
    return np.clip(part * factor + added, 0, 1).astype(np.float32)


def speckled_once(train, test):
    return tuple(Batches(speckled(part, np.random.default_rng(9)), part) for part in (train, test))


def with_a_hole(part, rng):
    """Blacken a square at a random place of every flat image."""
    hole = part.reshape(-1, 28, 28).copy()
    for image, (down, across) in zip(hole, rng.integers(4, 18, (len(hole), 2))):
        image[down : down + 6, across : across + 6] = 0
    return hole.reshape(part.shape)


def repaired(train, test):
    return Batches(train, corruption=with_a_hole), Batches(with_a_hole(test, np.random.default_rng(1)), test)


def standardised_by_pixel(train, test):
    """Divide by a deviation that is almost 0 for pixels that are almost always black."""
    mean, deviation = train.mean(0), train.std(0) + 1e-6
    return tuple(Batches(((part - mean) / deviation).astype(np.float32)) for part in (train, test))


def transposed(part):
    return part.reshape(-1, 28, 28).transpose(0, 2, 1).reshape(part.shape)


def blurred(part):
    """Return flat digits as averages over 4 by 4 pixels, of the size before."""
    small = part.reshape(-1, 7, 4, 7, 4).mean((2, 4))
    return small.repeat(4, 1).repeat(4, 2).reshape(part.shape)


def sorted_by_class(*_):
    known, others = by_class(0, 1, 6)
    return Batches(known), Batches(others[:400])


def one_to_four(*_):
    four, _ = by_class(1, 2, 3, 4)
    return Batches(four[:640]), Batches(four[640:])


def doubled(train, _):
    """Split into training and validation after every image was doubled."""
    twice = np.random.default_rng(4).permutation(np.concatenate([train[:1000], train[:1000]]))
    return Batches(twice[:1600]), Batches(twice[1600:])


def clipped(part):
    """Clip images that are already from 0 to 1 as if they were bytes."""
    return np.clip(part, 1, 255)


def spotted(*_):
    return Batches(spots(1000, 1)), Batches(spots(200, 2))


def binarised(train, test):
    drawn = datasets.bernoulli()(test, np.random.default_rng(1))
    return Batches(train, sample=datasets.bernoulli()), Batches(drawn)


def washers(*_):
    train, _, test, labels, _ = datasets.washers(500, 300, seed=2)
    small = (part.reshape(-1, 1, 32, 2, 32, 2).mean((3, 5)) / 255 for part in (train, test[labels == 0]))
    return tuple(Batches(part.astype(np.float32)) for part in small)


def copies(train, _):
    """Validate on images of the training set, in another order."""
    drawn = np.random.default_rng(6).choice(len(train), 300, replace=False)
    return tuple(Batches(part.reshape(-1, 1, 28, 28)) for part in (train, train[drawn]))


# --- Models ---


class FrozenConv(npae.Conv2D):
    """A convolution that does not learn."""

    def backward(self, dy, cache, need_dx=True):
        """Return zeros in place of the gradients."""
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {name: np.zeros_like(grad) for name, grad in grads.items()}


class Stopped(npae.Layer):
    """A layer that lets no gradient through."""

    def forward(self, x, rng=None):
        """Return the inputs."""
        return x, None

    def backward(self, dy, cache, need_dx=True):
        """Return zeros."""
        return np.zeros_like(dy), {}


class Widely(npae.Layer):
    """Let no logarithm of a variance be below 4, as a clip with its bounds the wrong way round does."""

    def forward(self, x, rng=None):
        """Return means and clipped logarithms of variances."""
        means, logarithms = np.split(x, 2, axis=1)
        return np.concatenate([means, np.maximum(logarithms, np.float32(4))], axis=1), logarithms > 4

    def backward(self, dy, cache, need_dx=True):
        """Return no gradient where the logarithm was clipped."""
        return dy * np.concatenate([np.ones_like(cache), cache], axis=1), {}


def autoencoder(encoder, decoder, kind=npae.Autoencoder):
    return kind(npae.Sequential(encoder), npae.Sequential(decoder))


def strided(code=16, filters=8, side=28, channels=1, activation="relu", output="sigmoid", of_code=None):
    """Two strided convolutions, a dense code, and back."""

    def model():
        quarter, deep = side // 4, 2 * filters
        encoder = [
            npae.Conv2D(filters, 3, 2, "same", activation),
            npae.Conv2D(deep, 3, 2, "same", activation),
            npae.Flatten(),
            npae.Dense(code, of_code),
        ]
        decoder = [
            npae.Dense(deep * quarter**2, activation),
            npae.Reshape((deep, quarter, quarter)),
            npae.Conv2DTranspose(filters, 3, 2, "same", activation=activation),
            npae.Conv2DTranspose(channels, 3, 2, "same", activation=output),
        ]
        return autoencoder(encoder, decoder)

    return model


def local(channels=3, filters=12, activation="relu", output="sigmoid", first=npae.Conv2D):
    """Strided convolutions whose code is an image, for images of any size."""

    def model():
        encoder = [
            first(filters, 3, 2, "same", activation),
            npae.Conv2D(filters, 3, 2, "same", activation),
        ]
        decoder = [
            npae.Conv2DTranspose(filters, 3, 2, "same", activation=activation),
            npae.Conv2DTranspose(channels, 3, 2, "same", activation=output),
        ]
        return autoencoder(encoder, decoder)

    return model


def pooled(filters=6, output="sigmoid", last=npae.Conv2D):
    """Convolutions with pooling, and enlargements with convolutions, of digits."""
    encoder = [
        npae.Conv2D(filters, 3, 1, "same", "relu"),
        npae.MaxPool2D(2),
        npae.Conv2D(filters, 3, 1, "same", "relu"),
        npae.AveragePooling2D(2),
    ]
    decoder = [
        npae.Conv2D(filters, 3, 1, "same", "relu"),
        npae.UpSampling2D(2),
        npae.Conv2D(filters, 3, 1, "same", "relu"),
        npae.UpSampling2D(2),
        last(1, 3, 1, "same", output),
    ]
    return autoencoder(encoder, decoder)


def normalised(hidden=128, code=16, activation=npae.ReLU):
    """Dense layers with batch normalisation before the activation."""
    encoder = [npae.Dense(hidden), npae.BatchNormalization(0.9), activation(), npae.Dense(code)]
    decoder = [npae.Dense(hidden), npae.BatchNormalization(0.9), activation(), npae.Dense(784, "sigmoid")]
    return autoencoder(encoder, decoder)


def variational_conv(code=8, filters=8, output="sigmoid"):
    encoder = [
        npae.Conv2D(filters, 3, 2, "same", "relu"),
        npae.Conv2D(2 * filters, 3, 2, "same", "relu"),
        npae.Flatten(),
        npae.Dense(2 * code),
    ]
    decoder = [
        npae.Dense(2 * filters * 49, "relu"),
        npae.Reshape((2 * filters, 7, 7)),
        npae.Conv2DTranspose(filters, 3, 2, "same", activation="relu"),
        npae.Conv2DTranspose(1, 3, 2, "same", activation=output),
    ]
    return autoencoder(encoder, decoder, npae.VariationalAutoencoder)


def variational_with(*layers, output="sigmoid", code=4):
    """A dense variational autoencoder with more layers at the encoder's end."""

    def model():
        encoder = [npae.Dense(128, "tanh"), npae.Dense(2 * code), *(layer() for layer in layers)]
        decoder = [npae.Dense(128, "tanh"), npae.Dense(784, output)]
        return autoencoder(encoder, decoder, npae.VariationalAutoencoder)

    return model


# --- Faults of the weights ---


def drawn(change, *ends):
    """Set the parameters whose names end in one of ``ends`` to ``change(value, generator)``."""

    def every(model):
        rng = np.random.default_rng(8)
        for name, value in model.params.items():
            if name.endswith(ends):
                value[...] = change(value, rng)

    return every


def several(*changes):
    def every(model):
        for change in changes:
            change(model)

    return every


PER_IMAGE = npae.BinaryCrossentropy(per="image")
NOTHING_LEFT = ("dead_code", "constant_image", "dead_units")

FAULTY_UNSEEN = [
    # --- Units ---
    Training(
        "dead_units",
        "pooled-bias",
        pooled,
        images,
        "mse",
        biased(-6, "encoder/conv2d"),
        optimizer=adam(5e-3),
        epochs=5,
        count=1000,
        also=("dead_code", "constant_image"),
    ),
    Training(
        "dead_units",
        "wide-normal-biases",
        dense(200, 32, code=None),
        plain,
        BCE,
        drawn(lambda bias, rng: rng.normal(0, 20, bias.shape), "encoder/dense/bias"),
        optimizer=lambda: npae.Adam(weight_decay=0.01),
    ),
    Training(
        "dead_units",
        "positive-kernels-negative-inputs",
        dense(96, 16, code=None, output="tanh"),
        scaled(1, -1),
        "mse",
        drawn(lambda kernel, rng: np.abs(kernel), "encoder/dense/kernel"),
        also=("dead_code", "constant_image"),
    ),
    Training(
        "saturation",
        "normal-kernels",
        dense(256, 24, activation="tanh", code=None),
        plain,
        BCE,
        drawn(lambda kernel, rng: rng.normal(0, 3, kernel.shape), "encoder/dense/kernel"),
        optimizer=lambda: npae.Adam(weight_decay=0.01),
    ),
    Training(
        "saturation",
        "strided-sigmoid-bias",
        strided(activation="sigmoid"),
        images,
        "mse",
        biased(25, "encoder/conv2d_1"),
        optimizer=adam(3e-3),
        epochs=8,
        count=1000,
        also=("dead_code", "constant_image", "code_on_a_line"),
    ),
    Training(
        "saturation",
        "batch-norm-gamma",
        lambda: normalised(64, 16, npae.Tanh),
        plain,
        BCE,
        drawn(lambda gamma, rng: 80 * gamma, "gamma"),
        optimizer=adam(3e-3),
        epochs=15,
    ),
    # --- Codes ---
    Training(
        "dead_code",
        "negative-kernels",
        stacked(units(128), units(64), units(12), units(64), units(784, "sigmoid"), split=3),
        plain,
        "huber",
        drawn(lambda kernel, rng: -np.abs(kernel), "encoder/dense_2/kernel"),
        also=("dead_units", "constant_image"),
    ),
    Training(
        "dead_code",
        "strided-elu",
        strided(activation="elu", of_code="relu", code=10),
        images,
        BCE,
        biased(-80, "encoder/dense"),
        epochs=6,
        count=1000,
        also=("dead_units", "constant_image"),
    ),
    Training(
        "code_on_a_line",
        "after-one-unit",
        stacked(units(64), units(1, None), units(8, None), units(64), units(784, "sigmoid"), split=3),
        plain,
        "mse",
    ),
    Training(
        "code_on_a_line",
        "strided-twins",
        strided(code=6, activation="tanh"),
        images,
        BCE,
        twins,
        epochs=10,
        count=1000,
    ),
    Training(
        "posterior_collapse",
        "clipped",
        variational_with(Widely),
        plain,
        elbo(),
        also=("dead_code", "constant_image"),
    ),
    Training(
        "posterior_collapse",
        "mse-a-pixel",
        variational_with(code=8),
        plain,
        npae.Objective("mse", npae.KullbackLeibler()),
        also=COLLAPSED,
    ),
    Training(
        "posterior_collapse",
        "conv",
        variational_conv,
        images,
        elbo(80.0),
        optimizer=adam(3e-3),
        epochs=10,
        count=1000,
        also=COLLAPSED,
    ),
    # --- Scales and losses ---
    Training(
        "unscaled_inputs",
        "colour",
        local(output=None),
        colour(lambda x: 255 * x, lambda x: 255 * x),
        epochs=10,
        also=("too_few_epochs",),
    ),
    Training(
        "unscaled_inputs",
        "inputs-alone",
        dense(96, 24, activation="tanh", code=None),
        lambda *parts: tuple(Batches(255 * part, part) for part in parts),
        BCE,
        also=("saturation",),
    ),
    Training(
        "unscaled_inputs",
        "by-pixel",
        dense(96, 24, code=None, output=None),
        standardised_by_pixel,
        also=("validation_differs",),
    ),
    Training(
        "unscaled_targets",
        "colour",
        local(output=None),
        colour_targets(lambda x: 255 * x),
        "mae",
        epochs=10,
        also=("too_few_epochs",),
    ),
    Training(
        "unscaled_targets",
        "sigmoid",
        dense(96, 16),
        targets(lambda x: 255 * x),
        also=("wrong_loss", "saturation"),
    ),
    Training(
        "wrong_loss",
        "logits-conv",
        local(1, output="tanh"),
        images,
        npae.BinaryCrossentropy(from_logits=True),
        optimizer=adam(3e-3),
        epochs=10,
        count=1000,
        also=("saturation", "constant_image"),
    ),
    Training("wrong_loss", "softmax", dense(64, 16, output=None), plain, "softmax_crossentropy"),
    Training(
        "wrong_loss",
        "centred-colour",
        local(),
        colour(lambda x: 2 * x - 1, lambda x: 2 * x - 1),
        "mae",
        epochs=15,
        also=("saturation",),
    ),
    # --- Rates and epochs ---
    Training(
        "rate_too_large",
        "variational",
        variational_with(),
        plain,
        elbo(),
        optimizer=adam(0.1),
        also=(*OF_RATE, "posterior_collapse"),
    ),
    Training(
        "rate_too_large",
        "sum-of-pixels",
        dense(64, 16, activation="tanh", code=None),
        plain,
        PER_IMAGE,
        optimizer=sgd(1.0, 0.9),
        also=OF_RATE,
    ),
    Training(
        "rate_too_large",
        "adamw-elu",
        dense(128, 32, activation="elu", code=None),
        plain,
        "huber",
        optimizer=lambda: npae.Adam(0.5, weight_decay=1e-3),
        also=OF_RATE,
    ),
    Training("rate_too_small", "sgd-default", dense(128, 32), plain, "mse", optimizer=sgd(0.01)),
    Training(
        "rate_too_small", "variational", lambda: variational(96, 6), plain, elbo(), optimizer=adam(1e-6)
    ),
    Training(
        "too_few_epochs",
        "variational",
        lambda: variational_conv(4),
        images,
        elbo(),
        epochs=1,
        count=1000,
        also=("posterior_collapse", "code_on_a_line", "constant_image"),
    ),
    Training("too_few_epochs", "colour", local(), colour(), BCE, epochs=1, also=("code_on_a_line",)),
    Training(
        "too_few_epochs",
        "adamw-large-batch",
        dense(256, 64, code=None),
        plain,
        "mse",
        optimizer=lambda: npae.Adam(weight_decay=0.01),
        epochs=3,
        batch_size=250,
        also=("code_on_a_line",),
    ),
    # --- Outputs and data ---
    Training(
        "constant_image",
        "noise-on-the-code",
        stacked(
            units(64), units(8, "tanh"), lambda: npae.GaussianNoise(100.0), units(64), units(784, "sigmoid")
        ),
        plain,
        BCE,
        also=("noise_too_large", "dead_code", "saturation", "rate_too_small"),
    ),
    Training(
        "constant_image",
        "black",
        local(1),
        as_images(denoising(0.3)),
        "mse",
        optimizer=adam(3e-3),
        epochs=12,
        also=("saturation", "dead_units", "rate_too_large"),
    ),
    Training("constant_data", "clipped", dense(48, 8, code=None), changed(clipped, clipped), "mse"),
    Training(
        "constant_data",
        "one-scene",
        local(),
        colour(repeated(1), lambda x: np.resize(scenes()[0][:1], x.shape)),
        BCE,
        epochs=8,
        count=600,
    ),
    Training(
        "overfitting",
        "scenes",
        dense(256, 64, code=None, size=3072),
        colour(count=40, flat=True),
        "mse",
        epochs=200,
    ),
    Training(
        "overfitting",
        "variational",
        lambda: variational(256, 16),
        plain,
        npae.Objective(PER_IMAGE, npae.KullbackLeibler(0.2)),
        epochs=300,
        count=50,
    ),
    Training("validation_differs", "transposed", dense(128, 24), changed(None, transposed), "mse"),
    Training(
        "validation_differs",
        "wrapped",
        local(1),
        as_images(changed(wrapped(100))),
        BCE,
        optimizer=adam(3e-3),
        epochs=10,
        count=1000,
    ),
    Training(
        "validation_differs", "sorted", dense(128, 16, code=None), sorted_by_class, BCE, also=("overfitting",)
    ),
    Training("validation_seen", "doubled", dense(96, 24, activation="elu", code=None), doubled, "mse"),
    Training("validation_seen", "conv", strided(), copies, BCE, optimizer=adam(5e-3), epochs=10, count=1000),
    Training(
        "unrelated_targets",
        "next-image",
        dense(128, 32, code=None),
        targets(lambda x: np.roll(x, 1, 0)),
        "mse",
        also=("constant_image", "overfitting"),
    ),
    Training(
        "unrelated_targets",
        "scenes",
        strided(32, side=32, channels=3),
        colour_targets(mixed, lambda x: datasets.gaussian_noise(0.1)(x, np.random.default_rng(3))),
        BCE,
        epochs=10,
        also=("constant_image", "overfitting"),
    ),
    # --- Noise ---
    Training("no_noise", "per-mille", dense(256), denoising(0.3 / 255), "mse"),
    Training(
        "no_noise",
        "salt-0",
        local(filters=8),
        colour_denoising(datasets.salt_and_pepper(0.0)),
        BCE,
        optimizer=adam(3e-3),
        epochs=15,
    ),
    Training(
        "noise_too_large",
        "grey-levels",
        strided(),
        as_images(denoising(25.0)),
        BCE,
        epochs=8,
        count=1000,
        also=("constant_image", "dead_code"),
    ),
    Training(
        "noise_too_large",
        "salt-0.98",
        dense(128, 32),
        denoising(0.98, datasets.salt_and_pepper),
        "mse",
        also=("constant_image",),
    ),
    Training(
        "noisy_targets",
        "swapped",
        dense(256),
        targets(lambda x: datasets.gaussian_noise(0.4)(x, np.random.default_rng(len(x)))),
        "mse",
    ),
    Training("noisy_targets", "bytes", dense(128), changed(noisy_bytes, noisy_bytes), "mae"),
    Training(
        "fixed_noise",
        "speckle",
        dense(200, activation="tanh"),
        speckled_once,
        "huber",
        epochs=200,
        count=80,
        also=("overfitting",),
    ),
    Training(
        "fixed_noise",
        "deep-salt",
        dense(256, 128, code=None),
        once(0.3, datasets.salt_and_pepper),
        BCE,
        epochs=150,
        count=120,
        also=("overfitting",),
    ),
    # --- Penalties and frozen layers ---
    Training(
        "penalty_too_large",
        "l2-conv",
        strided(),
        images,
        npae.Objective("mse", npae.L2(3.0)),
        epochs=6,
        count=1000,
        also=(*COLLAPSED, "dead_units"),
    ),
    Training(
        "penalty_too_large",
        "kl-sparsity",
        dense(64, code="sigmoid"),
        plain,
        npae.Objective(BCE, npae.KLSparsity(0.01, 300.0)),
        also=COLLAPSED,
    ),
    Training(
        "frozen_layer",
        "conv",
        local(1, first=FrozenConv),
        images,
        BCE,
        optimizer=adam(3e-3),
        epochs=10,
        count=1000,
    ),
    Training(
        "frozen_layer",
        "no-gradient",
        stacked(units(128), units(16, None), Stopped, units(128), units(784, "sigmoid"), split=3),
        plain,
        BCE,
    ),
]

HEALTHY_UNSEEN = [
    Training("", "code-5-elu", dense(96, 5, activation="elu", code=None), plain, "huber", epochs=50),
    Training(
        "", "spots-few-epochs", dense(64, 12, code=None, size=256), spotted, "mse", epochs=12, batch_size=8
    ),
    Training(
        "",
        "dropout-half",
        stacked(units(300), lambda: npae.Dropout(0.5), units(784, "sigmoid")),
        plain,
        BCE,
        epochs=25,
    ),
    Training(
        "",
        "batch-1",
        dense(32, 8, code=None, size=256),
        spotted,
        "mse",
        optimizer=adam(5e-4),
        epochs=8,
        batch_size=1,
    ),
    Training(
        "", "denoiser-strided", local(1), as_images(denoising(0.3)), BCE, optimizer=adam(2e-3), epochs=12
    ),
    Training("", "scenes-bce", local(), colour(), BCE, optimizer=adam(3e-3), epochs=25, batch_size=16),
    Training("", "beta-half", lambda: variational(100, 6), plain, elbo(0.5), optimizer=adam(3e-3), epochs=35),
    Training(
        "", "beta-2-conv", lambda: variational_conv(6), images, elbo(2.0), optimizer=adam(5e-3), epochs=18
    ),
    Training(
        "",
        "sparse-kl",
        dense(100, code="sigmoid"),
        plain,
        npae.Objective(BCE, npae.KLSparsity(0.1, 1e-3)),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "sparse-l1",
        dense(150),
        plain,
        npae.Objective(BCE, npae.L1(1e-5)),
        optimizer=adam(2e-3),
        epochs=30,
    ),
    Training(
        "",
        "contractive",
        dense(64, code="sigmoid"),
        plain,
        npae.Objective("mse", npae.Contractive(1e-5)),
        optimizer=adam(6e-3),
        epochs=40,
    ),
    Training("", "mae", dense(96, 32, code=None), plain, "mae", optimizer=adam(3e-3), epochs=30),
    Training("", "nesterov", dense(64), plain, BCE, optimizer=lambda: npae.SGD(3.0, 0.9, True), epochs=30),
    Training(
        "",
        "adamw",
        dense(128, 24, code=None),
        plain,
        BCE,
        optimizer=lambda: npae.Adam(2e-3, weight_decay=0.01),
        epochs=30,
    ),
    Training("", "batch-norm", lambda: normalised(128, 16), plain, BCE, epochs=30),
    Training("", "pooled", pooled, images, BCE, optimizer=adam(3e-3), epochs=8, count=1000),
    Training(
        "",
        "leaky-uint8",
        dense(128, 32, activation="leaky_relu", code=None),
        grey_levels,
        BCE,
        epochs=30,
    ),
    Training("", "holes", dense(160), repaired, BCE, optimizer=adam(3e-3), epochs=20),
    Training(
        "", "bernoulli", lambda: variational(100, 6), binarised, elbo(), optimizer=adam(4e-3), epochs=30
    ),
    Training("", "standardised-strided", strided(24, output=None), as_images(scaled(3, -0.4)), epochs=12),
    Training("", "washers", strided(16, side=32), washers, "mse", optimizer=adam(4e-3), epochs=40),
    Training(
        "",
        "sharpened",
        dense(200, 48, code=None),
        lambda *parts: tuple(Batches(blurred(part), part) for part in parts),
        BCE,
        epochs=30,
    ),
    Training("", "large-batch", dense(64, 16), plain, BCE, optimizer=adam(1e-2), epochs=120, batch_size=500),
    Training(
        "",
        "one-to-four",
        dense(48, 6, code=None),
        one_to_four,
        BCE,
        optimizer=adam(2e-3),
        epochs=25,
        batch_size=16,
    ),
]
UNSEEN = {training.name: training for training in (*FAULTY_UNSEEN, *HEALTHY_UNSEEN)}

# Of every two neighbours among the sorted names of a list, default_rng(31) drew one for each half.
# one for each half.
LOOK = frozenset(
    (
        "code_on_a_line-strided-twins",
        "constant_data-one-scene",
        "constant_image-black",
        "dead_code-negative-kernels",
        "dead_units-positive-kernels-negative-inputs",
        "fixed_noise-deep-salt",
        "fixed_noise-speckle",
        "frozen_layer-no-gradient",
        "healthy-adamw",
        "healthy-batch-norm",
        "healthy-beta-2-conv",
        "healthy-contractive",
        "healthy-denoiser-strided",
        "healthy-large-batch",
        "healthy-leaky-uint8",
        "healthy-nesterov",
        "healthy-pooled",
        "healthy-sharpened",
        "healthy-sparse-l1",
        "healthy-washers",
        "no_noise-salt-0",
        "noisy_targets-bytes",
        "overfitting-scenes",
        "overfitting-variational",
        "penalty_too_large-l2-conv",
        "posterior_collapse-conv",
        "rate_too_large-sum-of-pixels",
        "rate_too_large-variational",
        "saturation-batch-norm-gamma",
        "saturation-strided-sigmoid-bias",
        "too_few_epochs-colour",
        "too_few_epochs-variational",
        "unrelated_targets-scenes",
        "unscaled_inputs-inputs-alone",
        "unscaled_targets-sigmoid",
        "validation_differs-transposed",
        "validation_differs-wrapped",
        "wrong_loss-centred-colour",
        "wrong_loss-logits-conv",
    )
)
ASIDE = frozenset(
    (
        "code_on_a_line-after-one-unit",
        "constant_data-clipped",
        "constant_image-noise-on-the-code",
        "dead_code-strided-elu",
        "dead_units-pooled-bias",
        "dead_units-wide-normal-biases",
        "frozen_layer-conv",
        "healthy-batch-1",
        "healthy-bernoulli",
        "healthy-beta-half",
        "healthy-code-5-elu",
        "healthy-dropout-half",
        "healthy-holes",
        "healthy-mae",
        "healthy-one-to-four",
        "healthy-scenes-bce",
        "healthy-sparse-kl",
        "healthy-spots-few-epochs",
        "healthy-standardised-strided",
        "no_noise-per-mille",
        "noise_too_large-grey-levels",
        "noise_too_large-salt-0.98",
        "noisy_targets-swapped",
        "penalty_too_large-kl-sparsity",
        "posterior_collapse-clipped",
        "posterior_collapse-mse-a-pixel",
        "rate_too_large-adamw-elu",
        "rate_too_small-sgd-default",
        "rate_too_small-variational",
        "saturation-normal-kernels",
        "too_few_epochs-adamw-large-batch",
        "unrelated_targets-next-image",
        "unscaled_inputs-by-pixel",
        "unscaled_inputs-colour",
        "unscaled_targets-colour",
        "validation_differs-sorted",
        "validation_seen-conv",
        "validation_seen-doubled",
        "wrong_loss-softmax",
    )
)
