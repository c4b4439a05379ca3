"""Trainings that the author of the doctor had not seen: 60 with one fault put in, and 24 healthy ones.

Their author had not read the doctor, which had its final form before. Every data set is drawn here, with
NumPy. Each faulty training was run beside the same one without its fault, which left at most half as much
(once 1/1.9, and for one without noise 1/1.3) of the variance of clean validation examples unexplained;
where the validation itself is at fault, other values were compared. The healthy ones were run, and left at
most a seventh.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable

import numpy as np
from trainings import Frozen, Training

import npae
from npae import datasets
from npae.training.batches import Batches

Make = Callable[[int, np.random.Generator], np.ndarray]

BCE = "binary_crossentropy"
COLLAPSE = ("dead_code", "constant_image")


# --- Data: each function draws `count` examples ---


def tides(count, rng):
    """48 hourly water levels in metres, about -3 to 3: two tides of free phase, and the wind."""
    hour = np.arange(48)
    level = rng.normal(0, 0.3, (count, 1))
    for period, height in ((12.42, 1.0), (24.0, 0.5)):
        size, phase = rng.uniform(0.6, 1.4, (count, 1)) * height, rng.uniform(0, 2 * np.pi, (count, 1))
        level = level + size * np.cos(2 * np.pi * hour / period - phase)
    return level + rng.normal(0, 0.03, (count, 48))


def gaits(count, rng):
    """Three axes of an accelerometer, 16 samples each, about -1 to 1: steps of free cadence and phase."""
    time = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    speed, phase = rng.uniform(0.9, 1.3, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
    force = rng.uniform(0.4, 0.9, (count, 1))
    turn = speed * time + phase
    axes = [force * np.sin(turn), 0.6 * force * np.cos(turn), 0.5 * force * np.sin(2 * turn)]
    return np.concatenate(axes, axis=1) + rng.normal(0, 0.03, (count, 48))


def mixtures(count, rng):
    """Absorption of four dissolved substances at 60 wavelengths, from 0 to about 1.5."""
    wavelength, bands = np.arange(60), np.zeros((4, 60))
    for band, places in zip(bands, ((8, 30), (18, 41), (27, 52), (14, 47))):
        for place, height in zip(places, (1.0, 0.5)):
            band += height * np.exp(-(((wavelength - place) / 5) ** 2))
    amounts = rng.dirichlet(np.ones(4), count) * rng.uniform(0.7, 1.6, (count, 1))
    return amounts @ bands + rng.normal(0, 0.01, (count, 60))


def envelopes(count, rng):
    """The loudness of a tone in 40 steps, from 0 to 1: attack, decay, sustain, release."""
    time = np.linspace(0, 1, 40)
    attack, decay = rng.uniform(0.05, 0.25, (count, 1)), rng.uniform(0.1, 0.3, (count, 1))
    sustain, loud = rng.uniform(0.2, 0.8, (count, 1)), rng.uniform(0.5, 1, (count, 1))
    end = rng.uniform(0.6, 0.9, (count, 1))
    falling = np.clip((time - attack) / decay, 0, 1)
    held = np.clip(time / attack, 0, 1) * (1 - (1 - sustain) * falling)
    return loud * held * np.clip((1 - time) / (1 - end), 0, 1)


def topics(count, rng):
    """Hundreds of 50 words in a book, many of them 0: each book is about one or two of five topics."""
    words = np.random.default_rng(17).dirichlet(np.full(50, 0.1), 5)
    share = rng.dirichlet(np.full(5, 0.2), count)
    return rng.poisson(share @ words * rng.uniform(600, 1200, (count, 1))) / 100


def outlines(count, rng):
    """The outline of a turned mesh: 24 abscissas, then 24 ordinates, about -1 to 1."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radius = rng.uniform(0.5, 0.9, (count, 1))
    for waves in (2, 3):
        bump = rng.normal(0, 0.08, (count, 2, 1))
        radius = radius + bump[:, 0] * np.cos(waves * angle) + bump[:, 1] * np.sin(waves * angle)
    turned = angle + rng.uniform(-0.8, 0.8, (count, 1))
    return np.concatenate([radius * np.cos(turned), radius * np.sin(turned)], axis=1)


def pendulums(count, rng):
    """32 samples of a damped swing, about -1 to 1."""
    time = np.linspace(0, 1, 32)
    size, phase = rng.uniform(0.5, 1, (count, 1)), rng.uniform(0, 2 * np.pi, (count, 1))
    turns, damping = rng.uniform(1.5, 2.2, (count, 1)), rng.uniform(0.3, 2, (count, 1))
    swing = size * np.exp(-damping * time) * np.cos(2 * np.pi * turns * time + phase)
    return swing + rng.normal(0, 0.01, (count, 32))


def traffic(count, rng):
    """Cars on a road in 24 hours, as a part of its capacity, from 0 to 1."""
    hour, cars = np.arange(24), np.full((count, 24), 0.05)
    for place, width, most in ((7.5, 1.3, 0.7), (12.5, 2.5, 0.3), (17.5, 1.8, 0.6)):
        centre = place + rng.normal(0, 0.5, (count, 1))
        cars = cars + rng.uniform(0.1, most, (count, 1)) * np.exp(-(((hour - centre) / width) ** 2))
    return np.clip(cars + rng.normal(0, 0.01, (count, 24)), 0, 1)


def chords(count, rng):
    """The strength of 36 pitches in a chord, from 0 to about 1: one of 24 triads, and its octaves."""
    root, third = rng.integers(0, 12, count), rng.integers(3, 5, count)
    notes = np.stack([root, root + third, root + 7], axis=1)
    strength = rng.uniform(0.4, 1, (count, 3))
    pitches = np.zeros((count, 36))
    for octave, part in ((0, 1.0), (12, 0.5)):
        for note in range(3):
            pitches[np.arange(count), (notes[:, note] + octave) % 36] += part * strength[:, note]
    return np.clip(pitches + rng.normal(0, 0.02, (count, 36)), 0, 1)


def genes(count, rng):
    """The activity of 64 genes, standardised: five programmes of a cell, each up to a limit."""
    mixing = np.random.default_rng(19).normal(0, 0.6, (5, 64))
    return np.tanh(rng.normal(0, 1, (count, 5))) @ mixing + rng.normal(0, 0.1, (count, 64))


def wines(count, rng):
    """Eleven standardised values of a wine, which follow four causes."""
    mixing = np.random.default_rng(23).normal(0, 0.5, (4, 11))
    return rng.normal(0, 1, (count, 4)) @ mixing + rng.normal(0, 0.1, (count, 11))


def meters(count, rng):
    """A house's electricity meter in its units: V, A, W, Hz, cos φ, kWh, °C of the fuse, var."""
    load, grid, old = rng.normal(0, 1, (3, count))
    columns = [
        231 + 3 * grid - 1.5 * load,
        9 + 2.5 * load,
        2050 + 560 * load + 25 * grid,
        50 + 0.02 * grid,
        0.93 - 0.02 * old + 0.01 * load,
        14_000 + 5200 * old,
        34 + 5 * load + 2 * old,
        420 + 90 * old + 60 * load,
    ]
    table = np.stack(columns, axis=1)
    return table + 0.08 * table.std(axis=0) * rng.standard_normal(table.shape)


def blobs(count, rng):
    """One warm spot of free place, width and brightness in 12 by 12 pixels, from 0 to 1."""
    row, column, width, bright = (
        rng.uniform(low, high, (count, 1, 1)) for low, high in ((3, 8), (3, 8), (1.5, 2.5), (0.5, 1))
    )
    place = np.arange(12)
    squares = (place[:, None] - row) ** 2 + (place - column) ** 2
    spot = bright * np.exp(-squares / (2 * width**2)) + rng.normal(0, 0.01, (count, 12, 12))
    return np.clip(spot, 0, 1)[:, None]


def stripes(count, rng):
    """Woven cloth in 12 by 12 pixels, from 0 to 1: upright stripes that lean a little."""
    lean, phase = rng.uniform(-0.3, 0.3, (count, 1, 1)), rng.uniform(0, 2 * np.pi, (count, 1, 1))
    contrast, place = rng.uniform(0.25, 0.45, (count, 1, 1)), np.arange(12)
    wave = np.sin(place + lean * (place[:, None] - 5.5) + phase)
    return (0.5 + contrast * wave + rng.normal(0, 0.01, (count, 12, 12)))[:, None]


SEGMENTS = ("abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg")


def digits_of(*chosen):
    """Return a function that draws digits of a display, 10 by 10 pixels from 0 to 1, no two alike."""

    def glyphs(count, rng):
        down, across = np.mgrid[0:10, 0:10]
        lines = {
            "a": (1.5, 1.5, 3, 6),
            "g": (4.5, 4.5, 3, 6),
            "d": (7.5, 7.5, 3, 6),
            "f": (1.5, 4.5, 2.5, 2.5),
            "b": (1.5, 4.5, 6.5, 6.5),
            "e": (4.5, 7.5, 2.5, 2.5),
            "c": (4.5, 7.5, 6.5, 6.5),
        }
        images = np.zeros((count, 1, 10, 10))
        for image, digit in zip(images, rng.choice(chosen, count)):
            thick, bright, shift = rng.uniform(0.5, 0.9), rng.uniform(0.6, 1), rng.uniform(-0.4, 0.4, 2)
            for name in SEGMENTS[digit]:
                top, bottom, left, right = lines[name]
                far_down = down - shift[0] - np.clip(down - shift[0], top, bottom)
                far_across = across - shift[1] - np.clip(across - shift[1], left, right)
                ink = np.exp(-(far_down**2 + far_across**2) / (2 * thick**2))
                image[0] = np.maximum(image[0], bright * ink)
        return images

    return glyphs


glyphs = digits_of(*range(10))


def terrains(count, rng):
    """Heights of 16 by 16 places, standard deviation about 1: a sum of nine long waves."""
    place = (np.arange(16) + 0.5) / 16
    waves = np.cos(np.pi * np.arange(1, 4)[:, None] * place)
    sizes = rng.normal(0, 1, (count, 3, 3)) / np.array([1, 1.5, 2])[:, None]
    heights = np.einsum("nij,iy,jx->nyx", sizes, waves, waves)
    return (0.8 * heights + rng.normal(0, 0.02, heights.shape))[:, None]


def boards(count, rng):
    """The owner of 8 by 8 fields, from 0 to 1: the nearer of two camps, with a soft border."""
    ours, theirs = rng.uniform(0, 3.5, (count, 2, 1, 1)), rng.uniform(3.5, 7, (count, 2, 1, 1))
    field = np.arange(8)
    near, far = ((field[:, None] - camp[:, 0]) ** 2 + (field - camp[:, 1]) ** 2 for camp in (ours, theirs))
    return (1 / (1 + np.exp((near - far) / 5)))[:, None]


def thermals(count, rng):
    """Two infrared bands of 8 by 8 pixels, from 0 to 1: one hot edge, and the air."""
    angle, place = rng.uniform(0, 2 * np.pi, (count, 1, 1)), np.arange(8) - 3.5
    across = np.cos(angle) * place[:, None] + np.sin(angle) * place - rng.uniform(-2, 2, (count, 1, 1))
    heat, air = rng.uniform(0.3, 0.6, (count, 1, 1)), rng.uniform(0, 0.2, (count, 1, 1))
    edge = 1 / (1 + np.exp(-1.5 * across))
    bands = np.stack([heat * edge + air, 0.6 * heat * (1 - edge) + 1.5 * air], axis=1)
    return np.clip(bands + rng.normal(0, 0.01, bands.shape), 0, 1)


# --- Data: functions that return the data of a training ---


def draw(make, count, stream):
    """Return `count` examples; a stream of random numbers for each data set and for each number."""
    rng = np.random.default_rng([zlib.crc32(make.__name__.encode()), stream])
    return make(count, rng).astype(np.float32)


def drawn(make, count=800, change=lambda part: part, corruption=None):
    """Draw training and validation, apply `change` to both; a corruption is drawn again in every epoch."""

    def data(*_):
        train, test = change(draw(make, count, 1)), change(draw(make, 300, 2))
        validation = Batches(test)
        if corruption is not None:
            validation = Batches(corruption(test, np.random.default_rng(3)), test)
        return Batches(train, corruption=corruption), validation

    return data


def paired(make, count, target, source=lambda part, rng: part):
    """Give ``target(part, rng)`` as the targets, ``source(part, rng)`` as the inputs, both drawn once."""

    def data(*_):
        made = []
        for stream, size in ((1, count), (2, 300)):
            part = draw(make, size, stream)
            inputs = source(part, np.random.default_rng(10 + stream)).astype(np.float32)
            made.append(Batches(inputs, target(part, np.random.default_rng(20 + stream)).astype(np.float32)))
        return tuple(made)

    return data


def noisy(make, count, corruption):
    """Noise in the inputs, and the same in the targets."""
    return drawn(make, count, lambda part: corruption(part, np.random.default_rng(len(part))))


def once(make, count, corruption):
    """Noise in the inputs, drawn once for all epochs; the targets are clean."""
    return paired(make, count, lambda part, rng: part, corruption)


def validated(make, count, change, other=None):
    """Apply a change to the validation alone, or draw it from another data set."""

    def data(*_):
        test = change(draw(other or make, 300, 2)).astype(np.float32)
        return Batches(draw(make, count, 1)), Batches(np.ascontiguousarray(test))

    return data


def seen(make, count, copies=1):
    """Validate with images of the training: with all of them, or split after each was copied some times."""

    def data(*_):
        part = draw(make, count, 1)
        if copies == 1:
            return Batches(part), Batches(part.copy())
        mixed = np.random.default_rng(5).permutation(np.repeat(part, copies, axis=0))
        return Batches(mixed[: -len(mixed) // 4]), Batches(mixed[-len(mixed) // 4 :])

    return data


def stuck(make):
    """Return a function that gives one example in place of all."""
    return lambda part: np.repeat(draw(make, 1, 6), len(part), axis=0)


def standard(make):
    """Return a function that standardises the columns by the mean and deviation of a large draw."""
    table = draw(make, 2000, 4)
    mean, deviation = table.mean(axis=0), table.std(axis=0)
    return lambda part: (part - mean) / deviation


def times(factor, offset=0.0):
    return lambda part: part * np.float32(factor) + np.float32(offset)


def clean(part, rng):
    return part


def gauss(stddev):
    return datasets.gaussian_noise(stddev, clip=None)


# --- Models ---


def mlp(shape, *hidden, code, activation="relu", bottleneck=None, output=None, kinds=None):
    """Return a function that builds a dense autoencoder; `kinds` gives classes other than Dense, by place."""

    def model():
        sizes = [*hidden, code, *reversed(hidden), math.prod(np.atleast_1d(shape).tolist())]
        names = [activation] * len(sizes)
        names[len(hidden)], names[-1] = bottleneck, output
        layers = [
            (kinds or {}).get(k, npae.Dense)(size, name) for k, (size, name) in enumerate(zip(sizes, names))
        ]
        encoder, decoder = layers[: len(hidden) + 1], layers[len(hidden) + 1 :]
        if np.ndim(shape):
            encoder, decoder = [npae.Flatten(), *encoder], [*decoder, npae.Reshape(shape)]
        return npae.Autoencoder(npae.Sequential(encoder), npae.Sequential(decoder))

    return model


def strided(shape, *filters, code=None, activation="relu", output="sigmoid"):
    """Return a function that builds convolutions of stride 2, and a dense code if its size is given."""

    def model():
        channels, height, width = shape
        encoder = [npae.Conv2D(n, 3, 2, "same", activation) for n in filters]
        decoder = [npae.Conv2DTranspose(n, 3, 2, "same", activation=activation) for n in filters[-2::-1]]
        decoder.append(npae.Conv2DTranspose(channels, 3, 2, "same", activation=output))
        if code is not None:
            small = (filters[-1], height >> len(filters), width >> len(filters))
            encoder += [npae.Flatten(), npae.Dense(code)]
            decoder = [npae.Dense(math.prod(small), activation), npae.Reshape(small), *decoder]
        return npae.Autoencoder(npae.Sequential(encoder), npae.Sequential(decoder))

    return model


def pooled(channels, filters, small=4, activation="relu", output="sigmoid"):
    """Return a function that builds convolutions with pooling and upsampling, as in Keras's tutorial."""

    def model():
        encoder = [
            npae.Conv2D(filters, 3, 1, "same", activation),
            npae.MaxPool2D(2),
            npae.Conv2D(small, 3, 1, "same", activation),
        ]
        decoder = [
            npae.Conv2D(filters, 3, 1, "same", activation),
            npae.UpSampling2D(2),
            npae.Conv2D(channels, 3, 1, "same", output),
        ]
        return npae.Autoencoder(npae.Sequential(encoder), npae.Sequential(decoder))

    return model


def variational(shape, hidden, code, activation="relu", output=None):
    """Return a function that builds a variational autoencoder with one hidden layer on each side."""

    def model():
        encoder = [npae.Dense(hidden, activation), npae.Dense(2 * code)]
        decoder = [
            npae.Dense(hidden, activation),
            npae.Dense(math.prod(np.atleast_1d(shape).tolist()), output),
        ]
        if np.ndim(shape):
            encoder, decoder = [npae.Flatten(), *encoder], [*decoder, npae.Reshape(shape)]
        return npae.VariationalAutoencoder(npae.Sequential(encoder), npae.Sequential(decoder))

    return model


def listed(encoder, decoder):
    """Return a function that builds an autoencoder of the layers that two functions return."""
    return lambda: npae.Autoencoder(npae.Sequential(encoder()), npae.Sequential(decoder()))


class Detached(npae.ELU):
    """An activation that passes no gradient to the layers before it."""

    def backward(self, dy, cache, need_dx=True):
        """Return zeros for the inputs."""
        dx, grads = super().backward(dy, cache, need_dx)
        return np.zeros_like(dx), grads


# --- Optimizers, objectives, faults of the weights ---


def adam(rate, **more):
    return lambda: npae.Adam(rate, **more)


def sgd(rate, momentum=0.0, nesterov=False):
    return lambda: npae.SGD(rate, momentum=momentum, nesterov=nesterov)


def elbo(beta=1.0, reconstruction=None):
    reconstruction = reconstruction or npae.BinaryCrossentropy(per="image")
    return npae.Objective(reconstruction, npae.KullbackLeibler(beta=beta))


def normal(stddev):
    return npae.GaussianNegativeLogLikelihood(stddev, per="image")


def shifted(amount, name, kept=0):
    """Move the biases of a layer, but those of the first `kept` units."""

    def change(model):
        model.params[f"{name}/bias"][kept:] += np.float32(amount)

    return change


def wider(factor, *names):
    """Multiply the kernels of layers."""

    def change(model):
        for name in names:
            model.params[f"{name}/kernel"][...] *= np.float32(factor)

    return change


def alike(code, behind="decoder/dense"):
    """Make all units of the code the same, with the same weights before and behind them."""

    def change(model):
        before, after = model.params[f"{code}/kernel"], model.params[f"{behind}/kernel"]
        before[...], after[...] = before[:, :1], after[:1]

    return change


def cut_off(code, kept, behind="decoder/dense"):
    """Set the weights before and behind all units of the code to 0, but those of the first `kept` units."""

    def change(model):
        model.params[f"{code}/kernel"][:, kept:] = 0
        model.params[f"{behind}/kernel"][kept:] = 0

    return change


FAULTY_UNSEEN_6 = [
    Training(
        "dead_units",
        "genes-first",
        mlp(64, 40, code=5),
        drawn(genes, 800),
        change=shifted(-20, "encoder/dense", 2),
        optimizer=adam(2e-3),
        epochs=24,
    ),
    Training(
        "dead_units",
        "stripes-convolution",
        pooled(1, 12),
        drawn(stripes, 400),
        change=shifted(-15, "encoder/conv2d", 1),
        optimizer=adam(5e-3),
        epochs=20,
    ),
    Training(
        "dead_units",
        "outlines-decoder",
        mlp(48, 48, code=6),
        drawn(outlines, 1000),
        change=shifted(-15, "decoder/dense", 3),
        optimizer=adam(3e-3),
        epochs=24,
    ),
    Training(
        "saturation",
        "wines-sigmoid",
        mlp(11, 24, code=4, activation="sigmoid"),
        drawn(wines, 1000),
        change=wider(100, "encoder/dense"),
        optimizer=adam(5e-3),
        epochs=24,
    ),
    Training(
        "saturation",
        "pendulums-tanh-code",
        mlp(32, 32, code=4, bottleneck="tanh"),
        drawn(pendulums, 1000),
        change=wider(200, "encoder/dense_1"),
        optimizer=adam(3e-3),
        epochs=24,
    ),
    Training(
        "saturation",
        "thermals-tanh-convolution",
        strided((2, 8, 8), 8, code=6, activation="tanh"),
        drawn(thermals, 600),
        "mse",
        wider(150, "encoder/conv2d"),
        optimizer=adam(3e-3),
        epochs=20,
    ),
    Training(
        "dead_code",
        "chords-sigmoid",
        mlp(36, 48, code=12, bottleneck="sigmoid", output="sigmoid"),
        drawn(chords, 800),
        BCE,
        shifted(-90, "encoder/dense_1"),
        optimizer=adam(5e-3),
        epochs=24,
        also=("saturation", "constant_image", "dead_units"),
    ),
    Training(
        "dead_code",
        "tides-five-of-six",
        mlp(48, code=6),
        drawn(tides, 600),
        change=cut_off("encoder/dense", 1),
        optimizer=adam(5e-3),
        epochs=20,
        also=("dead_units", "code_on_a_line"),
    ),
    Training(
        "code_on_a_line",
        "mixtures-4",
        mlp(60, code=4),
        drawn(mixtures, 600),
        change=alike("encoder/dense"),
        optimizer=adam(5e-3),
        epochs=20,
    ),
    Training(
        "code_on_a_line",
        "traffic-deep-tanh",
        mlp(24, 32, 16, code=5, activation="tanh", output="sigmoid"),
        drawn(traffic, 800),
        BCE,
        alike("encoder/dense_2"),
        optimizer=adam(3e-3),
        epochs=24,
    ),
    Training(
        "code_on_a_line",
        "blobs-convolutions",
        strided((1, 12, 12), 8, 8, code=4),
        drawn(blobs, 500),
        BCE,
        alike("encoder/dense"),
        optimizer=adam(3e-3),
        epochs=25,
    ),
    Training(
        "posterior_collapse",
        "gaits-mean-loss",
        variational(48, 64, 6),
        drawn(gaits, 800),
        npae.Objective("mse", npae.KullbackLeibler()),
        epochs=24,
        also=(*COLLAPSE, "penalty_too_large"),
    ),
    Training(
        "posterior_collapse",
        "boards-beta-80",
        variational((1, 8, 8), 64, 4, output="sigmoid"),
        drawn(boards, 800),
        elbo(80.0),
        epochs=24,
        also=(*COLLAPSE, "penalty_too_large"),
    ),
    Training(
        "posterior_collapse",
        "terrains-deviation-20",
        variational((1, 16, 16), 48, 9, "tanh"),
        drawn(terrains, 600),
        elbo(1.0, normal(20.0)),
        optimizer=adam(2e-3),
        epochs=24,
        also=COLLAPSE,
    ),
    Training(
        "unscaled_inputs",
        "meters-raw",
        mlp(8, 16, code=3),
        drawn(meters, 1000),
        epochs=24,
    ),
    Training(
        "unscaled_inputs",
        "mixtures-photons",
        mlp(60, 32, code=6, activation="tanh"),
        drawn(mixtures, 800, times(4000)),
        epochs=24,
        also=("saturation", "constant_image"),
    ),
    Training(
        "unscaled_inputs",
        "tides-above-the-sea",
        mlp(48, 32, code=6, activation="elu"),
        drawn(tides, 800, times(1, 540)),
        epochs=24,
    ),
    Training(
        "unscaled_targets",
        "gaits-thousandths",
        mlp(48, 48, code=6, activation="tanh"),
        paired(gaits, 800, lambda part, rng: 1000 * part),
        epochs=24,
        also=("saturation", "constant_image"),
    ),
    Training(
        "unscaled_targets",
        "glyphs-bytes",
        mlp((1, 10, 10), 64, code=8, activation="tanh"),
        paired(glyphs, 800, lambda part, rng: 255 * part),
        epochs=20,
        also=("saturation", "constant_image"),
    ),
    Training(
        "wrong_loss",
        "tides-relu",
        mlp(48, 32, code=6, output="relu"),
        drawn(tides, 800),
        optimizer=adam(3e-3),
        epochs=20,
    ),
    Training(
        "wrong_loss",
        "envelopes-linear-bce",
        mlp(40, 32, code=6),
        drawn(envelopes, 800),
        BCE,
        optimizer=adam(3e-3),
        epochs=20,
    ),
    Training(
        "wrong_loss",
        "boards-logits-of-a-sigmoid",
        mlp((1, 8, 8), 32, code=4, output="sigmoid"),
        drawn(boards, 800),
        npae.BinaryCrossentropy(from_logits=True),
        optimizer=adam(3e-3),
        epochs=20,
    ),
    Training(
        "rate_too_large",
        "outlines-adam",
        mlp(48, 48, code=6),
        drawn(outlines, 800),
        optimizer=adam(0.5),
        epochs=20,
        also=("dead_units", *COLLAPSE),
    ),
    Training(
        "rate_too_large",
        "boards-per-image",
        mlp((1, 8, 8), 32, code=4, activation="tanh", bottleneck="tanh", output="sigmoid"),
        drawn(boards, 800),
        npae.BinaryCrossentropy(per="image"),
        optimizer=sgd(0.5, 0.95),
        epochs=20,
        also=("saturation", "constant_image"),
    ),
    Training(
        "rate_too_large",
        "thermals-convolution",
        strided((2, 8, 8), 8, code=6),
        drawn(thermals, 600),
        BCE,
        optimizer=adam(0.3),
        epochs=25,
        also=("dead_units", *COLLAPSE),
    ),
    Training(
        "rate_too_small",
        "chords-adam",
        mlp(36, 48, code=12, output="sigmoid"),
        drawn(chords, 800),
        BCE,
        optimizer=adam(3e-6),
        epochs=24,
    ),
    Training(
        "rate_too_small",
        "terrains-sgd",
        mlp((1, 16, 16), 32, code=9),
        drawn(terrains, 800),
        optimizer=sgd(1e-3),
        epochs=20,
    ),
    Training(
        "rate_too_small",
        "blobs-convolutions",
        strided((1, 12, 12), 8, 8, code=8),
        drawn(blobs, 500),
        optimizer=adam(1e-5),
        epochs=25,
    ),
    Training(
        "constant_image",
        "gaits-nine-sigmoids",
        mlp(48, 32, 32, 24, 24, code=8, activation="sigmoid", bottleneck="sigmoid"),
        drawn(gaits, 800),
        epochs=20,
        also=("dead_code", "code_on_a_line"),
    ),
    Training(
        "constant_image",
        "glyphs-dead-decoder",
        mlp((1, 10, 10), 64, code=16, output="sigmoid"),
        drawn(glyphs, 800),
        BCE,
        shifted(-60, "decoder/dense"),
        optimizer=adam(3e-3),
        epochs=20,
        also=("dead_units",),
    ),
    Training(
        "too_few_epochs",
        "genes-two",
        mlp(64, 40, code=6),
        drawn(genes, 400),
        batch_size=32,
        epochs=2,
    ),
    Training(
        "too_few_epochs",
        "stripes-convolutions-one",
        strided((1, 12, 12), 12, 12, code=8),
        drawn(stripes, 500),
        optimizer=adam(3e-3),
        epochs=1,
    ),
    Training(
        "too_few_epochs",
        "envelopes-large-batches",
        mlp(40, 48, 24, code=6, activation="elu", output="sigmoid"),
        drawn(envelopes, 1000),
        BCE,
        batch_size=200,
        epochs=3,
    ),
    Training(
        "overfitting",
        "genes-15",
        mlp(64, 128, code=32),
        drawn(genes, 15),
        epochs=240,
    ),
    Training(
        "overfitting",
        "glyphs-25",
        mlp((1, 10, 10), 128, code=24, activation="tanh", output="sigmoid"),
        drawn(glyphs, 25),
        BCE,
        optimizer=adam(5e-3),
        epochs=300,
    ),
    Training(
        "overfitting",
        "stripes-convolutions-20",
        strided((1, 12, 12), 12, 24, code=16),
        drawn(stripes, 20),
        optimizer=adam(3e-3),
        epochs=300,
    ),
    Training(
        "noisy_targets",
        "mixtures-gauss",
        mlp(60, code=64, bottleneck="relu"),
        noisy(mixtures, 1000, gauss(0.3)),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "noisy_targets",
        "boards-masking",
        mlp((1, 8, 8), 96, code=64, output="sigmoid"),
        noisy(boards, 1000, datasets.masking_noise(0.4)),
        BCE,
        epochs=40,
    ),
    Training(
        "noisy_targets",
        "terrains-salt",
        mlp((1, 16, 16), code=160, bottleneck="relu"),
        noisy(terrains, 800, datasets.salt_and_pepper(0.2, (-3.0, 3.0))),
        optimizer=adam(2e-3),
        epochs=30,
        also=("overfitting",),
    ),
    Training(
        "fixed_noise",
        "outlines-80",
        mlp(48, 128, code=64),
        once(outlines, 80, gauss(0.3)),
        epochs=200,
        also=("overfitting",),
    ),
    Training(
        "fixed_noise",
        "blobs-masking-60",
        mlp((1, 12, 12), 128, code=64, output="sigmoid"),
        once(blobs, 60, datasets.masking_noise(0.6)),
        BCE,
        epochs=250,
        also=("overfitting",),
    ),
    Training(
        "validation_differs",
        "mixtures-baseline",
        mlp(60, 32, code=6, activation="leaky_relu"),
        validated(mixtures, 800, times(1, 0.6)),
        optimizer=adam(2e-3),
        epochs=20,
    ),
    Training(
        "validation_differs",
        "glyphs-other-digits",
        mlp((1, 10, 10), 64, code=8, output="sigmoid"),
        validated(digits_of(0, 1, 2, 4, 7), 1000, times(1), digits_of(3, 5, 6, 9)),
        BCE,
        optimizer=adam(2e-3),
        epochs=20,
    ),
    Training(
        "validation_differs",
        "stripes-lying",
        strided((1, 12, 12), 12, 12, code=8),
        validated(stripes, 600, lambda part: part.swapaxes(2, 3)),
        optimizer=adam(3e-3),
        epochs=25,
    ),
    Training(
        "validation_seen",
        "genes-copy",
        mlp(64, 96, code=24),
        seen(genes, 60),
        epochs=250,
    ),
    Training(
        "validation_seen",
        "glyphs-copied-before-the-split",
        mlp((1, 10, 10), 96, code=24, output="sigmoid"),
        seen(glyphs, 80, 3),
        BCE,
        epochs=150,
    ),
    Training(
        "unrelated_targets",
        "tides-sorted",
        mlp(48, 32, code=6),
        paired(tides, 800, clean, lambda part, rng: part[np.argsort(part[:, 0])]),
        epochs=25,
    ),
    Training(
        "unrelated_targets",
        "boards-next",
        mlp((1, 8, 8), 32, code=4, output="sigmoid"),
        paired(boards, 1000, lambda part, rng: np.roll(part, 1, axis=0)),
        BCE,
        epochs=25,
    ),
    Training(
        "unrelated_targets",
        "thermals-shuffled",
        strided((2, 8, 8), 8, code=6),
        paired(thermals, 800, lambda part, rng: rng.permutation(part)),
        epochs=20,
    ),
    Training(
        "penalty_too_large",
        "glyphs-sparsity",
        mlp((1, 10, 10), code=32, bottleneck="sigmoid", output="sigmoid"),
        drawn(glyphs, 800),
        npae.Objective(BCE, npae.KLSparsity(0.01, 20.0)),
        optimizer=adam(1e-2),
        epochs=24,
        also=("constant_image",),
    ),
    Training(
        "penalty_too_large",
        "wines-l2",
        mlp(11, 16, code=4, activation="tanh"),
        drawn(wines, 800),
        npae.Objective("mse", npae.L2(0.1)),
        optimizer=adam(3e-3),
        epochs=24,
        also=("code_on_a_line",),
    ),
    Training(
        "frozen_layer",
        "pendulums-code",
        mlp(32, code=5, kinds={0: Frozen}),
        drawn(pendulums, 800),
        optimizer=adam(3e-3),
        epochs=24,
    ),
    Training(
        "frozen_layer",
        "stripes-last",
        mlp((1, 12, 12), 24, code=8, kinds={3: Frozen}),
        drawn(stripes, 800),
        optimizer=adam(2e-3),
        epochs=24,
        also=("dead_units",),
    ),
    Training(
        "frozen_layer",
        "blobs-detached-encoder",
        listed(
            lambda: [npae.Flatten(), npae.Dense(24, "elu"), npae.Dense(5), Detached()],
            lambda: [npae.Dense(48, "elu"), npae.Dense(144, "sigmoid"), npae.Reshape((1, 12, 12))],
        ),
        drawn(blobs, 800),
        optimizer=adam(3e-3),
        epochs=24,
    ),
    Training(
        "no_noise",
        "mixtures-0",
        mlp(60, code=64, bottleneck="relu"),
        drawn(mixtures, 800, corruption=gauss(0.0)),
        optimizer=adam(2e-3),
        epochs=20,
    ),
    Training(
        "no_noise",
        "blobs-of-bytes",
        pooled(1, 12, 12),
        drawn(blobs, 400, corruption=datasets.gaussian_noise(0.3 / 255)),
        BCE,
        optimizer=adam(3e-3),
        epochs=15,
    ),
    Training(
        "noise_too_large",
        "gaits-gauss-8",
        mlp(48, 96, code=24),
        drawn(gaits, 800, corruption=gauss(8.0)),
        epochs=24,
    ),
    Training(
        "noise_too_large",
        "chords-masking-0.99",
        mlp(36, 64, code=16, output="sigmoid"),
        drawn(chords, 800, corruption=datasets.masking_noise(0.99)),
        BCE,
        epochs=24,
    ),
    Training(
        "constant_data",
        "outlines-stuck",
        mlp(48, 32, code=6),
        drawn(outlines, 600, stuck(outlines)),
        epochs=20,
    ),
    Training(
        "constant_data",
        "thermals-black",
        strided((2, 8, 8), 8, code=6),
        drawn(thermals, 600, times(0)),
        BCE,
        epochs=15,
    ),
]

HEALTHY_UNSEEN_6 = [
    Training(
        "",
        "tides-linear-5",
        mlp(48, code=5),
        drawn(tides, 600),
        optimizer=adam(5e-3),
        epochs=40,
    ),
    Training(
        "",
        "tides-small-rate-long",
        mlp(48, code=6),
        drawn(tides, 600),
        optimizer=adam(6e-4),
        epochs=100,
    ),
    Training(
        "",
        "gaits-tanh",
        mlp(48, 64, code=6, activation="tanh"),
        drawn(gaits, 800),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "mixtures-relu-per-cent",
        mlp(60, 32, code=6, activation="leaky_relu"),
        drawn(mixtures, 800, times(10)),
        optimizer=adam(2e-3),
        epochs=40,
    ),
    Training(
        "",
        "envelopes-deep",
        mlp(40, 48, 24, code=6, activation="elu", output="sigmoid"),
        drawn(envelopes, 800),
        BCE,
        optimizer=adam(2e-3),
        epochs=40,
    ),
    Training(
        "",
        "topics-huber",
        mlp(50, 32, code=6, output="relu"),
        drawn(topics, 800),
        npae.Huber(1.0),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "outlines-nesterov",
        mlp(48, 48, code=7, activation="tanh"),
        drawn(outlines, 800),
        npae.MeanSquaredError(per="image"),
        optimizer=sgd(5e-3, 0.9, True),
        epochs=70,
    ),
    Training(
        "",
        "boards-bce",
        mlp((1, 8, 8), 48, code=4, output="sigmoid"),
        drawn(boards, 800),
        BCE,
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "blobs-convolutions",
        strided((1, 12, 12), 8, 16, code=8),
        drawn(blobs, 800),
        BCE,
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "stripes-denoised",
        pooled(1, 12, 6),
        drawn(stripes, 400, corruption=gauss(0.2)),
        optimizer=adam(5e-3),
        epochs=30,
    ),
    Training(
        "",
        "terrains-l2",
        mlp((1, 16, 16), code=12),
        drawn(terrains, 600),
        npae.Objective("mse", npae.L2(1e-4)),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "genes-l1",
        mlp(64, code=24, bottleneck="relu"),
        drawn(genes, 800),
        npae.Objective("mse", npae.L1(1e-3)),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "thermals-normalised",
        listed(
            lambda: [
                npae.Conv2D(8, 3, 2, "same"),
                npae.BatchNormalization(0.9),
                npae.ReLU(),
                npae.Flatten(),
                npae.Dense(6),
            ],
            lambda: [
                npae.Dense(128, "relu"),
                npae.Reshape((8, 4, 4)),
                npae.Conv2DTranspose(2, 3, 2, "same", activation="sigmoid"),
            ],
        ),
        drawn(thermals, 800),
        BCE,
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "glyphs-three-digits",
        mlp((1, 10, 10), 64, code=8, output="sigmoid"),
        drawn(digits_of(1, 4, 8), 800),
        BCE,
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "wines-tens",
        mlp(11, 32, code=5, activation="elu"),
        drawn(wines, 800, times(8, 20)),
        optimizer=adam(3e-3),
        epochs=50,
    ),
    Training(
        "",
        "meters-standardised",
        mlp(8, 24, code=3, activation="elu"),
        drawn(meters, 800, standard(meters)),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "blobs-variational-8",
        variational((1, 12, 12), 64, 8, output="sigmoid"),
        drawn(blobs, 800),
        elbo(),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "gaits-beta-3",
        variational(48, 64, 8, "tanh"),
        drawn(gaits, 800),
        elbo(3.0, normal(0.1)),
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "outlines-contractive",
        mlp(48, code=40, bottleneck="sigmoid"),
        drawn(outlines, 800),
        npae.Objective("mse", npae.Contractive(1e-3)),
        optimizer=adam(5e-3),
        epochs=40,
    ),
    Training(
        "",
        "glyphs-sparsity",
        mlp((1, 10, 10), code=48, bottleneck="sigmoid", output="sigmoid"),
        drawn(glyphs, 800),
        npae.Objective(BCE, npae.KLSparsity(0.1, 0.005)),
        optimizer=adam(5e-3),
        epochs=40,
    ),
    Training(
        "",
        "genes-third-of-units-dead",
        mlp(64, 96, code=6),
        drawn(genes, 800),
        change=shifted(-12, "encoder/dense", 64),
        optimizer=adam(2e-3),
        epochs=40,
    ),
    Training(
        "",
        "chords-masked",
        mlp(36, 64, code=24, output="sigmoid"),
        drawn(chords, 800, corruption=datasets.masking_noise(0.3)),
        BCE,
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "traffic-dropout-mae",
        listed(
            lambda: [npae.Dense(64, "relu"), npae.Dropout(0.1), npae.Dense(8)],
            lambda: [npae.Dense(64, "relu"), npae.Dense(24, "sigmoid")],
        ),
        drawn(traffic, 800),
        "mae",
        optimizer=adam(3e-3),
        epochs=40,
    ),
    Training(
        "",
        "pendulums-reversed-targets",
        mlp(32, 64, code=6, activation="tanh"),
        paired(pendulums, 800, lambda part, rng: part[:, ::-1]),
        optimizer=adam(3e-3),
        epochs=40,
    ),
]


UNSEEN_6 = {training.name: training for training in (*FAULTY_UNSEEN_6, *HEALTHY_UNSEEN_6)}


def halves() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of two halves: of each fault, and of the healthy ones, every second one by seed 97."""
    rng, kinds = np.random.default_rng(97), {}
    for training in [*FAULTY_UNSEEN_6, *HEALTHY_UNSEEN_6]:
        kinds.setdefault(training.fault, []).append(training.name)
    mixed = [str(name) for names in kinds.values() for name in rng.permutation(names)]
    return tuple(mixed[::2]), tuple(mixed[1::2])


LOOK, ASIDE = halves()
