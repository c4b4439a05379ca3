"""Checks a layer, a loss, a model or a recipe: builds it, compares its gradients, and returns a report."""

from __future__ import annotations

import copy
import inspect
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npae.arguments import integer
from npae.gradcheck.differences import (
    clear_of_rounding,
    compare_all,
    every_entry,
    examine,
    random_directions,
    relative_error,
    slopes,
    summary,
)
from npae.gradcheck.promises import broken_promises, comparable, same, wrong_form
from npae.gradcheck.reports import ArrayReport, Report
from npae.layers.layer import Layer
from npae.model import Sequential
from npae.objectives.losses import Loss, SoftmaxCrossentropy, get_loss
from npae.objectives.objective import Objective, get_objective

if TYPE_CHECKING:
    from npae.recipes import Recipe


def check_layer(
    layer: Layer,
    input_shape: tuple[int, ...],
    batch: int = 3,
    rng: int | np.random.Generator = 0,
    training: bool = False,
    x: np.ndarray | None = None,
    name: str | None = None,
) -> Report:
    """Compare every entry of a layer's gradients with finite differences, and check its other requirements.

    Parameters
    ----------
    layer : Layer
        A layer of npae or of your own, or a small `Sequential`. A copy is built in float64 and checked.
    input_shape : tuple of int
        Of one example; keep it small, since each entry takes two forward passes.
    batch : int
        The number of examples, if x is None.
    rng : int or numpy.random.Generator
        Draws parameters, input and upstream gradient. Parameters that are initially zero (biases) get other
        values, since zeros hide mistakes.
    training : bool
        Whether noise and dropout are on; every evaluation then uses a generator with the same seed.
    x : ndarray (n, *input_shape), optional
        Inputs to check at. Default: standard normal numbers.
    name : str, optional
        For the report.

    Returns
    -------
    Report
    """
    return compare_layer(layer, input_shape, batch, rng, training, x, name).report


@dataclass(frozen=True)
class LayerCheck:
    """A layer's gradients beside finite differences, for one input.

    Attributes
    ----------
    report : Report
    x, y, dy : ndarray
        Input, output, and the upstream gradient; y and dy are empty if the layer does not keep the form.
    params : dict of str to ndarray
    compared : dict of str to (ndarray or None, ndarray)
        By "input" or the parameter's name: what backward gives, of whatever shape, and the differences.
    """

    report: Report
    x: np.ndarray
    y: np.ndarray
    dy: np.ndarray
    params: dict[str, np.ndarray]
    compared: dict[str, tuple[np.ndarray | None, np.ndarray]]


def compare_layer(
    layer: Layer,
    input_shape: tuple[int, ...],
    batch: int = 3,
    rng: int | np.random.Generator = 0,
    training: bool = False,
    x: np.ndarray | None = None,
    name: str | None = None,
) -> LayerCheck:
    """Do what `check_layer` does, and return all numbers with the report."""
    began, random = time.perf_counter(), np.random.default_rng(rng)
    name = name or f"{short_name(layer)} on {'x'.join(map(str, input_shape))}"
    layer = copy.deepcopy(layer)
    output_shape = layer.build(input_shape, random, np.float64)
    notes = _leave_zero(layer.params, random) + _notes_on_dtypes(x=x)
    x = random.standard_normal((batch, *input_shape)) if x is None else np.array(x, np.float64)
    seed = int(random.integers(2**32))

    def forward(x: np.ndarray, layer: Layer) -> tuple[np.ndarray, Any]:
        return layer.forward(x, np.random.default_rng(seed) if training else None)

    def values() -> np.ndarray:
        return forward(x.copy(), layer)[0]

    problems, arrays = wrong_form(layer, x, output_shape, forward), []
    y = dy = np.empty(0)
    compared: dict[str, tuple[np.ndarray | None, np.ndarray]] = {}
    if not problems:
        y, cache = forward(x.copy(), layer)
        dy = random.standard_normal(y.shape)
        dx, grads = layer.backward(dy.copy(), cache)
        problems = broken_promises(layer, x, dy, forward)
        for key, array in [("input", x), *layer.params.items()]:
            given = dx if array is x else grads.get(key)
            gradient, reasons = comparable(key, array, given)
            problems += reasons
            claimed = np.zeros(array.shape) if gradient is None else gradient
            lines = every_entry(array, claimed)
            found = compare_all(lines, claimed, values, dy)
            compared[key] = given, slopes(found, claimed)
            failed = ArrayReport(key, array.shape, verdict="fail")
            arrays.append(failed if gradient is None else summary(key, array.shape, lines, found))
    report = Report(name, tuple(arrays), tuple(problems), tuple(notes), time.perf_counter() - began)
    return LayerCheck(report, x, y, dy, layer.params, compared)


def check_loss(
    loss: str | Loss,
    shape: tuple[int, ...] = (3, 2, 5),
    rng: int | np.random.Generator = 0,
    y: np.ndarray | None = None,
    t: np.ndarray | None = None,
    name: str | None = None,
) -> Report:
    """Compare every entry of the gradient that a loss returns with finite differences.

    Parameters
    ----------
    loss : str or Loss
    shape : tuple of int
        The shape of output and target, if they are None.
    rng : int or numpy.random.Generator
        Draws output and target.
    y, t : ndarray, optional
        Output and target. Default: y from 0.1 to 0.9, or normally distributed logits; t from 0 to 1.
    name : str, optional
        For the report.

    Returns
    -------
    Report
    """
    began, random, checked = time.perf_counter(), np.random.default_rng(rng), get_loss(loss)
    logits = getattr(checked, "from_logits", False) or isinstance(checked, SoftmaxCrossentropy)
    notes = _notes_on_dtypes(y=y, t=t)
    if y is None:
        y = 3 * random.standard_normal(shape) if logits else random.uniform(0.1, 0.9, shape)
    y = np.array(y, np.float64)
    t = random.uniform(0, 1, y.shape) if t is None else np.array(t, np.float64)
    weight, kept = 1 / checked.divisor(y.shape), (y.copy(), t.copy())

    def values() -> np.ndarray:
        return checked.elements(y, t)

    (value, dy), (again, dy_again) = checked(y, t), checked(y, t)
    problems = []
    if value != again or not same(dy, dy_again):
        problems.append("called twice, the loss returns different results")
    if not (same(y, kept[0]) and same(t, kept[1])):
        problems.append("the loss changes its arguments")
    problems += _wrong_value(value, weight * values())
    gradient, reasons = comparable("y", y, dy)
    lines = [] if gradient is None else every_entry(y, gradient)
    arrays = (examine("y", y.shape, lines, gradient, values, weight),)
    seconds = time.perf_counter() - began
    return Report(name or repr(checked), arrays, (*problems, *reasons), tuple(notes), seconds)


def check_model(
    model: Sequential,
    loss: str | Loss | Objective,
    x: np.ndarray,
    t: np.ndarray,
    directions: int | None = 3,
    rng: int | np.random.Generator = 0,
    training: bool = False,
    name: str | None = None,
) -> Report:
    """Compare the gradients of a model with slopes along random directions, or entry by entry.

    Parameters
    ----------
    model : Sequential
        Built. A copy in float64 with the same values is checked; values that are exactly 0 are replaced.
    loss : str, Loss or Objective
        As in training, the loss computes the model's last activation if it can
        (`npae.objectives.losses.fuse`). With penalties, the model must be an Autoencoder.
    x, t : ndarray (n, ...)
        A small batch: two examples are enough.
    directions : int, optional
        The number of directions for each parameter, for the input, and for all parameters together. None:
        every entry, for a tiny model.
    rng : int or numpy.random.Generator
        Draws the directions, and the values that replace zeros.
    training : bool
        Whether noise and dropout are on; every evaluation then uses a generator with the same seed.
    name : str, optional
        For the report.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        If the model is not built, or ``directions`` is less than 1.
    """
    if model.input_shape is None:
        raise ValueError("the model is not built yet; call build(input_shape) first")
    if directions is not None:
        integer(directions, "directions")
    began, random, objective = time.perf_counter(), np.random.default_rng(rng), get_objective(loss)
    notes, original = _notes_on_dtypes(x=x, t=t), model
    x, t = np.array(x, np.float64), np.array(t, np.float64)
    model = copy.deepcopy(original)
    model.build(model.built()[0], random, np.float64)
    model.set_params(original.params)
    notes += _leave_zero(model.params, random)
    seed, bound = int(random.integers(2**32)), objective.on(model)

    def noise() -> np.random.Generator | None:
        return np.random.default_rng(seed) if training else None

    def values() -> np.ndarray:
        return bound.elements(x, t, noise())

    terms, dx, grads = bound.forward_and_backward(x, t, len(x), noise(), need_dx=True)
    again, grads_again = bound(x, t, len(x), noise())
    problems = []
    if terms != again or any(not same(grads[key], grads_again.get(key)) for key in grads):
        problems.append("called twice, the objective returns different results")
    problems += _wrong_value(sum(terms), values())
    arrays, sound = [], []
    for key, array in [("input", x), *model.params.items()]:
        gradient, reasons = comparable(key, array, dx if array is x else grads.get(key))
        problems += reasons
        if gradient is None:
            lines = []
        elif directions is None:
            lines = every_entry(array, gradient)
        else:
            reach = max(8.0 if array is x else 1.0, clear_of_rounding(gradient, values(), 1.0))
            lines = random_directions([(array, gradient)], directions, random, reach)
        arrays.append(examine(key, array.shape, lines, gradient, values, 1.0))
        sound += [(array, gradient)] if gradient is not None and array is not x else []
    if sound and directions is not None:
        gradient = np.concatenate([gradient.ravel() for _, gradient in sound])
        lines = random_directions(sound, directions, random)
        arrays.append(examine("all parameters", gradient.shape, lines, gradient, values, 1.0))
    seconds = time.perf_counter() - began
    return Report(name or type(original).__name__, tuple(arrays), tuple(problems), tuple(notes), seconds)


def check_recipe(recipe: Recipe, directions: int = 3, rng: int | np.random.Generator = 0) -> Report:
    """Check a recipe's model with its objective on two random images, in training mode; see `check_model`."""
    random = np.random.default_rng(rng)
    model = recipe.build()
    output_shape = model.build(recipe.input_shape, random, np.float64)
    x, t = (random.uniform(0, 1, (2, *shape)) for shape in (recipe.input_shape, output_shape))
    name = f"recipe {recipe.name}"
    return check_model(model, recipe.loss, x, t, directions, random, training=True, name=name)


def _notes_on_dtypes(**given: np.ndarray | None) -> list[str]:
    """Return a note for each array that the check copies to float64."""
    dtypes = {name: np.asarray(array).dtype for name, array in given.items() if array is not None}
    text = "a float64 copy is checked, since float32 is not accurate enough"
    return [f"{name} is {dtype}; {text}" for name, dtype in dtypes.items() if dtype != np.float64]


def _leave_zero(params: dict[str, np.ndarray], rng: np.random.Generator) -> list[str]:
    """Replace zeros, which hide mistakes, by values from ±0.1 to ±0.4, and return notes on dtypes."""
    for value in params.values():
        moved = rng.uniform(0.1, 0.4, value.shape) * rng.choice([-1.0, 1.0], value.shape)
        value[...] = np.where(value == 0, moved, value)
    text = "although build got float64: its rounding errors are larger than the steps"
    return [f"{key} is {p.dtype}, {text}" for key, p in params.items() if p.dtype != np.float64]


def _wrong_value(value: float, elements: np.ndarray) -> list[str]:
    total = float(np.sum(elements))
    wrong = relative_error(value, total, 0.0) > 1e-12
    return [f"the loss is {value!r}, but the mean of its elements is {total!r}"] if wrong else []


def short_name(layer: Layer) -> str:
    """Return the layer as a call, with its first argument and all that differ from their defaults."""
    parts = []
    for position, (name, parameter) in enumerate(inspect.signature(type(layer)).parameters.items()):
        value, default = getattr(layer, name, parameter.default), parameter.default
        if name.endswith(("size", "strides")) and isinstance(value, tuple) and len(set(value)) == 1:
            value = value[0]
        if position == 0:
            parts.append(repr(value))
        elif value != ("linear" if name == "activation" and default is None else default):
            parts.append(f"{name}={value!r}")
    return f"{type(layer).__name__}({', '.join(parts)})"
