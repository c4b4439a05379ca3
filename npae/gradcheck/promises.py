"""Checks the requirements of a layer besides its gradients: determinism, no side effects, shapes, dtypes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from npae.layers.layer import Layer

Forward = Callable[[np.ndarray, Layer], tuple[np.ndarray, Any]]
Grads = dict[str, np.ndarray]


def same(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Return whether two arrays are equal, or both None; NaN equals NaN."""
    if a is None or b is None:
        return a is b
    return np.array_equal(a, b, equal_nan=True)


def comparable(
    key: str, array: np.ndarray, gradient: np.ndarray | None
) -> tuple[np.ndarray | None, list[str]]:
    """Return the gradient, or None and the reason why it cannot be compared with finite differences."""
    if gradient is None:
        reason = "backward returns no gradient"
    elif np.shape(gradient) != array.shape:
        reason = f"its gradient has shape {np.shape(gradient)}, but it has shape {array.shape}"
    elif not np.isfinite(gradient).all():
        bad = np.argwhere(~np.isfinite(gradient))
        where = ",".join(map(str, bad[0]))
        reason = f"its gradient is not finite in {len(bad)} of {array.size} entries, the first at {where}"
    else:
        return gradient, []
    return None, [f"{key}: {reason}"]


def wrong_form(layer: Layer, x: np.ndarray, output_shape: tuple[int, ...], forward: Forward) -> list[str]:
    """Return messages about wrong types and shapes in the results of forward and backward.

    ``output_shape`` is the result of build; the other arguments are those of `broken_promises`.
    """
    answer: Any = forward(x.copy(), layer)
    if not (_is_pair(answer) and isinstance(answer[0], np.ndarray)):
        return [f"forward must return (y, cache) with an array y; it returns {_kind(answer)}"]
    y, cache = answer
    promised = (len(x), *output_shape)
    if y.shape != promised:
        return [f"forward returns shape {y.shape}, but build promised {promised}"]
    answer = layer.backward(np.ones_like(y), cache)
    right = _is_pair(answer) and isinstance(answer[1], dict)
    arrays = (answer[0], *answer[1].values()) if right else ()
    if not right or any(not isinstance(array, (np.ndarray, type(None))) for array in arrays):
        must = "backward must return (dx, grads) with an array dx and a dict grads of arrays"
        return [f"{must}; it returns {_kind(answer)}"]
    return []


def _is_pair(answer: Any) -> bool:
    return isinstance(answer, (tuple, list)) and len(answer) == 2


def _kind(answer: Any, outermost: bool = True) -> str:
    """Return the types in an answer, such as "None" or "(ndarray, {'kernel': float})"."""
    if outermost and isinstance(answer, (tuple, list)):
        return "(" + ", ".join(_kind(part, outermost=False) for part in answer) + ")"
    if isinstance(answer, dict):
        return "{" + ", ".join(f"{key!r}: {type(value).__name__}" for key, value in answer.items()) + "}"
    return "None" if answer is None else type(answer).__name__


def broken_promises(layer: Layer, x: np.ndarray, dy: np.ndarray, forward: Forward) -> list[str]:
    """Return messages about requirements of `npae.layers.layer.Layer` that a layer does not meet.

    Parameters
    ----------
    layer : Layer
        Built, in float64.
    x, dy : ndarray (n, ...)
        An input and an upstream gradient, in float64.
    forward : callable
        ``forward(x, layer)`` returns ``(y, cache)``, with the same noise in every call.
    """
    problems = _changed_or_unsteady(layer, x, dy, forward) + _of_other_dtype(layer, x, dy, forward)
    _, cache = forward(x.copy(), layer)
    _, grads = layer.backward(dy.copy(), cache)
    unknown = sorted(grads.keys() - layer.params.keys())
    problems += [f"backward returns a gradient of {key!r}, which is no parameter" for key in unknown]
    try:
        answer = layer.backward(dy.copy(), cache, False)
    except TypeError:
        return problems + ["backward takes no need_dx; a model calls backward(dy, cache, need_dx)"]
    if not (_is_pair(answer) and isinstance(answer[1], dict)):
        return problems + [f"with need_dx=False, backward must return (None, grads), not {_kind(answer)}"]
    without = answer[1]
    if any(not same(grads[key], without.get(key)) for key in grads):
        problems.append("with need_dx=False, backward returns other gradients of the parameters")
    return problems


def _changed_or_unsteady(layer: Layer, x: np.ndarray, dy: np.ndarray, forward: Forward) -> list[str]:
    problems, params = [], copy.deepcopy(layer.params)
    given, upstream = x.copy(), dy.copy()
    y, cache = forward(given, layer)
    first_y = y.copy()
    if not same(given, x):
        problems.append("forward changes x, which belongs to the caller")
        given[...] = x
    if not same(first_y, forward(given.copy(), layer)[0]):
        problems.append("forward is not deterministic: called twice, it returns different outputs")
    first_dx, first = copy.deepcopy(layer.backward(upstream, cache))
    if not same(upstream, dy):
        problems.append("backward changes dy, which belongs to the caller")
    if not (same(given, x) and same(first_y, y)):
        problems.append("backward changes an argument or a result of forward")
    if any(not same(value, layer.params[key]) for key, value in params.items()):
        problems.append("forward or backward changes the parameters")
    dx, grads = layer.backward(dy.copy(), cache)
    if not _all_same(first_dx, first, dx, grads):
        return problems + ["backward is not deterministic: called twice, it returns different gradients"]
    forward(x[::-1] + 1.0, layer)
    if not _all_same(first_dx, first, *layer.backward(dy.copy(), cache)):
        problems.append("backward depends on the last forward pass, not on its cache: the layer hides state")
    return problems


def _all_same(first_dx: np.ndarray | None, first: Grads, dx: np.ndarray | None, grads: Grads) -> bool:
    return same(first_dx, dx) and all(same(first[key], grads.get(key)) for key in first)


def _of_other_dtype(layer: Layer, x: np.ndarray, dy: np.ndarray, forward: Forward) -> list[str]:
    """Run the layer in float32 and in float64, and return messages about results of another dtype."""
    problems = []
    for dtype in (np.float32, np.float64):
        twin = copy.deepcopy(layer)
        twin.build(x.shape[1:], np.random.default_rng(0), dtype)
        y, cache = forward(x.astype(dtype), twin)
        dx, grads = twin.backward(dy.astype(dtype), cache)
        results = {"y": y, "dx": dx, **{f"the gradient of {key}": value for key, value in grads.items()}}
        for name, array in results.items():
            if array is not None and array.dtype != dtype:
                problems.append(f"{name} is {array.dtype} for inputs and parameters of {np.dtype(dtype)}")
    return problems
