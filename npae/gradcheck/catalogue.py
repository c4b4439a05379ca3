"""The checks of `npae gradcheck`: every layer in several geometries, every loss and penalty, every recipe."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial

import numpy as np

from npae.arguments import UnknownName
from npae.gradcheck.checks import check_layer, check_loss, check_model, check_recipe, short_name
from npae.gradcheck.reports import Report
from npae.layers import (
    ELU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    LeakyReLU,
    MaxPool2D,
    ReLU,
    Reshape,
    Sampling,
    Sigmoid,
    Tanh,
    UpSampling2D,
)
from npae.model import Autoencoder, Sequential, VariationalAutoencoder
from npae.objectives.losses import (
    LOSSES,
    BinaryCrossentropy,
    GaussianNegativeLogLikelihood,
    Huber,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    SoftmaxCrossentropy,
)
from npae.objectives.objective import Objective
from npae.objectives.penalties import L1, L2, Contractive, KLSparsity, KullbackLeibler


def layer_cases() -> list[tuple[Layer, tuple[int, ...]]]:
    """Return pairs of layer and input shape; the shapes are small and not square, to detect swapped sizes."""
    return [
        (Dense(3), (5,)),
        *[(Dense(4, activation), (3,)) for activation in ("relu", "sigmoid", "tanh", "leaky_relu", "elu")],
        (Dense(3, "elu", use_bias=False), (4,)),
        (Conv2D(2, 3), (1, 5, 6)),
        (Conv2D(3, (2, 3), padding="same", activation="relu"), (2, 5, 4)),
        (Conv2D(2, (3, 2), strides=(2, 1), padding="same", activation="sigmoid"), (3, 6, 5)),
        (Conv2D(2, (3, 4), strides=(2, 3), activation="tanh"), (2, 7, 8)),
        (Conv2D(2, 1, strides=2), (3, 4, 5)),
        (Conv2D(8, 3, padding="same", activation="relu"), (1, 4, 6)),
        (Conv2D(2, (3, 2), padding=1, activation="leaky_relu", use_bias=False), (2, 4, 5)),
        (Conv2D(2, (2, 4), strides=(1, 3), padding=((2, 0), (1, 3)), activation="elu"), (1, 4, 5)),
        (Conv2DTranspose(2, 3), (1, 4, 3)),
        (Conv2DTranspose(2, 2, strides=2, activation="relu"), (3, 3, 4)),
        (Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu"), (2, 3, 4)),
        (Conv2DTranspose(2, (3, 2), strides=(2, 1), padding="same", activation="sigmoid"), (2, 3, 4)),
        (Conv2DTranspose(2, (4, 3), strides=(3, 2), output_padding=(2, 1), activation="tanh"), (1, 3, 2)),
        (Conv2DTranspose(2, 3, strides=2, padding=1, output_padding=1, activation="elu"), (2, 3, 4)),
        (Conv2DTranspose(2, (4, 3), strides=(2, 3), padding=((0, 2), (1, 0)), use_bias=False), (1, 4, 3)),
        (MaxPool2D(2), (2, 6, 4)),
        (MaxPool2D((3, 2), strides=(2, 1)), (2, 7, 5)),
        (MaxPool2D(2, padding="same"), (1, 5, 7)),
        (MaxPool2D((2, 3), strides=1, padding="same"), (3, 4, 5)),
        (MaxPool2D((2, 3), padding=((1, 0), (2, 1))), (2, 5, 4)),
        (AveragePooling2D(2), (2, 6, 4)),
        (AveragePooling2D((3, 2), strides=(1, 2), padding="same"), (2, 4, 5)),
        (AveragePooling2D((2, 3), padding=((1, 0), (2, 1))), (1, 5, 4)),
        (AveragePooling2D(3, strides=2, padding=1, count_include_pad=True), (2, 4, 5)),
        (BatchNormalization(), (2, 3, 4)),
        (BatchNormalization(epsilon=1e-5), (4,)),
        (UpSampling2D(2), (2, 3, 4)),
        (UpSampling2D((3, 1)), (1, 4, 3)),
        (Flatten(), (2, 3, 4)),
        (Reshape((4, -1)), (2, 3, 4)),
        (ReLU(), (2, 3, 4)),
        (Sigmoid(), (7,)),
        (Tanh(), (2, 3, 4)),
        (LeakyReLU(), (2, 3, 4)),
        (ELU(0.7), (2, 3, 4)),
        (GaussianNoise(0.3), (2, 3, 4)),
        (Dropout(0.4), (2, 3, 4)),
        (Sampling(), (6,)),
    ]


def kink_cases() -> list[tuple[Layer, np.ndarray]]:
    """Return pairs of layer and inputs, some on a kink, some so near that the first step crosses it.

    Normally distributed inputs almost never meet a kink. Few of the 72 inputs are exactly on one, where the
    check cannot prove the gradient.
    """
    near = 2.0**-19
    grid = (np.arange(72) * 5 % 23 - 11) / 4
    bent, tied = grid.reshape(3, 2, 3, 4).copy(), grid.reshape(3, 1, 4, 6).copy()
    bent[bent == 0.25] = near
    tied[:, :, 0, 0] = tied[:, :, 1, 1] = 5.0
    tied[:, :, 2, 4], tied[:, :, 3, 5] = 5.0, 5.0 + near
    return [(ReLU(), bent), (MaxPool2D(2), tied)]


def loss_cases() -> list[tuple[Loss, tuple[int, ...]]]:
    """Return pairs of loss and shape of its arguments; a loss with a formula for logits occurs twice."""
    images = (3, 2, 5)
    return [
        (MeanSquaredError(), images),
        (MeanSquaredError(per="image"), images),
        (MeanAbsoluteError(), images),
        (Huber(0.2), images),
        (Huber(per="image"), images),
        (BinaryCrossentropy(), images),
        (BinaryCrossentropy(from_logits=True), images),
        (BinaryCrossentropy(from_logits=True, per="image"), images),
        (GaussianNegativeLogLikelihood(0.3), images),
        (GaussianNegativeLogLikelihood(2.0, per="image"), images),
        (SoftmaxCrossentropy(), (4, 5)),
    ]


def penalty_cases() -> list[tuple[Objective, Autoencoder, tuple[int, ...]]]:
    """Return triples of objective with one penalty, tiny model and input shape.

    The weights are large, so that the penalty has a large share in every gradient.
    """

    def dense(activation: str | None, units: int = 3) -> Autoencoder:
        return Autoencoder(Sequential([Dense(units, activation)]), Sequential([Dense(5, "sigmoid")]))

    image = Autoencoder(
        Sequential([Flatten(), GaussianNoise(0.1), Dense(4, "tanh"), Reshape((2, 2))]),
        Sequential([Flatten(), Dense(6), Reshape((1, 2, 3))]),
    )
    conv = Autoencoder(
        Sequential([Conv2D(2, 2, activation="relu")]),
        Sequential([Conv2DTranspose(1, 2, activation="sigmoid")]),
    )
    variational = VariationalAutoencoder(
        Sequential([Dense(4, "tanh"), Dense(6)]), Sequential([Dense(5, "sigmoid")])
    )
    return [
        (Objective("binary_crossentropy", L1(0.3)), dense("relu"), (5,)),
        (Objective("mse", L1(0.3)), conv, (1, 3, 4)),
        (Objective("mse", L2(0.3)), conv, (1, 3, 4)),
        (Objective("binary_crossentropy", KLSparsity(0.1, 2.0)), dense("sigmoid"), (5,)),
        *[
            (Objective("mse", Contractive(0.7)), dense(kind), (5,))
            for kind in ("sigmoid", "relu", "elu", None)
        ],
        (Objective("mse", Contractive(0.7)), image, (1, 2, 3)),
        (Objective(BinaryCrossentropy(per="image"), KullbackLeibler(1.5)), variational, (5,)),
    ]


def check_penalty(objective: Objective, model: Autoencoder, input_shape: tuple[int, ...]) -> Report:
    """Check a model with its objective, entry by entry, on three random examples."""
    random = np.random.default_rng(0)
    output_shape = model.build(input_shape, random, np.float64)
    x, t = random.standard_normal((3, *input_shape)), random.uniform(0, 1, (3, *output_shape))
    name = f"{objective!r} on {short_name(next(layer for _, layer in model.leaves() if layer.params))}"
    return check_model(model, objective, x, t, None, random, training=True, name=name)


def cases() -> dict[str, Callable[[], list[Report]]]:
    """Return all checks by name.

    Layers, losses and penalties have the names of their classes, and recipes their own: `Dense` is the layer,
    `dense` the recipe. Layers are checked in training mode, where those that draw random numbers do so.
    """
    from npae.recipes import RECIPES

    checks: dict[str, list[Callable[[], Report]]] = {}
    for layer, shape in layer_cases():
        check = partial(check_layer, layer, shape, training=True)
        checks.setdefault(type(layer).__name__, []).append(check)
    checks["BatchNormalization"].append(partial(check_layer, BatchNormalization(), (2, 3, 4)))  # inference
    for layer, x in kink_cases():
        name = f"{short_name(layer)} on {'x'.join(map(str, x.shape[1:]))}, some of it at kinks"
        check = partial(check_layer, layer, x.shape[1:], x=x, name=name)
        checks[type(layer).__name__].append(check)
    for loss, shape in loss_cases():
        checks.setdefault(type(loss).__name__, []).append(partial(check_loss, loss, shape))
    for objective, model, shape in penalty_cases():
        name = type(objective.penalties[0]).__name__
        checks.setdefault(name, []).append(partial(check_penalty, objective, model, shape))
    for name, recipe in RECIPES.items():
        checks[name] = [partial(check_recipe, recipe)]
    return {name: partial(_all_of, some) for name, some in checks.items()}


def run(names: list[str] | None = None) -> list[Report]:
    """Run the checks of these names, or all.

    Parameters
    ----------
    names : list of str, optional
        The names of `cases`, and those of losses, such as "mse". Case matters only if two names differ in
        nothing else.

    Raises
    ------
    UnknownName
        If there is no check of that name; the message suggests similar names.
    """
    checks = cases()
    known = {**{name: name for name in checks}, **{name: loss.__name__ for name, loss in LOSSES.items()}}
    wanted = [known[_spelled(name, known)] for name in names or checks]
    return [report for name in wanted for report in checks[name]()]


def _spelled(name: str, known: dict[str, str]) -> str:
    """Return the known name that equals this one, exactly or, if it is unique, except for case."""
    alike = [other for other in known if other.lower() == name.lower()]
    if name in known or len(alike) == 1:
        return name if name in known else alike[0]
    near = list(dict.fromkeys(alike + difflib.get_close_matches(name, known, cutoff=0.5)))
    hint = f"did you mean {' or '.join(near)}?" if near else f"expected some of {', '.join(known)}"
    raise UnknownName(f"there is no gradient check named {name!r}; {hint}")


def _all_of(checks: list[Callable[[], Report]]) -> list[Report]:
    return [check() for check in checks]
