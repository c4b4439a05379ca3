"""Sets up a layer, a loss or a model for the comparison with finite differences."""

from __future__ import annotations

import copy
import inspect
import time
from typing import TYPE_CHECKING

import numpy as np

from npae.arguments import integer
from npae.gradcheck.differences import (
    clear_of_rounding,
    every_entry,
    examine,
    random_directions,
    relative_error,
)
from npae.gradcheck.promises import broken_promises, same, unfit, wrong_form
from npae.gradcheck.reports import Report
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
    """Compare every entry of every gradient of a layer with finite differences, and check its other promises.

    Parameters
    ----------
    layer : Layer
        Also one of your own, or a small `Sequential`. A copy is built anew, in float64; it is left as it is.
    input_shape : tuple of int
        Of one example; keep it small, since each entry takes two forward passes.
    batch : int
        Examples, where x is not given.
    rng : int or numpy.random.Generator
        Draws parameters, input and upstream gradient. Parameters that start as zeros (biases) are moved away
        from zero, which would hide mistakes.
    training : bool
        Whether noise and dropout are on; every evaluation then gets a generator of one and the same seed.
    x : ndarray (n, *input_shape), optional
        Inputs to check at. Default: standard normal numbers.
    name : str, optional
        For the report.

    Returns
    -------
    Report
    """
    began, random = time.perf_counter(), np.random.default_rng(rng)
    report = Report(name or f"{short_name(layer)} on {'x'.join(map(str, input_shape))}")
    layer = copy.deepcopy(layer)
    layer.build(input_shape, random, np.float64)
    _leave_zero(layer.params, random, report)
    x = random.standard_normal((batch, *input_shape)) if x is None else _as_float64(x, "x", report)
    seed = int(random.integers(2**32))

    def forward(x, layer=layer):
        return layer.forward(x, np.random.default_rng(seed) if training else None)

    report.problems += wrong_form(layer, x, forward)
    if report.problems:
        return _finish(report, began)
    y, cache = forward(x.copy())
    dy = random.standard_normal(y.shape)
    dx, grads = layer.backward(dy.copy(), cache)
    report.problems += broken_promises(layer, x, dy, forward)

    def values():
        return forward(x.copy())[0]

    for key, array, gradient in [("input", x, dx), *((k, p, grads.get(k)) for k, p in layer.params.items())]:
        lines = [] if unfit(key, array, gradient, report) else every_entry(array, gradient)
        report.arrays.append(examine(key, array.shape, lines, gradient, values, dy))
    return _finish(report, began)


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
        Of output and target, where they are not given.
    rng : int or numpy.random.Generator
    y, t : ndarray, optional
        Default: y from 0.1 to 0.9, or normal numbers for a loss of logits; t from 0 to 1.
    """
    began, random, loss = time.perf_counter(), np.random.default_rng(rng), get_loss(loss)
    logits = getattr(loss, "from_logits", False) or isinstance(loss, SoftmaxCrossentropy)
    report = Report(name or repr(loss))
    if y is None:
        y = 3 * random.standard_normal(shape) if logits else random.uniform(0.1, 0.9, shape)
    y = _as_float64(y, "y", report)
    t = random.uniform(0, 1, y.shape) if t is None else _as_float64(t, "t", report)
    kept = y.copy(), t.copy()
    (value, dy), (again, dy_again) = loss(y, t), loss(y, t)
    if value != again or not same(dy, dy_again):
        report.problems.append("called twice, the loss gives different answers")
    if not (same(y, kept[0]) and same(t, kept[1])):
        report.problems.append("the loss changes its arguments")
    weight = 1 / loss.divisor(y.shape)
    _compare_value(value, weight * loss.elements(y, t), report)
    lines = [] if unfit("y", y, dy, report) else every_entry(y, dy)
    report.arrays.append(examine("y", y.shape, lines, dy, lambda: loss.elements(y, t), weight))
    return _finish(report, began)


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
    """Compare the gradients that train a model with slopes along random directions, or entry by entry.

    Parameters
    ----------
    model : Sequential
        Built. A float64 copy takes over its values; entries that are exactly 0 are moved away from it.
    loss : str, Loss or Objective
        Joined with the model's last activation where training does so (see `npae.objectives.losses.fuse`). With
        penalties, the model must be an Autoencoder.
    x, t : ndarray (n, ...)
        A small batch: two examples will do.
    directions : int, optional
        For each parameter, for the input, and for all parameters at once. None: every entry on its own, for
        a tiny model.

    Raises
    ------
    ValueError
        If the model is not built, or no direction asked for.
    """
    if model.input_shape is None:
        raise ValueError("the model is not built yet; call build(input_shape) first")
    if directions is not None:
        integer(directions, "directions")
    began, random, objective = time.perf_counter(), np.random.default_rng(rng), get_objective(loss)
    report, original = Report(name or type(model).__name__), model
    x, t = _as_float64(x, "x", report), _as_float64(t, "t", report)
    model = copy.deepcopy(original)
    model.build(original.input_shape, random, np.float64)
    model.set_params(original.params)
    _leave_zero(model.params, random, report)
    seed, bound = int(random.integers(2**32)), objective.on(model)

    def noise():
        return np.random.default_rng(seed) if training else None

    def values():
        return bound.elements(x, t, noise())

    terms, dx, grads = bound.there_and_back(x, t, len(x), noise(), need_dx=True)
    again, grads_again = bound(x, t, len(x), noise())
    if terms != again or any(not same(grads[key], grads_again.get(key)) for key in grads):
        report.problems.append("called twice, the objective gives different answers")
    _compare_value(sum(terms), values(), report)
    sound = []
    for key, array, gradient in [("input", x, dx), *((k, p, grads.get(k)) for k, p in model.params.items())]:
        fit = not unfit(key, array, gradient, report)
        if fit and directions:
            reach = max(8.0 if key == "input" else 1.0, clear_of_rounding(gradient, values(), 1.0))
            lines = random_directions([(array, gradient)], directions, random, reach)
        else:
            lines = every_entry(array, gradient) if fit else []
        report.arrays.append(examine(key, array.shape, lines, gradient, values, 1.0))
        sound += [(array, gradient)] if fit and key != "input" else []
    if sound and directions is not None:
        gradient = np.concatenate([gradient.ravel() for _, gradient in sound])
        lines = random_directions(sound, directions, random)
        report.arrays.append(examine("all parameters", gradient.shape, lines, gradient, values, 1.0))
    return _finish(report, began)


def check_recipe(recipe: Recipe, directions: int = 3, rng: int | np.random.Generator = 0) -> Report:
    """Check a recipe's model with its objective as it is trained, noise included, on two random images.

    See `check_model`.
    """
    random = np.random.default_rng(rng)
    model = recipe.build()
    model.build(recipe.input_shape, random, np.float64)
    x, t = (random.uniform(0, 1, (2, *shape)) for shape in (recipe.input_shape, model.output_shape))
    name = f"recipe {recipe.name}"
    return check_model(model, recipe.loss, x, t, directions, random, training=True, name=name)


def _as_float64(array, name: str, report: Report) -> np.ndarray:
    """Return a copy in float64, since the check moves its entries; note where it was something else."""
    array = np.asarray(array)
    if array.dtype != np.float64:
        report.notes.append(f"{name} is {array.dtype}; a float64 copy is checked: only that is fine enough")
    return array.astype(np.float64)


def _leave_zero(params: dict[str, np.ndarray], rng: np.random.Generator, report: Report) -> None:
    """Give entries that are exactly 0 a value from 0.1 to 0.4 of either sign: times 0, no mistake shows."""
    for key, value in params.items():
        moved = rng.uniform(0.1, 0.4, value.shape) * rng.choice([-1.0, 1.0], value.shape)
        value[...] = np.where(value == 0, moved, value)
        if value.dtype != np.float64:
            report.notes.append(
                f"{key} is {value.dtype}, though build was asked for float64: the steps drown in its rounding"
            )


def _compare_value(value: float, elements: np.ndarray, report: Report) -> None:
    total = float(np.sum(elements))
    if relative_error(value, total, 0.0) > 1e-12:
        report.problems.append(f"the loss is {value!r}, but the mean of its elements is {total!r}")


def _finish(report: Report, began: float) -> Report:
    report.seconds = time.perf_counter() - began
    return report


def short_name(layer: Layer) -> str:
    """Return the layer as one would write it: its first argument, and those that are not as by default."""
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
