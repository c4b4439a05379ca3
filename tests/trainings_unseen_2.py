"""A third set of trainings with a fault put in, and healthy ones, by someone who had not seen the doctor.

They have the form of `trainings`. Most data are drawn here: waves, spectra, answers to questions, tables, and
small images. Look at the half `LOOK` to improve the doctor; the other half, `ASIDE`, only counts.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from trainings import Training

import npae
from npae import datasets
from npae.training.batches import Batches

# --- Data: each function returns (training, validation) arrays ---

Pair = tuple[np.ndarray, np.ndarray]


def drawn(draw: Callable[[np.random.Generator, int], np.ndarray], counts: tuple[int, int], seed: int) -> Pair:
    """Draw both parts from one generator, so that they share what is drawn once."""
    rng = np.random.default_rng(seed)
    both = draw(rng, sum(counts)).astype(np.float32)
    return both[: counts[0]], both[counts[0] :]


@cache
def waves(train=800, test=200, seed=1, frequencies=(1, 3)):
    """Return sines of 64 samples, whose amplitude, frequency and phase vary."""

    def draw(rng, count):
        amplitude, frequency, phase = (
            rng.uniform(*ends, (count, 1)) for ends in ((0.5, 1), frequencies, (0, 1))
        )
        return amplitude * np.sin(2 * np.pi * (frequency * np.linspace(0, 1, 64) + phase))

    return drawn(draw, (train, test), seed)


@cache
def spectra(train=800, test=200, seed=2):
    """Return two peaks each on 80 channels, from 0 to about 1."""

    def draw(rng, count):
        place, width = rng.uniform(0.1, 0.9, (count, 2, 1)), rng.uniform(0.04, 0.09, (count, 2, 1))
        peaks = np.exp(-0.5 * ((np.linspace(0, 1, 80) - place) / width) ** 2)
        return np.clip((peaks * rng.uniform(0.4, 1, (count, 2, 1))).sum(1), 0, 1)

    return drawn(draw, (train, test), seed)


@cache
def spikes(train=800, test=200, seed=3):
    """Return vectors of 100 channels, of which one in thirty is 1."""
    return drawn(lambda rng, count: rng.random((count, 100)) < 1 / 30, (train, test), seed)


@cache
def answers(train=1200, test=300, seed=4):
    """Return the answers to five questions, each of six, as one-hot parts of 30 columns."""

    def draw(rng, count):
        return npae.one_hot(rng.integers(0, 6, 5 * count), 6).reshape(count, 30)

    return drawn(draw, (train, test), seed)


@cache
def table(train=1000, test=250, seed=5, raw=False):
    """Return twelve columns that three hidden numbers determine, standardised or of very different scales."""

    def draw(rng, count):
        hidden, mix, fold = rng.normal(size=(count, 3)), rng.normal(size=(3, 12)), rng.normal(size=(3, 12))
        columns = hidden @ mix + np.tanh(hidden @ fold) + 0.1 * rng.normal(size=(count, 12))
        columns = (columns - columns.mean(0)) / columns.std(0)
        scale = np.array([0.01, 0.2, 1, 3, 12, 15, 40, 90, 300, 1000, 5000, 30000])
        return 3 * scale + columns * scale if raw else columns

    return drawn(draw, (train, test), seed)


@cache
def clusters(train=900, test=200, seed=6):
    """Return points of 24 columns around six centres."""

    def draw(rng, count):
        centres = rng.normal(0, 1, (6, 24))
        return centres[rng.integers(0, 6, count)] + 0.2 * rng.normal(size=(count, 24))

    return drawn(draw, (train, test), seed)


def smaller(images, factor):
    """Average over squares of ``factor`` pixels, and scale to 0 to 1."""
    *front, height, width = images.shape
    parts = images.reshape(*front, height // factor, factor, width // factor, factor)
    return (parts.mean((-3, -1)) / 255).astype(np.float32)


@cache
def numerals(train=1000, test=250, seed=11):
    """Return digits of (1, 14, 14)."""
    first, _, second, _ = datasets.synthetic_digits(train, test, seed=seed)
    return smaller(first[:, None], 2), smaller(second[:, None], 2)


def many_numerals():
    return numerals(2000, 300)


@cache
def numeral_classes(train=2000, test=300, seed=11):
    _, first, _, second = datasets.synthetic_digits(train, test, seed=seed)
    return npae.one_hot(first), npae.one_hot(second)


@cache
def views(train=500, test=150, seed=8):
    """Return scenes in colour, (3, 16, 16)."""
    first, _, second, *_ = datasets.scenes(train, test, seed=seed)
    return smaller(first, 2), smaller(second, 2)


@cache
def rings(train=400, test=150, seed=9):
    """Return good washers of (1, 16, 16)."""
    first, *_ = datasets.washers(train + test, 2, seed=seed)
    small = smaller(first[:, None], 4)
    return small[:train], small[train:]


@cache
def gratings(train=600, test=150, seed=10):
    """Return stripes of (1, 16, 16), whose direction, width and place vary."""

    def draw(rng, count):
        turn, wave, phase = (
            rng.uniform(*ends, (count, 1, 1)) for ends in ((0, np.pi), (0.4, 0.9), (0, 2 * np.pi))
        )
        rows, columns = np.mgrid[:16, :16]
        along = wave * (np.cos(turn) * columns + np.sin(turn) * rows)
        return 0.5 + 0.4 * np.sin(along + phase)[:, None]

    return drawn(draw, (train, test), seed)


@cache
def ramps(train=500, test=150, seed=12):
    """Return images (1, 12, 12) that become lighter in some direction."""

    def draw(rng, count):
        down, across = rng.uniform(-0.4, 0.4, (2, count, 1, 1, 1))
        rows, columns = np.mgrid[-1:1:12j, -1:1:12j]
        return 0.5 + down * rows + across * columns

    return drawn(draw, (train, test), seed)


def flat(source, *arguments):
    return lambda: tuple(part.reshape(len(part), -1) for part in source(*arguments))


def few(source, train):
    """Take the first training examples only."""
    return lambda: (source()[0][:train], source()[1])


def shaped(source, *shape):
    return lambda: tuple(part.reshape(-1, *shape) for part in source())


# --- Data sets of these ---


def of(source, train=None, validation=None):
    """Give the examples, changed by a function each."""

    def data(*_):
        pairs = zip(source(), (train, validation))
        return tuple(Batches(change(part).astype(np.float32) if change else part) for part, change in pairs)

    return data


def both(source, change):
    return of(source, change, change)


def to(source, targets, inputs=lambda x: x):
    """Give ``inputs(x)`` as inputs, ``targets(x)`` as targets."""
    return lambda *_: tuple(
        Batches(inputs(x).astype(np.float32), targets(x).astype(np.float32)) for x in source()
    )


def afresh(source, corruption):
    """Draw noise in every epoch."""

    def data(*_):
        train, test = source()
        return Batches(train, corruption=corruption), Batches(
            corruption(test, np.random.default_rng(1)), test
        )

    return data


def drawn_once(source, corruption):
    """Draw noise once, for all epochs."""

    def data(*_):
        return tuple(
            Batches(corruption(part, np.random.default_rng(k)), part) for k, part in enumerate(source())
        )

    return data


def swapped(source, corruption):
    """Give the noisy images as targets, the clean ones as inputs."""

    def data(*_):
        return tuple(
            Batches(part, corruption(part, np.random.default_rng(k))) for k, part in enumerate(source())
        )

    return data


def more_noise_on_noise(source, corruption):
    """Give as inputs new noise on targets that have noise already; validate on clean ones."""

    def data(*_):
        train, test = source()
        spoilt = corruption(train, np.random.default_rng(3))
        noisy = corruption(test, np.random.default_rng(4))
        return Batches(spoilt, corruption=corruption), Batches(
            corruption(noisy, np.random.default_rng(5)), noisy
        )

    return data


def factor(number, offset=0.0):
    return lambda part: part * np.float32(number) + np.float32(offset)


def shuffled(part):
    return np.random.default_rng(17).permutation(part)


def first_only(part):
    return np.repeat(part[:1], len(part), axis=0)


def part_of_training(source, count):
    def data(*_):
        train, _ = source()
        return Batches(train), Batches(train[::-1][:count].copy())

    return data


def doubled_before_split(source):
    """Draw with replacement, as a bootstrap does, then split."""

    def data(*_):
        train, _ = source()
        again = train[np.random.default_rng(5).integers(0, len(train), len(train))]
        cut = len(train) * 3 // 4
        return Batches(again[:cut]), Batches(again[cut:])

    return data


def classes(targets=numeral_classes, source=lambda: numerals(2000, 300)):
    return lambda *_: tuple(Batches(x, t) for x, t in zip(source(), targets()))


def grey_bytes(source, scale):
    """Give bytes, which `Batches` scales."""
    return lambda *_: tuple(Batches((255 * x).round().astype(np.uint8), scale=scale) for x in source())


# --- Models ---


def net(encoder, decoder, kind=npae.Autoencoder):
    """Return a function that builds a model of the lists of layers that two functions return."""
    return lambda: kind(npae.Sequential(encoder()), npae.Sequential(decoder()))


def mlp(
    *sizes, size, activation="tanh", code=None, output=None, kind=npae.Autoencoder, init="glorot_uniform"
):
    """Return dense layers; the last of the sizes is the code's."""
    *hidden, last = sizes

    def layers(counts, end, of_end):
        made = [npae.Dense(n, activation, kernel_initializer=init) for n in counts]
        return [*made, npae.Dense(end, of_end, kernel_initializer=init)]

    twice = 2 if kind is npae.VariationalAutoencoder else 1
    return net(lambda: layers(hidden, twice * last, code), lambda: layers(hidden[::-1], size, output), kind)


def over_time(code=10, output=None, activation="relu"):
    """Return convolutions along the time of (1, 1, 64)."""
    return net(
        lambda: [
            npae.Conv2D(8, (1, 5), (1, 2), "same", activation),
            npae.Conv2D(8, (1, 5), (1, 2), "same", activation),
            npae.Flatten(),
            npae.Dense(code),
        ],
        lambda: [
            npae.Dense(128, activation),
            npae.Reshape((8, 1, 16)),
            npae.Conv2DTranspose(8, (1, 5), (1, 2), "same", activation=activation),
            npae.Conv2DTranspose(1, (1, 5), (1, 2), "same", activation=output),
        ],
    )


def strided14(code=16, filters=8, output="sigmoid", kind=npae.Autoencoder, activation="elu"):
    twice = 2 if kind is npae.VariationalAutoencoder else 1
    return net(
        lambda: [
            npae.Conv2D(filters, 5, 2, "same", activation),
            npae.Flatten(),
            npae.Dense(64, activation),
            npae.Dense(twice * code),
        ],
        lambda: [
            npae.Dense(64, activation),
            npae.Dense(filters * 49, activation),
            npae.Reshape((filters, 7, 7)),
            npae.Conv2DTranspose(1, 5, 2, "same", activation=output),
        ],
        kind,
    )


def local16(channels=3, filters=16, middle=6, activation="elu", output="sigmoid", second=npae.Conv2D):
    """Return convolutions whose code is an image of 8 by 8."""
    return net(
        lambda: [
            npae.Conv2D(filters, 3, 1, "same", activation),
            second(middle, 3, 2, "same", activation),
        ],
        lambda: [
            npae.Conv2DTranspose(filters, 3, 2, "same", activation=activation),
            npae.Conv2D(channels, 3, 1, "same", output),
        ],
    )


def halved16(channels=1, filters=8, code=12, activation="leaky_relu", output=None):
    """Return pooling and enlargement, and a dense code."""
    return net(
        lambda: [
            npae.Conv2D(filters, 3, 1, "same", activation),
            npae.MaxPool2D(2),
            npae.Conv2D(filters, 3, 1, "same", activation),
            npae.AveragePooling2D(2),
            npae.Flatten(),
            npae.Dense(code),
        ],
        lambda: [
            npae.Dense(16 * filters, activation),
            npae.Reshape((filters, 4, 4)),
            npae.UpSampling2D(2),
            npae.Conv2D(filters, 3, 1, "same", activation),
            npae.UpSampling2D(2),
            npae.Conv2D(channels, 3, 1, "same", output),
        ],
    )


def batch_normalised14(code=16):
    return net(
        lambda: [
            npae.Conv2D(8, 3, 2, "same", use_bias=False),
            npae.BatchNormalization(0.9),
            npae.ReLU(),
            npae.Flatten(),
            npae.Dense(code),
        ],
        lambda: [
            npae.Dense(8 * 49, use_bias=False),
            npae.BatchNormalization(0.9),
            npae.ReLU(),
            npae.Reshape((8, 7, 7)),
            npae.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid"),
        ],
    )


def classifier(output=10):
    return net(
        lambda: [
            npae.Conv2D(8, 5, 2, "same", "relu"),
            npae.Flatten(),
            npae.Dropout(0.4),
            npae.Dense(64, "relu"),
        ],
        lambda: [npae.Dropout(0.4), npae.Dense(output)],
    )


def still(kind):
    """Return a kind of layer that does not learn."""

    class Still(kind):
        def backward(self, dy, cache, need_dx=True):
            dx, grads = super().backward(dy, cache, need_dx)
            return dx, {name: 0 * grad for name, grad in grads.items()}

    Still.__name__ = kind.__name__
    return Still


class Detached(npae.Layer):
    """A layer that passes no gradient on."""

    def forward(self, x, rng=None):
        """Return the inputs."""
        return x, None

    def backward(self, dy, cache, need_dx=True):
        """Return zeros."""
        return 0 * dy, {}


# --- Faults of the weights ---


def changed(**by_name):
    """Apply a function to each parameter named, with "__" for "/"."""

    def change(model):
        for name, function in by_name.items():
            value = model.params[name.replace("__", "/")]
            value[...] = function(value)

    return change


def some(share, number):
    """Set the first units of a bias to a number."""
    return lambda bias: np.where(np.arange(len(bias)) < share * len(bias), np.float32(number), bias)


def adam(rate, **more):
    return lambda: npae.Adam(rate, **more)


def sgd(rate, momentum=0.9, **more):
    return lambda: npae.SGD(rate, momentum, **more)


def nats(beta=1.0, reconstruction=None):
    reconstruction = reconstruction or npae.BinaryCrossentropy(per="image")
    return npae.Objective(reconstruction, npae.KullbackLeibler(beta))


BCE = "binary_crossentropy"
VAE = npae.VariationalAutoencoder
COLLAPSE = ("dead_code", "constant_image", "code_on_a_line")
OF_SCALE = (
    "unscaled_targets",
    "rate_too_large",
    "rate_too_small",
    "too_few_epochs",
    "saturation",
    "dead_units",
    *COLLAPSE,
)
STEPS = ("dead_units", "saturation", *COLLAPSE)

W64 = mlp(48, 10, size=64)
I196 = flat(numerals)


def case(fault, label, model, data, loss: Any = "mse", **more):
    return Training(fault, label, model, data, loss, **more)


FAULTY_UNSEEN_2 = [
    # --- Dead units, saturation ---
    case(
        "dead_units",
        "filters-mostly",
        local16(activation="relu"),
        of(views),
        BCE,
        change=changed(encoder__conv2d__bias=some(0.75, -8)),
        epochs=25,
    ),
    case(
        "dead_units",
        "negative-kernel",
        mlp(48, 24, 8, size=80, activation="relu", output="sigmoid"),
        of(spectra),
        BCE,
        change=changed(encoder__dense__kernel=lambda k: -abs(k)),
        also=(*COLLAPSE, "frozen_layer"),
        optimizer=adam(0.01),
    ),
    case(
        "dead_units",
        "normalised-too-low",
        batch_normalised14(),
        of(numerals),
        BCE,
        change=changed(decoder__batch_normalization__beta=lambda b: b - 12),
        also=("constant_image", "frozen_layer"),
        optimizer=adam(0.01),
        epochs=20,
    ),
    case(
        "dead_units",
        "zero-kernels",
        mlp(64, 16, size=196, activation="relu", output="sigmoid", init="zeros"),
        of(I196),
        BCE,
        optimizer=adam(0.01),
        also=(*COLLAPSE, "frozen_layer"),
    ),
    case(
        "saturation",
        "wide-tanh-waves",
        mlp(64, 8, size=64),
        of(waves),
        change=changed(encoder__dense__kernel=lambda k: 40 * k),
        epochs=30,
    ),
    case(
        "saturation",
        "conv-tanh",
        halved16(activation="tanh"),
        of(gratings),
        change=changed(encoder__conv2d__kernel=lambda k: 60 * k, encoder__conv2d_1__kernel=lambda k: 60 * k),
        epochs=15,
    ),
    # --- The code ---
    case(
        "dead_code",
        "most-units",
        strided14(code=16),
        of(numerals),
        BCE,
        change=changed(
            encoder__dense_1__kernel=lambda k: k * (np.arange(16) > 11),
            decoder__dense__kernel=lambda k: k * (np.arange(16) > 11)[:, None],
        ),
        also=("dead_units", "frozen_layer"),
        epochs=15,
    ),
    case(
        "dead_code",
        "still-zeros",
        net(
            lambda: [npae.Dense(40, "tanh"), still(npae.Dense)(8, kernel_initializer="zeros")],
            lambda: [npae.Dense(40, "tanh"), npae.Dense(64)],
        ),
        of(waves),
        also=(*COLLAPSE, "frozen_layer"),
    ),
    case(
        "code_on_a_line",
        "one-unit-before",
        net(
            lambda: [npae.Dense(60, "relu"), npae.Dense(1), npae.Dense(12)],
            lambda: [npae.Dense(60, "relu"), npae.Dense(80, "sigmoid")],
        ),
        of(spectra),
        BCE,
        epochs=30,
    ),
    case(
        "code_on_a_line",
        "averaged-channel",
        net(
            lambda: [npae.Conv2D(8, 3, 2, "same", "tanh"), npae.Conv2D(1, 8), npae.Flatten(), npae.Dense(6)],
            lambda: [npae.Dense(64, "tanh"), npae.Dense(256), npae.Reshape((1, 16, 16))],
        ),
        of(rings),
        epochs=30,
    ),
    case(
        "posterior_collapse",
        "beta-conv",
        strided14(code=6, kind=VAE),
        of(numerals),
        nats(60),
        also=("penalty_too_large", *COLLAPSE),
        epochs=15,
    ),
    case(
        "posterior_collapse",
        "per-element",
        mlp(40, 4, size=64, kind=VAE),
        of(waves),
        npae.Objective("mse", npae.KullbackLeibler()),
        also=("penalty_too_large", *COLLAPSE),
        epochs=25,
    ),
    # --- Data ---
    case(
        "constant_data",
        "one-wave",
        W64,
        both(waves, first_only),
        also=(*COLLAPSE, "validation_seen"),
        epochs=20,
    ),
    case(
        "unscaled_inputs",
        "raw-table",
        mlp(32, 4, size=12),
        of(lambda: table(raw=True)),
        also=OF_SCALE,
        epochs=40,
    ),
    case(
        "unscaled_inputs",
        "bytes-unscaled",
        local16(activation="tanh", output=None),
        grey_bytes(views, 1.0),
        also=OF_SCALE,
        epochs=25,
    ),
    case(
        "unscaled_inputs",
        "far-off-centre",
        mlp(48, 10, size=64),
        both(waves, factor(1, 200)),
        also=OF_SCALE,
        epochs=30,
    ),
    case(
        "unscaled_inputs",
        "tiny-numbers",
        mlp(48, 10, size=64),
        both(waves, factor(1e-5)),
        also=OF_SCALE,
        epochs=20,
    ),
    case(
        "unscaled_targets",
        "bytes-for-sigmoid",
        strided14(),
        to(numerals, factor(255)),
        also=("wrong_loss", "saturation", *COLLAPSE, "dead_units", "rate_too_large"),
        epochs=10,
    ),
    case(
        "unscaled_targets",
        "negative-for-sigmoid",
        mlp(48, 10, size=64, output="sigmoid"),
        of(waves),
        also=("wrong_loss", "saturation"),
        epochs=30,
    ),
    case(
        "wrong_loss",
        "crossentropy-tanh",
        mlp(60, 10, size=80, output="tanh"),
        of(spectra),
        BCE,
        also=("saturation", *COLLAPSE),
        epochs=20,
    ),
    case(
        "wrong_loss",
        "median-of-spikes",
        mlp(80, 40, size=100, activation="relu"),
        of(spikes),
        "mae",
        also=(*COLLAPSE, "dead_units"),
        epochs=25,
    ),
    case(
        "unrelated_targets",
        "shuffled-waves",
        W64,
        to(waves, shuffled),
        also=COLLAPSE + ("overfitting",),
        epochs=30,
    ),
    case(
        "unrelated_targets",
        "one-further",
        local16(),
        to(views, lambda x: np.roll(x, 1, axis=0)),
        also=COLLAPSE,
        epochs=12,
    ),
    case(
        "not_classes",
        "several-answers",
        mlp(40, 12, size=30, activation="relu"),
        of(answers),
        "softmax_crossentropy",
        also=("wrong_loss",),
        epochs=20,
    ),
    # --- Noise ---
    case(
        "noisy_targets",
        "swapped",
        local16(),
        swapped(views, datasets.gaussian_noise(0.3)),
        epochs=20,
        also=("worse_than_inputs", "fixed_noise"),
    ),
    case(
        "noisy_targets",
        "twice",
        mlp(80, 20, size=196, activation="relu", output="sigmoid"),
        more_noise_on_noise(I196, datasets.salt_and_pepper(0.3)),
        BCE,
        also=("overfitting",),
        epochs=20,
    ),
    case(
        "noise_too_large",
        "masked-answers",
        mlp(60, 20, size=30, activation="relu", output="sigmoid"),
        afresh(answers, datasets.masking_noise(0.985)),
        BCE,
        also=COLLAPSE,
        epochs=25,
    ),
    case(
        "fixed_noise",
        "spectra",
        mlp(200, 60, size=80, activation="relu"),
        drawn_once(few(spectra, 250), datasets.gaussian_noise(0.3, None)),
        also=("overfitting",),
        epochs=120,
    ),
    case(
        "fixed_noise",
        "masked-rings",
        mlp(200, size=256, activation="relu", code="relu"),
        drawn_once(few(flat(rings), 200), datasets.masking_noise(0.5)),
        also=("overfitting",),
        epochs=120,
    ),
    # --- The optimiser ---
    case(
        "rate_too_large",
        "conv-adam",
        strided14(),
        of(numerals),
        BCE,
        optimizer=adam(0.15),
        also=STEPS,
        epochs=12,
    ),
    case("rate_too_large", "momentum-waves", W64, of(waves), optimizer=sgd(3.0, 0.9), also=STEPS, epochs=25),
    case(
        "rate_too_large",
        "small-batches",
        mlp(32, 4, size=12, activation="elu"),
        of(table),
        optimizer=adam(0.3),
        batch_size=8,
        also=STEPS,
        epochs=20,
    ),
    case(
        "rate_too_small",
        "sgd-spectra",
        mlp(60, 10, size=80, activation="relu"),
        of(spectra),
        optimizer=sgd(1e-4, 0.0),
        also=("too_few_epochs", *COLLAPSE),
        epochs=25,
    ),
    case(
        "rate_too_small",
        "adam-views",
        local16(),
        of(views),
        optimizer=adam(3e-6),
        also=("too_few_epochs", *COLLAPSE),
        epochs=12,
    ),
    case(
        "too_few_epochs",
        "two-conv",
        strided14(),
        of(numerals),
        BCE,
        batch_size=64,
        also=("rate_too_small", *COLLAPSE),
        epochs=2,
    ),
    case(
        "too_few_epochs",
        "all-in-one-batch",
        mlp(48, 6, size=24),
        of(clusters),
        batch_size=900,
        also=("rate_too_small", *COLLAPSE),
        epochs=15,
    ),
    case(
        "frozen_layer",
        "transposed",
        net(
            lambda: [npae.Conv2D(8, 3, 2, "same", "elu"), npae.Flatten(), npae.Dense(20)],
            lambda: [
                npae.Dense(512, "elu"),
                npae.Reshape((8, 8, 8)),
                still(npae.Conv2DTranspose)(1, 3, 2, "same"),
            ],
        ),
        of(gratings),
        epochs=30,
    ),
    case(
        "frozen_layer",
        "detached-encoder",
        net(
            lambda: [npae.Dense(60, "tanh"), npae.Dense(10), Detached()],
            lambda: [npae.Dense(60, "tanh"), npae.Dense(64)],
        ),
        of(waves),
        epochs=30,
    ),
    # --- Penalties, constant images ---
    case(
        "penalty_too_large",
        "l1",
        mlp(60, 24, size=80, activation="relu", code="relu"),
        of(spectra),
        npae.Objective("mse", npae.L1(0.5)),
        also=("dead_units", *COLLAPSE),
        epochs=30,
    ),
    case(
        "penalty_too_large",
        "l2-conv",
        strided14(),
        of(numerals),
        npae.Objective(BCE, npae.L2(0.1)),
        also=("dead_units", *COLLAPSE),
        epochs=12,
    ),
    case(
        "penalty_too_large",
        "contractive",
        mlp(16, size=24, code="sigmoid"),
        of(clusters),
        npae.Objective("mse", npae.Contractive(50)),
        also=(*COLLAPSE, "saturation"),
        epochs=30,
    ),
    case(
        "constant_image",
        "black-relu",
        halved16(output="relu"),
        of(rings),
        change=changed(decoder__conv2d_1__bias=lambda b: b - 2),
        also=("dead_units", "frozen_layer"),
        epochs=15,
    ),
    case(
        "constant_image",
        "zero-tanh",
        mlp(32, 8, size=64, init="zeros"),
        of(waves),
        also=(*COLLAPSE, "frozen_layer"),
        epochs=15,
    ),
    case(
        "worse_than_inputs",
        "narrow-code",
        mlp(32, 2, size=768, activation="elu", output="sigmoid"),
        afresh(flat(views), datasets.gaussian_noise(0.04)),
        epochs=20,
        also=("too_few_epochs",),
    ),
    # --- Validation ---
    case(
        "overfitting",
        "forty-numerals",
        mlp(256, 64, size=196, activation="relu", output="sigmoid"),
        of(few(I196, 40)),
        epochs=250,
        batch_size=20,
    ),
    case(
        "overfitting",
        "views-dense",
        mlp(200, 60, size=768, activation="elu"),
        of(few(flat(views), 60)),
        epochs=200,
        batch_size=20,
    ),
    case("validation_seen", "last-of-training", W64, part_of_training(waves, 200), epochs=30),
    case("validation_seen", "bootstrap", strided14(), doubled_before_split(numerals), BCE, epochs=15),
    case(
        "validation_differs",
        "inverted",
        halved16(),
        of(rings, None, lambda x: 1 - x),
        epochs=25,
        also=("overfitting",),
    ),
    case(
        "validation_differs",
        "other-frequencies",
        W64,
        lambda *_: (Batches(waves()[0]), Batches(waves(20, 200, 31, (6, 9))[1])),
        epochs=30,
        also=("overfitting",),
    ),
]

HEALTHY_UNSEEN_2 = [
    case("", "waves", W64, of(waves), epochs=60),
    case("", "waves-conv", over_time(), of(shaped(waves, 1, 1, 64)), epochs=40),
    case("", "waves-mae", mlp(64, 10, size=64, activation="elu"), of(waves), "mae", epochs=60),
    case(
        "", "spectra", mlp(64, 12, size=80, activation="relu", output="sigmoid"), of(spectra), BCE, epochs=60
    ),
    case(
        "", "answers", mlp(64, 25, size=30, activation="tanh", output="sigmoid"), of(answers), BCE, epochs=50
    ),
    case("", "table-huber", mlp(32, 4, size=12, activation="elu"), of(table), npae.Huber(1.0), epochs=60),
    case("", "linear-clusters", mlp(6, size=24), of(clusters), optimizer=sgd(0.1, 0.9), epochs=40),
    case("", "numerals-strided", strided14(24, 12), of(many_numerals), BCE, optimizer=adam(3e-3), epochs=25),
    case(
        "",
        "numerals-normalised",
        batch_normalised14(32),
        of(many_numerals),
        BCE,
        optimizer=adam(3e-3),
        epochs=40,
    ),
    case("", "views-local", local16(middle=8), of(views), epochs=40),
    case(
        "",
        "views-denoised",
        local16(middle=12),
        afresh(views, datasets.gaussian_noise(0.15)),
        optimizer=adam(3e-3),
        epochs=30,
    ),
    case("", "rings-dense", mlp(64, 12, size=256, activation="elu"), of(flat(rings)), epochs=80),
    case("", "gratings-pooled", halved16(code=24), of(gratings), optimizer=adam(3e-3), epochs=60),
    case("", "numerals-variational", strided14(6, kind=VAE), of(numerals), nats(), epochs=40),
    case(
        "",
        "waves-variational",
        mlp(64, 6, size=64, kind=VAE),
        of(waves),
        nats(1, npae.GaussianNegativeLogLikelihood(0.1, per="image")),
        epochs=80,
    ),
    case(
        "",
        "numerals-sparse",
        mlp(64, 64, size=196, activation="relu", code="relu", output="sigmoid"),
        of(flat(many_numerals)),
        npae.Objective(BCE, npae.L1(1e-4)),
        epochs=30,
    ),
    case(
        "",
        "clusters-sparse-sigmoid",
        mlp(20, size=24, code="sigmoid"),
        of(clusters),
        npae.Objective("mse", npae.KLSparsity(0.2, 0.01)),
        optimizer=adam(5e-3),
        batch_size=64,
        epochs=60,
    ),
    case(
        "",
        "spectra-contractive",
        mlp(40, size=80, code="sigmoid"),
        of(spectra),
        npae.Objective("mse", npae.Contractive(1e-4)),
        optimizer=adam(3e-3),
        epochs=50,
    ),
    case("", "deep", mlp(60, 40, 24, 10, size=64, activation="leaky_relu"), of(waves), epochs=80),
    case("", "classes", classifier(), classes(), "softmax_crossentropy", epochs=30),
    case(
        "",
        "masked-spectra",
        mlp(120, 40, size=80, activation="relu"),
        afresh(spectra, datasets.masking_noise(0.3)),
        epochs=80,
    ),
    case("", "ramps-two", mlp(2, size=144), of(flat(ramps)), optimizer=adam(5e-3), epochs=60),
    case(
        "",
        "sharpened",
        local16(1, 12, 12),
        to(
            rings,
            lambda x: x,
            lambda x: 0.25 * (x + np.roll(x, 1, 2) + np.roll(x, 1, 3) + np.roll(x, (1, 1), (2, 3))),
        ),
        epochs=40,
    ),
    case(
        "",
        "one-by-one",
        mlp(24, 4, size=12),
        of(few(table, 250)),
        optimizer=sgd(0.02, 0.0),
        batch_size=1,
        epochs=40,
    ),
]
UNSEEN_2 = {training.name: training for training in (*FAULTY_UNSEEN_2, *HEALTHY_UNSEEN_2)}

# Half of the sorted names of each list, by random.Random(47).sample.
LOOK = frozenset(
    (
        "code_on_a_line-averaged-channel",
        "code_on_a_line-one-unit-before",
        "constant_data-one-wave",
        "constant_image-zero-tanh",
        "dead_code-still-zeros",
        "dead_units-zero-kernels",
        "frozen_layer-detached-encoder",
        "healthy-classes",
        "healthy-linear-clusters",
        "healthy-numerals-normalised",
        "healthy-one-by-one",
        "healthy-sharpened",
        "healthy-spectra",
        "healthy-spectra-contractive",
        "healthy-views-denoised",
        "healthy-views-local",
        "healthy-waves-conv",
        "healthy-waves-mae",
        "healthy-waves-variational",
        "noisy_targets-swapped",
        "not_classes-several-answers",
        "penalty_too_large-contractive",
        "penalty_too_large-l1",
        "posterior_collapse-beta-conv",
        "posterior_collapse-per-element",
        "rate_too_large-conv-adam",
        "rate_too_large-momentum-waves",
        "rate_too_large-small-batches",
        "rate_too_small-adam-views",
        "rate_too_small-sgd-spectra",
        "saturation-wide-tanh-waves",
        "too_few_epochs-two-conv",
        "unrelated_targets-one-further",
        "unrelated_targets-shuffled-waves",
        "unscaled_inputs-bytes-unscaled",
        "unscaled_targets-negative-for-sigmoid",
        "validation_seen-bootstrap",
    )
)
ASIDE = frozenset(
    (
        "constant_image-black-relu",
        "dead_code-most-units",
        "dead_units-filters-mostly",
        "dead_units-negative-kernel",
        "dead_units-normalised-too-low",
        "fixed_noise-masked-rings",
        "fixed_noise-spectra",
        "frozen_layer-transposed",
        "healthy-answers",
        "healthy-clusters-sparse-sigmoid",
        "healthy-deep",
        "healthy-gratings-pooled",
        "healthy-masked-spectra",
        "healthy-numerals-sparse",
        "healthy-numerals-strided",
        "healthy-numerals-variational",
        "healthy-ramps-two",
        "healthy-rings-dense",
        "healthy-table-huber",
        "healthy-waves",
        "noise_too_large-masked-answers",
        "noisy_targets-twice",
        "overfitting-forty-numerals",
        "overfitting-views-dense",
        "penalty_too_large-l2-conv",
        "saturation-conv-tanh",
        "too_few_epochs-all-in-one-batch",
        "unscaled_inputs-far-off-centre",
        "unscaled_inputs-raw-table",
        "unscaled_inputs-tiny-numbers",
        "unscaled_targets-bytes-for-sigmoid",
        "validation_differs-inverted",
        "validation_differs-other-frequencies",
        "validation_seen-last-of-training",
        "worse_than_inputs-narrow-code",
        "wrong_loss-crossentropy-tanh",
        "wrong_loss-median-of-spikes",
    )
)
