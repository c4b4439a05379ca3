"""Trainings with a fault put in, and healthy ones: what `npae doctor` has to tell apart.

They were written before the doctor, and `FAULTY_OF_USERS` before the doctor that finds them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

import npae
from npae import datasets
from npae.training.batches import Batches
from npae.training.fit import fit


@dataclass(frozen=True)
class Training:
    """A training, and what is wrong with it.

    Attributes
    ----------
    fault : str
        The diagnosis; "" for a healthy one.
    label : str
        Which of several.
    model : callable
        Returns a new model, not yet built.
    data : callable
        ``data(train, test)`` returns (training, validation) Batches of arrays of digits from 0 to 1.
    loss : str or Objective
    change : callable
        ``change(model)``, before the training: the fault, where it is one of the weights.
    """

    fault: str
    label: str
    model: Callable[[], Any]
    data: Callable[[np.ndarray, np.ndarray], tuple[Batches, Batches]]
    loss: Any = "mse"
    change: Callable[[Any], None] = lambda model: None
    optimizer: Callable[[], Any] = npae.Adam
    epochs: int = 25
    count: int = 2000
    batch_size: int = 32
    also: tuple[str, ...] = field(default=())  # diagnoses that are right as well

    @property
    def name(self) -> str:
        return f"{self.fault or 'healthy'}-{self.label}"

    def trained(self):
        """Return the model, both data sets, the loss and the history."""
        train, test = digits()
        training, validation = self.data(train[: self.count], test)
        model = self.model()
        model.build(training.shape, np.random.default_rng(3))
        self.change(model)
        history = fit(
            model,
            training,
            loss=self.loss,
            optimizer=self.optimizer(),
            epochs=self.epochs,
            batch_size=self.batch_size,
            validation_data=validation,
            seed=5,
        )
        return model, training, validation, self.loss, history


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return synthetic digits from 0 to 1, (2000, 784) and (400, 784)."""
    images, _, test, _ = datasets.synthetic_digits(2000, 400, seed=1)
    return tuple(part.reshape(len(part), -1).astype(np.float32) / 255 for part in (images, test))


# --- Data ---


def plain(train, test):
    return Batches(train), Batches(test)


def images(train, test):
    return Batches(train.reshape(-1, 1, 28, 28)), Batches(test.reshape(-1, 1, 28, 28))


def scaled(factor, offset=0.0):
    return lambda *parts: tuple(Batches(part * np.float32(factor) + np.float32(offset)) for part in parts)


def denoising(stddev, kind=datasets.gaussian_noise):
    def data(train, test):
        noisy = kind(stddev)(test, np.random.default_rng(1))
        return Batches(train, corruption=kind(stddev)), Batches(noisy, test)

    return data


def once(stddev, kind=datasets.gaussian_noise, shape=None):
    """Noise that is drawn once for all epochs."""

    def data(train, test):
        pairs = ((kind(stddev)(part, np.random.default_rng(k)), part) for k, part in enumerate((train, test)))
        return tuple(Batches(noisy, clean, shape=shape) for noisy, clean in pairs)

    return data


def changed(train=None, validation=None):
    """Apply a function to the images of training, of validation, or of both."""

    def data(*parts):
        pairs = zip(parts, (train, validation))
        return tuple(Batches(change(part).astype(np.float32) if change else part) for part, change in pairs)

    return data


def targets(function):
    """Give ``function(images)`` as targets."""
    return lambda *parts: tuple(Batches(part, function(part).astype(np.float32)) for part in parts)


def repeated(count):
    """Repeat a few images until they are as many as before."""
    return lambda part: np.resize(part[:count], part.shape)


def mixed(part):
    return np.random.default_rng(7).permutation(part)


def one_column(part):
    return part * np.where(np.arange(part.shape[1]) == 300, 60, 1)


def noisy(stddev, kind=datasets.gaussian_noise):
    """The targets have the noise as well."""
    return lambda *parts: tuple(Batches(kind(stddev)(part, np.random.default_rng(2))) for part in parts)


# --- Models ---


def dense(*units, activation="relu", code="relu", output="sigmoid", size=784):
    def model():
        *hidden, last = units
        encoder = [npae.Dense(n, activation) for n in hidden] + [npae.Dense(last, code)]
        decoder = [npae.Dense(n, activation) for n in reversed(hidden)] + [npae.Dense(size, output)]
        return npae.Autoencoder(npae.Sequential(encoder), npae.Sequential(decoder))

    return model


def conv(activation="relu", output="sigmoid"):
    def model():
        encoder = [npae.Conv2D(8, 3, 2, "same", activation), npae.Conv2D(8, 3, 2, "same", activation)]
        decoder = [
            npae.Conv2DTranspose(8, 3, 2, "same", activation=activation),
            npae.Conv2DTranspose(1, 3, 2, "same", activation=output),
        ]
        return npae.Autoencoder(npae.Sequential(encoder), npae.Sequential(decoder))

    return model


def variational(hidden=128, code=4):
    encoder = [npae.Dense(hidden, "relu"), npae.Dense(2 * code)]
    decoder = [npae.Dense(hidden, "relu"), npae.Dense(784, "sigmoid")]
    return npae.VariationalAutoencoder(npae.Sequential(encoder), npae.Sequential(decoder))


def elbo(beta=1.0):
    reconstruction = npae.BinaryCrossentropy(per="image")
    return npae.Objective(reconstruction, npae.KullbackLeibler(beta=beta))


# --- Faults of the weights ---


def biased(amount, *names):
    """Move the biases of some layers."""

    def change(model):
        for name in names:
            model.params[f"{name}/bias"] += np.float32(amount)

    return change


def widened(factor, *names):
    """Multiply the kernels of some layers."""

    def change(model):
        for name in names:
            model.params[f"{name}/kernel"] *= np.float32(factor)

    return change


def twins(model):
    """Make all units of the code the same unit."""
    names = [name for name in model.params if name.startswith("encoder/") and name.endswith("kernel")]
    kernel, bias = model.params[names[-1]], model.params[names[-1].replace("kernel", "bias")]
    kernel[...], bias[...] = kernel[:, :1], bias[:1]
    behind = model.params["decoder/dense/kernel"]
    behind[...] = behind[:1]


def all_kernels(change):
    """Change all kernels, and set all biases to 0."""

    def every(model):
        for name, value in model.params.items():
            value[...] = change(value) if name.endswith("kernel") else 0

    return every


class Frozen(npae.Dense):
    """A layer that does not learn."""

    def backward(self, dy, cache, need_dx=True):
        """Return zeros in place of the gradients."""
        dx, grads = super().backward(dy, cache, need_dx)
        return dx, {name: np.zeros_like(grad) for name, grad in grads.items()}


def stacked(*layers, split=2):
    """Return a function that builds an autoencoder whose encoder has the first layers."""

    def model():
        made = [layer() for layer in layers]
        return npae.Autoencoder(npae.Sequential(made[:split]), npae.Sequential(made[split:]))

    return model


def units(count, activation="relu", kind=npae.Dense):
    return lambda: kind(count, activation)


def adam(rate):
    return lambda: npae.Adam(rate)


def sgd(rate, momentum=0.0):
    return lambda: npae.SGD(rate, momentum=momentum)


FIRST, SECOND, CODE, BACK = "encoder/dense", "encoder/dense_1", "encoder/dense_1", "decoder/dense"
BCE = "binary_crossentropy"

FAULTY = [
    Training("dead_units", "first", dense(128, 32), plain, BCE, biased(-20, FIRST), also=("dead_code",)),
    Training("dead_units", "back", dense(128, 32), plain, BCE, biased(-30, BACK), also=("constant_image",)),
    Training("dead_units", "conv", conv(), images, BCE, biased(-9, "encoder/conv2d"), also=("dead_code",)),
    Training("dead_units", "code-32", dense(32), plain, "mse", biased(-50, FIRST), also=("dead_code",)),
    Training(
        "dead_units", "deep", dense(128, 64, 16), plain, "mse", biased(-40, SECOND), also=("dead_code",)
    ),
    Training("saturation", "sigmoid", dense(128, 32, activation="sigmoid"), plain, BCE, widened(80, FIRST)),
    Training("saturation", "tanh", dense(128, 32, activation="tanh"), plain, "mse", widened(60, FIRST)),
    Training("saturation", "back", dense(128, 32, activation="tanh"), plain, BCE, widened(200, BACK)),
    Training(
        "saturation",
        "bias",
        dense(128, 16, activation="sigmoid"),
        plain,
        "mse",
        biased(-30, FIRST),
        also=("dead_code", "constant_image", "dead_units"),
    ),
    Training("saturation", "conv", conv("tanh"), images, "mse", widened(100, "encoder/conv2d")),
    Training(
        "dead_code",
        "bias",
        dense(64, 8),
        plain,
        BCE,
        biased(-60, CODE),
        also=("dead_units", "constant_image"),
    ),
    Training(
        "dead_code",
        "zero",
        dense(64, 2),
        plain,
        "mse",
        widened(0, CODE),
        also=("dead_units", "constant_image"),
    ),
    Training(
        "dead_code",
        "sigmoid",
        dense(64, 4, code="sigmoid"),
        plain,
        "mse",
        biased(-90, CODE),
        also=("saturation", "constant_image"),
    ),
    Training("code_on_a_line", "2", dense(64, 2, code=None), plain, "mse", twins),
    Training("code_on_a_line", "8", dense(64, 8, code=None), plain, BCE, twins),
    Training("code_on_a_line", "4-tanh", dense(64, 4, activation="tanh", code=None), plain, "mse", twins),
    Training("code_on_a_line", "3-deep", dense(128, 64, 3, code=None), plain, "mse", twins),
    *(
        Training(
            "posterior_collapse",
            f"beta-{beta:g}",
            variational,
            plain,
            elbo(beta),
            also=("dead_code", "constant_image"),
        )
        for beta in (40.0, 100.0, 300.0)
    ),
    Training(
        "posterior_collapse",
        "wide",
        lambda: variational(64, 8),
        plain,
        elbo(60.0),
        also=("dead_code", "constant_image"),
    ),
    Training(
        "posterior_collapse",
        "two",
        lambda: variational(64, 2),
        plain,
        elbo(200.0),
        also=("dead_code", "constant_image"),
    ),
    Training("unscaled_inputs", "255", dense(64, 16, output=None), scaled(255)),
    Training("unscaled_inputs", "centred", dense(64, 16, output=None), scaled(255, -128)),
    Training("unscaled_inputs", "thousand", dense(64, 16, output=None), scaled(1000), epochs=10),
    Training("unscaled_inputs", "relu", dense(64, output="relu"), scaled(255)),
    Training("unscaled_inputs", "offset", dense(64, output=None), scaled(1, 50)),
    Training("wrong_loss", "bce-linear", dense(64, 16, output=None), plain, BCE, also=("rate_too_large",)),
    Training("wrong_loss", "bce-tanh", dense(64, 16, output="tanh"), plain, BCE),
    Training("wrong_loss", "bce-relu", dense(64, output="relu"), plain, BCE),
    Training("wrong_loss", "sigmoid", dense(64, 16), scaled(2, -1)),
    Training("wrong_loss", "relu", dense(64, 16, output="relu"), scaled(1, -0.5)),
    Training("wrong_loss", "tanh", dense(64, 16, output="tanh"), scaled(2, 0.5)),
    *(
        Training(
            "rate_too_large",
            f"adam-{rate:g}",
            dense(64, 16),
            plain,
            "mse",
            optimizer=adam(rate),
            also=("dead_units", "dead_code", "constant_image"),
        )
        for rate in (0.3, 1.0, 3.0)
    ),
    Training(
        "rate_too_large",
        "tanh",
        dense(64, 16, activation="tanh", code=None),
        plain,
        BCE,
        optimizer=adam(0.1),
        also=("saturation", "constant_image"),
    ),
    Training(
        "rate_too_large",
        "sgd",
        dense(64, 16, code=None),
        plain,
        BCE,
        optimizer=sgd(60.0),
        also=("dead_units", "dead_code", "constant_image", "code_on_a_line"),
    ),
    Training(
        "rate_too_large",
        "conv",
        conv(),
        images,
        BCE,
        optimizer=adam(0.3),
        also=("dead_units", "dead_code", "constant_image"),
        epochs=8,
        count=1000,
    ),
    *(
        Training("rate_too_small", f"adam-{rate:g}", dense(64, 16), plain, "mse", optimizer=adam(rate))
        for rate in (1e-6, 1e-5, 3e-5)
    ),
    Training("rate_too_small", "sgd", dense(64, 16), plain, "mse", optimizer=sgd(1e-3)),
    Training("rate_too_small", "bce", dense(64), plain, BCE, optimizer=adam(5e-6)),
    Training("rate_too_small", "conv", conv(), images, BCE, optimizer=adam(1e-5), epochs=8, count=1000),
    Training("constant_image", "dead", dense(64, 16), plain, BCE, biased(-200, BACK), also=("dead_units",)),
    Training(
        "constant_image",
        "dead-first",
        dense(32),
        plain,
        BCE,
        biased(-200, FIRST),
        also=("dead_units", "dead_code"),
    ),
    Training(
        "constant_image",
        "beta",
        lambda: variational(64, 2),
        plain,
        elbo(1000.0),
        also=("posterior_collapse", "dead_code"),
    ),
    Training(
        "constant_image",
        "saturated",
        dense(64, 16, activation="tanh"),
        plain,
        "mse",
        biased(100, BACK),
        also=("saturation",),
    ),
    Training("too_few_epochs", "dense", dense(64, 16), plain, BCE, epochs=1, also=("code_on_a_line",)),
    Training("too_few_epochs", "two", dense(32), plain, "mse", epochs=2),
    Training("too_few_epochs", "conv", conv(), images, BCE, epochs=1, count=640, also=("code_on_a_line",)),
    Training(
        "too_few_epochs",
        "deep",
        dense(128, 64, 16),
        plain,
        BCE,
        epochs=2,
        count=1000,
        also=("code_on_a_line",),
    ),
    Training("too_few_epochs", "denoiser", dense(128), denoising(0.3), BCE, epochs=1),
    *(
        Training("overfitting", f"{count}", dense(256, 128), plain, BCE, epochs=300, count=count)
        for count in (30, 60, 120)
    ),
    Training("overfitting", "mse", dense(512), plain, "mse", epochs=250, count=50),
    Training("overfitting", "tanh", dense(256, 128, activation="tanh"), plain, "mse", epochs=250, count=80),
    *(
        Training("noisy_targets", f"gauss-{stddev:g}", dense(128), noisy(stddev), "mse")
        for stddev in (0.2, 0.3, 0.5)
    ),
    Training("noisy_targets", "masking", dense(128), noisy(0.4, datasets.masking_noise), BCE),
    Training("noisy_targets", "salt", dense(128), noisy(0.2, datasets.salt_and_pepper), "mse"),
    *(
        Training(
            "fixed_noise",
            f"{count}",
            dense(256),
            once(0.5),
            "mse",
            epochs=200,
            count=count,
            also=("overfitting",),
        )
        for count in (60, 150)
    ),
    Training(
        "fixed_noise",
        "masking",
        dense(256),
        once(0.5, datasets.masking_noise),
        BCE,
        epochs=200,
        count=100,
        also=("overfitting",),
    ),
    Training(
        "fixed_noise",
        "salt",
        dense(256),
        once(0.3, datasets.salt_and_pepper),
        "mse",
        epochs=200,
        count=100,
        also=("overfitting",),
    ),
]

# Faults that a user makes, listed without a look at the doctor, which named 25 of 51 of them then.
COLLAPSED = ("dead_code", "constant_image", "code_on_a_line", "penalty_too_large")
OF_RATE = ("dead_units", "dead_code", "constant_image", "saturation", "code_on_a_line")
EIGHT = [units(64, "sigmoid") for _ in range(7)]
FAULTY_OF_USERS = [
    Training("unscaled_inputs", "twice", dense(64, 16), scaled(1 / 255)),
    Training("unscaled_inputs", "twice-linear", dense(64, 16, output=None), scaled(1 / 255)),
    Training("unscaled_inputs", "one-column", dense(64, 16, output=None), changed(one_column, one_column)),
    Training("unscaled_targets", "255", dense(64, 16, output=None), targets(lambda x: 255 * x)),
    Training("wrong_loss", "standardised", dense(64, 16), scaled(3, -0.4)),
    Training(
        "wrong_loss", "minus-one", dense(64, 16, output="relu"), scaled(2, -1), also=("constant_image",)
    ),
    Training("wrong_loss", "sigmoid-twice", dense(64, 16), plain, npae.BinaryCrossentropy(from_logits=True)),
    Training(
        "wrong_loss",
        "sigmoid-layer-twice",
        stacked(units(64), units(16), units(64), units(784, "sigmoid"), npae.Sigmoid),
        plain,
    ),
    Training(
        "wrong_loss",
        "relu-then-sigmoid",
        stacked(units(64), units(16), units(64), units(784), npae.Sigmoid),
        plain,
        also=("dead_units",),
    ),
    Training(
        "wrong_loss", "label", dense(64, 16, size=1), targets(lambda x: np.arange(len(x))[:, None] % 10.0)
    ),
    Training("constant_data", "same", dense(64, 16), changed(repeated(1), repeated(1)), BCE, also=()),
    Training("constant_data", "black", dense(64, 16), scaled(0), also=()),
    Training("overfitting", "ten", dense(256, 64), plain, BCE, epochs=300, count=10),
    Training("overfitting", "repeated", dense(256, 64), changed(repeated(10)), BCE),
    Training(
        "overfitting", "swapped", dense(256, 64), lambda a, b: (Batches(b[:40]), Batches(a)), BCE, epochs=250
    ),
    Training("validation_differs", "inverted", dense(64, 16), changed(None, lambda x: 1 - x), BCE),
    Training("validation_differs", "unscaled", dense(64, output=None), changed(None, lambda x: 255 * x)),
    Training(
        "validation_differs", "shifted", dense(64, 16), changed(None, lambda x: np.roll(x, 280, 1)), BCE
    ),
    Training(
        "validation_differs", "noise", dense(128, 32), lambda a, b: (Batches(a), denoising(0.5)(a, b)[1]), BCE
    ),
    Training(
        "validation_seen", "copy", dense(128, 32), lambda a, _: (Batches(a), Batches(a[:400])), BCE, epochs=40
    ),
    Training(
        "validation_seen",
        "half",
        dense(128, 32),
        lambda a, b: (Batches(a), Batches(np.concatenate([a[:200], b[:200]]))),
        BCE,
        epochs=40,
    ),
    Training("unrelated_targets", "shuffled", dense(128, 32), targets(mixed), BCE, also=()),
    Training(
        "unrelated_targets",
        "shuffled-conv",
        conv(),
        lambda *p: tuple(Batches(x.reshape(-1, 1, 28, 28), mixed(x).reshape(-1, 1, 28, 28)) for x in p),
        epochs=10,
    ),
    Training("no_noise", "gauss-0", dense(128), denoising(0.0), BCE, epochs=40),
    Training("no_noise", "masking-0", dense(128), denoising(0.0, datasets.masking_noise), BCE, epochs=40),
    Training("noise_too_large", "masking-1", dense(128), denoising(1.0, datasets.masking_noise), BCE),
    Training("noise_too_large", "gauss-8", dense(128), denoising(8.0), "mse", epochs=40),
    Training("rate_too_small", "sgd-momentum", dense(64, 16), plain, BCE, optimizer=sgd(1e-4, 0.9)),
    Training("rate_too_small", "adam-1e-7", dense(128, 64, 16), plain, "mse", optimizer=adam(1e-7)),
    Training("rate_too_large", "momentum", dense(64, 16), plain, BCE, optimizer=sgd(5.0, 0.99), also=OF_RATE),
    Training("rate_too_large", "adam-0.1", dense(128, 64, 16), plain, BCE, optimizer=adam(0.1), also=OF_RATE),
    Training(
        "rate_too_large", "adam-10", dense(32, output=None), plain, "mse", optimizer=adam(10.0), also=OF_RATE
    ),
    Training(
        "too_few_epochs",
        "one-batch",
        dense(64, 16),
        plain,
        BCE,
        batch_size=2000,
        also=("rate_too_small", "code_on_a_line"),
    ),
    Training("too_few_epochs", "large-batch", dense(32), plain, BCE, batch_size=500, epochs=5),
    Training(
        "penalty_too_large", "l2", dense(64, 16), plain, npae.Objective("mse", npae.L2(1.0)), also=COLLAPSED
    ),
    Training(
        "penalty_too_large",
        "l1",
        dense(64),
        plain,
        npae.Objective(BCE, npae.L1(10.0)),
        also=COLLAPSED + ("dead_units",),
    ),
    Training(
        "penalty_too_large",
        "contractive",
        dense(64, code="sigmoid"),
        plain,
        npae.Objective("mse", npae.Contractive(100.0)),
        also=COLLAPSED,
    ),
    Training(
        "penalty_too_large",
        "decay",
        dense(64, 16),
        plain,
        "mse",
        optimizer=lambda: npae.Adam(1e-3, weight_decay=300.0),
        also=COLLAPSED,
    ),
    Training(
        "posterior_collapse",
        "mean-loss",
        variational,
        plain,
        npae.Objective(BCE, npae.KullbackLeibler()),
        also=COLLAPSED,
    ),
    Training("posterior_collapse", "beta-10", variational, plain, elbo(10.0), epochs=40, also=COLLAPSED),
    Training("posterior_collapse", "beta-20", variational, plain, elbo(20.0), epochs=40, also=COLLAPSED),
    Training(
        "posterior_collapse", "wide-30", lambda: variational(128, 16), plain, elbo(30.0), also=COLLAPSED
    ),
    Training("dead_units", "zero-layer", dense(128, 32), plain, BCE, widened(0, FIRST), also=("dead_code",)),
    Training(
        "code_on_a_line",
        "equal-weights",
        dense(64, 16, activation="tanh", code=None),
        plain,
        "mse",
        all_kernels(lambda w: 0.01),
        also=("constant_image",),
    ),
    Training(
        "saturation",
        "all-wide",
        dense(128, 32, activation="tanh"),
        plain,
        BCE,
        all_kernels(lambda w: 100 * w),
        also=("dead_units", "rate_too_small"),
    ),
    Training(
        "constant_image",
        "tiny-weights",
        dense(128, 64, 16, activation="sigmoid", code="sigmoid"),
        plain,
        "mse",
        all_kernels(lambda w: 1e-4 * w),
        also=("dead_code", "code_on_a_line", "rate_too_small", "too_few_epochs"),
        epochs=6,
    ),
    Training(
        "constant_image",
        "deep-sigmoid",
        stacked(*EIGHT, units(784, "sigmoid"), split=4),
        plain,
        "mse",
        also=("dead_code", "code_on_a_line"),
    ),
    Training(
        "frozen_layer",
        "encoder",
        stacked(units(64, kind=Frozen), units(16), units(64), units(784, "sigmoid")),
        plain,
        BCE,
    ),
    Training(
        "frozen_layer",
        "last",
        stacked(units(64), units(16), units(64), units(784, "sigmoid", Frozen)),
        plain,
        BCE,
        also=("rate_too_large",),
    ),
    Training(
        "constant_image",
        "dropout",
        stacked(units(128), lambda: npae.Dropout(0.99), units(784, "sigmoid")),
        plain,
        BCE,
        also=("too_few_epochs", "dead_units", "noise_too_large"),
    ),
    Training(
        "constant_image",
        "pure-noise",
        dense(64, 16),
        changed(*[lambda x: np.random.default_rng(len(x)).random(x.shape)] * 2),
        "mse",
    ),
]

HEALTHY = [
    Training("", "dense-32", dense(32), plain, BCE, epochs=40),
    Training("", "dense-mse", dense(32), plain, "mse", epochs=40),
    Training("", "deep", dense(128, 64, 16), plain, BCE, epochs=40),
    Training("", "deep-tanh", dense(128, 64, 16, activation="tanh", code=None), plain, "mse", epochs=40),
    Training("", "deep-sigmoid", dense(128, 32, activation="sigmoid", code=None), plain, BCE, epochs=60),
    Training("", "code-2", dense(128, 64, 2, code=None), plain, "mse", epochs=60),
    Training("", "code-3", dense(128, 64, 3, code=None), plain, BCE, epochs=60),
    Training("", "conv", conv(), images, BCE, epochs=15),
    Training("", "conv-tanh", conv("tanh"), images, "mse", epochs=15),
    Training("", "denoiser", dense(128), denoising(0.3), BCE, epochs=40),
    Training("", "denoiser-mse", dense(256), denoising(0.5), "mse", epochs=40),
    Training("", "masking", dense(128), denoising(0.3, datasets.masking_noise), BCE, epochs=40),
    Training("", "noise-once", dense(32), once(0.3), BCE, epochs=30),
    Training("", "variational", variational, plain, elbo(), epochs=60),
    Training("", "variational-2", lambda: variational(128, 2), plain, elbo(), epochs=60),
    Training("", "sparse", dense(64), plain, npae.Objective(BCE, npae.L1(1e-6)), epochs=40),
    Training("", "linear", dense(16, code=None, output=None), plain, "mse", epochs=40),
    Training("", "centred", dense(64, 16, output="tanh"), scaled(1, -0.5), "mse", epochs=40),
    Training("", "sgd", dense(32), plain, BCE, optimizer=sgd(5.0, 0.9), epochs=40),
    Training("", "tanh-for-0-to-1", dense(64, 16, output="tanh"), plain, "mse", epochs=40),
    Training("", "rounded", dense(64, 16), changed(*[lambda x: x.astype(np.float16)] * 2), BCE, epochs=40),
    Training("", "black-and-white", dense(64, 16), changed(*[lambda x: x > 0.5] * 2), BCE, epochs=40),
    Training("", "standardised", dense(64, 16, output=None), scaled(3, -0.4), "mse", epochs=40),
    Training("", "dim", dense(64, 16), scaled(0.2), "mse", epochs=40),
    Training("", "beta-2", variational, plain, elbo(2.0), epochs=60),
    Training("", "decay", dense(64, 16), plain, npae.Objective("mse", npae.L2(1e-6)), epochs=40),
    Training("", "batch-8", dense(64, 16), plain, BCE, epochs=20, batch_size=8),
    Training(
        "",
        "mirrored-targets",
        dense(128, 32),
        targets(lambda x: x.reshape(-1, 28, 28)[:, :, ::-1].reshape(x.shape)),
        BCE,
        epochs=40,
    ),
    Training("", "inverted-targets", dense(128, 32), targets(lambda x: 1 - x), BCE, epochs=40),
    Training("", "noise-2", dense(128), denoising(1.0), "mse", epochs=40),
    Training("", "code-1", dense(64, 1, code=None), plain, "mse", epochs=60),
    Training("", "wide", dense(1000), plain, BCE, epochs=20),
    Training(
        "",
        "dropout",
        stacked(units(128), lambda: npae.Dropout(0.2), units(784, "sigmoid")),
        plain,
        BCE,
        epochs=40,
    ),
    Training("", "adam-3e-3", dense(64, 16), plain, BCE, optimizer=adam(3e-3), epochs=30),
]

TRAININGS = {training.name: training for training in (*FAULTY, *FAULTY_OF_USERS, *HEALTHY)}
