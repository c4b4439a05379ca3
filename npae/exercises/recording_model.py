"""A model that writes down how the learner's loop uses it, for the exercises on whole models."""

from __future__ import annotations

import numpy as np

from npae.exercises.case import copied
from npae.exercises.diagnosis import finding
from npae.exercises.result import Result


def changed_argument(functions, function) -> Result | None:
    """Return that a call has changed an argument, if one has."""
    if not functions.changed:
        return None
    name, argument = functions.changed[0]
    return finding(
        "mutated_input",
        f"{name} changes its argument {argument}, which belongs to the caller.",
        f"after the call, {argument} does not hold what it held before",
        function=function,
    )


class Model:
    """A small autoencoder, kernel and bias either way, that keeps a record of its calls.

    Attributes
    ----------
    params : dict
        To begin with.
    seen : list of dict
        For every call of forward: "x", "params" (copies) and "y".
    steps : list of dict
        For every call of backward: the same of the forward that it belongs to, "dy" and "grads".
    """

    def __init__(self, pixels: int, units: int, rng: np.random.Generator):
        self.params = {
            "kernel_in": rng.normal(0, pixels**-0.5, (pixels, units)),
            "bias_in": rng.normal(0, 0.1, units),
            "kernel_out": rng.normal(0, units**-0.5, (units, pixels)),
            "bias_out": rng.normal(0, 0.1, pixels),
        }
        self.seen: list[dict] = []
        self.steps: list[dict] = []

    def forward(self, x, params):
        """Return y and, as cache, the number of this call."""
        call = {"x": np.array(x, float), "params": copied(dict(params))}
        code = np.tanh(call["x"] @ params["kernel_in"] + params["bias_in"])
        call["y"], call["code"] = code @ params["kernel_out"] + params["bias_out"], code
        self.seen.append(call)
        return call["y"].copy(), Ticket(self, len(self.seen) - 1)

    def backward(self, dy, cache):
        """Return the gradients of the call that the cache belongs to."""
        if not isinstance(cache, Ticket):
            raise TypeError("backward takes dy and the cache that forward returned, in this order")
        call, dy = self.seen[cache.number], np.array(dy, float)
        x, rows, code = (np.atleast_2d(array) for array in (call["x"], dy, call["code"]))
        dz = rows @ call["params"]["kernel_out"].T * (1 - code**2)
        grads = {"kernel_in": x.T @ dz, "bias_in": dz.sum(axis=0)}
        grads.update({"kernel_out": code.T @ rows, "bias_out": rows.sum(axis=0)})
        self.steps.append({**call, "dy": dy, "grads": copied(grads)})
        return grads


class Ticket:
    """A cache that only says which call of which model it comes from."""

    def __init__(self, model: Model, number: int):
        self.model, self.number = model, number

    def __deepcopy__(self, memo):
        return self


def flat(params: dict) -> np.ndarray:
    """Return all parameters (or gradients) in one vector."""
    return np.concatenate([np.ravel(np.asarray(params[key], float)) for key in sorted(params)])


def with_order(result: Result | None) -> Result | None:
    """Add to a result about such a vector what its entries are."""
    if result is not None:
        result.evidence.append("entries are counted through bias_in, bias_out, kernel_in and kernel_out")
    return result


def is_like(params, model: Model) -> bool:
    """Return whether something is a dict with the keys and shapes of the model's parameters."""
    if not isinstance(params, dict) or params.keys() != model.params.keys():
        return False
    return all(np.shape(params[key]) == value.shape for key, value in model.params.items())
