"""What `npae gradcheck` checks: every layer in several geometries, every loss, every recipe."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial

import numpy as np

from npae.gradcheck.checks import check_layer, check_loss, check_recipe, short_name
from npae.gradcheck.reports import Report
from npae.layers import (
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Layer,
    MaxPool2D,
    ReLU,
    Reshape,
    Sigmoid,
    Tanh,
    UpSampling2D,
)
from npae.losses import BinaryCrossentropy, Loss, MeanSquaredError


def layer_cases() -> list[tuple[Layer, tuple[int, ...]]]:
    """Return (layer, input shape): small and rectangular, lest one size be taken for another unnoticed."""
    return [
        (Dense(3), (5,)),
        *[(Dense(4, activation), (3,)) for activation in ("relu", "sigmoid", "tanh")],
        (Conv2D(2, 3), (1, 5, 6)),
        (Conv2D(3, (2, 3), padding="same", activation="relu"), (2, 5, 4)),
        (Conv2D(2, (3, 2), strides=(2, 1), padding="same", activation="sigmoid"), (3, 6, 5)),
        (Conv2D(2, (3, 4), strides=(2, 3), activation="tanh"), (2, 7, 8)),
        (Conv2D(2, 1, strides=2), (3, 4, 5)),
        (Conv2D(8, 3, padding="same", activation="relu"), (1, 4, 6)),
        (Conv2DTranspose(2, 3), (1, 4, 3)),
        (Conv2DTranspose(2, 2, strides=2, activation="relu"), (3, 3, 4)),
        (Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu"), (2, 3, 4)),
        (Conv2DTranspose(2, (3, 2), strides=(2, 1), padding="same", activation="sigmoid"), (2, 3, 4)),
        (Conv2DTranspose(2, (4, 3), strides=(3, 2), output_padding=(2, 1), activation="tanh"), (1, 3, 2)),
        (MaxPool2D(2), (2, 6, 4)),
        (MaxPool2D((3, 2), strides=(2, 1)), (2, 7, 5)),
        (MaxPool2D(2, padding="same"), (1, 5, 7)),
        (MaxPool2D((2, 3), strides=1, padding="same"), (3, 4, 5)),
        (UpSampling2D(2), (2, 3, 4)),
        (UpSampling2D((3, 1)), (1, 4, 3)),
        (Flatten(), (2, 3, 4)),
        (Reshape((4, -1)), (2, 3, 4)),
        (ReLU(), (2, 3, 4)),
        (Sigmoid(), (7,)),
        (Tanh(), (2, 3, 4)),
        (GaussianNoise(0.3), (2, 3, 4)),
        (Dropout(0.4), (2, 3, 4)),
    ]


def kink_cases() -> list[tuple[Layer, np.ndarray]]:
    """Return (layer, inputs), some of which lie on a kink, and some so near that the first step crosses it.

    Normal numbers never meet one. Of the 72 inputs each, few enough lie *on* a kink, where nothing is proven.
    """
    near = 2.0**-19
    grid = (np.arange(72) * 5 % 23 - 11) / 4
    bent, tied = grid.reshape(3, 2, 3, 4).copy(), grid.reshape(3, 1, 4, 6).copy()
    bent[bent == 0.25] = near
    tied[:, :, 0, 0] = tied[:, :, 1, 1] = 5.0
    tied[:, :, 2, 4], tied[:, :, 3, 5] = 5.0, 5.0 + near
    return [(ReLU(), bent), (MaxPool2D(2), tied)]


def loss_cases() -> list[Loss]:
    """Return the losses, those with a formula of their own for logits in both."""
    return [MeanSquaredError(), BinaryCrossentropy(), BinaryCrossentropy(from_logits=True)]


def cases() -> dict[str, Callable[[], list[Report]]]:
    """Return all checks by name.

    Layers and losses go by the names of their classes, recipes by their own: `Dense` is the layer, `dense`
    the recipe. Layers that draw random numbers are checked with their noise on.
    """
    from npae.recipes import RECIPES

    checks: dict[str, list[Callable[[], Report]]] = {}
    for layer, shape in layer_cases():
        noisy = isinstance(layer, (GaussianNoise, Dropout))
        check = partial(check_layer, layer, shape, training=noisy)
        checks.setdefault(type(layer).__name__, []).append(check)
    for layer, x in kink_cases():
        name = f"{short_name(layer)} on {'x'.join(map(str, x.shape[1:]))}, some of it at kinks"
        check = partial(check_layer, layer, x.shape[1:], x=x, name=name)
        checks[type(layer).__name__].append(check)
    for loss in loss_cases():
        checks.setdefault(type(loss).__name__, []).append(partial(check_loss, loss))
    for name, recipe in RECIPES.items():
        checks[name] = [partial(check_recipe, recipe)]
    return {name: partial(_all_of, some) for name, some in checks.items()}


def run(names: list[str] | None = None) -> list[Report]:
    """Run the checks of these names (see `cases`), or all.

    Raises
    ------
    ValueError
        If there is no check of that name; the message offers the nearest ones.
    """
    checks = cases()
    for name in names or ():
        if name not in checks:
            alike = [known for known in checks if known.lower() == name.lower()]
            near = list(dict.fromkeys(alike + difflib.get_close_matches(name, checks, cutoff=0.5)))
            hint = f"did you mean {' or '.join(near)}?" if near else f"expected some of {', '.join(checks)}"
            raise ValueError(f"there is no gradient check named {name!r}; {hint}")
    return [report for name in names or checks for report in checks[name]()]


def _all_of(checks: list[Callable[[], Report]]) -> list[Report]:
    return [check() for check in checks]
