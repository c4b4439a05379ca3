"""Trainings that the author of the doctor had not seen: 60 with one fault put in, and 24 healthy ones.

Their author had not read the doctor. Every data set is drawn here, with NumPy. The fault of each was measured
against the same training without it, and the healthy ones against the mean of their data. The doctor was
improved by the half `LOOK`, and by `ASIDE` after this had been counted once; names that say the fault as well
are in ``also``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from trainings import Training

import npae
from npae import datasets
from npae.training.batches import Batches

Make = Callable[[int, np.random.Generator], np.ndarray]

BCE = "binary_crossentropy"


# --- Data: each function draws `count` examples ---


def peaks(count, rng):
    """Spectra of 64 channels: two lines on a sloping baseline, from 0 to about 1."""
    channel = np.arange(64)
    spectra = rng.uniform(0, 0.2, (count, 1)) * channel / 64
    for low, high in ((10, 26), (36, 54)):
        centre, height = rng.uniform(low, high, (count, 1)), rng.uniform(0.3, 0.8, (count, 1))
        spectra = spectra + height * np.exp(-(((channel - centre) / 4) ** 2))
    return spectra


def heartbeats(count, rng):
    """50 samples of a beat, about -0.2 to 1: a small wave, a spike, a broad wave."""
    time = np.linspace(0, 1, 50)
    beats = rng.normal(0, 0.02, (count, 1)) + np.zeros(50)
    for place, width, height in (
        (0.2, 0.04, 0.2),
        (0.42, 0.025, 0.9),
        (0.47, 0.02, -0.25),
        (0.72, 0.08, 0.35),
    ):
        centre = place + rng.normal(0, 0.012, (count, 1))
        size = height * rng.uniform(0.5, 1.2, (count, 1))
        beats = beats + size * np.exp(-(((time - centre) / width) ** 2))
    return beats


def loops(count, rng):
    """Lissajous figures: 20 abscissas, then 20 ordinates, from -1 to 1."""
    time = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    size, phase = rng.uniform(0.3, 1, (count, 2, 1)), rng.uniform(0, 2 * np.pi, (count, 2, 1))
    return (size * np.sin(time * np.array([[1], [2]]) + phase)).reshape(count, 40)


def vibrations(count, rng):
    """A motor's vibration in 48 samples: two tones of free strength and phase, standard deviation about 1."""
    time = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    signal = 0.0
    for turns in (2, 5):
        signal = signal + rng.normal(0, 1, (count, 1)) * np.sin(turns * time)
        signal = signal + rng.normal(0, 0.7, (count, 1)) * np.cos(turns * time)
    return signal + rng.normal(0, 0.05, (count, 48))


def weather(count, rng):
    """Stations in their units: °C, hPa, %, m/s, W/m², °C of dew, cm of snow, km of sight."""
    warm, wet, windy = rng.normal(0, 1, (3, count))
    columns = [
        12 + 8 * warm,
        1013 - 9 * wet + 3 * warm,
        65 + 14 * wet - 5 * warm,
        4 + 1.5 * windy + 0.5 * wet,
        250 + 90 * warm - 60 * wet,
        6 + 6 * warm + 3 * wet,
        8 - 5 * warm + 4 * wet,
        20 - 6 * wet + 2 * windy,
    ]
    table = np.stack(columns, axis=1)
    return table + 0.05 * table.std(axis=0) * rng.standard_normal(table.shape)


def houses(count, rng):
    """Offers in their units: m², €, rooms, year, km to the centre, m² of garden, € of rent, kWh/m²."""
    size, age, far = rng.normal(0, 1, (3, count))
    columns = [
        110 + 35 * size,
        320_000 + 90_000 * size - 60_000 * far - 20_000 * age,
        4 + 1.2 * size,
        1975 - 22 * age,
        9 + 4 * far,
        400 + 120 * far + 90 * size,
        1300 + 260 * size - 190 * far,
        140 + 45 * age,
    ]
    table = np.stack(columns, axis=1)
    return table + 0.08 * table.std(axis=0) * rng.standard_normal(table.shape)


def panel(count, rng):
    """A blood panel of 24 standardised values that follow five causes, with a little noise."""
    mixing = np.random.default_rng(11).normal(0, 1 / np.sqrt(5), (5, 24))
    return rng.normal(0, 1, (count, 5)) @ mixing + rng.normal(0, 0.2, (count, 24))


def receipts(count, rng):
    """Sparse counts of 40 products: every shopper mixes two of six habits."""
    habits = np.random.default_rng(13).dirichlet(np.full(40, 0.12), 6)
    share = rng.dirichlet(np.full(6, 0.3), count)
    return rng.poisson(share @ habits * rng.uniform(10, 20, (count, 1)))


def survey(count, rng):
    """Nine questions of four answers, one-hot: each person answers mostly as one of eight types."""
    answers = np.random.default_rng(14).integers(0, 4, (8, 9))[rng.integers(0, 8, count)]
    own = rng.integers(0, 4, answers.shape)
    return np.eye(4)[np.where(rng.random(answers.shape) < 0.1, own, answers)].reshape(count, 36)


def motifs(count, rng):
    """DNA of 14 letters, one-hot: one of four motifs, each with two free letters."""
    motif = np.random.default_rng(15).integers(0, 4, (4, 14))[rng.integers(0, 4, count)]
    motif[:, 3], motif[:, 9] = rng.integers(0, 4, (2, count))
    return np.eye(4)[motif].reshape(count, 56)


def letters(count, rng):
    """14 letters out of four, one-hot and at random: there is nothing to learn but the examples."""
    return np.eye(4)[rng.integers(0, 4, (count, 14))].reshape(count, 56)


def barcodes(count, rng):
    """Binary labels (1, 6, 20): ten bars, black or white, which all rows repeat."""
    bars = np.repeat(rng.integers(0, 2, (count, 1, 1, 10)), 2, axis=3)
    return np.repeat(bars, 6, axis=2)


def rolls(count, rng):
    """Piano rolls (1, 12, 16), binary and mostly silent: a chord of three notes in each quarter."""
    chords = np.stack([np.roll([1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0], shift) for shift in (0, 2, 4, 5, 7, 9)])
    return np.repeat(chords[rng.integers(0, 6, (count, 4))], 4, axis=1).transpose(0, 2, 1)[:, None]


def grid(height, width):
    return np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]


def soft(distance, edge=0.12):
    """1 where the distance is below 0, 0 above, with a soft edge."""
    return 1 / (1 + np.exp(np.clip(distance / edge, -30, 30)))


def dials(count, rng):
    """Gauges (1, 16, 16), from 0 to 1: a needle of one length at any angle, on a faint disc."""
    row, column = grid(16, 16)
    angle = rng.uniform(0, 2 * np.pi, (count, 1, 1))
    along = row * np.sin(angle) + column * np.cos(angle)
    across = row * np.cos(angle) - column * np.sin(angle)
    needle = soft(np.abs(across) - 0.18) * soft(-along, 0.08) * soft(along - 0.85, 0.08)
    return np.maximum(needle, 0.15 * soft(np.hypot(row, column) - 0.9))[:, None]


def moons(count, rng):
    """The moon (1, 13, 13), from 0 to 1: lit on one side, more or less, and tilted."""
    row, column = grid(13, 13)
    tilt, phase = rng.uniform(-0.6, 0.6, (count, 1, 1)), rng.uniform(-0.9, 0.9, (count, 1, 1))
    across = row * np.sin(tilt) + column * np.cos(tilt)
    along = row * np.cos(tilt) - column * np.sin(tilt)
    terminator = phase * np.sqrt(np.clip(0.81 - along**2, 0, None))
    return (soft(np.hypot(row, column) - 0.9) * soft(terminator - across))[:, None]


def plaids(count, rng):
    """Cloth (1, 11, 17), from 0 to 1: stripes across plus stripes along, of free brightness."""
    across = np.repeat(rng.uniform(0, 0.5, (count, 1, 4, 1)), 3, axis=2)[:, :, :11]
    along = np.repeat(rng.uniform(0, 0.5, (count, 1, 1, 6)), 3, axis=3)[..., :17]
    return across + along


def hills(count, rng):
    """Maps (1, 12, 16), from 0 to 1: slow waves through a sigmoid."""
    row, column = grid(12, 16)
    height = 0.0
    for down, right in ((1, 0), (0, 1), (1, 1), (2, 0), (0, 2)):
        wave = np.cos(np.pi * down * (row + 1) / 2) * np.cos(np.pi * right * (column + 1) / 2)
        height = height + rng.normal(0, 1.2, (count, 1, 1)) * wave
    return soft(-height, 1.0)[:, None]


def flags(count, rng):
    """Flags (3, 8, 12), from 0 to 1: three stripes of free colours, upright or lying."""
    colours = rng.random((count, 3, 3))
    upright = np.repeat(colours, 4, axis=2)[:, :, None, :] * np.ones((8, 1))
    lying = colours[:, :, [0, 0, 0, 1, 1, 2, 2, 2], None] * np.ones(12)
    return np.where(rng.random((count, 1, 1, 1)) < 0.5, upright, lying)


def skies(count, rng):
    """Skies (3, 10, 10), from 0 to 1: from one colour at the top to another, with a round sun."""
    row, column = grid(10, 10)
    part = (row[None, None] + 1) / 2
    top, bottom = rng.random((2, count, 3, 1, 1)) * 0.8
    place = rng.uniform(-0.6, 0.6, (2, count, 1, 1, 1))
    sun = soft(np.hypot(row - place[0], column - place[1]) - 0.35)
    return np.maximum(top * (1 - part) + bottom * part, sun)


def leaves(count, rng):
    """Leaves (1, 18, 10), from 0 to 1: an ellipse of free size, place and tone, with a darker rib."""
    row, column = grid(18, 10)
    long, wide, tone = (
        rng.uniform(low, high, (count, 1, 1)) for low, high in ((0.5, 0.9), (0.3, 0.8), (0.4, 1))
    )
    down = rng.uniform(-0.2, 0.2, (count, 1, 1))
    body = soft(np.hypot((row - down) / long, column / wide) - 1)
    return (tone * body * (1 - 0.5 * soft(np.abs(column) - 0.1, 0.05)))[:, None]


def scattered(count, rng):
    """Eight of 64 lamps are lit, at random: nothing to compress."""
    return np.argsort(rng.random((count, 64)), axis=1) < 8


@cache
def examples(make: Make, count: int, check: int, flat: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return training and validation examples of a kind, as float32."""
    x = make(count + check, np.random.default_rng(89)).astype(np.float32)
    x = np.ascontiguousarray(x.reshape(len(x), -1) if flat else x)
    return x[:count], x[count:]


def standardised(make):
    """Examples whose columns have mean 0 and standard deviation 1."""

    def made(count, rng):
        x = make(count, rng)
        return (x - x.mean(axis=0)) / x.std(axis=0)

    return made


def scaled(make, factor, offset=0.0):
    return lambda count, rng: make(count, rng) * factor + offset


def noised(make, stddev):
    """Examples with noise that belongs to them, in inputs and targets alike."""

    def made(count, rng):
        x = make(count, rng)
        return x + rng.normal(0, stddev, x.shape)

    return made


def drawn(make, count=1000, *, check=200, flat=False, corruption=None, sample=None):
    """Data of a kind; a corruption is drawn anew in every batch."""

    def data(train, test):
        return tuple(
            Batches(part, corruption=corruption, sample=sample) for part in examples(make, count, check, flat)
        )

    return data


def paired(make, inputs, targets, count=1000, *, check=200, flat=False, clean=None):
    """Data whose inputs and targets are functions ``(clean, rng)``; ``clean``: those of the validation."""

    def data(train, test):
        x, y = examples(make, count, check, flat)
        rng = np.random.default_rng(7)
        pair = (inputs(x, rng), targets(x, rng))
        checked = (inputs(y, rng), (clean or targets)(y, rng))
        return Batches(*(part.astype(np.float32) for part in pair)), Batches(
            *(part.astype(np.float32) for part in checked)
        )

    return data


def once(make, corruption, count=1000, *, check=200, flat=False):
    """Data of a denoiser whose noise was drawn before the training; the validation has noise of its own."""
    return paired(make, corruption, same, count, check=check, flat=flat)


def same(x, rng):
    return x


def apart(make, change, count=1000, *, check=200, flat=False):
    """Data whose validation examples are changed: they come from elsewhere."""

    def data(train, test):
        x, y = examples(make, count, check, flat)
        return Batches(x), Batches(np.ascontiguousarray(change(y), np.float32))

    return data


def repeated(make, count, check, *, times=10, flat=False):
    """Data whose few validation examples are each repeated."""

    def data(train, test):
        x, y = examples(make, count, check, flat)
        return Batches(x), Batches(np.tile(y, (times, *[1] * (y.ndim - 1))))

    return data


def ordered(make, key, count=1000, *, check=300, flat=False):
    """Data that were sorted by ``key(x)`` before the last part was kept for validation."""

    def data(train, test):
        x = np.concatenate(examples(make, count, check, flat))
        x = np.ascontiguousarray(x[np.argsort(key(x), kind="stable")])
        return Batches(x[:count]), Batches(x[count:])

    return data


# --- Models ---


def mlp(size, *hidden, code, activation="relu", bottleneck="linear", output="linear", inner=(), first=()):
    """Dense layers to a code and back; ``inner`` and ``first``: calls that make more layers."""

    def model():
        ahead = [npae.Dense(units, activation) for units in hidden]
        back = [npae.Dense(units, activation) for units in reversed(hidden)]
        return npae.Autoencoder(
            npae.Sequential([*(make() for make in first), *ahead, npae.Dense(code, bottleneck)]),
            npae.Sequential([*(make() for make in inner), *back, npae.Dense(size, output)]),
        )

    return model


def image_mlp(shape, *hidden, code, activation="elu", bottleneck="linear", output="sigmoid"):
    """`mlp` between a Flatten and a Reshape."""

    def model():
        ahead = [npae.Dense(units, activation) for units in hidden]
        back = [npae.Dense(units, activation) for units in reversed(hidden)]
        last = npae.Dense(int(np.prod(shape)), output)
        return npae.Autoencoder(
            npae.Sequential([npae.Flatten(), *ahead, npae.Dense(code, bottleneck)]),
            npae.Sequential([*back, last, npae.Reshape(shape)]),
        )

    return model


def strided(channels, filters, code, small, activation="relu", output="sigmoid"):
    """Two convolutions of stride 2, a dense code, two transposed ones; ``small``: the size between."""

    def model():
        first, second = filters
        return npae.Autoencoder(
            npae.Sequential(
                [
                    npae.Conv2D(first, 3, 2, "same", activation),
                    npae.Conv2D(second, 3, 2, "same", activation),
                    npae.Flatten(),
                    npae.Dense(code),
                ]
            ),
            npae.Sequential(
                [
                    npae.Dense(second * small[0] * small[1], activation),
                    npae.Reshape((second, *small)),
                    npae.Conv2DTranspose(first, 3, 2, "same", activation=activation),
                    npae.Conv2DTranspose(channels, 3, 2, "same", activation=output),
                ]
            ),
        )

    return model


def pooled(channels, filters, activation="relu", output="sigmoid", size=2):
    """A convolution and a pooling; an enlargement and a convolution."""

    def model():
        return npae.Autoencoder(
            npae.Sequential([npae.Conv2D(filters, 3, 1, "same", activation), npae.MaxPool2D(size)]),
            npae.Sequential(
                [
                    npae.Conv2D(filters, 3, 1, "same", activation),
                    npae.UpSampling2D(size),
                    npae.Conv2D(channels, 3, 1, "same", output),
                ]
            ),
        )

    return model


def flatconv(channels, filters, activation="relu", output="sigmoid"):
    """Convolutions alone, which keep the size."""

    def model():
        return npae.Autoencoder(
            npae.Sequential([npae.Conv2D(filters, 3, 1, "same", activation) for _ in range(2)]),
            npae.Sequential([npae.Conv2D(channels, 3, 1, "same", output)]),
        )

    return model


def variational(size, hidden, code, activation="relu", output="linear"):
    def model():
        return npae.VariationalAutoencoder(
            npae.Sequential([npae.Dense(hidden, activation), npae.Dense(2 * code)]),
            npae.Sequential([npae.Dense(hidden, activation), npae.Dense(size, output)]),
        )

    return model


def variational_conv(channels, filters, code, small):
    def model():
        return npae.VariationalAutoencoder(
            npae.Sequential(
                [npae.Conv2D(filters, 3, 2, "same", "relu"), npae.Flatten(), npae.Dense(2 * code)]
            ),
            npae.Sequential(
                [
                    npae.Dense(filters * small[0] * small[1], "relu"),
                    npae.Reshape((filters, *small)),
                    npae.Conv2DTranspose(channels, 3, 2, "same", activation="sigmoid"),
                ]
            ),
        )

    return model


def normal(stddev, beta=1.0):
    return npae.Objective(npae.GaussianNegativeLogLikelihood(stddev, per="image"), npae.KullbackLeibler(beta))


def bits(beta=1.0):
    return npae.Objective(npae.BinaryCrossentropy(per="image"), npae.KullbackLeibler(beta))


def adam(rate, **others):
    return lambda: npae.Adam(rate, **others)


def sgd(rate, momentum=0.0, nesterov=False):
    return lambda: npae.SGD(rate, momentum, nesterov)


# --- Changes of the initial weights ---


def gaussian_init(stddev, *names):
    """All kernels of these layers from a normal distribution, without a look at their number of inputs."""

    def change(model):
        rng = np.random.default_rng(21)
        for name in names:
            kernel = model.params[f"{name}/kernel"]
            kernel[...] = rng.normal(0, stddev, kernel.shape)

    return change


def constant_init(value):
    """Every kernel has one value: units of a layer cannot become different."""

    def change(model):
        for name, kernel in model.params.items():
            if name.endswith("kernel"):
                kernel[...] = value

    return change


def low_bias(amount, share, *names):
    """The first ``share`` of the units of these layers begin with a bias of ``-amount``."""

    def change(model):
        for name in names:
            bias = model.params[f"{name}/bias"]
            bias[: round(share * len(bias))] = -amount

    return change


def below_zero(share, *names):
    """The first units of these layers begin with weights that are all negative: uniform minus 1, not 1/2."""

    def change(model):
        for name in names:
            kernel = model.params[f"{name}/kernel"]
            count = round(share * kernel.shape[-1])
            kernel[..., :count] = -np.abs(kernel[..., :count])
            model.params[f"{name}/bias"][:count] = -0.05

    return change


def copies(model):
    """Copy the first unit of the code, and what the decoder does with it, to all others."""
    kernel = [name for name in model.params if name.startswith("encoder") and name.endswith("kernel")][-1]
    after = [name for name in model.params if name.startswith("decoder") and name.endswith("kernel")][0]
    model.params[kernel][...] = model.params[kernel][..., :1]
    model.params[after][...] = model.params[after][:1]


def narrow(size, hidden, code, activation="relu", output="linear"):
    """A code of several units behind a layer of one unit."""

    def model():
        return npae.Autoencoder(
            npae.Sequential([npae.Dense(hidden, activation), npae.Dense(1, "linear"), npae.Dense(code)]),
            npae.Sequential([npae.Dense(hidden, activation), npae.Dense(size, output)]),
        )

    return model


FIRST, SECOND, BACK = "encoder/dense", "encoder/dense_1", "decoder/dense"
CONV, CONV_2 = "encoder/conv2d", "encoder/conv2d_1"


def with_noise(stddev, clip=(0.0, 1.0)):
    return datasets.gaussian_noise(stddev, clip)


FAULTY_UNSEEN_5 = [
    # dead units: most of a layer is off for every example, and what is left is too narrow
    Training(
        "dead_units",
        "spectra-low-bias",
        mlp(64, 24, code=6),
        drawn(peaks, 900, flat=True),
        change=low_bias(9, 0.75, FIRST),
        epochs=30,
        optimizer=adam(3e-3),
    ),
    Training(
        "dead_units",
        "hills-negative-weights",
        image_mlp((1, 12, 16), 32, code=6, activation="relu"),
        drawn(hills),
        "mse",
        below_zero(0.9, FIRST),
        epochs=30,
        optimizer=adam(3e-3),
    ),
    Training(
        "dead_units",
        "flags-convolution",
        strided(3, (8, 12), 12, (2, 3)),
        drawn(flags, 500),
        change=low_bias(6, 0.84, CONV_2),
        epochs=30,
        optimizer=adam(4e-3),
    ),
    Training(
        "dead_units",
        "blood-decoder",
        mlp(24, 20, code=5),
        drawn(panel),
        change=low_bias(12, 0.8, BACK),
        epochs=30,
        optimizer=adam(3e-3),
    ),
    Training(
        "dead_units",
        "plaids-both-sides",
        image_mlp((1, 11, 17), 40, code=10, activation="relu"),
        drawn(plaids, 800),
        "mae",
        low_bias(10, 0.9, FIRST, BACK),
        epochs=25,
        batch_size=16,
    ),
    # saturation
    Training(
        "saturation",
        "vibrations-tanh",
        mlp(48, 24, code=4, activation="tanh"),
        drawn(vibrations),
        change=gaussian_init(2.5, FIRST),
        epochs=30,
    ),
    Training(
        "saturation",
        "loops-sigmoid",
        mlp(40, 20, code=4, activation="sigmoid"),
        drawn(loops, 800),
        change=gaussian_init(12, FIRST),
        epochs=40,
        batch_size=16,
    ),
    Training(
        "saturation",
        "hills-convolution",
        strided(1, (6, 8), 6, (3, 4), activation="tanh"),
        drawn(hills, 500),
        BCE,
        gaussian_init(8, CONV, CONV_2),
        epochs=20,
    ),
    Training(
        "saturation",
        "loops-code",
        mlp(40, 30, code=4, activation="elu", bottleneck="tanh"),
        drawn(loops, 900),
        change=gaussian_init(6, SECOND),
        epochs=25,
        optimizer=adam(3e-3),
    ),
    Training(
        "saturation",
        "blood-decoder",
        mlp(24, 20, code=5, activation="tanh"),
        drawn(panel),
        "huber",
        gaussian_init(15, BACK),
        epochs=25,
        optimizer=adam(3e-3),
    ),
    # a code that collapsed, or lies on a line
    Training(
        "code_on_a_line",
        "loops-constant-init",
        mlp(40, 24, code=5, activation="tanh"),
        drawn(loops, 700),
        change=constant_init(0.08),
        epochs=30,
    ),
    Training(
        "code_on_a_line",
        "blood-one-unit-before",
        narrow(24, 20, 6),
        drawn(panel),
        epochs=30,
    ),
    Training(
        "code_on_a_line",
        "skies-copied-units",
        image_mlp((3, 10, 10), 32, code=8),
        drawn(skies, 700),
        change=copies,
        epochs=25,
    ),
    Training(
        "penalty_too_large",
        "rolls-sparse",
        image_mlp((1, 12, 16), 40, code=24, bottleneck="relu"),
        drawn(rolls, 800),
        npae.Objective(BCE, npae.L1(0.5)),
        epochs=20,
        also=("dead_code", "constant_image"),
    ),
    Training(
        "penalty_too_large",
        "loops-contractive",
        mlp(40, code=12, bottleneck="sigmoid"),
        drawn(loops, 800),
        npae.Objective("mse", npae.Contractive(10.0)),
        epochs=40,
        optimizer=adam(5e-3),
        also=("dead_code", "constant_image"),
    ),
    # posterior collapse
    Training(
        "posterior_collapse",
        "vibrations-loss-per-element",
        variational(48, 24, 4),
        drawn(vibrations),
        npae.Objective("mse", npae.KullbackLeibler()),
        epochs=25,
    ),
    Training(
        "posterior_collapse",
        "peaks-stddev-1",
        variational(64, 24, 4, "elu"),
        drawn(scaled(peaks, 0.5), 900),
        normal(1.0),
        epochs=25,
        optimizer=adam(5e-3),
    ),
    Training(
        "posterior_collapse",
        "survey-beta",
        variational(36, 24, 3, output="sigmoid"),
        drawn(survey),
        bits(40),
        epochs=25,
    ),
    Training(
        "posterior_collapse",
        "leaves-convolution",
        variational_conv(1, 8, 4, (9, 5)),
        drawn(leaves, 500),
        npae.Objective(BCE, npae.KullbackLeibler()),
        epochs=40,
        optimizer=adam(5e-3),
    ),
    # inputs that were not scaled
    Training(
        "unscaled_inputs",
        "houses-in-euros",
        mlp(8, 16, code=3, activation="elu"),
        drawn(houses, 2000),
        epochs=40,
        optimizer=adam(3e-3),
        batch_size=64,
        also=("unscaled_targets",),
    ),
    Training(
        "unscaled_inputs",
        "weather-hectopascal",
        mlp(8, 12, code=3, activation="tanh"),
        drawn(weather, 1200),
        epochs=30,
        optimizer=adam(3e-3),
        also=("unscaled_targets", "saturation"),
    ),
    Training(
        "unscaled_inputs",
        "heartbeats-of-the-converter",
        mlp(50, 24, code=6, activation="elu"),
        drawn(scaled(heartbeats, 300, 2048), 800),
        epochs=40,
        also=("unscaled_targets",),
    ),
    Training(
        "unscaled_inputs",
        "vibrations-micrometres",
        mlp(48, 16, code=4, activation="tanh"),
        drawn(scaled(vibrations, 3e-4)),
        epochs=25,
        also=("unscaled_targets",),
    ),
    Training(
        "unscaled_inputs",
        "hills-kelvin",
        strided(1, (6, 8), 6, (3, 4), "leaky_relu", "linear"),
        drawn(scaled(hills, 14, 281), 500),
        epochs=25,
        optimizer=adam(2e-3),
        also=("unscaled_targets",),
    ),
    # the wrong loss for the output, or the wrong output for the data
    Training(
        "wrong_loss",
        "loops-sigmoid-output",
        mlp(40, 24, code=4, output="sigmoid"),
        drawn(loops),
        epochs=30,
    ),
    Training(
        "wrong_loss",
        "blood-relu-output",
        mlp(24, 20, code=5, output="relu"),
        drawn(panel, 1600),
        epochs=30,
        optimizer=adam(3e-3),
        batch_size=64,
    ),
    Training(
        "wrong_loss",
        "barcodes-logits-of-a-sigmoid",
        image_mlp((1, 6, 20), 32, code=12),
        drawn(barcodes, 800),
        npae.BinaryCrossentropy(from_logits=True),
        epochs=25,
    ),
    Training(
        "wrong_loss",
        "moons-linear-cross-entropy",
        image_mlp((1, 13, 13), 32, code=4, output="linear"),
        drawn(moons, 900),
        BCE,
        epochs=25,
    ),
    Training(
        "wrong_loss",
        "receipts-absolute-error",
        mlp(40, 24, code=5),
        drawn(receipts),
        "mae",
        epochs=30,
    ),
    # a rate that is too large
    Training(
        "rate_too_large",
        "peaks-adam",
        mlp(64, 24, code=6, activation="elu"),
        drawn(peaks, flat=True),
        epochs=25,
        optimizer=adam(0.15),
    ),
    Training(
        "rate_too_large",
        "blood-momentum",
        mlp(24, 20, code=5, activation="leaky_relu"),
        drawn(panel),
        "mae",
        epochs=30,
        optimizer=sgd(1.0, 0.9),
    ),
    Training(
        "rate_too_large",
        "dials-convolution",
        strided(1, (6, 8), 6, (4, 4), "leaky_relu"),
        drawn(dials, 400),
        BCE,
        epochs=25,
        optimizer=adam(0.25),
    ),
    Training(
        "rate_too_large",
        "loops-variational",
        variational(40, 24, 4, "elu"),
        drawn(loops, 700),
        normal(0.2),
        epochs=25,
        optimizer=adam(0.05),
        batch_size=16,
    ),
    Training(
        "rate_too_large",
        "plaids-linear",
        image_mlp((1, 11, 17), code=10, output="linear"),
        drawn(plaids, 600),
        epochs=25,
        optimizer=adam(0.2),
        batch_size=16,
    ),
    # a rate that is too small
    Training(
        "rate_too_small",
        "skies-sgd-default",
        image_mlp((3, 10, 10), 32, code=8),
        drawn(skies, 700),
        epochs=20,
        optimizer=sgd(0.01),
    ),
    Training(
        "rate_too_small",
        "heartbeats-adam",
        mlp(50, 24, code=6, activation="tanh"),
        drawn(heartbeats),
        epochs=30,
        optimizer=adam(1e-5),
        batch_size=64,
    ),
    Training(
        "rate_too_small",
        "barcodes-convolution",
        pooled(1, 6),
        drawn(barcodes, 400),
        BCE,
        epochs=15,
        optimizer=adam(3e-6),
    ),
    Training(
        "rate_too_small",
        "blood-nesterov",
        mlp(24, 20, code=5, activation="elu"),
        drawn(panel),
        "huber",
        epochs=30,
        optimizer=sgd(2e-4, 0.9, True),
    ),
    # a constant output
    Training(
        "constant_image",
        "leaves-weight-decay",
        image_mlp((1, 18, 10), 32, code=6),
        drawn(leaves, 800),
        epochs=25,
        optimizer=adam(1e-3, weight_decay=30.0),
    ),
    Training(
        "constant_image",
        "loops-dropout-kept-for-dropped",
        mlp(40, 24, code=6, inner=(lambda: npae.Dropout(0.97),)),
        drawn(loops),
        epochs=25,
    ),
    Training(
        "constant_image",
        "flags-pairs-shuffled",
        image_mlp((3, 8, 12), 32, code=9),
        paired(flags, same, lambda x, rng: x[rng.permutation(len(x))], 900),
        epochs=20,
        also=("noisy_targets", "unrelated_targets"),  # the doctor has a name for it
    ),
    Training(
        "constant_image",
        "survey-l2",
        mlp(36, 24, code=5, activation="elu", output="sigmoid"),
        drawn(survey),
        npae.Objective(BCE, npae.L2(0.05)),
        epochs=40,
        optimizer=adam(3e-3),
        also=("penalty_too_large",),
    ),
    Training(
        "constant_image",
        "peaks-noise-drowns",
        mlp(64, 24, code=6, first=(lambda: npae.GaussianNoise(6.0),)),
        drawn(peaks, flat=True),
        epochs=40,
        optimizer=adam(3e-3),
    ),
    # too few epochs
    Training(
        "too_few_epochs",
        "dials-three",
        image_mlp((1, 16, 16), 40, code=8),
        drawn(dials, 1000),
        BCE,
        epochs=3,
        optimizer=adam(3e-3),
    ),
    Training(
        "too_few_epochs",
        "flags-convolution",
        strided(3, (8, 12), 10, (2, 3)),
        drawn(flags, 900),
        epochs=4,
        optimizer=adam(2e-3),
    ),
    Training(
        "too_few_epochs",
        "loops-large-batch",
        mlp(40, 24, code=4, activation="tanh"),
        drawn(loops, 2000),
        epochs=4,
        batch_size=128,
    ),
    Training(
        "too_few_epochs",
        "vibrations-variational",
        variational(48, 24, 4),
        drawn(vibrations, 1500),
        normal(0.3),
        epochs=2,
    ),
    # training and validation apart
    Training(
        "overfitting",
        "scattered-lamps",
        mlp(64, 128, code=40, output="sigmoid"),
        drawn(scattered, 300),
        BCE,
        epochs=70,
    ),
    Training(
        "overfitting",
        "noisy-blood",
        mlp(24, 96, code=18),
        drawn(noised(panel, 1.0), 300),
        epochs=80,
        batch_size=16,
    ),
    Training(
        "overfitting",
        "random-letters",
        mlp(56, 96, code=12, activation="elu", output="sigmoid"),
        drawn(letters, 300),
        BCE,
        epochs=80,
        batch_size=16,
    ),
    Training(
        "overfitting",
        "spectra-from-another-instrument",
        mlp(64, 24, code=6),
        apart(peaks, lambda x: x[:, ::-1] * 1.1, 900, flat=True),
        epochs=25,
        also=("validation_differs",),
    ),
    Training(
        "overfitting",
        "moons-sorted",
        image_mlp((1, 13, 13), 32, code=4),
        ordered(moons, lambda x: x.mean(axis=(1, 2, 3)), 800, check=400),
        epochs=25,
        also=("validation_differs",),
    ),
    # targets that are not the clean images
    Training(
        "noisy_targets",
        "dials-noisy-both",
        image_mlp((1, 16, 16), 64, code=40),
        drawn(dials, 800, sample=with_noise(0.35)),
        epochs=25,
    ),
    Training(
        "noisy_targets",
        "vibrations-swapped",
        mlp(48, 32, code=16),
        paired(vibrations, same, with_noise(1.0, None), 500, clean=with_noise(1.0, None)),
        epochs=30,
        batch_size=8,
    ),
    Training(
        "noisy_targets",
        "barcodes-salt",
        flatconv(1, 8),
        drawn(barcodes, 400, sample=datasets.salt_and_pepper(0.3)),
        BCE,
        epochs=15,
    ),
    Training(
        "noisy_targets",
        "plaids-own-noise-each",
        image_mlp((1, 11, 17), 48, code=24),
        paired(plaids, with_noise(0.25), with_noise(0.25), 400, clean=same),
        epochs=40,
    ),
    # the same noise in each epoch
    Training(
        "fixed_noise",
        "dials-gaussian",
        image_mlp((1, 16, 16), 64, code=24),
        once(dials, with_noise(0.5), 300),
        epochs=60,
        optimizer=adam(2e-3),
    ),
    Training(
        "fixed_noise",
        "loops-unclipped",
        mlp(40, 64, code=16),
        once(loops, with_noise(0.7, None), 300),
        epochs=80,
    ),
    Training(
        "fixed_noise",
        "rolls-masked",
        image_mlp((1, 12, 16), 64, code=32),
        once(rolls, datasets.masking_noise(0.5), 400),
        BCE,
        epochs=50,
    ),
    Training(
        "fixed_noise",
        "spectra-salt",
        mlp(64, 64, code=24),
        once(peaks, datasets.salt_and_pepper(0.4), 300, flat=True),
        epochs=60,
        batch_size=16,
    ),
]

HEALTHY_UNSEEN_5 = [
    # some look suspicious: sparse codes, noise that cannot be rebuilt, small batches, tens or hundredths
    Training(
        "",
        "rolls-sparse-code",
        image_mlp((1, 12, 16), 40, code=24, bottleneck="relu"),
        drawn(rolls, 1000),
        npae.Objective(BCE, npae.L1(1e-3)),
        epochs=30,
        optimizer=adam(2e-3),
    ),
    Training(
        "",
        "barcodes-saturated-outputs",
        image_mlp((1, 6, 20), 32, code=12),
        drawn(barcodes, 1000),
        BCE,
        epochs=40,
    ),
    Training("", "receipts-mostly-noise", mlp(40, 24, code=5), drawn(receipts, 1500), epochs=25),
    Training(
        "",
        "blood-batches-of-8",
        mlp(24, 20, code=5),
        drawn(panel, 600),
        epochs=14,
        optimizer=adam(3e-3),
        batch_size=8,
    ),
    Training(
        "",
        "loops-large-rate",
        mlp(40, 24, code=4, activation="tanh"),
        drawn(loops),
        epochs=40,
        optimizer=sgd(0.7, 0.5),
    ),
    Training("", "vibrations-linear", mlp(48, code=4), drawn(vibrations), epochs=30, optimizer=adam(5e-3)),
    Training(
        "",
        "blood-six-epochs",
        mlp(24, 24, code=5),
        drawn(panel, 2000),
        epochs=6,
        optimizer=adam(1e-2),
        batch_size=16,
    ),
    Training(
        "",
        "vibrations-in-hundredths",
        mlp(48, 24, code=4),
        drawn(scaled(vibrations, 0.04)),
        epochs=30,
        optimizer=adam(3e-3),
    ),
    Training(
        "",
        "blood-in-tens",
        mlp(24, 20, code=5, activation="elu"),
        drawn(scaled(panel, 12)),
        epochs=40,
        optimizer=adam(3e-3),
    ),
    Training(
        "",
        "houses-standardised",
        mlp(8, 12, code=3, activation="tanh"),
        drawn(standardised(houses), 1200),
        epochs=30,
        optimizer=adam(5e-3),
    ),
    Training(
        "",
        "weather-batch-normalised",
        mlp(8, 16, code=3, activation="leaky_relu", first=(npae.BatchNormalization,)),
        drawn(standardised(weather)),
        "huber",
        epochs=30,
        optimizer=adam(5e-3),
    ),
    Training(
        "",
        "survey-binary",
        mlp(36, 24, code=5, output="sigmoid"),
        drawn(survey, 1500),
        BCE,
        epochs=30,
        optimizer=adam(3e-3),
    ),
    Training(
        "",
        "motifs-dropout",
        mlp(56, 24, code=8, activation="elu", inner=(lambda: npae.Dropout(0.1),), output="sigmoid"),
        drawn(motifs),
        BCE,
        epochs=30,
        optimizer=adam(3e-3),
    ),
    Training(
        "",
        "vibrations-overcomplete-denoiser",
        mlp(48, 128, code=96),
        drawn(vibrations, 800, corruption=with_noise(0.6, None)),
        epochs=25,
    ),
    Training(
        "",
        "loops-variational",
        variational(40, 24, 4),
        drawn(loops, 1200),
        normal(0.15),
        epochs=40,
        optimizer=adam(3e-3),
    ),
    Training(
        "",
        "survey-small-kl",
        variational(36, 24, 2, output="sigmoid"),
        drawn(survey, 1500),
        bits(1.5),
        epochs=30,
        optimizer=adam(5e-3),
    ),
    Training(
        "",
        "flags-convolution",
        strided(3, (8, 16), 12, (2, 3)),
        drawn(flags, 800),
        epochs=25,
        optimizer=adam(4e-3),
    ),
    Training(
        "",
        "hills-transposed",
        strided(1, (6, 8), 6, (3, 4), "elu"),
        drawn(hills, 600),
        BCE,
        epochs=25,
        optimizer=adam(4e-3),
    ),
    Training("", "skies-pooled", pooled(3, 12), drawn(skies, 400), epochs=20, optimizer=adam(5e-3)),
    Training(
        "",
        "plaids-convolutions-denoise",
        flatconv(1, 8),
        drawn(plaids, 300, corruption=with_noise(0.2)),
        epochs=25,
        optimizer=adam(5e-3),
    ),
    Training(
        "",
        "barcodes-masked",
        image_mlp((1, 6, 20), 48, code=16, activation="relu"),
        drawn(barcodes, 1000, corruption=datasets.masking_noise(0.4)),
        BCE,
        epochs=30,
        optimizer=adam(2e-3),
    ),
    Training(
        "",
        "moons-repeated-validation",
        image_mlp((1, 13, 13), 32, code=4),
        repeated(moons, 900, 40),
        BCE,
        epochs=30,
        optimizer=adam(2e-3),
    ),
    Training(
        "",
        "heartbeats-mae",
        mlp(50, 32, code=8, activation="leaky_relu"),
        drawn(heartbeats, 1000),
        "mae",
        epochs=40,
        optimizer=adam(2e-3),
    ),
    Training(
        "",
        "leaves-kl-sparse",
        image_mlp((1, 18, 10), code=40, bottleneck="sigmoid"),
        drawn(leaves, 800),
        npae.Objective(BCE, npae.KLSparsity(0.1, 0.01)),
        epochs=40,
        optimizer=adam(5e-3),
    ),
]


UNSEEN_5 = {training.name: training for training in (*FAULTY_UNSEEN_5, *HEALTHY_UNSEEN_5)}


def halves() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of two halves: of each fault, and of the healthy ones, every second one by seed 89."""
    rng, kinds = np.random.default_rng(89), {}
    for training in [*FAULTY_UNSEEN_5, *HEALTHY_UNSEEN_5]:
        kinds.setdefault(training.fault, []).append(training.name)
    mixed = [str(name) for names in kinds.values() for name in rng.permutation(names)]
    return tuple(mixed[::2]), tuple(mixed[1::2])


LOOK, ASIDE = halves()
