"""A fourth set of trainings with a fault put in, and healthy ones, by an author who had not seen the doctor.

They have the form of `trainings`. The data are drawn here: heartbeats, leaves, evenings in colour, houses,
absorbances, baskets, documents, faces, terrain, machines, arms, letters, piano rolls, genes, weather, moons.
Look at the half `LOOK` to improve the doctor; the other half, `ASIDE`, only counts.
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


def standard(pair: Pair) -> Pair:
    """Standardise the columns of both parts by the statistics of the first."""
    mean, deviation = pair[0].mean(0), pair[0].std(0)
    return tuple((part - mean) / deviation for part in pair)


@cache
def heartbeats(train=800, test=200, seed=31):
    """Return one heartbeat each on 96 samples, in millivolts: from about -0.3 to 1.3."""

    def draw(rng, count):
        time, start = np.linspace(0, 1, 96), rng.normal(0.42, 0.03, (count, 1))
        waves = ((-0.18, 0.030, 0.15), (-0.035, 0.010, -0.15), (0, 0.014, 1), (0.035, 0.012, -0.25))
        waves = (*waves, (0.28, 0.055, 0.3))
        beat = np.zeros((count, 96))
        for place, width, height in waves:
            tall = height * rng.normal(1, 0.25, (count, 1))
            beat += tall * np.exp(-0.5 * ((time - start - place) / (width * 1.3)) ** 2)
        return beat + 0.01 * rng.normal(size=beat.shape)

    return drawn(draw, (train, test), seed)


@cache
def leaves(train=600, test=150, seed=32):
    """Return silhouettes of leaves, (1, 20, 28), of zeros and ones."""

    def draw(rng, count):
        y, x = np.mgrid[:20, :28]
        at = [rng.uniform(*ends, (count, 1, 1)) for ends in ((8, 11), (11, 16), (4.5, 7.5), (0.0, 0.4))]
        lobes, turn, wide = (
            rng.integers(2, 5, (count, 1, 1)),
            rng.uniform(0, 6.3, (count, 1, 1)),
            rng.uniform(1, 1.5, (count, 1, 1)),
        )
        up, across = y - at[0], (x - at[1]) / wide
        edge = at[2] * (1 + at[3] * np.cos(lobes * np.arctan2(up, across) + turn))
        return (np.hypot(up, across) < edge)[:, None]

    return drawn(draw, (train, test), seed)


@cache
def evenings(train=500, test=120, seed=33):
    """Return a sky, a sun and a sea in colour, (3, 12, 16), from 0 to 1."""

    def draw(rng, count):
        y, x = np.mgrid[:12, :16]
        horizon, late = rng.uniform(6, 10, (count, 1, 1)), rng.uniform(0, 1, (count, 1, 1, 1))
        height = np.clip(y / horizon, 0, 1)[:, None]
        top, low = np.array([0.15, 0.3, 0.8])[:, None, None], np.array([0.95, 0.6, 0.3])[:, None, None]
        sky = (1 - height) * top * (1 - 0.6 * late) + height * (
            low - late * np.array([0, 0.3, 0.2])[:, None, None]
        )
        far = np.hypot(y - horizon + rng.uniform(0, 5, (count, 1, 1)), x - rng.uniform(2, 14, (count, 1, 1)))
        sun = (1 / (1 + np.exp(2 * (far - 2))))[:, None]
        picture = sky * (1 - sun) + sun * np.array([1, 0.95, 0.6])[:, None, None]
        sea = np.array([0.05, 0.15, 0.25])[:, None, None] * (1 + late)
        return np.where((y > horizon)[:, None], sea, picture) + 0.01 * rng.random((count, 3, 12, 16))

    return tuple(np.clip(part, 0, 1) for part in drawn(draw, (train, test), seed))


@cache
def houses(train=800, test=200, seed=34):
    """Return ten columns of houses for sale in their own units."""

    def draw(rng, count):
        size, place, age = rng.normal(size=(3, count))
        area, year = 90 * np.exp(0.4 * size), 1960 + 25 * np.tanh(age)
        rooms = area / 26 + 0.2 * rng.normal(size=count)
        metre = 3200 * np.exp(0.35 * place + 0.1 * np.tanh(age))
        price, rent = area * metre, 0.0035 * area * metre + 10 * rng.normal(size=count)
        minutes = 35 * np.exp(-0.5 * place) * np.exp(0.05 * rng.normal(size=count))
        heating = area * (140 - 30 * age) / 100 + rng.normal(size=count)
        garden = 120 * np.exp(0.6 * size - 0.5 * place + 0.1 * rng.normal(size=count))
        columns = area, rooms, year, price, rent, minutes, heating, garden, metre, area / rooms
        return np.stack(columns, axis=1)

    return drawn(draw, (train, test), seed)


def houses_scaled(train=800, test=200):
    return standard(houses(train, test))


@cache
def absorbances(train=700, test=200, seed=35):
    """Return absorbances of mixtures of four substances at 60 wavelengths, from 0 to about 1.5."""

    def draw(rng, count):
        wave = np.linspace(0, 1, 60)
        bands = np.exp(
            -0.5 * ((wave - rng.uniform(0.1, 0.9, (4, 3, 1))) / rng.uniform(0.03, 0.12, (4, 3, 1))) ** 2
        )
        mixed = rng.dirichlet(np.ones(4), count) @ (bands * rng.uniform(0.3, 1.2, (4, 3, 1))).sum(1)
        path, slope = rng.uniform(0.7, 1.2, (count, 1)), rng.uniform(0, 0.3, (count, 1))
        return path * mixed + slope * wave + 0.005 * rng.normal(size=mixed.shape)

    return drawn(draw, (train, test), seed)


@cache
def transmittances(train=700, test=200, seed=35):
    return tuple(10 ** -np.clip(part, 0, None) for part in absorbances(train, test, seed))


@cache
def baskets(train=1000, test=250, seed=36):
    """Return what customers bought of 48 goods: some of six lists, with omissions and other things."""

    def draw(rng, count):
        lists = np.repeat(np.eye(6), 8, axis=1)
        wants = rng.random((count, 6)) < 0.35
        return rng.random((count, 48)) < np.where(wants @ lists > 0, 0.9, 0.06)

    return drawn(draw, (train, test), seed)


@cache
def documents(train=900, test=200, seed=37):
    """Return how often each of 64 words occurs in texts on five topics, as counts."""

    def draw(rng, count):
        topics = rng.dirichlet(np.full(64, 0.15), 5)
        return rng.poisson(120 * rng.dirichlet(np.full(5, 0.3), count) @ topics)

    return drawn(draw, (train, test), seed)


def frequencies(train=900, test=200):
    counts = documents(train, test)
    return tuple(np.sqrt(part / np.maximum(part.sum(1, keepdims=True), 1)) for part in counts)


@cache
def faces(train=600, test=150, seed=38):
    """Return faces of a few strokes, (1, 16, 16), from 0 to 1."""

    def draw(rng, count):
        y, x = np.mgrid[:16, :16] - 7.5

        def number(low, high):
            return rng.uniform(low, high, (count, 1, 1))

        def soft(far):
            return 1 / (1 + np.exp(np.clip(3 * far, -30, 30)))

        left, down = number(-1, 1), number(-1, 1)
        across, up = x - left, y - down
        head = soft(np.hypot(across / number(0.75, 1.0), up) - 6.5) * number(0.6, 0.95)
        apart, smile = number(1.8, 3), number(-0.25, 0.25)
        eyes = soft(np.hypot(np.abs(across) - apart, up + 2) - number(0.7, 1.3))
        mouth = soft(np.abs(up - 3 + smile * (across**2 - 4)) - 0.6) * soft(np.abs(across) - number(2, 3.2))
        return (head * (1 - 0.85 * np.maximum(eyes, mouth)))[:, None]

    return drawn(draw, (train, test), seed)


@cache
def terrain(train=700, test=150, seed=39, waves=3):
    """Return smooth heights, (1, 16, 16), from 0 to 1."""

    def draw(rng, count):
        y, x = np.mgrid[:16, :16] * (np.pi / 16)
        heights = np.zeros((count, 16, 16))
        for k in range(waves):
            for j in range(waves):
                if k + j:
                    heights += rng.normal(size=(count, 1, 1)) / (k + j) * np.cos(k * x) * np.cos(j * y)
        return 1 / (1 + np.exp(-2 * heights))[:, None]

    return drawn(draw, (train, test), seed)


@cache
def machines(train=700, test=150, seed=40):
    """Return eight sensors of a machine at 20 times, (1, 8, 20), from -1 to 1."""

    def draw(rng, count):
        time, sensor = np.arange(20) / 20, np.arange(8)[:, None] / 8
        speed, phase, load = (rng.uniform(*ends, (count, 1, 1)) for ends in ((1, 2), (0, 1), (0.4, 1)))
        swing = load * np.sin(2 * np.pi * (speed * time + phase + 0.5 * sensor * load))
        return (swing * (1 - 0.4 * sensor) + 0.02 * rng.normal(size=swing.shape))[:, None]

    return drawn(draw, (train, test), seed)


@cache
def arms(train=800, test=200, seed=41):
    """Return the places of six joints in the plane, 12 columns that three angles determine."""

    def draw(rng, count):
        turns = rng.uniform(-1, 1, (count, 3)) @ rng.normal(0, 0.6, (3, 6))
        angles = np.cumsum(turns, axis=1)
        places = [np.cumsum(np.cos(angles), axis=1) / 4, np.cumsum(np.sin(angles), axis=1) / 4]
        return np.concatenate(places, axis=1) + 0.005 * rng.normal(size=(count, 12))

    return drawn(draw, (train, test), seed)


FONT = """
.###.#...##...#######...##...##...# ####.#...##...#####.#...##...#####. .#####....#....#....#....#.....####
####.#...##...##...##...##...#####. ######....#....####.#....#....##### #...##...##...#######...##...##...#
..#....#....#....#....#....#....#.. #....#....#....#....#....#....##### #...###.###.#.##...##...##...##...#
####.#...##...#####.#....#....#.... #####..#....#....#....#....#....#.. #...##...##...#.#.#..#.#..#.#...#..
"""


@cache
def letters(train=900, test=200, seed=42, kinds=12):
    """Return letters on a panel of lamps, (1, 7, 5), of which each is a little brighter or darker."""

    def draw(rng, count):
        font = np.array([[mark == "#" for mark in letter] for letter in FONT.split()[:kinds]], float)
        bright = rng.uniform(0.6, 1, (count, 1))
        lamps = font[rng.integers(0, kinds, count)] * bright
        return np.clip(lamps + 0.03 * np.abs(rng.normal(size=lamps.shape)), 0, 1).reshape(-1, 1, 7, 5)

    return drawn(draw, (train, test), seed)


@cache
def rolls(train=800, test=200, seed=43):
    """Return piano rolls of four chords, (1, 12, 16), of zeros and ones."""

    def draw(rng, count):
        roots, minor = rng.integers(0, 12, (count, 4)), rng.random((count, 4)) < 0.4
        notes = np.stack([roots, roots + np.where(minor, 3, 4), roots + 7], axis=-1) % 12
        chords = np.eye(12)[notes].sum(2)
        return np.repeat(chords.transpose(0, 2, 1), 4, axis=2)[:, None]

    return drawn(draw, (train, test), seed)


@cache
def genes(train=800, test=200, seed=44, columns=40):
    """Return activities of genes under four factors, standardised."""

    def draw(rng, count):
        factors, mix = rng.normal(size=(count, 4)), rng.normal(size=(4, columns))
        return (
            factors @ mix
            + np.abs(factors) @ rng.normal(size=(4, columns))
            + 0.3 * rng.normal(size=(count, columns))
        )

    return standard(drawn(draw, (train, test), seed))


@cache
def weather(train=700, test=150, seed=45):
    """Return a day's 24 temperatures in kelvin, humidities in percent, and pressures in hectopascals."""

    def draw(rng, count):
        hour = np.arange(24)
        season, swing, front, late = (rng.normal(size=(count, 1)) for _ in range(4))
        sun = np.sin(2 * np.pi * (hour - 9 - 0.5 * late) / 24)
        kelvin = 284 + 7 * season + (4 + 1.5 * swing) * sun + front * (hour - 12) / 8
        humid = 65 - 8 * season - (10 + 4 * swing) * sun + 4 * front
        pressure = 1013 - 6 * front * (hour - 12) / 12 + 4 * late
        return np.concatenate([kelvin, humid, pressure], axis=1) + 0.1 * rng.normal(size=(count, 72))

    return drawn(draw, (train, test), seed)


def weather_scaled(train=700, test=150):
    return standard(weather(train, test))


@cache
def moons(train=600, test=150, seed=46):
    """Return moons in their phases, (1, 12, 16), from 0 to 1."""

    def draw(rng, count):
        y, x = np.mgrid[:12, :16] - np.array([5.5, 7.5])[:, None, None]
        size, phase, tilt = (rng.uniform(*ends, (count, 1, 1)) for ends in ((3, 5.5), (-1, 1), (-0.6, 0.6)))
        across, up = x * np.cos(tilt) + y * np.sin(tilt), y * np.cos(tilt) - x * np.sin(tilt)
        disc = 1 / (1 + np.exp(2 * (np.hypot(across, up) - size)))
        dark = 1 / (1 + np.exp(2 * (across - phase * np.sqrt(np.maximum(size**2 - up**2, 0)))))
        return (disc * (1 - 0.9 * dark))[:, None]

    return drawn(draw, (train, test), seed)


def flat(source):
    return lambda: tuple(part.reshape(len(part), -1) for part in source())


def few(source, count):
    return lambda: (source()[0][:count], source()[1])


def more(source, *counts):
    return lambda: source(*counts)


def bytes_of(source):
    return lambda: tuple(np.round(255 * part).astype(np.uint8) for part in source())


# --- What a training gets of them ---


def of(source):
    return lambda *_: tuple(map(Batches, source()))


def same(part):
    return part


def seen_as(source, train=same, validation=same):
    """Apply one function to the training images, and another one to those of validation."""
    return lambda *_: tuple(
        Batches(np.ascontiguousarray(change(part), np.float32))
        for part, change in zip(source(), (train, validation))
    )


def both(source, change):
    return seen_as(source, change, change)


def to(source, inputs=same, targets=same):
    """Give one function of the data as inputs, and another one as targets."""
    return lambda *_: tuple(
        Batches(inputs(part).astype(np.float32), targets(part).astype(np.float32)) for part in source()
    )


def afresh(source, corruption):
    """Draw the noise anew for every batch; the noise of the validation images is drawn once."""

    def data(*_):
        train, test = source()
        return Batches(train, corruption=corruption), Batches(
            corruption(test, np.random.default_rng(1)), test
        )

    return data


def once(source, corruption):
    """Draw the noise of the training images before the loop."""

    def data(*_):
        return tuple(
            Batches(corruption(part, np.random.default_rng(k)), part) for k, part in enumerate(source())
        )

    return data


# --- Models ---


def dense(*widths, size, hidden="relu", code="linear", last="linear", **options):
    """Return a function that returns size-...-code-...-size; the last of the widths is that of the code."""

    def model():
        before = [npae.Dense(width, hidden, **options) for width in widths[:-1]]
        after = [npae.Dense(width, hidden, **options) for width in widths[-2::-1]]
        encoder = npae.Sequential([*before, npae.Dense(widths[-1], code, **options)])
        return npae.Autoencoder(encoder, npae.Sequential([*after, npae.Dense(size, last, **options)]))

    return model


def conv(shape, *filters, code=0, hidden="relu", on_code="linear", last="sigmoid", channels=0):
    """Return a function that returns a model of strided convolutions, with a dense code if it has units."""

    def model():
        height, width = (-(-side // 2 ** len(filters)) for side in shape[1:])
        window: dict[str, Any] = {"kernel_size": 3, "strides": 2, "padding": "same"}
        encoder: list[Any] = [npae.Conv2D(count, activation=hidden, **window) for count in filters]
        decoder: list[Any] = []
        if code:
            encoder += [npae.Flatten(), npae.Dense(code, on_code)]
            grid = (filters[-1], height, width)
            decoder += [npae.Dense(filters[-1] * height * width, hidden), npae.Reshape(grid)]
        decoder += [npae.Conv2DTranspose(count, activation=hidden, **window) for count in filters[-2::-1]]
        decoder.append(npae.Conv2DTranspose(channels or shape[0], activation=last, **window))
        return npae.Autoencoder(npae.Sequential(encoder), npae.Sequential(decoder))

    return model


def flat_images(model, shape):
    """Return the model of flat examples for images."""

    def images():
        inner = model()
        encoder, decoder = inner.encoder.layers, inner.decoder.layers
        parts = npae.Sequential([npae.Flatten(), *encoder]), npae.Sequential([*decoder, npae.Reshape(shape)])
        return type(inner)(*parts)

    return images


def variational(*widths, size, hidden="relu", last="sigmoid"):
    def model():
        before = [npae.Dense(width, hidden) for width in widths[:-1]]
        after = [npae.Dense(width, hidden) for width in widths[-2::-1]]
        encoder = npae.Sequential([*before, npae.Dense(2 * widths[-1])])
        return npae.VariationalAutoencoder(encoder, npae.Sequential([*after, npae.Dense(size, last)]))

    return model


def of_layers(encoder, decoder):
    """Return a function that builds a model of what two functions return."""
    return lambda: npae.Autoencoder(npae.Sequential(encoder()), npae.Sequential(decoder()))


class OwnDense(npae.Dense):
    """A layer of a user's own, which forgets to pass its gradient on to the layers before it."""

    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        return (np.zeros_like(dx) if need_dx else None), grads


def put(**values):
    """Set parameters before the training; ``encoder__dense`` stands for the layer "encoder/dense"."""

    def change(model):
        rng = np.random.default_rng(17)
        for name, value in values.items():
            array = model.params[name.replace("__", "/")]
            array[...] = value(array, rng) if callable(value) else value

    return change


def in_most(value, kept):
    """Set the last axis's entries to a value, all but the first few."""

    def change(array, rng):
        result = array.copy()
        result[..., kept:] = value
        return result

    return change


def adam(rate=1e-3, **options):
    return lambda: npae.Adam(rate, **options)


def sgd(rate, momentum=0.0, **options):
    return lambda: npae.SGD(rate, momentum, **options)


def bernoulli_and(beta=1.0):
    return npae.Objective(npae.BinaryCrossentropy(per="image"), npae.KullbackLeibler(beta))


def case(fault, label, model, data, loss="mse", **options):
    return Training(fault, label, model, data, loss, **{"epochs": 30, **options})


COLLAPSE = ("dead_code", "constant_image", "code_on_a_line")
OF_RATE = ("dead_units", "saturation", *COLLAPSE)
OF_SCALE = ("unscaled_targets", "rate_too_large", "rate_too_small", "too_few_epochs", *OF_RATE)
SLOW = ("too_few_epochs", "rate_too_small", *COLLAPSE)

FAULTY_UNSEEN_3 = [
    # units that never answer
    case(
        "dead_units",
        "biases-at-minus-five",
        flat_images(dense(64, 8, size=256, last="sigmoid"), (1, 16, 16)),
        of(faces),
        change=put(encoder__dense__bias=-5.0),
        also=("frozen_layer", *COLLAPSE),
    ),
    case(
        "dead_units",
        "third-of-five",
        dense(64, 48, 6, size=96),
        of(heartbeats),
        change=put(encoder__dense_1__bias=in_most(-8.0, 2)),
        also=("code_on_a_line",),
    ),
    case(
        "dead_units",
        "decoder-normal-biases",
        dense(80, 6, size=12),
        of(arms),
        change=put(decoder__dense__bias=lambda array, rng: rng.normal(-4, 2, array.shape)),
    ),
    # units at their ends
    case(
        "saturation",
        "code-opened",
        dense(48, 8, size=60, hidden="elu", code="sigmoid"),
        of(absorbances),
        change=put(encoder__dense_1__bias=10.0),
        also=COLLAPSE,
    ),
    case(
        "saturation",
        "tanh-gain",
        conv((1, 8, 20), 8, 8, hidden="tanh", last="linear", code=6),
        of(machines),
        change=put(
            encoder__conv2d__kernel=lambda array, rng: 60 * array,
            encoder__conv2d_1__kernel=lambda array, rng: 60 * array,
            decoder__dense__kernel=lambda array, rng: 60 * array,
        ),
    ),
    # codes
    case(
        "dead_code",
        "conv-bias",
        conv((1, 16, 16), 8, 4),
        of(terrain),
        change=put(encoder__conv2d_1__bias=-4.0),
        also=("dead_units", "constant_image", "frozen_layer"),
    ),
    case(
        "dead_code",
        "mostly-off",
        dense(60, 16, size=72, code="relu"),
        of(weather_scaled),
        change=put(encoder__dense_1__bias=in_most(-12.0, 3)),
        also=("dead_units", "frozen_layer", "code_on_a_line"),
    ),
    case(
        "code_on_a_line",
        "constant-initialiser",
        dense(6, size=12),
        of(arms),
        change=put(encoder__dense__kernel=0.1, decoder__dense__kernel=0.1),
    ),
    case(
        "code_on_a_line",
        "filter-as-large-as-the-image",
        of_layers(
            lambda: [npae.Conv2D(1, (7, 5), activation="tanh"), npae.Flatten(), npae.Dense(6)],
            lambda: [npae.Dense(64, "relu"), npae.Dense(35, "sigmoid"), npae.Reshape((1, 7, 5))],
        ),
        of(letters),
        epochs=40,
    ),
    # variational codes that say nothing
    case(
        "posterior_collapse",
        "beta-80",
        flat_images(variational(128, 6, size=560), (1, 20, 28)),
        of(leaves),
        bernoulli_and(80),
        also=("penalty_too_large", *COLLAPSE),
    ),
    case(
        "posterior_collapse",
        "deviation-in-bytes",
        variational(64, 4, size=60, last="linear"),
        of(absorbances),
        npae.Objective(npae.GaussianNegativeLogLikelihood(25.5, per="image"), npae.KullbackLeibler()),
        also=("penalty_too_large", *COLLAPSE),
    ),
    case(
        "posterior_collapse",
        "mean-over-sensors",
        variational(64, 4, size=160, last="tanh"),
        of(flat(machines)),
        npae.Objective("mse", npae.KullbackLeibler()),
        also=("penalty_too_large", *COLLAPSE),
    ),
    # inputs
    case(
        "unscaled_inputs",
        "counts-of-a-converter",
        dense(64, 8, size=96),
        both(heartbeats, lambda x: np.round(2048 + 800 * x)),
        also=OF_SCALE,
    ),
    case(
        "unscaled_inputs",
        "price-in-euros",
        dense(32, 4, size=10, hidden="tanh"),
        lambda *_: tuple(
            Batches(np.where(np.arange(10) == 4, raw, part).astype(np.float32))
            for raw, part in zip(houses(), houses_scaled())
        ),
        also=OF_SCALE,
    ),
    case(
        "unscaled_inputs",
        "colour-bytes-as-floats",
        conv((3, 12, 16), 12, 16, code=8, hidden="tanh", last="linear"),
        both(evenings, lambda x: 255 * x),
        also=OF_SCALE,
    ),
    case(
        "unscaled_inputs",
        "volts",
        dense(64, 8, size=96),
        both(heartbeats, lambda x: x / 1000),
        also=OF_SCALE,
    ),
    # targets
    case(
        "unscaled_targets",
        "bytes-out-only",
        conv((1, 16, 16), 12, 16, code=10),
        to(terrain, targets=lambda x: 255 * x),
        also=("wrong_loss", *OF_RATE),
    ),
    case(
        "unscaled_targets",
        "kelvin-out-only",
        dense(48, 6, size=72, hidden="tanh"),
        lambda *_: tuple(Batches(part, raw) for part, raw in zip(weather_scaled(), weather())),
        also=("rate_too_small", "too_few_epochs", *OF_RATE),
    ),
    # losses and outputs
    case(
        "wrong_loss",
        "sigmoid-for-z-scores",
        dense(40, 5, size=40, last="sigmoid"),
        of(genes),
        also=("unscaled_targets", "saturation"),
    ),
    case(
        "wrong_loss",
        "relu-for-swings",
        conv((1, 8, 20), 12, 12, code=8, last="relu"),
        of(machines),
    ),
    case(
        "wrong_loss",
        "sigmoid-and-sigmoid-again",
        of_layers(
            lambda: [npae.Dense(64, "relu"), npae.Dense(10)],
            lambda: [npae.Dense(64, "relu"), npae.Dense(48, "sigmoid"), npae.Sigmoid()],
        ),
        of(baskets),
        "binary_crossentropy",
        epochs=40,
        also=("saturation", *COLLAPSE),
    ),
    case(
        "wrong_loss",
        "probabilities-without-sigmoid",
        conv((1, 20, 28), 8, 12, code=12, last="linear"),
        of(leaves),
        "binary_crossentropy",
        also=OF_RATE,
    ),
    # rates
    case(
        "rate_too_large",
        "in-per-cent",
        conv((1, 16, 16), 8, 16, code=8, hidden="tanh"),
        of(terrain),
        optimizer=adam(0.5),
        also=OF_RATE,
    ),
    case(
        "rate_too_large",
        "adam-on-genes",
        dense(60, 8, size=40),
        of(genes),
        optimizer=adam(0.3),
        also=OF_RATE,
    ),
    case(
        "rate_too_large",
        "summed-over-goods",
        dense(64, 10, size=48, hidden="tanh", last="sigmoid"),
        of(baskets),
        npae.BinaryCrossentropy(per="image"),
        optimizer=sgd(1.0, 0.5),
        also=OF_RATE,
    ),
    case(
        "rate_too_small",
        "sgd-faces",
        flat_images(dense(64, 8, size=256, hidden="elu", last="sigmoid"), (1, 16, 16)),
        of(faces),
        optimizer=sgd(1e-3),
        also=SLOW,
    ),
    case(
        "rate_too_small",
        "adamw-conv",
        conv((3, 12, 16), 8, 16, code=8),
        of(evenings),
        "binary_crossentropy",
        optimizer=adam(1e-5, weight_decay=1e-4),
        also=SLOW,
    ),
    # outputs that are all the same
    case(
        "constant_image",
        "zeros-everywhere",
        conv((3, 12, 16), 8, 8, hidden="tanh"),
        of(evenings),
        change=put(
            encoder__conv2d__kernel=0,
            encoder__conv2d_1__kernel=0,
            decoder__conv2d_transpose__kernel=0,
            decoder__conv2d_transpose_1__kernel=0,
        ),
        also=("frozen_layer", *COLLAPSE),
    ),
    case(
        "constant_image",
        "rectified-output",
        dense(40, 5, size=60, hidden="elu", last="relu"),
        of(absorbances),
        change=put(decoder__dense_1__bias=-3.0),
        also=("dead_units", "frozen_layer"),
    ),
    case(
        "constant_data",
        "fractions-cut-off",
        flat_images(dense(64, 8, size=256, last="sigmoid"), (1, 16, 16)),
        both(faces, lambda x: np.trunc(x)),
        also=("validation_seen", *OF_RATE),
    ),
    # stopped
    case(
        "too_few_epochs",
        "one-of-terrain",
        flat_images(dense(64, 10, size=256, hidden="leaky_relu", last="sigmoid"), (1, 16, 16)),
        of(terrain),
        epochs=1,
        also=SLOW,
    ),
    case(
        "too_few_epochs",
        "four-of-houses",
        dense(24, 16, 4, size=10),
        of(houses_scaled),
        optimizer=sgd(0.02, 0.9),
        epochs=4,
        batch_size=128,
        also=SLOW,
    ),
    # validation
    case(
        "validation_differs",
        "blue-for-red",
        conv((3, 12, 16), 12, 16, code=10, hidden="elu"),
        seen_as(evenings, validation=lambda x: x[:, ::-1]),
        optimizer=adam(3e-3),
        epochs=40,
        also=("overfitting",),
    ),
    case(
        "validation_differs",
        "upside-down",
        flat_images(dense(64, 10, size=256, hidden="elu", last="sigmoid"), (1, 16, 16)),
        seen_as(faces, validation=lambda x: x[:, :, ::-1]),
        also=("overfitting",),
    ),
    case(
        "validation_differs",
        "other-letters",
        flat_images(dense(48, 6, size=35, last="sigmoid"), (1, 7, 5)),
        lambda *_: (Batches(letters(kinds=6)[0]), Batches(letters()[1])),
        "binary_crossentropy",
        also=("overfitting",),
    ),
    case(
        "validation_seen",
        "doubled-before-the-split",
        dense(40, 5, size=40),
        lambda *_: (Batches(genes()[0]), Batches(np.concatenate([genes()[0][300:420], genes()[1][:40]]))),
        epochs=60,
    ),
    # too few examples
    case(
        "overfitting",
        "thirty-patients",
        dense(128, 24, size=40),
        of(few(genes, 30)),
        batch_size=10,
        epochs=150,
    ),
    case(
        "overfitting",
        "forty-rolls",
        flat_images(dense(128, 32, size=192, last="sigmoid"), (1, 12, 16)),
        of(few(rolls, 40)),
        "binary_crossentropy",
        batch_size=8,
        epochs=80,
    ),
    # noise
    case(
        "noisy_targets",
        "noise-for-both",
        conv((1, 16, 16), 12, 16, code=24, hidden="elu"),
        lambda *_: tuple(
            Batches(noisy, noisy if k == 0 else clean)
            for k, clean in enumerate(faces())
            for noisy in [datasets.gaussian_noise(0.4)(clean, np.random.default_rng(k))]
        ),
        also=("fixed_noise", "overfitting", "validation_differs", "worse_than_inputs"),
    ),
    case(
        "noisy_targets",
        "arguments-exchanged",
        conv((1, 16, 16), 12, 16),
        lambda *_: tuple(
            Batches(clean, datasets.gaussian_noise(0.3)(clean, np.random.default_rng(k)))
            for k, clean in enumerate(terrain())
        ),
        also=("fixed_noise", "overfitting"),
    ),
    case(
        "fixed_noise",
        "beats-before-the-loop",
        dense(256, 64, size=96),
        once(few(heartbeats, 150), datasets.gaussian_noise(0.2, clip=None)),
        epochs=150,
        also=("overfitting",),
    ),
    case(
        "fixed_noise",
        "salted-leaves",
        flat_images(dense(256, 64, size=560, last="sigmoid"), (1, 20, 28)),
        once(few(leaves, 200), datasets.salt_and_pepper(0.3)),
        "binary_crossentropy",
        epochs=40,
        also=("overfitting",),
    ),
    case(
        "noise_too_large",
        "in-bytes",
        conv((1, 12, 16), 8, 12),
        afresh(moons, datasets.gaussian_noise(25, clip=None)),
        also=(*COLLAPSE, "saturation", "dead_units"),
    ),
    case(
        "no_noise",
        "of-unit-bytes",
        conv((1, 16, 16), 12, 16),
        afresh(terrain, datasets.gaussian_noise(0.2 / 255)),
    ),
    # penalties
    case(
        "penalty_too_large",
        "l1-of-factors",
        dense(48, 8, size=40, code="relu"),
        of(genes),
        npae.Objective("mse", npae.L1(1.0)),
        also=("dead_units", *COLLAPSE),
    ),
    case(
        "penalty_too_large",
        "decay-of-adamw",
        conv((1, 12, 16), 8, 12, code=6),
        of(moons),
        optimizer=adam(weight_decay=30.0),
        also=("rate_too_large", "dead_units", *COLLAPSE),
    ),
    # targets of other examples
    case(
        "unrelated_targets",
        "sorted-differently",
        dense(48, 4, size=10),
        to(houses_scaled, targets=lambda x: x[np.argsort(x[:, 4])]),
        also=("overfitting", *COLLAPSE),
    ),
    # layers that do not move
    case(
        "frozen_layer",
        "own-layer-keeps-the-gradient",
        of_layers(
            lambda: [
                npae.Conv2D(8, 3, 2, "same", "elu"),
                npae.Flatten(),
                npae.Dense(32, "elu"),
                npae.Dense(5),
            ],
            lambda: [OwnDense(64, "elu"), npae.Dense(192, "sigmoid"), npae.Reshape((1, 12, 16))],
        ),
        of(moons),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    # others
    case(
        "worse_than_inputs",
        "rough-terrain",
        flat_images(dense(64, 3, size=256, hidden="leaky_relu", last="sigmoid"), (1, 16, 16)),
        afresh(more(terrain, 700, 150, 39, 5), datasets.gaussian_noise(0.03)),
        epochs=40,
    ),
    case(
        "not_classes",
        "words-by-the-largest",
        (lambda: npae.Sequential([npae.Dense(48, "relu"), npae.Dense(64)])),
        both(frequencies, lambda x: x / x.max(1, keepdims=True)),
        "softmax_crossentropy",
        also=("wrong_loss",),
    ),
]

HEALTHY_UNSEEN_3 = [
    case(
        "",
        "evenings-colour",
        conv((3, 12, 16), 16, 24, code=16, hidden="leaky_relu"),
        of(evenings),
        epochs=40,
        optimizer=adam(3e-3),
    ),
    case(
        "",
        "beats-likelihood",
        dense(64, 14, size=96),
        of(heartbeats),
        npae.GaussianNegativeLogLikelihood(0.03),
        epochs=60,
    ),
    case(
        "",
        "leaves-variational",
        flat_images(variational(128, 10, size=560, hidden="elu"), (1, 20, 28)),
        of(more(leaves, 1600, 200)),
        bernoulli_and(),
        epochs=25,
        optimizer=adam(2e-3),
    ),
    case(
        "",
        "transmittances-grey",
        dense(48, 6, size=60, hidden="elu", last="sigmoid"),
        of(transmittances),
        "binary_crossentropy",
        epochs=60,
        optimizer=adam(3e-3),
    ),
    case(
        "",
        "faces-sparse",
        flat_images(dense(64, size=256, code="relu", last="linear"), (1, 16, 16)),
        both(faces, lambda x: x - faces()[0].mean(0)),
        npae.Objective("mse", npae.L1(1e-3)),
        epochs=80,
    ),
    case(
        "",
        "some-units-dead",
        dense(128, 8, size=40),
        of(genes),
        epochs=60,
        change=put(encoder__dense__bias=lambda array, rng: np.where(np.arange(128) < 6, -25, 0)),
    ),
    case(
        "",
        "letters-much-noise",
        flat_images(dense(128, 24, size=35, last="sigmoid"), (1, 7, 5)),
        afresh(letters, datasets.gaussian_noise(0.5, clip=None)),
        epochs=60,
        optimizer=adam(2e-3),
    ),
    case("", "genes-slight-gap", dense(40, 8, size=40, hidden="tanh"), of(few(genes, 500)), epochs=60),
    case(
        "",
        "letters-few-epochs",
        flat_images(dense(64, 12, size=35, last="sigmoid"), (1, 7, 5)),
        of(more(letters, 6000, 500)),
        "binary_crossentropy",
        epochs=4,
        batch_size=16,
        optimizer=adam(4e-3),
    ),
    case(
        "",
        "rolls-masked",
        conv((1, 12, 16), 24, 32),
        afresh(rolls, datasets.masking_noise(0.2)),
        "binary_crossentropy",
        epochs=40,
        optimizer=adam(3e-3),
    ),
    case(
        "",
        "machines-conv",
        conv((1, 8, 20), 16, 16, code=8, hidden="elu", last="tanh"),
        of(machines),
        epochs=60,
        optimizer=adam(3e-3),
    ),
    case(
        "",
        "arms-three-angles",
        dense(48, 3, size=12, hidden="tanh"),
        of(arms),
        epochs=100,
        optimizer=adam(2e-3),
    ),
    case(
        "",
        "genes-normalised",
        of_layers(
            lambda: [npae.Dense(64), npae.BatchNormalization(0.9), npae.LeakyReLU(0.1), npae.Dense(8)],
            lambda: [npae.Dense(64, "elu"), npae.Dense(40)],
        ),
        of(genes),
        batch_size=100,
        epochs=80,
        optimizer=adam(3e-3),
    ),
    case(
        "",
        "frequencies-dropout",
        of_layers(
            lambda: [npae.Dense(96, "relu"), npae.Dropout(0.2), npae.Dense(10)],
            lambda: [npae.Dense(96, "relu"), npae.Dense(64, "linear")],
        ),
        of(frequencies),
        epochs=80,
    ),
    case(
        "",
        "moons-kl-sparsity",
        flat_images(dense(40, size=192, code="sigmoid", last="sigmoid"), (1, 12, 16)),
        of(moons),
        npae.Objective("mse", npae.KLSparsity(0.15, 2e-4)),
        batch_size=64,
        epochs=80,
        optimizer=adam(5e-3),
    ),
    case(
        "",
        "houses-huber",
        dense(32, 4, size=10, hidden="tanh"),
        of(more(houses_scaled, 2000, 400)),
        npae.Huber(0.5),
        epochs=60,
        optimizer=adam(3e-3),
    ),
    case(
        "",
        "large-rate-of-sgd",
        flat_images(dense(64, 10, size=256, hidden="tanh", last="sigmoid"), (1, 16, 16)),
        of(terrain),
        "binary_crossentropy",
        optimizer=sgd(1.0, 0.9, nesterov=True),
        epochs=60,
    ),
    case(
        "",
        "small-rate-many-epochs",
        dense(24, 5, size=60, hidden="elu"),
        of(absorbances),
        optimizer=adam(2e-4),
        epochs=250,
    ),
    case(
        "",
        "summed-loss",
        dense(64, 8, size=96, hidden="elu"),
        both(heartbeats, lambda x: (x - heartbeats()[0].mean(0)) / heartbeats()[0].std()),
        npae.MeanSquaredError(per="image"),
        epochs=60,
    ),
    case(
        "",
        "unused-dimensions",
        variational(64, 10, size=72, last="linear"),
        of(weather_scaled),
        npae.Objective(npae.GaussianNegativeLogLikelihood(0.2, per="image"), npae.KullbackLeibler()),
        epochs=60,
    ),
    case(
        "",
        "leaves-from-bytes",
        conv((1, 20, 28), 8, 12, code=16),
        of(bytes_of(more(leaves, 1500, 200))),
        "binary_crossentropy",
        epochs=20,
        optimizer=adam(3e-3),
    ),
    case(
        "",
        "grey-to-colour",
        conv((1, 12, 16), 16, 24, code=16, channels=3, hidden="elu"),
        to(evenings, inputs=lambda x: x.mean(1, keepdims=True)),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    case(
        "",
        "all-in-one-batch",
        dense(4, size=40),
        of(genes),
        optimizer=adam(0.02),
        batch_size=800,
        epochs=400,
    ),
    case(
        "",
        "doubled-resolution",
        of_layers(
            lambda: [npae.Conv2D(16, 3, 1, "same", "elu"), npae.Conv2D(16, 3, 1, "same", "leaky_relu")],
            lambda: [npae.UpSampling2D(2), npae.Conv2D(1, 3, 1, "same")],
        ),
        to(moons, inputs=lambda x: x.reshape(-1, 1, 6, 2, 8, 2).mean((3, 5))),
        optimizer=adam(3e-3),
        epochs=30,
    ),
]
UNSEEN_3 = {training.name: training for training in (*FAULTY_UNSEEN_3, *HEALTHY_UNSEEN_3)}

# Half of the sorted names of each list, by random.Random(61).sample.
LOOK = frozenset(
    (
        "code_on_a_line-constant-initialiser",
        "code_on_a_line-filter-as-large-as-the-image",
        "constant_image-zeros-everywhere",
        "dead_code-conv-bias",
        "fixed_noise-beats-before-the-loop",
        "fixed_noise-salted-leaves",
        "healthy-evenings-colour",
        "healthy-grey-to-colour",
        "healthy-houses-huber",
        "healthy-large-rate-of-sgd",
        "healthy-leaves-from-bytes",
        "healthy-leaves-variational",
        "healthy-letters-few-epochs",
        "healthy-machines-conv",
        "healthy-rolls-masked",
        "healthy-some-units-dead",
        "healthy-summed-loss",
        "healthy-unused-dimensions",
        "no_noise-of-unit-bytes",
        "overfitting-forty-rolls",
        "penalty_too_large-decay-of-adamw",
        "penalty_too_large-l1-of-factors",
        "posterior_collapse-beta-80",
        "rate_too_large-adam-on-genes",
        "rate_too_small-sgd-faces",
        "saturation-tanh-gain",
        "too_few_epochs-four-of-houses",
        "unrelated_targets-sorted-differently",
        "unscaled_inputs-colour-bytes-as-floats",
        "unscaled_inputs-price-in-euros",
        "unscaled_targets-kelvin-out-only",
        "validation_differs-blue-for-red",
        "validation_differs-upside-down",
        "worse_than_inputs-rough-terrain",
        "wrong_loss-probabilities-without-sigmoid",
        "wrong_loss-relu-for-swings",
        "wrong_loss-sigmoid-for-z-scores",
    )
)
ASIDE = frozenset(
    (
        "constant_data-fractions-cut-off",
        "constant_image-rectified-output",
        "dead_code-mostly-off",
        "dead_units-biases-at-minus-five",
        "dead_units-decoder-normal-biases",
        "dead_units-third-of-five",
        "frozen_layer-own-layer-keeps-the-gradient",
        "healthy-all-in-one-batch",
        "healthy-arms-three-angles",
        "healthy-beats-likelihood",
        "healthy-doubled-resolution",
        "healthy-faces-sparse",
        "healthy-frequencies-dropout",
        "healthy-genes-normalised",
        "healthy-genes-slight-gap",
        "healthy-letters-much-noise",
        "healthy-moons-kl-sparsity",
        "healthy-small-rate-many-epochs",
        "healthy-transmittances-grey",
        "noise_too_large-in-bytes",
        "noisy_targets-arguments-exchanged",
        "noisy_targets-noise-for-both",
        "not_classes-words-by-the-largest",
        "overfitting-thirty-patients",
        "posterior_collapse-deviation-in-bytes",
        "posterior_collapse-mean-over-sensors",
        "rate_too_large-in-per-cent",
        "rate_too_large-summed-over-goods",
        "rate_too_small-adamw-conv",
        "saturation-code-opened",
        "too_few_epochs-one-of-terrain",
        "unscaled_inputs-counts-of-a-converter",
        "unscaled_inputs-volts",
        "unscaled_targets-bytes-out-only",
        "validation_differs-other-letters",
        "validation_seen-doubled-before-the-split",
        "wrong_loss-sigmoid-and-sigmoid-again",
    )
)
