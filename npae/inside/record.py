"""One forward and backward pass with everything that it computes, under names: the places of a model."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from npae.arguments import brief
from npae.layers.layer import Layer
from npae.model import Autoencoder, Sequential, snake_case
from npae.objectives.losses import Loss, fuse
from npae.objectives.objective import Objective, get_objective
from npae.objectives.penalties import Penalty

INPUT = -1  # the position of the model's input among the outputs of the steps


@dataclass(frozen=True)
class Step:
    """One layer's part of a forward pass.

    Attributes
    ----------
    name : str
    layer : Layer, or any object with ``forward(x)`` and ``backward(dy, cache)``
    x, y : ndarray (n, ...)
    cache : object
    rng : numpy.random.Generator or None
        The generator as it was before the step, so that the step can be repeated with the same noise.
    """

    name: str
    layer: Any
    x: np.ndarray
    y: np.ndarray
    cache: Any
    rng: Generator | None

    @classmethod
    def of(cls, name: str, layer: Any, x: np.ndarray, rng: Generator | None) -> Step:
        """Run a layer forward; the generator advances."""
        before = copy.deepcopy(rng)
        return cls(name, layer, x, *(layer.forward(x) if rng is None else layer.forward(x, rng)), before)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for another input, with the same noise."""
        return Step.of(self.name, self.layer, x, copy.deepcopy(self.rng)).y

    def backward(self, dy: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Return the layer's dx and grads."""
        return self.layer.backward(dy, self.cache)

    def without_activation(self) -> Step:
        """Return the step of the layer without its activation; itself if there is none, or nothing else."""
        activation = getattr(self.layer, "activation", "linear")
        if activation == "linear" or not self.params or not hasattr(self.layer, "without_activation"):
            return self
        bare = self.layer.without_activation(activation)
        return Step.of(self.name, bare, self.x, copy.deepcopy(self.rng)) if bare is not None else self

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of the layer."""
        return getattr(self.layer, "params", {})


class Consumer(NamedTuple):
    """A function of a number of the model, on the way to the loss.

    Attributes
    ----------
    name : str
    evaluate : callable
        ``evaluate(array)`` returns the function's outputs for another array in the number's place; for a
        parameter, ``evaluate(None)`` reads it from the layer.
    dy : ndarray
        dL/dy of each of these outputs.
    step : Step or None
        The step that the function is, if it is one.
    """

    name: str
    evaluate: Callable[[Any], np.ndarray]
    dy: np.ndarray
    step: Step | None = None


class Place(NamedTuple):
    """One number of a model: which array it is in, and where.

    Attributes
    ----------
    name : str
        Of the array: "input", a layer, a layer and its parameter, "loss" or "loss/l1".
    position : int
        Of the step.
    key : str
        The parameter; "" for an activation.
    index : tuple of int
        With the batch axis first, for an activation.
    others : tuple of str
        Further arrays that the given short name could mean.
    """

    name: str
    position: int
    key: str
    index: tuple[int, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """A forward pass and, for a loss or a dy, a backward pass.

    Attributes
    ----------
    steps : list of Step
        The layers, as at inference.
    behind : list of Step
        The layers as in training, where the loss may compute the last activation (`fuse`).
    dys : dict of int to ndarray
        dL/dy of the output of each step of ``behind``, and of the input at `INPUT`; empty without a loss.
    grads : dict of str to ndarray
        The gradients of the parameters.
    objective : Objective or None
    loss : Loss or None
        For the outputs of ``behind``.
    """

    model: Any
    x: np.ndarray
    t: np.ndarray | None
    steps: list[Step]
    behind: list[Step]
    objective: Objective | None
    loss: Loss | None
    dys: dict[int, np.ndarray] = field(default_factory=dict)
    grads: dict[str, np.ndarray] = field(default_factory=dict)

    def output(self, position: int, behind: bool = False) -> np.ndarray:
        """Return the output of a step; the input at `INPUT`."""
        return self.x if position == INPUT else (self.behind if behind else self.steps)[position].y

    def name(self, position: int) -> str:
        """Return the name of a step's output."""
        return "input" if position == INPUT else self.steps[position].name

    @property
    def code(self) -> int:
        """The position of the code."""
        encoder = self.model.encoder if isinstance(self.model, Autoencoder) else self.model
        return sum(1 for _ in encoder.leaves()) - 1 if isinstance(encoder, Sequential) else INPUT

    def penalties(self) -> list[tuple[str, Penalty, Any, int]]:
        """Return name, penalty, the model that it looks at, and the position of the array that it takes."""
        found = self.objective.penalties if self.objective else ()
        of_weights = [getattr(penalty, "of_weights", False) for penalty in found]
        return [
            (name, penalty, self.model if all_of_it else self.model.encoder, INPUT if all_of_it else self.code)
            for name, penalty, all_of_it in zip(self.objective.names[1:] if found else (), found, of_weights)
        ]

    def elements(self, name: str, y: np.ndarray | None = None) -> np.ndarray:
        """Return the numbers whose sum is a term of the loss, for another output or code in y's place."""
        assert self.loss is not None and self.t is not None
        if name == "reconstruction":
            y = self.behind[-1].y if y is None else y
            return self.loss.elements(y, self.t) / self.loss.divisor(y.shape)
        _, penalty, subject, position = next(entry for entry in self.penalties() if entry[0] == name)
        return penalty.elements(subject, self.output(position) if y is None else y) / len(self.x)

    def consumers(self, place: Place) -> list[Consumer]:
        """Return all functions that a number enters on its way to the loss."""
        if place.key:
            step = self.behind[place.position]
            own = Consumer(step.name, lambda _: step.forward(step.x), self.dys[place.position], step)
            direct = [name for name, penalty, subject, _ in self.penalties()]
            return [own, *(self._term(name) for name in direct)]
        found = [self._term(name) for name, _, _, position in self.penalties() if position == place.position]
        if place.position + 1 < len(self.behind):
            step = self.behind[place.position + 1]
            return [Consumer(step.name, step.forward, self.dys[place.position + 1], step), *found]
        return [self._term("reconstruction"), *found] if self.loss else found

    def _term(self, name: str) -> Consumer:
        elements = self.elements(name)
        return Consumer(f"loss/{name}", lambda y: self.elements(name, y), np.ones_like(elements))

    def arrays(self) -> dict[str, tuple[int, str, tuple[int, ...]]]:
        """Return position, parameter and shape of every array by name: what can be traced."""
        found = {}
        for position in range(INPUT, len(self.steps)):
            shape = self.output(position).shape
            found[self.name(position)] = position, "", shape[1:] if len(self.x) == 1 else shape
            for key, value in self.steps[position].params.items() if position != INPUT else ():
                found[f"{self.name(position)}/{key}"] = position, key, value.shape
        if self.objective:
            names = [f"loss/{name}" for name in self.objective.names]
            found.update({name: (len(self.steps), name, ()) for name in ["loss", *names]})
        return found

    def place(self, text: str) -> Place:
        """Return the place that a text such as "conv2d_1,3,5,2" names.

        Raises
        ------
        ValueError
            If there is no such array, or the index does not fit it; the message says what there is.
        """
        name, *numbers = str(text).replace(" ", "").split(",")
        known = self.arrays()
        aliases = {"output": self.name(len(self.steps) - 1)}
        if isinstance(self.model, Autoencoder):
            aliases["code"] = self.name(self.code)
        fitting = [full for full in known if full == aliases.get(name, name) or full.endswith(f"/{name}")]
        if name in known:
            fitting = [name]
        if not fitting:
            listed = ", ".join(f"{full} ({_sizes(known[full][2])})" for full in known)
            raise ValueError(
                f"there is no place {brief(name)}; a place is an array of the model and where in it, as in "
                f'{next(iter(known))},{",".join("0" * len(known["input"][2]))}. The arrays are {listed}; '
                f"also {' and '.join(aliases)}"
            )
        full, *others = fitting
        position, key, shape = known[full]
        index = tuple(int(number) if number.isdecimal() else -1 for number in numbers)
        if len(index) != len(shape) or any(not 0 <= i < size for i, size in zip(index, shape)):
            last = ",".join(str(size - 1) for size in shape)
            where = f"from {','.join('0' * len(shape))} to {last}" if shape else "a single number without index"
            raise ValueError(f"{full} is {_sizes(shape)}: its places are {where}, not {brief(text)}")
        batch = () if key or len(self.x) > 1 else (0,)
        return Place(full, position, key, (*batch, *index), tuple(others))


def record(
    model: Any,
    x: np.ndarray,
    t: np.ndarray | None = None,
    loss: str | Loss | Objective | None = None,
    dy: np.ndarray | None = None,
    rng: Generator | int | None = None,
) -> Record:
    """Run a model in float64, forward, and backward from a loss or from dy; see `npae.inside.trace.trace`."""
    x = np.array(x, np.float64)
    t, dy = (None if given is None else np.array(given, np.float64) for given in (t, dy))
    return passes(in_float64(model), x, t, loss, dy, rng)


def passes(
    model: Any,
    x: np.ndarray,
    t: np.ndarray | None,
    loss: str | Loss | Objective | None,
    dy: np.ndarray | None = None,
    rng: Generator | int | None = None,
) -> Record:
    """Return the record of a model as it is, in its own dtype."""
    t = x if t is None else t
    rng = np.random.default_rng(rng) if isinstance(rng, int) else rng
    steps = _run(model, x, copy.deepcopy(rng))
    if loss is None:
        found = Record(model, x, t, steps, steps, None, None)
        return found if dy is None else _with_gradients(found, dy)
    objective, linked = get_objective(loss), model
    if objective.penalties:
        objective.on(model)  # raises an error if the model has no code
    reconstruction = objective.reconstruction
    if isinstance(model, Layer):
        linked, reconstruction = fuse(model, reconstruction)
    behind = steps if linked is model else _run(linked, x, copy.deepcopy(rng))
    found = Record(model, x, t, steps, behind, objective, reconstruction)
    return _with_gradients(found, reconstruction(behind[-1].y, t)[1])


def in_float64(model: Any) -> Any:
    """Return a copy of a model or layer with float64 parameters, or the object itself if it has these.

    Raises
    ------
    ValueError
        If it is no layer of npae and its parameters are not float64.
    """
    params = getattr(model, "params", {})
    if all(value.dtype == np.float64 for value in params.values()):
        return model
    if not isinstance(model, Layer):
        raise ValueError(f"a {type(model).__name__} can be traced if its params are float64; convert them")
    twin = copy.deepcopy(model)
    twin.build(model.built()[0], 0, np.float64)
    for key, value in twin.params.items():
        value[...] = params[key]
    return twin


def _run(model: Any, x: np.ndarray, rng: Generator | None) -> list[Step]:
    single = [(snake_case(type(model).__name__), model)]
    steps = list[Step]()
    for name, layer in model.leaves() if isinstance(model, Sequential) else single:
        steps.append(Step.of(name, layer, steps[-1].y if steps else x, rng))
    return steps


def _with_gradients(found: Record, dy: np.ndarray) -> Record:
    """Return the record with dys and grads, by the loop of `Sequential.backward`."""
    codes, direct = dict[int, np.ndarray](), dict[str, np.ndarray]()
    for _, penalty, subject, position in found.penalties():
        _, slope, grads = penalty(subject, found.output(position), None, len(found.x))
        codes[position] = codes.get(position, 0) + slope
        prefix = "" if subject is found.model else f"{found.model.names[0]}/"
        for key, grad in grads.items():
            direct[prefix + key] = direct.get(prefix + key, 0) + grad
    dys, grads = dict[int, np.ndarray](), dict[str, np.ndarray]()
    for position in range(len(found.behind) - 1, INPUT - 1, -1):
        dys[position] = dy = dy + codes.get(position, 0)
        if position != INPUT:
            step = found.behind[position]
            dy, own = step.backward(dy)
            for key, grad in own.items():
                grads[f"{step.name}/{key}"] = grad + direct.get(f"{step.name}/{key}", 0)
    return Record(**{**vars(found), "dys": dys, "grads": grads})


def _sizes(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) if shape else "a number"
