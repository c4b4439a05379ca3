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
from npae.layers import Layer
from npae.objectives.losses import Loss
from npae.objectives.penalties import Penalty

Rng = np.random.Generator


@dataclass(frozen=True)
class Subject:
    """A public function, and right arguments for it: ``call(dtype)`` makes both anew in a precision."""

    name: str
    call: Callable[[np.dtype], tuple[Callable[..., Any], dict[str, Any]]]


# What a parameter takes, by its name. None is right where the signature has None as its default.

INTEGERS = {
    *("units", "filters", "patience", "epochs", "batch_size", "seed", "threads", "count", "examples", "step"),
    *("components", "classes"),
}
NUMBERS = {
    *("rate", "stddev", "weight", "beta", "target", "learning_rate", "beta_1", "beta_2", "epsilon"),
    *("momentum", "peak", "scale", "offset", "min_delta"),
}
FLAGS = {"from_logits", "nesterov", "epsilon_hat", "shuffle", "restore_best_weights", "need_dx"}
TEXTS = {"padding", "activation", "kernel_initializer", "bias_initializer", "per", "monitor", "label", "name"}
PAIRS = {"kernel_size", "strides", "pool_size", "size", "output_padding"}
SHAPES = {"target_shape", "input_shape", "shape"}
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
    if name in SHAPES or name in PAIRS:
        listed = isinstance(value, (tuple, list)) and all(map(is_integer, value))
        return listed or (name in PAIRS and is_integer(value))
    if name in ARRAYS:
        return (
            is_array(value)
            or isinstance(value, npae.Batches)
            or (name == "indices" and isinstance(value, slice))
        )
    kinds: dict[str, Any] = {
        "model": npae.Sequential,
        "encoder": npae.Sequential,
        "decoder": npae.Sequential,
        "layers": (list, tuple),
        "names": (list, tuple),
        "optimizer": (npae.Adam, npae.SGD),
        "loss": (str, Loss, npae.Objective),
        "reconstruction": (str, Loss),
        "callbacks": (list, tuple),
        "history": npae.History,
        "values": dict,
        "logs": dict,
        "state": dict,
        "rng": (Rng, Integral),
        "validation_data": (np.ndarray, list, tuple, npae.Batches),
        "stream": io.IOBase,
        "directory": (str, os.PathLike),
    }
    if name in ("corruption", "sample"):
        return callable(value)
    if name == "dtype":
        return value in (np.float32, np.float64, "float32", "float64")
    return name in ("cache", "metadata") or (isinstance(value, kinds[name]) and not isinstance(value, bool))


# The subjects.


def built(layer: Layer, shape: tuple[int, ...], dtype: np.dtype) -> Layer:
    layer.build(shape, 0, dtype)
    return layer


def model_of(dtype: np.dtype, variational: bool = False) -> Any:
    """Return a small autoencoder of inputs (n, 6)."""
    kind = npae.VariationalAutoencoder if variational else npae.Autoencoder
    encoder, decoder = (
        npae.Sequential([npae.Dense(4, "sigmoid")]),
        npae.Sequential([npae.Dense(6, "sigmoid")]),
    )
    return built(kind(encoder, decoder), (6,), dtype)


# Values that float16 and all other forms hold exactly.
def numbers(dtype: np.dtype, *shape: int) -> np.ndarray:
    return (np.random.default_rng(len(shape)).integers(0, 9, shape) / 8).astype(dtype)


LAYERS: dict[type[Layer], tuple[dict[str, Any], tuple[int, ...]]] = {
    npae.Dense: (dict(units=3, activation="tanh"), (6,)),
    npae.Conv2D: (
        dict(filters=3, kernel_size=(3, 2), strides=1, padding="same", activation="relu"),
        (2, 6, 5),
    ),
    npae.Conv2DTranspose: (dict(filters=3, kernel_size=3, strides=(2, 1), output_padding=None), (2, 6, 5)),
    npae.MaxPool2D: (dict(pool_size=2, strides=None, padding="valid"), (2, 6, 4)),
    npae.UpSampling2D: (dict(size=2), (2, 3, 4)),
    npae.Reshape: (dict(target_shape=(3, -1)), (2, 6)),
    npae.Flatten: ({}, (2, 6)),
    npae.ReLU: ({}, (5,)),
    npae.Sigmoid: ({}, (5,)),
    npae.Tanh: ({}, (2, 3, 3)),
    npae.GaussianNoise: (dict(stddev=0.5), (5,)),
    npae.Dropout: (dict(rate=0.5), (5,)),
    npae.Sampling: ({}, (6,)),
}
LOSSES: dict[type[Loss], dict[str, Any]] = {
    npae.MeanSquaredError: dict(per="image"),
    npae.BinaryCrossentropy: dict(from_logits=True, per="element"),
    npae.GaussianNegativeLogLikelihood: dict(stddev=0.7, per="element"),
    npae.SoftmaxCrossentropy: {},
}
PENALTIES: dict[type[Penalty], dict[str, Any]] = {
    npae.L1: dict(weight=0.1),
    npae.KLSparsity: dict(target=0.1, weight=2.0),
    npae.Contractive: dict(weight=0.1),
    npae.KullbackLeibler: dict(beta=2.0),
}


def constant(function: Any, arguments: dict[str, Any]) -> Subject:
    """Return a subject whose arguments have no precision."""
    return Subject(function.__name__, lambda dtype: (function, arguments))


def rng_for(kind: type[Layer]) -> Rng | None:
    """Return a generator for Dropout; normal numbers differ between float32 and float64."""
    return np.random.default_rng(1) if kind is npae.Dropout else None


def of_layer(kind: type[Layer], arguments: dict[str, Any], shape: tuple[int, ...]) -> Iterator[Subject]:
    name = kind.__name__

    def construct(dtype):
        def run(**given):
            return built(kind(**given), shape, dtype).forward(numbers(dtype, 3, *shape))[0]

        return run, arguments

    def build(dtype):
        def run(**given):
            layer = kind(**arguments)
            layer.build(**given)
            return layer.params

        return run, dict(input_shape=shape, rng=0, dtype=dtype)

    def forward(dtype):
        return built(kind(**arguments), shape, dtype).forward, dict(
            x=numbers(dtype, 3, *shape), rng=rng_for(kind)
        )

    def backward(dtype):
        layer = built(kind(**arguments), shape, dtype)
        y, cache = layer.forward(numbers(dtype, 3, *shape), rng_for(kind))
        return layer.backward, dict(dy=numbers(dtype, *y.shape), cache=cache, need_dx=True)

    yield from (
        Subject(name, construct),
        Subject(f"{name}.build", build),
        Subject(f"{name}.forward", forward),
        Subject(f"{name}.backward", backward),
    )


def of_model(variational: bool) -> Iterator[Subject]:
    name = "VariationalAutoencoder" if variational else "Autoencoder"
    size = 2 if variational else 4

    def bound(method: str, **arguments: Any) -> Subject:
        def make(dtype):
            made = {
                key: numbers(dtype, *value) if isinstance(value, tuple) else value
                for key, value in arguments.items()
            }
            return getattr(model_of(dtype, variational), method), made

        return Subject(f"{name}.{method}", make)

    def construct(dtype):
        def run(**given):
            return built(getattr(npae, name)(**given), (6,), dtype).forward(numbers(dtype, 3, 6))[0]

        return run, dict(encoder=npae.Sequential([npae.Dense(4)]), decoder=npae.Sequential([npae.Dense(6)]))

    def set_params(dtype):
        model = model_of(dtype, variational)

        def run(values):
            model.set_params(values)
            return model.params

        return run, dict(values={key: value + 1 for key, value in model.params.items()})

    def backward(dtype):
        model = model_of(dtype, variational)
        y, cache = model.forward(numbers(dtype, 3, 6))
        return model.backward, dict(dy=numbers(dtype, *y.shape), cache=cache, need_dx=True)

    def build(dtype):
        def run(**given):
            model = getattr(npae, name)(npae.Sequential([npae.Dense(4)]), npae.Sequential([npae.Dense(6)]))
            model.build(**given)
            return model.params

        return run, dict(input_shape=(6,), rng=0, dtype=dtype)

    yield Subject(name, construct)
    yield Subject(f"{name}.set_params", set_params)
    yield Subject(f"{name}.build", build)
    yield Subject(f"{name}.backward", backward)
    yield bound("forward", x=(3, 6), rng=None)
    yield bound("encode", x=(3, 6))
    yield bound("decode", codes=(3, size))
    yield bound("reconstruct", x=(3, 6))
    if variational:
        yield bound("statistics", x=(3, 6))


def of_optimizer(kind: Any, arguments: dict[str, Any]) -> Iterator[Subject]:
    name = kind.__name__

    def construct(dtype):
        def run(**given):
            params = numbers(dtype, 7)
            kind(**given).update(params, numbers(dtype, 7))
            return params

        return run, arguments

    def update(dtype):
        def run(params, grads):
            kind().update(params, grads)
            return params

        return run, dict(params=numbers(dtype, 7), grads=numbers(dtype, 7))

    def restore(dtype):
        def run(state):
            optimizer, params = kind(), numbers(dtype, 7)
            optimizer.restore(state)
            optimizer.update(params, numbers(dtype, 7))
            return params

        vectors = [entry for entry in kind.entries if entry != "step"]
        step = {"step": 3} if "step" in kind.entries else {}
        return run, dict(state={**step, **{entry: numbers(dtype, 7) for entry in vectors}})

    def set_rate(dtype):
        return kind().set_learning_rate, dict(rate=0.1)

    yield Subject(name, construct)
    yield Subject(f"{name}.update", update)
    yield Subject(f"{name}.restore", restore)
    yield Subject(f"{name}.set_learning_rate", set_rate)


def others() -> Iterator[Subject]:
    def sequential(dtype):
        def run(**given):
            return built(npae.Sequential(**given), (6,), dtype).params

        return run, dict(layers=[npae.Dense(3), npae.ReLU()], names=["a", "b"])

    def batches(dtype):
        def run(**given):
            return npae.Batches(**given).batch(np.array([1, 3]))

        return run, dict(
            x=numbers(dtype, 5, 6), y=numbers(dtype, 5, 6), scale=0.5, offset=0.25, shape=(2, 3), dtype=dtype,
            corruption=lambda x, rng: x / 2, sample=None,
        )  # fmt: skip

    def batch(dtype):
        return npae.Batches(numbers(dtype, 5, 6), dtype=dtype).batch, dict(
            indices=np.array([1, 3, 0]), rng=None
        )

    def fit(dtype):
        model = model_of(dtype)

        def run(**given):
            npae.fit(**given)
            return model.params

        return run, dict(
            model=model, x=numbers(dtype, 20, 6), y=numbers(dtype, 20, 6), loss="mse",
            optimizer=npae.SGD(0.1), epochs=2, batch_size=8, validation_data=numbers(dtype, 4, 6),
            callbacks=[], shuffle=True, seed=3, threads=1, history=None,
        )  # fmt: skip

    def on_data(function, **further):
        def make(dtype):
            return function, dict(model=model_of(dtype), x=numbers(dtype, 9, 6), **further)

        return Subject(function.__name__, make)

    def objective(dtype):
        def run(reconstruction):
            model, x = model_of(dtype), numbers(dtype, 3, 6)
            return npae.Objective(reconstruction, npae.L1(0.1)).on(model)(x, x, 3)

        return run, dict(reconstruction="mse")

    def on(dtype):
        def run(model):
            x = numbers(dtype, 3, 6)
            return npae.Objective("mse").on(model)(x, x, 3)

        return run, dict(model=model_of(dtype))

    def pca(method, name, value):
        def make(dtype):
            fitted = npae.PCA(2).fit(numbers(dtype, 9, 4))

            def run(**given):
                return (
                    np.abs(getattr(fitted, method)(**given))
                    if method != "fit"
                    else (fitted.fit(**given).mean)
                )

            return run, {name: numbers(dtype, *value)}

        return Subject(f"PCA.{method}", make)

    def callback(kind, **arguments):
        def make(dtype):
            def run(**given):
                made = [kind(**given)]
                history = npae.fit(model_of(dtype), numbers(dtype, 9, 6), epochs=2, callbacks=made, threads=1)
                return history.values["loss"]

            return run, arguments

        return Subject(kind.__name__, make)

    def append(dtype):
        history = npae.History()
        return history.append, dict(logs={"loss": 0.5})

    for function, arguments in (
        (npae.History, dict(values={"loss": [0.5]})),
        (npae.PCA, dict(components=2)),
        (npae.set_backend, dict(name="numpy")),
        (npae.Layer, {}),
        (npae.Callback, {}),
        (npae.Loss, dict(per="image")),
    ):
        yield constant(function, arguments)

    def use(dtype):
        def run(name):
            with npae.use_backend(name):
                return npae.get_backend() in ("numpy", "numba")

        return run, dict(name="numpy")

    def psnr(dtype):
        return npae.psnr, dict(y=numbers(dtype, 3, 6), t=numbers(dtype, 3, 6)[::-1].copy(), peak=1.0)

    yield from (
        Subject("Sequential", sequential),
        Subject("Batches", batches),
        Subject("Batches.batch", batch),
        Subject("fit", fit),
        on_data(npae.predict, threads=1),
        on_data(npae.evaluate, y=None, loss="mse", threads=1),
        on_data(npae.evaluate_terms, y=None, loss="mse", threads=1, seed=None),
        Subject("Objective", objective),
        Subject("Objective.on", on),
        pca("fit", "x", (9, 4)),
        pca("transform", "x", (9, 4)),
        pca("inverse_transform", "codes", (9, 2)),
        callback(npae.EarlyStopping, monitor="loss", patience=2, min_delta=0.0, restore_best_weights=True),
        callback(npae.LearningRate, rate=0.01),
        callback(npae.Progress, stream=io.StringIO(), label="a"),
        Subject("History.append", append),
        Subject("use_backend", use),
        Subject("psnr", psnr),
        Subject("one_hot", lambda dtype: (npae.one_hot, dict(labels=np.array([0, 2, 1]), classes=3))),
    )


def of_loss(kind: type[Loss], arguments: dict[str, Any]) -> Iterator[Subject]:
    def construct(dtype):
        def run(**given):
            return kind(**given)(numbers(dtype, 3, 4), numbers(dtype, 3, 4)[::-1].copy())

        return run, arguments

    def call(dtype):
        t = numbers(dtype, 3, 4)[::-1].copy()
        return kind(**arguments).__call__, dict(y=numbers(dtype, 3, 4), t=t, count=24)

    yield Subject(kind.__name__, construct)
    yield Subject(f"{kind.__name__}.__call__", call)


def of_penalty(kind: Any, arguments: dict[str, Any]) -> Iterator[Subject]:
    def encoded(dtype):
        model = model_of(dtype)
        return model.encoder, *model.encoder.forward(numbers(dtype, 3, 6))

    def construct(dtype):
        def run(**given):
            return kind(**given)(*encoded(dtype), 3)

        return run, arguments

    def call(dtype):
        encoder, code, cache = encoded(dtype)
        return kind(**arguments).__call__, dict(encoder=encoder, code=code, cache=cache, examples=3)

    yield Subject(kind.__name__, construct)
    yield Subject(f"{kind.__name__}.__call__", call)


def subjects() -> list[Subject]:
    """Return every public function with arguments of npae, except those of files (`benchmarks.fuzz`)."""
    made = [subject for kind, given in LAYERS.items() for subject in of_layer(kind, *given)]
    made += [subject for loss, arguments in LOSSES.items() for subject in of_loss(loss, arguments)]
    made += [
        subject for penalty, arguments in PENALTIES.items() for subject in of_penalty(penalty, arguments)
    ]
    made += [*of_model(False), *of_model(True), *others()]
    made += of_optimizer(
        npae.Adam, dict(learning_rate=0.1, beta_1=0.5, beta_2=0.5, epsilon=0.1, epsilon_hat=True)
    )
    made += of_optimizer(npae.SGD, dict(learning_rate=0.1, momentum=0.5, nesterov=True))
    return made


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
    "y": "targets|outputs",
    "t": "targets",
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
    "size": "output",
}


def names(message: str, arguments: list[str]) -> bool:
    """Return whether a message names one of these arguments."""
    words = [word for name in arguments for word in (f"{name}s?", *ALSO.get(name, "").split("|")) if word]
    return any(re.search(rf"\b{word}\b", message) for word in words)


def verdict(subject: Subject, replace: dict[str, Callable[[Any], Any]]) -> tuple[str, str]:
    """Make one call with some arguments replaced, and judge it: ("right" or what is wrong, its details)."""
    function, right = subject.call(np.dtype(np.float32))
    changed = {name: make(right[name]) for name, make in replace.items()}
    if changed.get("epochs") is ENDLESS or callable(changed.get("rate")):  # a schedule of the caller's
        return "right", ""
    arguments = {**right, **changed}
    parameters = parameters_of(subject.name)
    shown = ", ".join(f"{name}={shorten(value)}" for name, value in changed.items())
    what = f"{subject.name}({shown})"
    try:
        with np.errstate(all="ignore"):
            result = function(**arguments)
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
            function, right = subject.call(np.dtype(np.float64))
            again = {name: doubled(make(right[name])) for name, make in replace.items()}
            if "dtype" in again:
                again["dtype"] = np.float64
            reference = function(**{**right, **again})
    except Exception as error:
        return "unlike", f"{what} gives {shorten(result)}, and in float64 {type(error).__name__}: {error}"
    if not same(result, reference):
        return "unlike", f"{what} gives {shorten(result)}, and in float64 {shorten(reference)}"
    return "right", what


def parameters_of(name: str) -> dict[str, inspect.Parameter]:
    """Return the parameters of a public name, such as "Dense" or "Dense.forward"."""
    thing: Any = npae
    for part in name.split("."):
        thing = getattr(thing, part)
    return dict(inspect.signature(thing).parameters)


def shorten(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return f"array({value.dtype}, {value.shape})"
    text = " ".join(repr(value).split())
    return text if len(text) < 90 else f"{text[:87]}..."


def generated(count: int, rng: Rng) -> Iterator[tuple[Subject, dict[str, Callable[[Any], Any]]]]:
    """Yield wrong calls: every parameter of every subject in turn, each with values drawn at random."""
    turns = [(subject, name) for subject in subjects() for name in subject.call(np.dtype(np.float32))[1]]
    drawn = 0
    while True:
        for turn in rng.permutation(len(turns)):
            if drawn == count:
                return
            subject, name = turns[turn]
            replace = {name: another(int(rng.integers(1 << 30)))}
            others = [each for each in subject.call(np.dtype(np.float32))[1] if each != name]
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
    for name in npae.__all__:
        thing = getattr(npae, name)
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
# These read and write files (`benchmarks.fuzz`), take no arguments, or are an interface of subclasses.
OTHERS = {
    *("Checkpoint", "load_checkpoint", "load_model", "save_checkpoint", "save_model"),
    *("get_backend", "Penalty"),  # take no arguments
} | {f"{base}.{method}" for base in ("Layer", "Sequential") for method in DOORS}


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
