"""Calls npae wrongly: calls generated from the signatures of its public names, and wrong command lines.

Each call is a right one with one or two arguments replaced, by the same value in another form (a list,
another byte order, ...) or by something else. It ends as it should if npae refuses it in one line that names
an argument, or if the arguments are of the documented kind and the result is that of the same call in float64
on the NumPy backend.

    python -m benchmarks.calls [--calls 3000] [--lines 300] [--seed 0]
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import copy
import inspect
import io
import math
import os
import re
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from numbers import Integral, Real
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import npae
from benchmarks import command_lines
from npae.kernels.backend import use_backend
from npae.objectives.losses import Loss

Rng = np.random.Generator
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)


@dataclass(frozen=True)
class Subject:
    """A public function, as ``run(dtype, **arguments)``, and right arguments for it in a precision."""

    name: str
    run: Any
    arguments: Any  # a function of the precision


# What a parameter takes, by its name. None is right where the signature has None as its default.

INTEGERS = {
    *("units", "filters", "patience", "epochs", "batch_size", "seed", "threads", "count", "examples", "step"),
    *("components", "classes", "n_components", "random_state"),
}
NUMBERS = {
    *("rate", "stddev", "weight", "beta", "target", "learning_rate", "beta_1", "beta_2", "epsilon"),
    *("momentum", "peak", "scale", "offset", "min_delta", "negative_slope", "alpha", "delta", "weight_decay"),
}
FLAGS = {
    *("from_logits", "nesterov", "epsilon_hat", "shuffle", "restore_best_weights", "need_dx", "use_bias"),
    *("count_include_pad", "two_heads", "backward"),
}
TEXTS = {
    *("activation", "output_activation", "kernel_initializer", "bias_initializer", "per", "monitor", "label"),
    *("name", "at"),
}
PAIRS = {"kernel_size", "strides", "pool_size", "size", "output_padding"}
SHAPES = {"target_shape", "input_shape", "shape", "hidden_layer_sizes"}
ARRAYS = {"x", "y", "t", "dy", "params", "grads", "code", "codes", "labels", "indices"}


def is_integer(value: Any) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_array(value: Any) -> bool:
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except Exception:
        return False


def suits(parameter: inspect.Parameter, value: Any) -> bool:
    """Return whether a value is of the kind that the documentation names for a parameter."""
    name = parameter.name
    if value is None and (parameter.default is None or "None" in str(parameter.annotation)):
        return True
    if name in INTEGERS:
        return is_integer(value)
    if name in NUMBERS:
        return (isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)) or (
            name == "rate" and callable(value)
        )
    if name in FLAGS:
        return isinstance(value, (bool, np.bool_))
    if name in TEXTS:
        return isinstance(value, str)
    if name == "padding":
        pairs = value if isinstance(value, (tuple, list)) else (value,)
        return isinstance(value, str) or all(map(is_integer, np.ravel(np.array(pairs, object)).tolist()))
    if name in SHAPES or name in PAIRS:
        listed = isinstance(value, (tuple, list)) and all(map(is_integer, value))
        return listed or (name in PAIRS and is_integer(value))
    if name in ARRAYS:
        return (
            is_array(value)
            or isinstance(value, npae.Batches)
            or (name == "indices" and isinstance(value, slice))
        )
    if name == "X":  # scikit-learn takes numbers as objects, too
        return is_array(value) or is_array(np.asarray(value).tolist())
    kinds: dict[str, Any] = {
        "like": dict,
        "arrays": dict,
        "weights": (dict, list, tuple),
        "model": npae.Sequential,
        "encoder": npae.Sequential,
        "decoder": npae.Sequential,
        "layers": (list, tuple),
        "names": (list, tuple),
        "optimizer": (npae.Adam, npae.SGD),
        "loss": (str, Loss, npae.Objective),
        "reconstruction": (str, Loss),
        "callbacks": (list, tuple),
        "history": dict if "dict" in str(parameter.annotation) else npae.History,
        "values": dict,
        "logs": dict,
        "state": dict,
        "rng": (Rng, Integral),
        "validation_data": (np.ndarray, list, tuple, npae.Batches),
        "stream": io.IOBase,
    }
    if name in ("path", "directory"):
        return isinstance(value, (str, os.PathLike)) and str(value) != ""
    if name == "metadata":
        return isinstance(value, dict)
    if name in ("corruption", "sample", "build", "interrupt"):
        return callable(value)
    if name == "dtype":
        return value in (np.float32, np.float64, "float32", "float64")
    return name == "cache" or (isinstance(value, kinds[name]) and not isinstance(value, bool))


# The subjects. Their arrays hold eighths, which float16 and all other forms hold exactly.


def eighths(dtype: np.dtype, *shape: int) -> np.ndarray:
    return (np.random.default_rng(len(shape)).integers(0, 9, shape) / 8).astype(dtype)


def built(layer: Any, shape: tuple[int, ...], dtype: np.dtype) -> Any:
    layer.build(shape, 0, dtype)
    return layer


def parts() -> dict[str, Any]:
    return {
        "encoder": npae.Sequential([npae.Dense(4, "sigmoid")]),
        "decoder": npae.Sequential([npae.Dense(6, "sigmoid")]),
    }


def model_of(dtype: np.dtype, kind: Any = npae.Autoencoder) -> Any:
    """Return a small autoencoder of inputs (n, 6)."""
    return built(kind(**parts()), (6,), dtype)


LAYERS: dict[Any, tuple[dict[str, Any], tuple[int, ...]]] = {
    npae.Dense: ({"units": 3, "activation": "tanh", "use_bias": True}, (6,)),
    npae.Conv2D: ({"filters": 3, "kernel_size": (3, 2), "padding": "same", "activation": "relu"}, (2, 6, 5)),
    npae.Conv2DTranspose: (
        {"filters": 3, "kernel_size": 3, "strides": (2, 1), "output_padding": None},
        (2, 6, 5),
    ),
    npae.MaxPool2D: ({"pool_size": 2, "strides": None, "padding": "valid"}, (2, 6, 4)),
    npae.AveragePooling2D: (
        {"pool_size": (2, 3), "strides": 2, "padding": 1, "count_include_pad": True},
        (2, 6, 4),
    ),
    npae.BatchNormalization: ({"momentum": 0.5, "epsilon": 0.5}, (2, 3, 3)),
    npae.LeakyReLU: ({"negative_slope": 0.25}, (5,)),
    npae.ELU: ({"alpha": 0.5}, (2, 3, 3)),
    npae.UpSampling2D: ({"size": 2}, (2, 3, 4)),
    npae.Reshape: ({"target_shape": (3, -1)}, (2, 6)),
    npae.Flatten: ({}, (2, 6)),
    npae.ReLU: ({}, (5,)),
    npae.Sigmoid: ({}, (5,)),
    npae.Tanh: ({}, (2, 3, 3)),
    npae.GaussianNoise: ({"stddev": 0.5}, (5,)),
    npae.Dropout: ({"rate": 0.5}, (5,)),
    npae.Sampling: ({}, (6,)),
    npae.Autoencoder: (parts(), (6,)),
    npae.VariationalAutoencoder: (parts(), (6,)),
    npae.Sequential: ({"layers": [npae.Dense(3), npae.ReLU()], "names": ["a", "b"]}, (6,)),
}
LOSSES: dict[Any, dict[str, Any]] = {
    npae.MeanSquaredError: {"per": "image"},
    npae.MeanAbsoluteError: {"per": "image"},
    npae.Huber: {"delta": 0.25, "per": "element"},
    npae.BinaryCrossentropy: {"from_logits": True, "per": "element"},
    npae.GaussianNegativeLogLikelihood: {"stddev": 0.7, "per": "element"},
    npae.SoftmaxCrossentropy: {},
}
PENALTIES: dict[Any, dict[str, Any]] = {
    npae.L1: {"weight": 0.1},
    npae.L2: {"weight": 0.1},
    npae.KLSparsity: {"target": 0.1, "weight": 2.0},
    npae.Contractive: {"weight": 0.1},
    npae.KullbackLeibler: {"beta": 2.0},
}
OPTIMIZERS: dict[Any, dict[str, Any]] = {
    npae.Adam: {
        **{"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.5, "epsilon": 0.1, "epsilon_hat": True},
        "weight_decay": 0.25,
    },
    npae.SGD: {"learning_rate": 0.1, "momentum": 0.5, "nesterov": True},
}
CALLBACKS: dict[Any, dict[str, Any]] = {
    npae.EarlyStopping: {"monitor": "loss", "patience": 2, "min_delta": 0.0, "restore_best_weights": True},
    npae.LearningRate: {"rate": 0.01},
    npae.Progress: {"stream": io.StringIO(), "label": "a"},
}


def of_layer(kind: Any, arguments: dict[str, Any], shape: tuple[int, ...]) -> Iterator[Subject]:
    name = kind.__name__
    # Normal numbers differ between float32 and float64, so of the layers with noise, Dropout alone draws.
    rng = (lambda: np.random.default_rng(1)) if kind is npae.Dropout else lambda: None

    def layer(dtype):
        return built(kind(**arguments), shape, dtype)

    def build(dtype, /, **given):
        made = kind(**arguments)
        made.build(**given)
        return made.params

    def for_backward(dtype):
        y, cache = layer(dtype).forward(eighths(dtype, 3, *shape), rng())
        return {"dy": eighths(dtype, *y.shape), "cache": cache, "need_dx": True}

    def set_params(dtype, values):
        model = layer(dtype)
        model.set_params(values)
        return model.params

    yield Subject(
        name,
        lambda dtype, /, **given: built(kind(**given), shape, dtype).forward(eighths(dtype, 3, *shape))[0],
        lambda dtype: arguments,
    )
    is_model = issubclass(kind, npae.Sequential)
    if is_model:  # whose layers a second build would not build again
        fresh = kind, copy.deepcopy(arguments)
        kind, arguments = (lambda **given: fresh[0](**copy.deepcopy(fresh[1]))), {}
    yield Subject(f"{name}.build", build, lambda dtype: {"input_shape": shape, "rng": 0, "dtype": dtype})
    yield Subject(
        f"{name}.forward",
        lambda dtype, /, **given: layer(dtype).forward(**given),
        lambda dtype: {"x": eighths(dtype, 3, *shape), "rng": rng()},
    )
    yield Subject(f"{name}.backward", lambda dtype, /, **given: layer(dtype).backward(**given), for_backward)
    if is_model:
        yield Subject(
            f"{name}.set_params",
            set_params,
            lambda dtype: {"values": {key: value + 1 for key, value in layer(dtype).params.items()}},
        )


def of_codes() -> Iterator[Subject]:
    for kind, size in ((npae.Autoencoder, 4), (npae.VariationalAutoencoder, 2)):
        methods = {
            "encode": ("x", 6),
            "decode": ("codes", size),
            "reconstruct": ("x", 6),
            "statistics": ("x", 6),
        }
        for method, (argument, width) in methods.items():
            if hasattr(kind, method):
                yield Subject(
                    f"{kind.__name__}.{method}",
                    lambda dtype, /, kind=kind, method=method, **given: getattr(
                        model_of(dtype, kind), method
                    )(**given),
                    lambda dtype, argument=argument, width=width: {argument: eighths(dtype, 3, width)},
                )


def of_objectives() -> Iterator[Subject]:
    def pair(dtype):
        return {"y": eighths(dtype, 3, 4), "t": eighths(dtype, 3, 4)[::-1].copy()}

    def coded(dtype):
        encoder = model_of(dtype).encoder
        code, cache = encoder.forward(eighths(dtype, 3, 6))
        return {"encoder": encoder, "code": code, "cache": cache, "examples": 3}

    def objective(dtype, reconstruction, model=None):
        x = eighths(dtype, 3, 6)
        return npae.Objective(reconstruction, npae.L1(0.1)).on(model_of(dtype) if model is None else model)(
            x, x, 3
        )

    for table, inputs, further in ((LOSSES, pair, {"count": 24}), (PENALTIES, coded, {})):
        for kind, arguments in table.items():
            yield Subject(
                kind.__name__,
                lambda dtype, /, kind=kind, inputs=inputs, **given: kind(**given)(**inputs(dtype)),
                lambda dtype, arguments=arguments: arguments,
            )
            yield Subject(
                f"{kind.__name__}.__call__",
                lambda dtype, /, kind=kind, arguments=arguments, **given: kind(**arguments)(**given),
                lambda dtype, inputs=inputs, further=further: {**inputs(dtype), **further},
            )
    yield Subject("Objective", objective, lambda dtype: {"reconstruction": "mse"})
    yield Subject(
        "Objective.on",
        lambda dtype, model: npae.Objective("mse").on(model)(eighths(dtype, 3, 6), eighths(dtype, 3, 6), 3),
        lambda dtype: {"model": model_of(dtype)},
    )


def of_optimizers() -> Iterator[Subject]:
    for kind, arguments in OPTIMIZERS.items():

        def stepped(dtype, optimizer, *states):
            params = eighths(dtype, 7)
            for state in states:
                optimizer.restore(state)
            optimizer.update(params, eighths(dtype, 7))
            return params

        def update(dtype, params, grads, kind=kind):
            kind().update(params, grads)
            return params

        def state(dtype, kind=kind):
            return {"state": {name: 3 if name == "step" else eighths(dtype, 7) for name in kind.entries}}

        name = kind.__name__
        yield Subject(
            name,
            lambda dtype, /, kind=kind, **given: stepped(dtype, kind(**given)),
            lambda dtype, arguments=arguments: arguments,
        )
        yield Subject(
            f"{name}.update", update, lambda dtype: {"params": eighths(dtype, 7), "grads": eighths(dtype, 7)}
        )
        yield Subject(f"{name}.restore", lambda dtype, state, kind=kind: stepped(dtype, kind(), state), state)
        yield Subject(
            f"{name}.set_learning_rate",
            lambda dtype, rate, kind=kind: kind().set_learning_rate(rate),
            lambda dtype: {"rate": 0.1},
        )


def of_training() -> Iterator[Subject]:
    def fit(dtype, /, **given):
        npae.fit(**given)
        return given["model"].params

    def for_fit(dtype):
        data = {
            "x": eighths(dtype, 20, 6),
            "y": eighths(dtype, 20, 6),
            "validation_data": eighths(dtype, 4, 6),
        }
        further = {"callbacks": [], "shuffle": True, "seed": 3, "threads": 1, "history": None, "loss": "mse"}
        steps = {"optimizer": npae.SGD(0.1), "epochs": 2, "batch_size": 8}
        return {"model": model_of(dtype), **data, **steps, **further}

    def for_batches(dtype):
        data = {"x": eighths(dtype, 5, 6), "y": eighths(dtype, 5, 6), "shape": (2, 3), "dtype": dtype}
        return {**data, "scale": 0.5, "offset": 0.25, "corruption": lambda x, rng: x / 2, "sample": None}

    def watched(dtype, callback):
        x = eighths(dtype, 9, 6)
        return npae.fit(model_of(dtype), x, epochs=2, callbacks=[callback], threads=1).values["loss"]

    def traced(dtype, /, **given):
        found = npae.trace(**given)
        return np.array([found.number, found.total])

    yield Subject("fit", fit, for_fit)
    yield Subject(
        "trace",
        traced,
        lambda dtype: {
            "model": model_of(dtype),
            "x": eighths(dtype, 1, 6),
            "t": eighths(dtype, 1, 6),
            "at": "input,1",
            **{"loss": "mse", "backward": True, "rng": 3},
        },
    )
    for function, further in (
        (npae.predict, {}),
        (npae.evaluate, {"y": None, "loss": "mse"}),
        (npae.evaluate_terms, {"y": None, "loss": "mse", "seed": None}),
    ):
        yield Subject(
            function.__name__,
            lambda dtype, /, function=function, **given: function(**given),
            lambda dtype, further=further: {
                "model": model_of(dtype),
                "x": eighths(dtype, 9, 6),
                "threads": 1,
                **further,
            },
        )
    yield Subject(
        "Batches", lambda dtype, /, **given: npae.Batches(**given).batch(np.array([1, 3])), for_batches
    )
    yield Subject(
        "Batches.batch",
        lambda dtype, /, **given: npae.Batches(eighths(dtype, 5, 6), dtype=dtype).batch(**given),
        lambda dtype: {"indices": np.array([1, 3, 0]), "rng": None},
    )
    for kind, arguments in CALLBACKS.items():
        yield Subject(
            kind.__name__,
            lambda dtype, /, kind=kind, **given: watched(dtype, kind(**given)),
            lambda dtype, arguments=arguments: arguments,
        )
    yield Subject(
        "History.append",
        lambda dtype, logs: npae.History().append(logs),
        lambda dtype: {"logs": {"loss": 0.5}},
    )


def of_interop() -> Iterator[Subject]:
    def into(function, dtype, model, **given):
        function(model, **given)
        return model.params

    heads = {"two_heads": False}
    for framework in ("keras", "torch"):
        to, back = (getattr(npae.interop, f"{way}_{framework}") for way in ("to", "from"))
        yield Subject(
            f"interop.to_{framework}",
            lambda dtype, /, to=to, **given: list(to(**given).values()),
            lambda dtype, to=to: {"model": model_of(dtype), "like": to(model_of(dtype)), **heads},
        )
        yield Subject(
            f"interop.from_{framework}",
            lambda dtype, /, back=back, **given: into(back, dtype, **given),
            lambda dtype, to=to: {"model": model_of(dtype), "weights": to(model_of(dtype)), **heads},
        )

    right: dict[str, Any] = {
        **{"n_components": 2, "hidden_layer_sizes": (4,), "activation": "tanh", "output_activation": "relu"},
        **{"loss": "mse", "epochs": 1, "batch_size": 8, "learning_rate": 0.01, "random_state": 3},
        **{"threads": 1, "build": None},
    }

    def estimator(dtype, **given):
        made = npae.AutoencoderTransformer(**{**right, **given})
        return made.fit(eighths(dtype, 20, 6)).transform(eighths(dtype, 3, 6))

    def used(method, dtype, X):
        made = npae.AutoencoderTransformer(**right)
        if method == "fit":
            return made.fit(X).transform(eighths(dtype, 3, 6))
        return getattr(made.fit(eighths(dtype, 20, 6)), method)(X)

    name = "AutoencoderTransformer"
    yield Subject(name, estimator, lambda dtype: right)
    for method, shape in (("fit", (20, 6)), ("transform", (3, 6)), ("inverse_transform", (3, 2))):
        yield Subject(
            f"{name}.{method}",
            lambda dtype, X, method=method: used(method, dtype, X),
            lambda dtype, shape=shape: {"X": eighths(dtype, *shape)},
        )


def of_files() -> Iterator[Subject]:
    """Yield what saves and loads; each call has an empty folder of its own as the current one."""
    history, metadata = {"loss": [0.5, 0.25]}, {"note": [1, "a"]}

    def alone(run):
        def call(dtype, /, **given):
            before = os.getcwd()
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                try:
                    return run(dtype, **given)
                finally:
                    os.chdir(before)

        return call

    def saved(dtype, path, model, metadata):
        npae.save_model(path, model, metadata)
        return npae.load_model(path)[0].params

    def loaded(dtype, path):
        npae.save_model("file.npz", model_of(dtype))
        return npae.load_model(path)[0].params

    def checkpoint(dtype, path, model, optimizer, history, metadata):
        npae.save_checkpoint(path, model, optimizer, history, metadata)
        return npae.load_checkpoint(path, model_of(dtype), npae.Adam())

    def resumed(dtype, path, model, optimizer):
        npae.save_checkpoint("file.npz", model_of(dtype), npae.Adam(), history)
        npae.load_checkpoint(path, model, optimizer)
        return model.params

    def exchanged(dtype, path, model):
        npae.save_weights(path, model)
        npae.load_weights(path, into := model_of(dtype))
        return into.params

    def taken(dtype, path, model):
        npae.save_weights("file.safetensors", model_of(dtype))
        npae.load_weights(path, model)
        return model.params

    def tensors(dtype, path, arrays, metadata):
        npae.interop.save_safetensors(path, arrays, metadata)
        return npae.interop.load_safetensors(path)

    def given_back(dtype, path):
        npae.save_weights("file.safetensors", model_of(dtype))
        return npae.interop.load_safetensors(path)[0]

    def watched(dtype, /, **given):
        x = eighths(dtype, 9, 6)
        return npae.fit(model_of(dtype), x, callbacks=[npae.Checkpoint(**given)], threads=1).values["loss"]

    def arguments(dtype):
        return {"path": "file.npz", "model": model_of(dtype), "optimizer": npae.Adam()}

    yield Subject(
        "save_model",
        alone(saved),
        lambda dtype: {"path": "file.npz", "model": model_of(dtype), "metadata": metadata},
    )
    yield Subject("load_model", alone(loaded), lambda dtype: {"path": "file.npz"})
    yield Subject(
        "save_checkpoint",
        alone(checkpoint),
        lambda dtype: {**arguments(dtype), "history": history, "metadata": metadata},
    )
    yield Subject("load_checkpoint", alone(resumed), arguments)
    for name, run in (("save_weights", exchanged), ("load_weights", taken)):
        yield Subject(name, alone(run), lambda dtype: {"path": "file.safetensors", "model": model_of(dtype)})
    yield Subject(
        "interop.save_safetensors",
        alone(tensors),
        lambda dtype: {"path": "a", "arrays": {"x": eighths(dtype, 3, 2)}, "metadata": {"note": "a"}},
    )
    yield Subject("interop.load_safetensors", alone(given_back), lambda dtype: {"path": "file.safetensors"})
    yield Subject(
        "Checkpoint",
        alone(watched),
        lambda dtype: {"directory": ".", "metadata": metadata, "interrupt": lambda: None},
    )


def of_the_rest() -> Iterator[Subject]:
    def use(dtype, name):
        with npae.use_backend(name):
            return None

    def pca(dtype):
        return npae.PCA(2).fit(eighths(dtype, 9, 4))

    yield Subject(
        "PCA.fit", lambda dtype, x: npae.PCA(2).fit(x).mean, lambda dtype: {"x": eighths(dtype, 9, 4)}
    )
    yield Subject(
        "PCA.transform",
        lambda dtype, x: np.abs(pca(dtype).transform(x)),
        lambda dtype: {"x": eighths(dtype, 9, 4)},
    )
    yield Subject(
        "PCA.inverse_transform",
        lambda dtype, codes: pca(np.dtype(np.float64)).inverse_transform(codes),
        lambda dtype: {"codes": eighths(dtype, 9, 2)},
    )
    yield Subject(
        "psnr",
        lambda dtype, /, **given: npae.psnr(**given),
        lambda dtype: {"y": eighths(dtype, 3, 6), "t": eighths(dtype, 3, 6)[::-1].copy(), "peak": 1.0},
    )
    yield Subject("use_backend", use, lambda dtype: {"name": "numpy"})
    for function, arguments in (
        (npae.History, {"values": {"loss": [0.5]}}),
        (npae.PCA, {"components": 2}),
        (npae.set_backend, {"name": "numpy"}),
        (npae.Loss, {"per": "image"}),
        (npae.one_hot, {"labels": np.array([0, 2, 1]), "classes": 3}),
    ):
        yield Subject(
            function.__name__,
            lambda dtype, /, function=function, **given: function(**given),
            lambda dtype, arguments=arguments: arguments,
        )


def subjects() -> list[Subject]:
    """Return every public function that takes arguments."""
    layers = [subject for kind, given in LAYERS.items() for subject in of_layer(kind, *given)]
    rest = (
        of_codes(),
        of_objectives(),
        of_optimizers(),
        of_training(),
        of_interop(),
        of_files(),
        of_the_rest(),
    )
    return [*layers, *(subject for group in rest for subject in group)]


# Values in other forms, and wrong ones.


ENDLESS = 1 << 70


class Strange:
    """An object of no use."""


def forms(value: np.ndarray) -> list[Any]:
    """Return the same numbers in forms that npae takes."""
    if not isinstance(value, np.ndarray) or not value.ndim:
        return []
    wide = np.empty((*value.shape[:-1], 2 * value.shape[-1]), value.dtype)
    wide[..., ::2] = value
    frozen = value.copy()
    frozen.flags.writeable = False
    swapped = value.astype(value.dtype.newbyteorder(">"))
    made = [value.tolist(), tuple(value.tolist()), swapped, np.asfortranarray(value), wide[..., ::2], frozen]
    return made + ([value.astype(np.float16)] if value.dtype.kind == "f" else [value.astype(np.int16)])


def wrong(value: Any) -> list[Any]:
    """Return values that a person may give in the place of a right one; some of them are right, too."""
    made: list[Any] = [
        *(None, "adam", "", b"x", 5, -1, 0, 2.5, -0.5, 1.0, np.nan, np.inf, 1j, True, "False", ENDLESS),
        *([], (), (1,), (2, 3), [2, 3], (-2, -5), (1, 2, 3), {}, {"a": 1}, {1}, Strange(), Strange, max),
        *(np.int64(3), np.float32(0.5), np.float16(0.5), np.array(2.0), np.array([]), np.array(["a"])),
        *(np.array([1, "a", None], object), [[1.0], [1.0, 2.0]], np.array([1 + 2j]), range(3), iter([1, 2])),
        *(np.array([np.datetime64(1, "s")]), np.random.RandomState(0), slice(2), npae.Dense(3), npae.Adam()),
        *(npae.MeanSquaredError(), npae.Sequential([npae.Dense(3)])),
    ]
    if isinstance(value, np.ndarray) and value.ndim:
        made += [value[..., :-1], value[:0], value[0], value[..., None], np.concatenate([value, value])]
        made += [value.astype(kind) for kind in (str, object, complex, bool, np.longdouble, "f4", "f8")]
        made += [(8 * value).astype(int), (8 * value).astype(np.uint8), list(value), value + 1j]
        made += [np.ma.masked_greater(value, 0.5), np.zeros((300, *value.shape[1:]), value.dtype)]
    if isinstance(value, tuple):
        made += [list(value), value[::-1], value[:1], (*value, None), tuple(map(str, value))]
    if isinstance(value, dict):
        made += [
            {**value, "more": 1},
            dict(list(value.items())[1:]),
            {key: "a" for key in value},
            {k: None for k in value},
        ]
        made += [{k: v + 1j if isinstance(v, np.ndarray) else 1j for k, v in value.items()}]
        made += [{k: np.asarray(v).tolist() for k, v in value.items()}, {k: np.ones(3) for k in value}]
    if isinstance(value, list):
        made += [[*value, *value], [*value, None], [[]], tuple(value)]
    return made


# Judgement.


def doubled(value: Any) -> Any:
    """Return a value with all its arrays, and lists of numbers, in float64, for the reference."""
    if isinstance(value, dict):
        return {key: doubled(each) for key, each in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim:
        return value.astype(np.float64)
    return value


def leaves(result: Any) -> list[Any]:
    """Return the numbers in a result, as float64 arrays, in order."""
    if isinstance(result, dict):
        return [leaf for key in sorted(result) for leaf in leaves(result[key])]
    if isinstance(result, (tuple, list)):
        return [leaf for each in result for leaf in leaves(each)]
    if isinstance(result, (np.ndarray, Real)):
        return [np.asarray(result, np.float64)]
    return [result if isinstance(result, (str, type(None))) else type(result).__name__]


def same(result: Any, reference: Any) -> bool:
    found, expected = leaves(result), leaves(reference)
    return len(found) == len(expected) and all(
        isinstance(a, np.ndarray)
        and isinstance(b, np.ndarray)
        and a.shape == b.shape
        and np.allclose(a, b, 2e-4, 2e-5, equal_nan=True)
        or (isinstance(a, (str, type(None))) and a == b)
        for a, b in zip(found, expected)
    )


UNUSED = {
    (f"{kind.__name__}.__call__", "encoder") for kind in (npae.L1, npae.KLSparsity, npae.KullbackLeibler)
}
ALSO = {  # a message may name an argument by what it holds
    "reconstruction": "loss",
    "x": "Batches|inputs?|images",
    "X": "codes",
    "y": "targets|outputs",
    "t": "targets",
    "at": "place|indices|index",
    "kernel_size": "window",
    "pool_size": "window",
    "target_shape": "shape",
    "input_shape": "inputs?|images",
    "shape": "examples",
    "state": "m|v|step|velocity|params",
    "name": "backend",
    "encoder": "layer|Dense",
    "decoder": "layer|Dense",
    "model": "layer|penalty|Sequential",
    "cache": "dy",
    "units": "parameters",
    "filters": "parameters",
    "rate": "learning_rate",
    "values": "parameters?",
    "layers": "names",
    "path": "does not exist|cannot write|cannot be read",  # by what it is
    "directory": "cannot write",
    "optimizer": "this training uses",
    "size": "output",
}


def names(message: str, arguments: list[str]) -> bool:
    """Return whether a message names one of these arguments."""
    words = [word for name in arguments for word in (f"{name}s?", *ALSO.get(name, "").split("|")) if word]
    return any(re.search(rf"\b{word}\b", message) for word in words)


def verdict(subject: Subject, replace: dict[str, Callable[[Any], Any]]) -> tuple[str, str]:
    """Make one call with some arguments replaced, and judge it: ("right" or what is wrong, its details)."""
    right = subject.arguments(FLOAT32)
    changed = {name: make(right[name]) for name, make in replace.items()}
    if changed.get("epochs") is ENDLESS or callable(changed.get("rate")):  # a schedule of the caller's
        return "right", ""
    if changed.get("random_state", 0) is None:  # other numbers in every call
        return "right", ""
    arguments = {**right, **changed}
    parameters = parameters_of(subject.name)
    shown = ", ".join(f"{name}={shorten(value)}" for name, value in changed.items())
    what = f"{subject.name}({shown})"
    try:
        with np.errstate(all="ignore"):
            result = subject.run(FLOAT32, **arguments)
    except ValueError as error:
        ours = "npae" in Path(traceback.extract_tb(error.__traceback__)[-1].filename).parts
        lines = str(error).splitlines()
        if ours and len(lines) == 1 and names(lines[0], list(changed)):
            return "refused", what
        return ("unnamed" if ours else "obscure"), f"{what}: ValueError: {error}"
    except Exception as error:
        return "obscure", f"{what}: {type(error).__name__}: {str(error)[:150]}"
    for name, value in changed.items():
        if (subject.name, name) not in UNUSED and not suits(parameters[name], value):
            return "accepted", f"{what} gives {shorten(result)}"
    try:
        with use_backend("numpy"), np.errstate(all="ignore"):
            right = subject.arguments(FLOAT64)
            again = {name: doubled(make(right[name])) for name, make in replace.items()}
            if "dtype" in again:
                again["dtype"] = np.float64
            reference = subject.run(FLOAT64, **{**right, **again})
    except Exception as error:
        return "unlike", f"{what} gives {shorten(result)}, and in float64 {type(error).__name__}: {error}"
    if not same(result, reference):
        return "unlike", f"{what} gives {shorten(result)}, and in float64 {shorten(reference)}"
    return "right", what


def parameters_of(name: str) -> dict[str, inspect.Parameter]:
    """Return the parameters of a public name, such as "Dense" or "Dense.forward"."""
    return dict(inspect.signature(public(name)).parameters)


def public(name: str) -> Any:
    """Return what has a public name, such as "Dense" or "interop.to_keras"."""
    thing: Any = npae
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def shorten(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return f"array({value.dtype}, {value.shape})"
    text = " ".join(repr(value).split())
    return text if len(text) < 90 else f"{text[:87]}..."


def generated(count: int, rng: Rng) -> Iterator[tuple[Subject, dict[str, Callable[[Any], Any]]]]:
    """Yield wrong calls: every parameter of every subject in turn, each with values drawn at random."""
    turns = [(subject, name) for subject in subjects() for name in subject.arguments(FLOAT32)]
    drawn = 0
    while True:
        for turn in rng.permutation(len(turns)):
            if drawn == count:
                return
            subject, name = turns[turn]
            replace = {name: another(int(rng.integers(1 << 30)))}
            others = [each for each in subject.arguments(FLOAT32) if each != name]
            if others and rng.random() < 0.15:
                replace[others[int(rng.integers(len(others)))]] = another(int(rng.integers(1 << 30)))
            drawn += 1
            yield subject, replace


def another(seed: int) -> Callable[[Any], Any]:
    """Return a function from a right value to another one; the same seed gives the same choice."""

    def make(value: Any) -> Any:
        rng = np.random.default_rng(seed)
        same_number = forms(value)
        pool = same_number if same_number and rng.random() < 0.3 else wrong(value)
        if callable(value):  # another function is right: what it returns and raises is up to its author
            pool = [each for each in pool if not callable(each)]
        return pool[int(rng.integers(len(pool)))]

    return make


def wrong_calls(count: int, seed: int) -> tuple[collections.Counter, list[str]]:
    """Make ``count`` wrong calls; return how many ended how, and the details of what was not right."""
    counts: collections.Counter = collections.Counter()
    failures = []
    backend = npae.get_backend()
    for subject, replace in generated(count, np.random.default_rng(seed)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome, details = verdict(subject, replace)
        npae.set_backend(backend)
        counts[outcome] += 1
        if outcome not in ("right", "refused"):
            failures.append(f"{outcome}: {details}")
    return counts, failures


def uncovered() -> list[str]:
    """Return the public functions and doors of public classes that are the subject of no call."""
    covered = {subject.name for subject in subjects()}
    missing = []
    interop = [f"interop.{name}" for name in npae.interop.__all__ if name not in npae.__all__]
    for name in [*npae.__all__, *interop]:
        thing = public(name)
        doors = set() if isinstance(thing, type) and issubclass(thing, Exception) else {name}
        if isinstance(thing, type):
            doors |= {f"{name}.{method}" for method in DOORS if method in vars(thing)}
        missing += sorted(doors - covered - OTHERS)
    return missing


# What a user calls; the other methods are called by npae itself, with what has passed one of these.
DOORS = (
    *("build", "forward", "backward", "encode", "decode", "reconstruct", "statistics", "set_params"),
    *(
        "update",
        "restore",
        "set_learning_rate",
        "batch",
        "fit",
        "transform",
        "inverse_transform",
        "on",
        "append",
    ),
)
# These take no arguments, or are an interface of subclasses.
OTHERS = {
    "AutoencoderTransformer.set_params",  # takes any argument of the constructor, which `fit` checks
    *("get_backend", "Penalty", "Callback", "Layer"),
    *(f"{base}.{method}" for base in ("Layer", "Sequential") for method in DOORS),
}


def main() -> int:
    """Make the calls and run the lines; return 1 if any did not end as it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with contextlib.redirect_stdout(io.StringIO()):
        counts, failures = wrong_calls(options.calls, options.seed)
    print(f"{options.calls} calls: {dict(counts)}")
    with (
        tempfile.TemporaryDirectory() as home,
        mock.patch.dict(os.environ, {"NPAE_OFFLINE": "1", "HOME": home, "XDG_CACHE_HOME": home}),
    ):
        lines, more = command_lines.wrong_lines(options.lines, options.seed, Path(home))
    print(f"{options.lines} command lines: {dict(lines)}")
    print("\n".join([*failures, *more]))
    return 1 if failures or more else 0


if __name__ == "__main__":
    sys.exit(main())
