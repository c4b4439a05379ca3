"""A fifth set of trainings with a fault put in, and healthy ones, by an author who had not seen the doctor.

They have the form of `trainings`. The data are drawn here: tides, gaits, flags, cells, particle tracks,
votes, mails, wines, chromatograms, traffic, weaves, electric loads, knocks, road signs, stations.
The doctor was improved by the half `LOOK`, and by `ASIDE` after this had been counted once.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from trainings import Training

import npae
from npae.datasets import corruption as corruptions
from npae.training.batches import Batches

# Data: every function draws `count` examples.


def tides(count, rng):
    """Water levels of 48 hours in metres: the moon, the sun, a daily tide, and the weather."""
    hours, level = np.arange(48), rng.normal(0, 0.2, (count, 1))
    for period, low, high in ((12.42, 0.5, 2.0), (12.0, 0.1, 0.6), (23.93, 0.1, 0.5)):
        size, phase = rng.uniform(low, high, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
        level = level + size * np.cos(2 * np.pi * hours / period + phase)
    return level + rng.normal(0, 0.03, level.shape)


def gaits(count, rng):
    """One second of a walker's accelerometer, 3 axes of 32 samples each, in m/s^2 with gravity."""
    time, step = np.arange(32) / 32, rng.uniform(1.4, 2.2, (count, 1))
    phase, force, tilt = rng.uniform(0, 2 * np.pi, (3, count, 1)) / np.array([1, 4, 8]).reshape(3, 1, 1)
    swing, force = 2 * np.pi * step * time + phase, 1 + force
    up = 9.81 * np.cos(tilt) + 2 * force * np.sin(swing) + 0.6 * force * np.sin(2 * swing)
    ahead = 9.81 * np.sin(tilt) + force * np.cos(swing)
    aside = 0.8 * force * np.sin(swing / 2)
    x = np.concatenate([aside, ahead, up], axis=1)
    return x + rng.normal(0, 0.15, x.shape)


def flags(count, rng):
    """Flags (3, 12, 16) of three stripes, along or across, some with a disc."""
    paints = np.array(
        [
            [0.9, 0.9, 0.9],
            [0.1, 0.1, 0.1],
            [0.8, 0.1, 0.15],
            [0.1, 0.2, 0.6],
            [0.9, 0.8, 0.2],
            [0.1, 0.5, 0.3],
        ]
    )
    stripes = paints[rng.integers(0, 6, (count, 3))].transpose(0, 2, 1)
    along = np.repeat(stripes, 4, axis=2)[:, :, :, None] * np.ones((1, 1, 1, 16))
    across = stripes[:, :, np.arange(16) * 3 // 16][:, :, None] * np.ones((1, 1, 12, 1))
    x = np.where(rng.random((count, 1, 1, 1)) < 0.5, along, across)
    down, right = np.mgrid[:12, :16]
    disc = ((down - 5.5) ** 2 + (right - 7.5) ** 2 < 10) & (rng.random((count, 1, 1, 1)) < 0.4)
    x = np.where(disc, paints[rng.integers(0, 6, count)][:, :, None, None], x)
    return np.clip(x + rng.normal(0, 0.02, x.shape), 0, 1)


def cells(count, rng):
    """Cells under a microscope (1, 16, 16): a grey ellipse with a dark nucleus on a bright ground."""
    down, right = np.mgrid[:16, :16]
    y, x, wide, high, turn = (
        rng.uniform(low, high, (count, 1, 1))
        for low, high in ((5.5, 9.5), (5.5, 9.5), (3, 6), (3, 6), (0, np.pi))
    )
    u = (right - x) * np.cos(turn) + (down - y) * np.sin(turn)
    v = (down - y) * np.cos(turn) - (right - x) * np.sin(turn)
    edge = np.sqrt((u / wide) ** 2 + (v / high) ** 2)
    body, nucleus = 1 / (1 + np.exp(5 * (edge - 1))), 1 / (1 + np.exp(9 * (edge - 0.4)))
    image = 0.9 - rng.uniform(0.3, 0.5, (count, 1, 1)) * body - 0.25 * nucleus
    return np.clip(image + rng.normal(0, 0.02, image.shape), 0, 1)[:, None]


def tracks(count, rng):
    """Straight tracks of particles in a detector of 12 x 12 wires that fire or do not: zeros and ones."""
    down, right = np.mgrid[:12, :12] - 5.5
    angle, offset = rng.uniform(0, np.pi, (count, 1, 1)), rng.uniform(-4, 4, (count, 1, 1))
    far = np.abs(right * np.cos(angle) + down * np.sin(angle) - offset)
    return (far < 0.6).reshape(count, -1)


def votes(count, rng):
    """Yes or no, 1 or 0, of members of parliament on 40 bills; two opinions decide."""
    bills = np.random.default_rng(11).normal(0, 3, (2, 40))
    party = np.array([[-1, 0.4], [0.2, -1], [1, 0.7]])[rng.integers(0, 3, count)]
    logits = (party + rng.normal(0, 0.35, (count, 2))) @ bills
    return rng.random((count, 40)) < 1 / (1 + np.exp(-logits))


def mails(count, rng):
    """How often each of 80 words occurs in a mail, with six topics."""
    topics = np.random.default_rng(12).dirichlet(np.full(80, 0.08), 6)
    words = rng.dirichlet(np.full(6, 0.3), count) @ topics
    return rng.poisson(words * rng.integers(80, 250, (count, 1)))


def wines(count, rng):
    """Twelve measurements of a wine, each in its own unit; four causes."""
    causes = np.random.default_rng(13).normal(0, 1, (4, 12))
    scores = rng.normal(0, 1, (count, 4)) @ (causes / np.linalg.norm(causes, axis=0))
    scores += rng.normal(0, 0.15, scores.shape)
    middle = np.array([11, 0.995, 3.2, 7, 0.5, 0.3, 6, 0.08, 30, 120, 0.6, 750])
    spread = np.array([1.2, 0.002, 0.15, 1.2, 0.15, 0.1, 4, 0.02, 12, 40, 0.1, 300])
    return middle + spread * scores


def chromatograms(count, rng):
    """Readings of a detector at 64 times: the peaks of six substances, which come a little early or late."""
    time = np.arange(64)
    places = np.array([8, 17, 24, 36, 44, 55]) + rng.normal(0, 0.4, (count, 1))
    peaks = np.exp(-(((time - places[..., None]) / np.array([1.5, 2, 2.2, 2.6, 3, 3.4])[:, None]) ** 2))
    x = (rng.gamma(2, 0.25, (count, 6, 1)) * peaks).sum(axis=1)
    return x + rng.normal(0, 0.01, x.shape)


def traffic(count, rng):
    """Cars an hour at a counting post over 24 hours, on workdays and weekends."""
    hours = np.arange(24)
    morning, evening, noon = (
        np.exp(-(((hours - middle) / width) ** 2)) for middle, width in ((8, 1.8), (17.5, 2.5), (14, 4.5))
    )
    workday = rng.random((count, 1)) < 0.7
    sizes = rng.uniform(0.3, 1, (3, count, 1))
    rush = sizes[0] * morning + sizes[1] * evening
    rate = 15 + rng.uniform(300, 1200, (count, 1)) * np.where(workday, rush, 0.7 * sizes[2] * noon)
    return rng.poisson(rate)


def weaves(count, rng):
    """Cloth (3, 12, 12): coloured threads of warp and weft with a period of two to four, and a phase."""
    warp, weft = rng.uniform(0.1, 0.9, (2, count, 3, 1, 1))
    down, right = np.mgrid[:12, :12]
    period, phase = rng.integers(2, 5, (count, 1, 1)), rng.integers(0, 4, (count, 1, 1))
    above = (down + right + phase) // period % 2 == 0
    x = np.where(above[:, None], warp, weft)
    return np.clip(x + rng.normal(0, 0.02, x.shape), 0, 1)


def loads(count, rng):
    """Electric power of a household in kW, every half hour of a day: few households draw very much."""
    hours = np.arange(48) / 2
    size = np.exp(rng.normal(-0.5, 0.7, (count, 4, 1)))
    shape = np.exp(-(((hours - np.array([[7.0], [12.5], [19.0], [23.0]])) / 2) ** 2))
    x = 0.15 + (size * shape).sum(axis=1)
    return x * np.exp(rng.normal(0, 0.05, x.shape))


def knocks(count, rng):
    """The sound of a knock, 64 samples from -1 to 1: a decaying oscillation."""
    time, pitch = np.arange(64), rng.uniform(0.05, 0.09, (count, 1))
    size, phase, decay = (rng.uniform(low, high, (count, 1)) for low, high in ((0.3, 1), (-1, 1), (10, 30)))
    x = size * np.exp(-time / decay) * np.sin(2 * np.pi * pitch * time + phase)
    return x + rng.normal(0, 0.01, x.shape)


def signs(count, rng):
    """Road signs (3, 16, 16): a disc, a triangle or a square with a coloured rim, at several places."""
    down, right = np.mgrid[:16, :16]
    y, x = down - rng.uniform(6.5, 8.5, (count, 1, 1)), right - rng.uniform(6.5, 8.5, (count, 1, 1))
    round_, square = np.hypot(y, x), np.maximum(np.abs(y), np.abs(x)) * 1.1
    triangle = np.maximum(y, np.abs(x) * 1.2 - y * 0.6) * 1.2
    distance = np.choose(rng.integers(0, 3, (count, 1, 1)), [round_, triangle, square])
    rim = np.array([[0.8, 0.1, 0.1], [0.1, 0.2, 0.8], [0.9, 0.7, 0.1]])[rng.integers(0, 3, count)]
    ground = rng.uniform(0.2, 0.7, (count, 1, 1, 1)) * np.array([0.8, 1, 0.9])[:, None, None]
    image = np.where((distance < 6)[:, None], rim[:, :, None, None], ground)
    image = np.where((distance < 3.6)[:, None], 0.95, image)
    return np.clip(image + rng.normal(0, 0.02, image.shape), 0, 1)


def stations(count, rng):
    """The station at which a passenger gets on, one of 20, as a one-hot row; some have more passengers."""
    return np.eye(20)[rng.choice(20, count, p=np.arange(5, 25) / np.arange(5, 25).sum())]


@cache
def drawn(make, count, seed):
    return make(count, np.random.default_rng(seed)).astype(np.float32)


def same(x):
    return x


def of(make, prepare=same, targets=None, count=1000, validate=None, **options):
    """Return the data of a training: inputs `prepare`d, and targets if they are not the inputs.

    `validate` prepares the inputs of the validation data, if another function does; `options` are those of
    `Batches`.
    """

    def data(train, test):
        parts = []
        for seed, number, change in ((1, count, prepare), (2, 300, validate or prepare)):
            x = drawn(make, number, seed)
            parts.append(Batches(change(x), None if targets is None else targets(x), **options))
        return tuple(parts)

    return data


def split_of(x):
    """Return training and validation data: four fifths and a fifth of shuffled examples."""
    x = np.random.default_rng(2).permutation(x)
    return Batches(x[: len(x) * 4 // 5]), Batches(x[len(x) * 4 // 5 :])


def z_scores(make):
    """Return a function that gives every column of these data the mean 0 and the deviation 1."""
    x = drawn(make, 1000, 1)
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    return lambda x: (x - mean) / deviation


def unit(make):
    """Return a function that maps the range of all these data to that from 0 to 1."""
    x = drawn(make, 1000, 1)
    low, high = x.min(), x.max()
    return lambda x: np.clip((x - low) / (high - low), 0, 1)


# Models


def dense(*units, hidden="relu", code="linear", out="linear", outputs, **options):
    """Return an autoencoder of dense layers; `units` are those of the encoder, with the code last."""

    def layers(sizes, last):
        hiddens = [npae.Dense(size, hidden, **options) for size in sizes[:-1]]
        return [*hiddens, npae.Dense(sizes[-1], last, **options)]

    shape = (outputs,) if isinstance(outputs, int) else outputs

    def model():
        flat = [] if len(shape) == 1 else [npae.Flatten()]
        back = [] if len(shape) == 1 else [npae.Reshape(shape)]
        encoder, decoder = layers(units, code), layers([*units[-2::-1], int(np.prod(shape))], out)
        return npae.Autoencoder(npae.Sequential([*flat, *encoder]), npae.Sequential([*decoder, *back]))

    return model


def of_layers(encoder, decoder, kind=npae.Autoencoder):
    return lambda: kind(npae.Sequential(encoder()), npae.Sequential(decoder()))


def variational(hidden, dimensions, outputs, out="linear", activation="tanh"):
    return of_layers(
        lambda: [npae.Dense(hidden, activation), npae.Dense(2 * dimensions)],
        lambda: [npae.Dense(hidden, activation), npae.Dense(outputs, out)],
        npae.VariationalAutoencoder,
    )


def pooled(channels, code_channels, activation="relu", out="sigmoid"):
    """Return a convolutional autoencoder that pools twice and doubles twice."""
    return of_layers(
        lambda: [
            npae.Conv2D(8, 3, 1, "same", activation),
            npae.MaxPool2D(2),
            npae.Conv2D(code_channels, 3, 1, "same", activation),
            npae.MaxPool2D(2),
        ],
        lambda: [
            npae.Conv2D(8, 3, 1, "same", activation),
            npae.UpSampling2D(2),
            npae.Conv2D(8, 3, 1, "same", activation),
            npae.UpSampling2D(2),
            npae.Conv2D(channels, 3, 1, "same", out),
        ],
    )


class Rounded(npae.Layer):
    """Rounds every number of the code, for a short file; the derivative of that is 0."""

    def forward(self, x, rng=None):
        return np.round(self.check_input(x, rng)), None

    def backward(self, dy, cache, need_dx=True):
        return np.zeros_like(self.check_gradient(dy)), {}


def adam(rate=3e-3, **options):
    return lambda: npae.Adam(rate, **options)


def sgd(rate, momentum=0.0, **options):
    return lambda: npae.SGD(rate, momentum, **options)


def case(fault, label, model, data, loss="mse", **options):
    return Training(fault, label, model, data, loss, **{"epochs": 25, "optimizer": adam(), **options})


def change(layer, key, values, part=slice(None)):
    """Return a change of a model: `values(array)` for a part of a layer's kernels or biases."""

    def changed(model):
        array = model.params[f"{layer}/{key}"]
        array[..., part] = values(array[..., part])

    return changed


COLLAPSE = ("dead_code", "constant_image", "code_on_a_line")
OF_RATE = ("dead_units", "saturation", *COLLAPSE)
OF_SCALE = ("unscaled_targets", "rate_too_large", "rate_too_small", "too_few_epochs", *OF_RATE)
SLOW = ("too_few_epochs", "rate_too_small", *COLLAPSE)
IMAGE, COLOUR = (1, 16, 16), (3, 12, 16)

FAULTY_UNSEEN_4 = [
    # Units that give 0 for every example.
    case(
        "dead_units",
        "kernels-above-zero-for-decibels",  # as of numpy.random.rand, for levels that are all below 0
        dense(48, 8, outputs=24),
        of(traffic, lambda x: np.log10((x + 1) / 3000)),
        change=change("encoder/dense", "kernel", np.abs),
        also=COLLAPSE,
    ),
    case(
        "dead_units",
        "transposed-filters-off",
        of_layers(
            lambda: [npae.Conv2D(8, 3, 2, "same", "elu"), npae.Flatten(), npae.Dense(16)],
            lambda: [
                npae.Dense(192, "elu"),
                npae.Reshape((4, 6, 8)),
                npae.Conv2DTranspose(16, 3, 2, "same", activation="relu"),
                npae.Conv2D(3, 3, 1, "same", "sigmoid"),
            ],
        ),
        of(flags),
        change=change("decoder/conv2d_transpose", "bias", lambda bias: bias - 15, slice(12)),
        epochs=20,
    ),
    case(
        "dead_units",
        "beta-of-minus-five",
        of_layers(
            lambda: [npae.Dense(64), npae.BatchNormalization(), npae.ReLU(), npae.Dense(6)],
            lambda: [npae.Dense(64, "relu"), npae.Dense(96)],
        ),
        of(gaits, lambda x: x / 9.81),
        change=change("encoder/batch_normalization", "beta", lambda beta: beta - 5, slice(56)),
    ),
    # Units at the flat ends of their activation.
    case(
        "saturation",
        "kernels-thirty-times-as-large",
        dense(48, 8, hidden="tanh", outputs=64),
        of(knocks),
        change=change("encoder/dense", "kernel", lambda kernel: 30 * kernel),
        optimizer=adam(1e-3),
    ),
    case(
        "saturation",
        "sigmoids-of-the-decoder",
        dense(40, 8, hidden="sigmoid", outputs=48),
        of(tides),
        change=change("decoder/dense", "kernel", lambda kernel: 200 * kernel),
        optimizer=adam(1e-3),
    ),
    case(
        "saturation",
        "normal-kernels-of-deviation-one",
        dense(64, 32, 6, hidden="tanh", outputs=COLOUR),
        of(flags),
        change=lambda model: [
            change(f"encoder/{name}", "kernel", lambda k: k / k.std())(model) for name in ("dense", "dense_1")
        ],
        optimizer=adam(1e-3),
    ),
    # Codes of which units are off.
    case(
        "dead_code",
        "two-of-nine-left",
        dense(48, 9, code="relu", outputs=48),
        of(tides),
        change=change("encoder/dense_1", "bias", lambda bias: bias - 25, slice(7)),
        also=("dead_units", "code_on_a_line"),
    ),
    case(
        "dead_code",
        "rectified-from-zeros",
        of_layers(
            lambda: [npae.Dense(32, "tanh"), npae.Dense(6, "relu", kernel_initializer="zeros")],
            lambda: [npae.Dense(32, "tanh"), npae.Dense(12)],
        ),
        of(wines, z_scores(wines)),
        also=("dead_units", *COLLAPSE),
    ),
    case(
        "dead_code",
        "channels-of-the-code",
        pooled(1, 8),
        of(cells),
        change=change("encoder/conv2d_1", "bias", lambda bias: bias - 4, slice(6)),
        also=("dead_units",),
        epochs=15,
    ),
    # Codes that have one degree of freedom.
    case(
        "code_on_a_line",
        "one-unit-before-the-code",
        of_layers(
            lambda: [npae.Dense(32, "tanh"), npae.Dense(1), npae.Dense(8)],
            lambda: [npae.Dense(32, "tanh"), npae.Dense(48)],
        ),
        of(tides),
    ),
    case(
        "code_on_a_line",
        "pooled-to-one-number",
        of_layers(
            lambda: [
                npae.Conv2D(8, 3, 1, "same", "relu"),
                npae.Conv2D(1, 3, 1, "same", "relu"),
                npae.AveragePooling2D(16),
                npae.Flatten(),
                npae.Dense(10),
            ],
            lambda: [npae.Dense(64, "relu"), npae.Dense(768, "sigmoid"), npae.Reshape((3, 16, 16))],
        ),
        of(signs, count=600),
        epochs=15,
    ),
    # Outputs that are the same for every example.
    case(
        "constant_image",
        "decoder-off",
        dense(32, 6, outputs=64),
        of(chromatograms),
        change=change("decoder/dense", "bias", lambda bias: bias - 30),
        also=("dead_units",),
    ),
    case(
        "constant_image",
        "six-layers-of-sigmoids",
        dense(48, 32, 16, 8, hidden="sigmoid", code="sigmoid", out="sigmoid", outputs=IMAGE),
        of(cells),
        "binary_crossentropy",
        optimizer=sgd(0.1),
        also=("rate_too_small", "too_few_epochs", *COLLAPSE),
    ),
    case(
        "constant_image",
        "kernels-of-a-thousandth",
        dense(40, 20, 8, hidden="tanh", outputs=96),
        of(gaits, z_scores(gaits)),
        change=lambda model: [np.multiply(v, 1e-3, out=v) for k, v in model.params.items() if "kernel" in k],
        optimizer=sgd(0.05, 0.9),
        also=SLOW,
    ),
    # Variational codes without information.
    case(
        "posterior_collapse",
        "beta-of-a-hundred",
        variational(40, 6, 48),
        of(tides),
        npae.Objective(npae.GaussianNegativeLogLikelihood(0.5, per="image"), npae.KullbackLeibler(100)),
        also=COLLAPSE,
    ),
    case(
        "posterior_collapse",
        "mean-over-pixels",
        of_layers(
            lambda: [npae.Flatten(), npae.Dense(64, "tanh"), npae.Dense(16)],
            lambda: [npae.Dense(64, "relu"), npae.Dense(256, "sigmoid"), npae.Reshape(IMAGE)],
            npae.VariationalAutoencoder,
        ),
        of(cells),
        npae.Objective("binary_crossentropy", npae.KullbackLeibler()),
        optimizer=adam(1e-3),
        also=COLLAPSE,
    ),
    case(
        "posterior_collapse",
        "deviation-of-four",  # of a sound whose own deviation is 0.2
        variational(40, 5, 64),
        of(knocks),
        npae.Objective(npae.GaussianNegativeLogLikelihood(4, per="image"), npae.KullbackLeibler()),
        also=COLLAPSE,
    ),
    # Inputs, or inputs and targets, in their raw units.
    case(
        "unscaled_inputs",
        "counts-of-ten-bits",
        dense(40, 8, hidden="tanh", outputs=96),
        of(gaits, lambda x: np.round(512 + 25 * x), lambda x: x / 9.81),
        also=OF_SCALE,
    ),
    case(
        "unscaled_inputs",
        "wines-as-in-the-table",
        dense(24, 4, outputs=12),
        of(wines),
        also=OF_SCALE,
    ),
    case(
        "unscaled_inputs",
        "cars-an-hour",
        dense(24, 4, hidden="tanh", outputs=24),
        of(traffic),
        optimizer=adam(1e-3),
        also=OF_SCALE,
    ),
    case(
        "unscaled_inputs",
        "bytes-before-sigmoids",
        dense(48, 12, hidden="sigmoid", out="sigmoid", outputs=COLOUR),
        of(flags, lambda x: np.round(255 * x), same),
        "binary_crossentropy",
        optimizer=adam(1e-3),
        also=OF_SCALE,
    ),
    # Targets in their raw units.
    case(
        "unscaled_targets",
        "counts-of-the-detector",
        dense(32, 8, outputs=64),
        of(chromatograms, same, lambda x: 20000 * x),
        also=("rate_too_small", "too_few_epochs", *OF_RATE),
    ),
    case(
        "unscaled_targets",
        "watts-from-kilowatts",
        dense(32, 6, hidden="tanh", outputs=48),
        of(loads, same, lambda x: 1000 * x),
        also=("rate_too_small", "too_few_epochs", *OF_RATE),
    ),
    # Losses and last layers that do not suit the targets.
    case("wrong_loss", "tanh-for-metres", dense(40, 8, hidden="tanh", out="tanh", outputs=48), of(tides)),
    case(
        "wrong_loss",
        "sigmoid-for-logarithms-of-counts",
        dense(48, 8, hidden="tanh", out="sigmoid", outputs=24),
        of(traffic, np.log1p),
        also=("unscaled_targets", "saturation"),
    ),
    case(
        "wrong_loss",
        "median-of-sparse-tracks",
        dense(64, 24, out="sigmoid", outputs=144),
        of(tracks),
        "mae",
        also=COLLAPSE,
    ),
    case(
        "wrong_loss",
        "logits-of-a-sigmoid",
        dense(32, 4, out="sigmoid", outputs=40),
        of(votes),
        npae.BinaryCrossentropy(from_logits=True),
    ),
    # Rates of learning.
    case(
        "rate_too_large",
        "adam-on-pooled-signs",
        pooled(3, 8),
        of(signs, count=500),
        optimizer=adam(0.2),
        epochs=10,
        also=OF_RATE,
    ),
    case(
        "rate_too_large",
        "momentum-on-tides",
        dense(40, 7, hidden="tanh", outputs=48),
        of(tides),
        optimizer=sgd(2.0, 0.9),
        also=OF_RATE,
    ),
    case(
        "rate_too_large",
        "adam-half-on-wines",
        dense(24, 12, 4, hidden="tanh", outputs=12),
        of(wines, z_scores(wines)),
        optimizer=adam(0.5),
        also=OF_RATE,
    ),
    case(
        "rate_too_small",
        "adam-a-millionth",
        dense(40, 8, hidden="tanh", outputs=64),
        of(chromatograms),
        optimizer=adam(1e-6),
        also=SLOW,
    ),
    case(
        "rate_too_small",
        "sgd-of-the-default-on-flags",
        dense(48, 12, outputs=COLOUR, out="sigmoid"),
        of(flags),
        optimizer=sgd(1e-3),
        also=SLOW,
    ),
    case(
        "rate_too_small",
        "variational-adam",
        variational(40, 7, 48),
        of(tides),
        npae.Objective(npae.GaussianNegativeLogLikelihood(0.2, per="image"), npae.KullbackLeibler()),
        optimizer=adam(5e-6),
        also=("posterior_collapse", *SLOW),
    ),
    # Trainings that end too early.
    case(
        "too_few_epochs",
        "one-of-tracks",
        dense(64, 24, out="sigmoid", outputs=144),
        of(tracks),
        "binary_crossentropy",
        epochs=1,
        also=SLOW,
    ),
    case(
        "too_few_epochs",
        "three-of-gaits",
        dense(40, 10, hidden="tanh", outputs=96),
        of(gaits, z_scores(gaits)),
        optimizer=adam(1e-3),
        epochs=3,
        also=SLOW,
    ),
    case(
        "too_few_epochs",
        "twenty-steps-of-whole-data",
        dense(40, 8, hidden="elu", outputs=48),
        of(tides),
        batch_size=1000,
        epochs=20,
        also=SLOW,
    ),
    # Networks that know their training data by heart.
    case(
        "overfitting",
        "thirty-cells",
        dense(200, 40, hidden="elu", outputs=IMAGE),
        of(cells, lambda x: x - 0.8, count=30),
        optimizer=adam(1e-3),
        batch_size=10,
        epochs=300,
    ),
    case(
        "overfitting",
        "forty-tracks",
        dense(128, 32, out="sigmoid", outputs=144),
        of(tracks, count=40),
        "binary_crossentropy",
        epochs=200,
    ),
    case(
        "overfitting",
        "tomorrow-of-fifty-posts",  # from the night to the rest of the day: 50 examples, and much chance
        of_layers(
            lambda: [npae.Dense(100, "tanh"), npae.Dense(30, "tanh")],
            lambda: [npae.Dense(100, "tanh"), npae.Dense(12)],
        ),
        of(traffic, lambda x: x[:, :12] / 300, lambda x: x[:, 12:] / 300, count=50),
        batch_size=10,
        epochs=400,
    ),
    # Targets with the noise that the network should remove.
    case(
        "noisy_targets",
        "salt-as-a-sample",  # `sample` changes the targets too; `corruption` does not
        dense(64, 16, hidden="elu", outputs=IMAGE),
        of(cells, sample=corruptions.salt_and_pepper(0.4)),
    ),
    case(
        "noisy_targets",
        "clean-and-noisy-exchanged",
        dense(48, 12, hidden="tanh", outputs=64),
        of(
            knocks,
            same,
            lambda x: x + np.random.default_rng(len(x)).normal(0, 0.3, x.shape),
        ),
    ),
    # Noise that is the same in every epoch.
    case(
        "fixed_noise",
        "gaits-before-the-loop",
        dense(160, 40, outputs=96),
        of(
            gaits,
            lambda x: (x + np.random.default_rng(len(x)).normal(0, 4, x.shape)) / 9.81,
            lambda x: x / 9.81,
            count=300,
        ),
        epochs=60,
        also=("overfitting",),
    ),
    case(
        "fixed_noise",
        "masked-once",
        dense(160, 40, hidden="elu", out="sigmoid", outputs=IMAGE),
        of(
            cells,
            lambda x: x * (np.random.default_rng(len(x)).random(x.shape) > 0.6),
            same,
            count=200,
        ),
        epochs=60,
        also=("overfitting",),
    ),
    # Noise of the wrong size.
    case(
        "no_noise",
        "three-per-mille-masked",
        dense(64, 16, outputs=48),
        of(tides, corruption=corruptions.masking_noise(0.3 / 100)),
    ),
    case(
        "noise_too_large",
        "all-but-two-per-cent-masked",  # the share to keep, given as that to mask
        dense(64, 16, out="sigmoid", outputs=IMAGE),
        of(cells, corruption=corruptions.masking_noise(0.98)),
        also=COLLAPSE,
    ),
    case(
        "noise_too_large",
        "layer-of-noise-in-raw-units",
        of_layers(
            lambda: [npae.GaussianNoise(20), npae.Dense(48, "tanh"), npae.Dense(8)],
            lambda: [npae.Dense(48, "tanh"), npae.Dense(12)],
        ),
        of(wines, z_scores(wines)),
        also=COLLAPSE,
    ),
    # A denoiser whose outputs are further from the clean data than its inputs.
    case(
        "worse_than_inputs",
        "little-noise-and-three-numbers",
        dense(64, 3, hidden="elu", out="sigmoid", outputs=(3, 12, 12)),
        of(weaves, corruption=corruptions.gaussian_noise(0.05)),
    ),
    case(
        "worse_than_inputs",
        "slight-noise-and-two-numbers",
        dense(48, 2, hidden="tanh", outputs=96),
        of(gaits, z_scores(gaits), corruption=corruptions.gaussian_noise(0.15, None)),
    ),
    # Data that are not what they should be.
    case(
        "constant_data",
        "clipped-to-one",
        dense(24, 4, hidden="tanh", outputs=24),
        of(traffic, lambda x: np.clip(x, 0, 1)),
        also=COLLAPSE,
    ),
    case(
        "not_classes",
        "many-votes-a-row",
        dense(32, 4, outputs=40),
        of(votes),
        "softmax_crossentropy",
        also=("wrong_loss",),
    ),
    case(
        "frozen_layer",
        "rounded-code",
        of_layers(
            lambda: [npae.Dense(40, "tanh"), npae.Dense(10), Rounded()],
            lambda: [npae.Dense(40, "tanh"), npae.Dense(96)],
        ),
        of(gaits, z_scores(gaits)),
    ),
    case(
        "unrelated_targets",
        "targets-a-row-further",
        dense(40, 8, outputs=48),
        of(tides, same, lambda x: np.roll(x, 1, axis=0)),
        also=("constant_image", "overfitting"),
    ),
    case(
        "validation_differs",
        "training-standardised-only",
        dense(24, 4, hidden="elu", outputs=12),
        of(wines, z_scores(wines), validate=same),
    ),
    case(
        "validation_differs",
        "bright-for-dark",
        dense(64, 12, hidden="elu", out="sigmoid", outputs=IMAGE),
        of(cells, validate=lambda x: 1 - x),
        "binary_crossentropy",
    ),
    case(
        "validation_differs",
        "axes-in-another-order",
        dense(64, 10, hidden="elu", outputs=96),
        of(gaits, lambda x: x / 9.81, validate=lambda x: np.roll(x, 32, axis=1) / 9.81),
    ),
    case(
        "validation_seen",
        "each-five-times-before-the-split",
        dense(48, 6, hidden="elu", outputs=48),
        lambda train, test: split_of(np.tile(drawn(loads, 250, 1), (5, 1))),
    ),
    case(
        "validation_seen",
        "first-rows-of-the-training",
        dense(48, 12, hidden="elu", out="sigmoid", outputs=COLOUR),
        lambda train, test: (Batches(drawn(flags, 800, 1)), Batches(drawn(flags, 800, 1)[:200])),
    ),
    # Penalties that leave nothing of the data.
    case(
        "penalty_too_large",
        "l1-of-two",
        dense(48, 16, code="relu", outputs=64),
        of(chromatograms),
        npae.Objective("mse", npae.L1(2)),
        also=("dead_units", *COLLAPSE),
    ),
    case(
        "penalty_too_large",
        "contractive-of-fifty",
        of_layers(lambda: [npae.Dense(16, "tanh")], lambda: [npae.Dense(12)]),
        of(wines, z_scores(wines)),
        npae.Objective("mse", npae.Contractive(50)),
        also=COLLAPSE,
    ),
    case(
        "penalty_too_large",
        "sparsity-of-fifty",
        of_layers(
            lambda: [npae.Flatten(), npae.Dense(48, "sigmoid")],
            lambda: [npae.Dense(256, "sigmoid"), npae.Reshape(IMAGE)],
        ),
        of(cells),
        npae.Objective("mse", npae.KLSparsity(0.01, 50)),
        batch_size=100,
        also=("saturation", *COLLAPSE),
    ),
]
HEALTHY_UNSEEN_4 = [
    case(
        "",
        "tides-in-metres",
        dense(40, 8, hidden="tanh", outputs=48),
        of(tides),
        optimizer=adam(2e-3),
        epochs=60,
    ),
    case(
        "",
        "rate-of-five-small-gradients",
        dense(40, 8, hidden="elu", outputs=64),
        of(knocks),
        optimizer=sgd(5.0),
        epochs=80,
    ),
    case(
        "",
        "deep-and-narrow",
        dense(32, 24, 16, 8, hidden="elu", outputs=64),
        of(chromatograms),
        optimizer=adam(2e-3),
        epochs=100,
    ),
    case(
        "",
        "noisy-cells",
        dense(96, 24, hidden="elu", outputs=IMAGE, out="sigmoid"),
        of(cells, count=2000, corruption=corruptions.gaussian_noise(0.15)),
        optimizer=adam(1e-3),
    ),
    case(
        "",
        "two-thirds-masked",
        dense(96, 16, outputs=48),
        of(tides, corruption=corruptions.masking_noise(0.67)),
        epochs=40,
    ),
    case(
        "",
        "sigmoids-for-flags",
        dense(96, 24, hidden="sigmoid", out="sigmoid", outputs=COLOUR),
        of(flags),
        "binary_crossentropy",
        epochs=30,
    ),
    case(
        "",
        "batches-of-two",
        dense(24, 5, hidden="tanh", outputs=12),
        of(wines, z_scores(wines), count=300),
        batch_size=2,
        optimizer=adam(5e-4),
        epochs=40,
    ),
    case(
        "",
        "hundredths-of-a-volt",
        dense(40, 8, hidden="tanh", outputs=64),
        of(knocks, lambda x: x / 50),
        optimizer=adam(2e-3),
        epochs=120,
    ),
    case(
        "",
        "frame-around-cells",
        pooled(1, 8, "elu"),
        of(cells, lambda x: np.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)))),
        optimizer=adam(5e-3),
        epochs=25,
    ),
    case("", "wines-of-unit-variance", dense(32, 4, outputs=12), of(wines, z_scores(wines)), epochs=40),
    case(
        "",
        "heavy-tails",
        dense(48, 6, hidden="elu", outputs=48),
        of(loads),
        npae.Huber(0.2),
        epochs=40,
    ),
    case(
        "",
        "twelve-dimensions-for-tides",
        variational(48, 12, 48),
        of(tides),
        npae.Objective(npae.GaussianNegativeLogLikelihood(0.1, per="image"), npae.KullbackLeibler()),
        optimizer=adam(2e-3),
        batch_size=50,
        epochs=100,
    ),
    case(
        "",
        "two-opinions",
        variational(32, 2, 40, "sigmoid"),
        of(votes),
        npae.Objective(npae.BinaryCrossentropy(per="image"), npae.KullbackLeibler()),
        optimizer=adam(2e-3),
        epochs=40,
    ),
    case(
        "",
        "five-long-epochs",
        dense(40, 8, outputs=48),
        of(tides, count=8000),
        batch_size=16,
        epochs=5,
    ),
    case(
        "",
        "signs-pooled-once",
        of_layers(
            lambda: [
                npae.Conv2D(8, 3, 1, "same", "elu"),
                npae.MaxPool2D(2),
                npae.Conv2D(6, 3, 1, "same", "elu"),
            ],
            lambda: [
                npae.Conv2D(24, 3, 1, "same", "elu"),
                npae.UpSampling2D(2),
                npae.Conv2D(3, 5, 1, "same", "sigmoid"),
            ],
        ),
        of(signs, count=800),
        optimizer=adam(5e-3),
        epochs=25,
    ),
    case(
        "",
        "transposed-flags",
        of_layers(
            lambda: [
                npae.Conv2D(12, 3, 2, "same", "leaky_relu"),
                npae.Conv2D(16, 3, 2, "same", "leaky_relu"),
                npae.Flatten(),
                npae.Dense(24),
            ],
            lambda: [
                npae.Dense(192, "leaky_relu"),
                npae.Reshape((16, 3, 4)),
                npae.Conv2DTranspose(12, 3, 2, "same", activation="leaky_relu"),
                npae.Conv2DTranspose(3, 3, 2, "same", activation="sigmoid"),
            ],
        ),
        of(flags),
        optimizer=adam(6e-3),
        epochs=40,
    ),
    case(
        "",
        "sparse-sigmoids",
        of_layers(
            lambda: [npae.Flatten(), npae.Dense(64, "sigmoid")],
            lambda: [npae.Dense(256), npae.Reshape(IMAGE)],
        ),
        of(cells),
        npae.Objective("mse", npae.KLSparsity(0.1, 1e-4)),
        optimizer=adam(1e-2),
        batch_size=50,
        epochs=120,
    ),
    case(
        "",
        "contractive-wines",
        of_layers(lambda: [npae.Dense(24, "tanh")], lambda: [npae.Dense(12)]),
        of(wines, z_scores(wines)),
        npae.Objective("mse", npae.Contractive(1e-3)),
        epochs=100,
    ),
    case(
        "",
        "overcomplete-substances",
        dense(128, code="relu", outputs=64, kernel_initializer="he_normal"),
        of(chromatograms),
        npae.Objective("mse", npae.L1(1e-6)),
        optimizer=adam(1e-3),
        epochs=60,
    ),
    case("", "stations", dense(24, 6, outputs=20), of(stations), "softmax_crossentropy", epochs=40),
    case(
        "",
        "logarithms-of-words",
        dense(64, 10, outputs=80),
        of(mails, np.log1p),
        optimizer=adam(2e-3),
    ),
    case(
        "",
        "normalised-gaits",
        of_layers(
            lambda: [npae.Dense(64), npae.BatchNormalization(0.9), npae.ReLU(), npae.Dense(12)],
            lambda: [npae.Dense(64, "relu"), npae.Dense(96)],
        ),
        of(gaits, lambda x: x / 9.81),
        batch_size=100,
        epochs=120,
    ),
    case(
        "",
        "evening-from-the-morning",
        of_layers(
            lambda: [npae.Dense(48, "elu"), npae.Dense(12)],
            lambda: [npae.Dense(48, "elu"), npae.Dense(12)],
        ),
        of(tides, lambda x: x[:, :36], lambda x: x[:, 36:], count=2000),
    ),
    case(
        "",
        "nesterov-from-torch",
        dense(64, 10, outputs=48, kernel_initializer="pytorch_uniform", bias_initializer="pytorch_uniform"),
        of(tides, z_scores(tides)),
        optimizer=sgd(0.1, 0.9, nesterov=True),
        epochs=40,
    ),
]
UNSEEN_4 = {training.name: training for training in (*FAULTY_UNSEEN_4, *HEALTHY_UNSEEN_4)}

# Half of the sorted names of each list, by random.Random(73).sample.
LOOK = frozenset(
    (
        "code_on_a_line-pooled-to-one-number",
        "constant_image-decoder-off",
        "constant_image-kernels-of-a-thousandth",
        "dead_code-rectified-from-zeros",
        "dead_units-transposed-filters-off",
        "fixed_noise-gaits-before-the-loop",
        "healthy-batches-of-two",
        "healthy-deep-and-narrow",
        "healthy-evening-from-the-morning",
        "healthy-five-long-epochs",
        "healthy-heavy-tails",
        "healthy-logarithms-of-words",
        "healthy-nesterov-from-torch",
        "healthy-normalised-gaits",
        "healthy-sigmoids-for-flags",
        "healthy-tides-in-metres",
        "healthy-transposed-flags",
        "healthy-two-thirds-masked",
        "noise_too_large-all-but-two-per-cent-masked",
        "noise_too_large-layer-of-noise-in-raw-units",
        "noisy_targets-salt-as-a-sample",
        "overfitting-thirty-cells",
        "penalty_too_large-l1-of-two",
        "penalty_too_large-sparsity-of-fifty",
        "posterior_collapse-beta-of-a-hundred",
        "posterior_collapse-deviation-of-four",
        "posterior_collapse-mean-over-pixels",
        "rate_too_large-adam-half-on-wines",
        "rate_too_large-adam-on-pooled-signs",
        "rate_too_large-momentum-on-tides",
        "rate_too_small-adam-a-millionth",
        "rate_too_small-variational-adam",
        "saturation-kernels-thirty-times-as-large",
        "saturation-normal-kernels-of-deviation-one",
        "too_few_epochs-three-of-gaits",
        "unrelated_targets-targets-a-row-further",
        "validation_differs-axes-in-another-order",
        "validation_seen-first-rows-of-the-training",
        "worse_than_inputs-little-noise-and-three-numbers",
        "worse_than_inputs-slight-noise-and-two-numbers",
        "wrong_loss-median-of-sparse-tracks",
        "wrong_loss-sigmoid-for-logarithms-of-counts",
    )
)
ASIDE = frozenset(
    (
        "code_on_a_line-one-unit-before-the-code",
        "constant_data-clipped-to-one",
        "constant_image-six-layers-of-sigmoids",
        "dead_code-channels-of-the-code",
        "dead_code-two-of-nine-left",
        "dead_units-beta-of-minus-five",
        "dead_units-kernels-above-zero-for-decibels",
        "fixed_noise-masked-once",
        "frozen_layer-rounded-code",
        "healthy-contractive-wines",
        "healthy-frame-around-cells",
        "healthy-hundredths-of-a-volt",
        "healthy-noisy-cells",
        "healthy-overcomplete-substances",
        "healthy-rate-of-five-small-gradients",
        "healthy-signs-pooled-once",
        "healthy-sparse-sigmoids",
        "healthy-stations",
        "healthy-twelve-dimensions-for-tides",
        "healthy-two-opinions",
        "healthy-wines-of-unit-variance",
        "no_noise-three-per-mille-masked",
        "noisy_targets-clean-and-noisy-exchanged",
        "not_classes-many-votes-a-row",
        "overfitting-forty-tracks",
        "overfitting-tomorrow-of-fifty-posts",
        "penalty_too_large-contractive-of-fifty",
        "rate_too_small-sgd-of-the-default-on-flags",
        "saturation-sigmoids-of-the-decoder",
        "too_few_epochs-one-of-tracks",
        "too_few_epochs-twenty-steps-of-whole-data",
        "unscaled_inputs-bytes-before-sigmoids",
        "unscaled_inputs-cars-an-hour",
        "unscaled_inputs-counts-of-ten-bits",
        "unscaled_inputs-wines-as-in-the-table",
        "unscaled_targets-counts-of-the-detector",
        "unscaled_targets-watts-from-kilowatts",
        "validation_differs-bright-for-dark",
        "validation_differs-training-standardised-only",
        "validation_seen-each-five-times-before-the-split",
        "wrong_loss-logits-of-a-sigmoid",
        "wrong_loss-tanh-for-metres",
    )
)
