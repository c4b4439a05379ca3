"""Models that are no recipes: windows, strides, sizes and batches on which npae can lose to its peers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from npae.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Layer, MaxPool2D, Reshape, UpSampling2D
from npae.model import Autoencoder, Sequential
from npae.recipes import RECIPES, Recipe, get_recipe

Shape = tuple[int, ...]
RANDOM = "random"  # the data set of a model that is timed on random images


def _nothing(run: object) -> None:
    """Draw no figures."""


def _model(
    name: str,
    summary: str,
    shape: Shape,
    batch_size: int,
    layers: Callable[[], list[Layer]],
    loss: str = "mse",
    dataset: str = RANDOM,
) -> Recipe:
    """Return a recipe whose first layer is the encoder."""

    def build() -> Autoencoder:
        first, *rest = layers()
        return Autoencoder(Sequential([first]), Sequential(rest))

    return Recipe(name, summary, "", build, shape, dataset, loss, 1, batch_size, _nothing)


def _conv(filters: int, window: int | tuple[int, int], strides: int = 1, activation: str | None = "relu"):
    return Conv2D(filters, window, strides, "same", activation)


def _back(filters: int, window: int, strides: int, activation: str | None = "relu"):
    return Conv2DTranspose(filters, window, strides, "same", activation=activation)


def _pooled(window: int, filters: tuple[int, int], channels: int = 1):
    few, many = filters
    return lambda: [
        *(_conv(few, window), MaxPool2D(2), _conv(many, window), MaxPool2D(2)),
        *(_conv(many, window), UpSampling2D(2), _conv(few, window), UpSampling2D(2)),
        _conv(channels, window, activation="sigmoid"),
    ]


def _plain(window: int | tuple[int, int], filters: tuple[int, int], channels: int):
    return lambda: [
        _conv(filters[0], window),
        _conv(filters[1], window),
        _conv(channels, window, 1, "sigmoid"),
    ]


def _strided(window: int, strides: int, filters: tuple[int, int], channels: int):
    few, many = filters
    return lambda: [
        *(_conv(few, window, strides), _conv(many, window, strides)),
        *(_back(few, window, strides), _back(channels, window, strides, "sigmoid")),
    ]


def _lenet_5():
    """Return LeNet-5 as SimpleChains.jl's benchmark has it: ten logits, no padding."""
    return [
        *(Conv2D(6, 5, activation="relu"), MaxPool2D(2), Conv2D(16, 5, activation="relu"), MaxPool2D(2)),
        *(Flatten(), Dense(120, "relu"), Dense(84, "relu"), Dense(10)),
    ]


def _overlapping():
    """Return convolutions with pooling windows that overlap."""
    return [
        *(_conv(16, 3), MaxPool2D(3, 2), _conv(32, 3), MaxPool2D(3, 2)),
        *(Flatten(), Dense(784, "sigmoid"), Reshape((1, 28, 28))),
    ]


_LISTED = [
    _model("5x5-pooled", "5x5, 16 and 32 filters, pooled", (1, 28, 28), 64, _pooled(5, (16, 32))),
    _model("7x7", "7x7, 8 and 16 filters", (1, 28, 28), 64, _plain(7, (8, 16), 1)),
    _model("11x11", "11x11, 8 and 8 filters", (1, 28, 28), 64, _plain(11, (8, 8), 1)),
    _model("1x7", "rows of 7 pixels", (1, 28, 28), 64, _plain((1, 7), (16, 16), 1)),
    _model("128-pixels", "3x3, 8 and 16 filters", (1, 128, 128), 8, _plain(3, (8, 16), 1)),
    _model("224-colour", "3x3, 8 and 16 filters", (3, 224, 224), 4, _plain(3, (8, 16), 3)),
    _model("96-pooled", "3x3, 16 and 32 filters, pooled", (3, 96, 96), 16, _pooled(3, (16, 32), 3)),
    _model("256-pooled", "3x3, 8 and 16 filters, pooled", (1, 256, 256), 4, _pooled(3, (8, 16))),
    _model("5x5-stride-2", "5x5, stride 2, 32-64, and back", (1, 28, 28), 32, _strided(5, 2, (32, 64), 1)),
    _model("4x4-stride-2", "4x4, stride 2, 32-64, colour", (3, 32, 32), 64, _strided(4, 2, (32, 64), 3)),
    _model("3x3-stride-2", "3x3, stride 2, 16-32, and back", (1, 28, 28), 64, _strided(3, 2, (16, 32), 1)),
    _model("3x3-stride-3", "3x3, stride 3, 16-32, and back", (1, 27, 27), 64, _strided(3, 3, (16, 32), 1)),
    _model(
        "11x11-stride-4",
        "11x11, stride 4, 32 filters, and back",
        (3, 224, 224),
        4,
        lambda: [_conv(32, 11, 4), _back(3, 11, 4, "sigmoid")],
    ),
    _model(
        "1x1", "1x1, 64-16-64", (64, 28, 28), 16, lambda: [_conv(16, 1), _conv(64, 1, activation="sigmoid")]
    ),
    _model("64-64", "3x3, 64 and 64 filters", (64, 28, 28), 8, _plain(3, (64, 64), 64)),
    _model("colour-small", "3x3, 64 and 128 filters, pooled", (3, 16, 16), 64, _pooled(3, (64, 128), 3)),
    _model("colour-deep", "3x3, 32 and 64 filters, pooled", (3, 32, 32), 32, _pooled(3, (32, 64), 3)),
    _model(
        *("lenet-5", "5x5, 6 and 16 filters, dense 120-84-10", (1, 28, 28), 128, _lenet_5),
        *("softmax_crossentropy", "mnist"),
    ),
    _model("overlapping-pooling", "pooling 3x3, stride 2", (1, 28, 28), 64, _overlapping),
    _model(
        "dense-wide",
        "784-256-784",
        (784,),
        256,
        lambda: [Dense(256, "relu"), Dense(784, "sigmoid")],
    ),
    replace(get_recipe("conv"), name="conv-batch-1", batch_size=1, dataset=RANDOM),
    replace(get_recipe("conv"), name="conv-batch-1024", batch_size=1024, dataset=RANDOM),
]
MODELS: dict[str, Recipe] = {model.name: model for model in _LISTED}


def get_model(name: str) -> Recipe:
    """Return a recipe, or a model of this list; raise ValueError if there is none of that name."""
    return MODELS[name] if name in MODELS and name not in RECIPES else get_recipe(name)
