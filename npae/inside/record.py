"""One forward and backward pass with everything that it computes, under names: the places of a model."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from npae.arguments import array, brief, generator
from npae.layers.layer import Grads, Layer, Shape
from npae.model import Autoencoder, Sequential, snake_case
from npae.objectives.losses import Loss, fuse
from npae.objectives.objective import Objective, get_objective
from npae.objectives.penalties import Penalty

INPUT = -1  # the position of the model's input among the outputs of the steps


@dataclass(frozen=True)
class Step:
    """One layer's part of a forward pass: y (n, ...) and the cache for x (n, ...).

    ``layer`` is any object with ``forward(x)`` and ``backward(dy, cache)``. ``rng`` is the generator as it
    was before the step, or None, so that the step can be repeated with the same noise.
    """

    name: str
    layer: Any
    x: np.ndarray
    rng: Generator | None
    y: np.ndarray
    cache: Any

    @classmethod
    def of(cls, name: str, layer: Any, x: np.ndarray, rng: Generator | None) -> Step:
        """Run a layer forward; the generator advances."""
        before = copy.deepcopy(rng)
        y, cache = layer.forward(x) if rng is None else layer.forward(x, rng)
        return cls(name, layer, x, before, y, cache)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for another input, with the same noise."""
        return Step.of(self.name, self.layer, x, copy.deepcopy(self.rng)).y

    def backward(self, dy: np.ndarray) -> tuple[np.ndarray, Grads]:
        """Return the layer's dx and grads."""
        return self.layer.backward(dy, self.cache)

    def without_activation(self) -> Step:
        """Return the step of the layer without its activation; itself if there is none, or nothing else."""
        activation = getattr(self.layer, "activation", "linear")
        if activation == "linear" or not self.params or not hasattr(self.layer, "without_activation"):
            return self
        bare = self.layer.without_activation(activation)
        return self if bare is None else Step.of(self.name, bare, self.x, copy.deepcopy(self.rng))

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of the layer."""
        return getattr(self.layer, "params", {})


class Consumer(NamedTuple):
    """A function of a number, on the way to the loss: the next layer's ``step``, or a term of the loss.

    ``evaluate(array)`` returns its outputs for another array in place of the number's; ``dy`` is dL/dy of
    these outputs.
    """

    name: str
    evaluate: Callable[[Any], np.ndarray]
    dy: np.ndarray
    step: Step | None = None


class Place(NamedTuple):
    """One number: the name of its array, the step, the parameter or "", the index, and a remark."""

    name: str
    position: int
    key: str
    at: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class Record:
    """A forward pass and, for a loss, a backward pass.

    ``steps`` are the layers as at inference, ``behind`` as in training, where the loss may compute the last
    activation (`fuse`). ``dys`` holds dL/dy of the output of each step behind, and of the input at `INPUT`;
    it is empty without a loss. ``loss`` is that for the outputs behind.
    """

    model: Any
    x: np.ndarray
    t: np.ndarray
    steps: list[Step]
    behind: list[Step]
    objective: Objective | None = None
    loss: Loss | None = None
    dys: dict[int, np.ndarray] = field(default_factory=dict)
    grads: Grads = field(default_factory=dict)

    def output(self, position: int, behind: bool = False) -> np.ndarray:
        """Return the output of a step; the input at `INPUT`."""
        return self.x if position == INPUT else (self.behind if behind else self.steps)[position].y

    def name(self, position: int) -> str:
        """Return the name of a step's output."""
        return "input" if position == INPUT else self.steps[position].name

    def penalties(self) -> list[tuple[str, Penalty, Any, int]]:
        """Return name, penalty, the model that it looks at, and the position of the array that it takes."""
        found = []
        for name, penalty in (
            zip(self.objective.names[1:], self.objective.penalties) if self.objective else ()
        ):
            all_of_it = getattr(penalty, "of_weights", False)
            subject = self.model if all_of_it else self.model.encoder
            found.append((name, penalty, subject, INPUT if all_of_it else _count(subject) - 1))
        return found

    def elements(self, name: str, y: np.ndarray | None = None) -> np.ndarray:
        """Return the numbers whose sum is a term of the loss, for another output or code in y's place."""
        if name == "reconstruction" and self.loss:
            y = self.behind[-1].y if y is None else y
            return self.loss.elements(y, self.t) / self.loss.divisor(y.shape)
        _, penalty, subject, position = next(entry for entry in self.penalties() if entry[0] == name)
        return penalty.elements(subject, self.output(position) if y is None else y) / len(self.x)

    def consumers(self, place: Place) -> list[Consumer]:
        """Return all functions that a number enters on its way to the loss."""

        def term(name: str) -> Consumer:
            ones = np.ones_like(self.elements(name))
            return Consumer(f"loss/{name}", lambda y: self.elements(name, y), ones)

        def layer(position: int, evaluate: Callable[[Any], np.ndarray]) -> Consumer:
            return Consumer(self.name(position), evaluate, self.dys[position], self.behind[position])

        if place.key:
            step = self.behind[place.position]
            own = layer(place.position, lambda _: step.forward(step.x))
            return [own, *(term(name) for name, *_ in self.penalties())]
        found = [term(name) for name, _, _, position in self.penalties() if position == place.position]
        if place.position + 1 < len(self.behind):
            return [layer(place.position + 1, self.behind[place.position + 1].forward), *found]
        return [term("reconstruction"), *found]

    def arrays(self) -> dict[str, tuple[int, str, Shape]]:
        """Return position, parameter and shape of every array by name: what can be traced."""
        found = {"input": (INPUT, "", self._shape(self.x))}
        for position, step in enumerate(self.steps):
            found[step.name] = position, "", self._shape(step.y)
            for key, value in step.params.items():
                found[f"{step.name}/{key}"] = position, key, value.shape
        terms = ["loss", *(f"loss/{name}" for name in self.objective.names)] if self.objective else []
        return found | {name: (len(self.steps), name.partition("/")[2], ()) for name in terms}

    def place(self, text: str) -> Place:
        """Return the place that a text such as "conv2d_1,3,5,2" names.

        Raises
        ------
        ValueError
            If there is no such array, or the index does not fit it; the message says what there is.
        """
        name, *numbers = str(text).replace(" ", "").split(",")
        known, other_names = self.arrays(), {"output": self.name(len(self.steps) - 1)}
        if isinstance(self.model, Autoencoder):
            other_names["code"] = self.name(len(self.steps) - _count(self.model.decoder) - 1)
        name = other_names.get(name, name)
        full, *others = [each for each in known if f"/{each}".endswith(f"/{name}")] or [""]
        if name in known:
            full, others = name, []
        if not full:
            arrays = ", ".join(f"{each} ({_sizes(shape)})" for each, (_, _, shape) in known.items())
            raise ValueError(
                f"there is no place {brief(name)}; a place is an array and an index, as in "
                f"{','.join(['input', *'0' * len(known['input'][2])])}. The arrays are {arrays}; also "
                f"{' and '.join(other_names)}"
            )
        position, key, shape = known[full]
        at = tuple(int(number) if number.isdecimal() else -1 for number in numbers)
        if len(at) != len(shape) or any(not 0 <= i < size for i, size in zip(at, shape)):
            first, last = (",".join(str((size - 1) * end) for size in shape) for end in (0, 1))
            places = f"its indices are {first} to {last}" if shape else "it has no index"
            raise ValueError(f"{full} is {_sizes(shape)}: {places}, not {brief(text)}")
        note = f"the first of this name; also {', '.join(others)}" if others else ""
        batch = () if key or position == len(self.steps) or len(self.x) > 1 else (0,)
        return Place(full, position, key, (*batch, *at), note)

    def _shape(self, array: np.ndarray) -> Shape:
        return array.shape[1:] if len(self.x) == 1 else array.shape


def record(
    model: Any,
    x: np.ndarray,
    t: np.ndarray | None = None,
    loss: str | Loss | Objective | None = None,
    rng: Generator | int | None = None,
    dtype: Any = np.float64,
) -> Record:
    """Run a model forward and, for a loss, backward; for arguments see `npae.trace`."""
    methods = (getattr(model, method, None) for method in ("forward", "backward"))
    if isinstance(model, type) or not all(map(callable, methods)):
        raise ValueError(f"model must have the methods forward and backward, unlike {brief(model)}")
    if isinstance(model, Layer) and model.output_shape is None:
        raise ValueError("the model is not built yet; call build(input_shape) first")
    model, x = in_float64(model) if dtype == np.float64 else model, array(x, "x").astype(dtype)
    t, rng = x if t is None else array(t, "t").astype(dtype), None if rng is None else generator(rng)
    if t.shape[:1] != x.shape[:1]:
        raise ValueError(f"x and t must hold equally many examples, not {x.shape} and {t.shape}")
    steps = _run(model, x, copy.deepcopy(rng))
    if loss is None:
        return Record(model, x, t, steps, steps)
    objective = get_objective(loss)
    if objective.penalties:
        objective.on(model)  # raises an error if the model has no code
    linked, reconstruction = model, objective.reconstruction
    if isinstance(model, Layer):
        linked, reconstruction = fuse(model, reconstruction)
    behind = steps if linked is model else _run(linked, x, copy.deepcopy(rng))
    found = Record(model, x, t, steps, behind, objective, reconstruction)
    return _with_gradients(found, reconstruction(behind[-1].y, t)[1])


def in_float64(model: Any) -> Any:
    """Return a copy of a model with float64 parameters, or the model itself if it has these.

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
    steps: list[Step] = []
    single = [(snake_case(type(model).__name__), model)]
    for name, layer in model.leaves() if isinstance(model, Sequential) else single:
        steps.append(Step.of(name, layer, steps[-1].y if steps else x, rng))
    return steps


def _with_gradients(found: Record, dy: np.ndarray) -> Record:
    """Return the record with dys and grads, by the loop of `Sequential.backward`."""
    slopes: dict[int, Any] = {}
    dys: dict[int, np.ndarray] = {}
    grads: dict[str, Any] = {}
    for _, penalty, subject, position in found.penalties():
        _, slope, direct = penalty(subject, found.output(position), None, len(found.x))
        slopes[position] = slopes.get(position, 0) + slope
        prefix = "" if subject is found.model else f"{found.model.names[0]}/"
        for key, grad in direct.items():
            grads[prefix + key] = grads.get(prefix + key, 0) + grad
    for position in range(len(found.behind) - 1, INPUT, -1):
        step, dys[position] = found.behind[position], dy + slopes.get(position, 0)
        dy, own = step.backward(dys[position])
        for key, grad in own.items():
            grads[f"{step.name}/{key}"] = grad + grads.get(f"{step.name}/{key}", 0)
    return replace(found, dys={**dys, INPUT: dy + slopes.get(INPUT, 0)}, grads=grads)


def _count(model: Sequential) -> int:
    """Return the number of layers."""
    return sum(1 for _ in model.leaves())


def _sizes(shape: Shape) -> str:
    return " x ".join(map(str, shape)) if shape else "a number"
