"""The architecture of a model as plain data, and a model from such data, which may be a stranger's."""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

import npae.layers
from npae.geometry import Shape
from npae.initializers import SHAPES_ONLY
from npae.layers.layer import Layer
from npae.model import Autoencoder, Sequential, VariationalAutoencoder

DTYPES = ("float32", "float64")
DEPTH = 8  # of models in models
LAYERS = 1000
ELEMENTS = 1 << 26  # of a layer's output for one example
WORK = 1 << 32  # elements of one output, times those of the window


def describe_model(model: Sequential) -> dict[str, Any]:
    """Return the architecture as plain data: classes, their arguments, the input shape and the dtype."""
    if model.input_shape is None:
        raise ValueError("the model is not built yet; call build(input_shape) first")
    dtype = next((value.dtype.name for value in model.params.values()), "float32")
    return {"input_shape": list(model.input_shape), "dtype": dtype, "layer": describe_layer(model)}


def describe_layer(value: Any) -> Any:
    """Return a layer or model, built or not, as plain data: classes and their arguments."""
    if isinstance(value, Layer):
        kind = type(value)
        name = kind.__name__
        if _known_layers().get(name) is not kind:  # a user's class may have the name of one of npae's
            name = f"{kind.__module__}.{name}"
        return {"class": name, "config": {key: describe_layer(item) for key, item in value.config().items()}}
    if isinstance(value, (list, tuple)):
        return [describe_layer(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def completed(description: Any) -> Any:
    """Return a description with the default values of arguments that npae did not have when it was made."""
    if isinstance(description, list):
        return [completed(item) for item in description]
    if not isinstance(description, dict):
        return description
    values = {key: completed(item) for key, item in description.items()}
    kind = _known_layers().get(str(values.get("class")))
    if kind is not None and isinstance(values.get("config"), dict):
        arguments = inspect.signature(kind).parameters.items()
        known = {name: a.default for name, a in arguments if a.default is not a.empty}
        values["config"] = {**known, **values["config"]}
    return values


def model_from(description: Any) -> Sequential:
    """Return a model for a description from `describe_model`; its parameters have shapes and no values.

    Raises
    ------
    ValueError
        If a class or an argument is not one of npae's, or the sizes are out of all proportion.
    """
    if not isinstance(description, dict):
        raise ValueError("it describes no model")
    model = layer_from(description["layer"])
    if not isinstance(model, Sequential):
        raise ValueError(
            f"expected a Sequential or an Autoencoder, but it describes a {type(model).__name__}"
        )
    shape, dtype = description["input_shape"], description["dtype"]
    if not isinstance(shape, list) or not all(type(size) is int and size > 0 for size in shape):
        raise ValueError(f"its input_shape must be a list of positive integers, not {shape!r}")
    if dtype not in DTYPES:
        raise ValueError(f"its dtype must be {' or '.join(DTYPES)}, not {dtype!r}")
    model.build(tuple(shape), SHAPES_ONLY, dtype=np.dtype(dtype))
    for name, layer in model.leaves():
        _check_sizes(name, layer)
    return model


def for_inputs(model: Sequential, input_shape: Shape) -> Sequential:
    """Return a model of the same layers, which share the parameters, for inputs of another shape.

    Raises
    ------
    ValueError
        If a layer does not accept them, or has parameters for inputs of one shape only, as `npae.Dense`.
    """
    twin = layer_from(describe_layer(model))
    twin.build(input_shape, SHAPES_ONLY, model.dtype or np.float32)
    for (name, layer), (_, own) in zip(twin.leaves(), model.leaves()):
        for key, value in own.params.items():
            if layer.params[key].shape != value.shape:
                raise ValueError(f"{name} has parameters for inputs of the shape {model.input_shape} only")
            layer.params[key] = value
    return twin


def layer_from(value: Any) -> Any:
    """Return the layer, not yet built, of a description from `describe_layer`.

    Raises
    ------
    ValueError
        If a class or an argument is not one of npae's, or models are nested too deeply.
    """
    for number, depth in enumerate(_depths(value)):
        if depth > DEPTH or number > LAYERS:
            raise ValueError(f"it has more than {LAYERS} layers, or models in models more than {DEPTH} deep")
    return _construct(value)


def _depths(value: Any, depth: int = 1) -> Iterator[int]:
    """Yield the depth of every layer in a description, and stop below one that is too deep."""
    if isinstance(value, dict):
        yield depth
        value = [*value["config"].values()] if isinstance(value["config"], dict) else []
        depth += 1
    if isinstance(value, list) and depth <= DEPTH + 1:
        for item in value:
            yield from _depths(item, depth)


def _construct(value: Any) -> Any:
    if isinstance(value, list):
        return [_construct(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind, config = _known_layers().get(str(value["class"])), value["config"]
    if kind is None:
        raise ValueError(f"it uses a layer {value['class']!r}, which this version of npae does not have")
    arguments = inspect.signature(kind).parameters
    needed = {name for name, argument in arguments.items() if argument.default is argument.empty}
    if not isinstance(config, dict) or not needed <= config.keys() <= arguments.keys():
        given = ", ".join(map(str, config)) if isinstance(config, dict) else config
        raise ValueError(f"its {kind.__name__} has the arguments {given}; expected {', '.join(arguments)}")
    return kind(**{key: _construct(item) for key, item in config.items()})


def _check_sizes(name: str, layer: Layer) -> None:
    """Raise ValueError if a layer would take memory or time out of all proportion for one example."""
    inputs, outputs = layer.built()
    window = getattr(layer, "kernel_size", getattr(layer, "pool_size", ()))
    most = max(math.prod(inputs), math.prod(outputs))
    if (
        most > ELEMENTS
        or math.prod(outputs) * math.prod(window) > WORK
        or max(window, default=0) > 2 * max(*inputs, *outputs)
    ):
        raise ValueError(f"its layer {name} goes from {inputs} to {outputs}, which is more than npae loads")


def _known_layers() -> dict[str, type[Layer]]:
    known = {name: getattr(npae.layers, name) for name in npae.layers.__all__}
    models = (Sequential, Autoencoder, VariationalAutoencoder)
    return {**known, **{model.__name__: model for model in models}}
