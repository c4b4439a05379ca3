"""One forward and backward pass with everything that it computes, under names: the places of a model."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from npae.arguments import array, brief, generator
from npae.layers.layer import Grads, Layer, Shape
from npae.model import Autoencoder, Sequential, snake_case
from npae.objectives.losses import Loss, fuse
from npae.objectives.objective import Objective, get_objective

INPUT = -1  # the position of the model's input among the outputs of the steps


@dataclass(frozen=True)
class Step:
    """One layer's part of a forward pass: y (n, ...), an array of its own, and the cache for x (n, ...).

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
        return cls(name, layer, x, before, np.array(y), cache)

    def forward(self, x: np.ndarray | None = None) -> np.ndarray:
        """Return the output for another input, or for x as it is now, with the same noise."""
        return Step.of(self.name, self.layer, self.x if x is None else x, copy.deepcopy(self.rng)).y

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
    """A function of an array on the way to the loss: a layer's ``step``, or a term of the loss.

    ``position`` is that of the array. ``evaluate()`` returns the outputs for the arrays of the record as they
    are now, and ``dy`` is dL/dy of these. A term of the loss is ``number``, the sum of its outputs times dy,
    and its ``gradient`` is that by the array.
    """

    name: str
    position: int
    evaluate: Callable[[], np.ndarray]
    dy: np.ndarray
    step: Step | None = None
    number: float = 0.0
    gradient: Any = None

    def slope(self, at: tuple[int, ...], place: Place) -> float:
        """Return the derivative of an output by the number at a place, as backward has it, or NaN."""
        if self.step is None:  # of a term, an output depends on the number at the same index alone
            found = self.gradient is not None and not place.key and at == place.at
            return float(self.gradient[at] / self.dy[at]) if found else np.nan
        unit = np.zeros(self.dy.shape)
        unit[at] = 1.0
        dx, grads = self.step.layer.backward(unit, self.step.cache)
        return float((grads[place.key] if place.key else dx)[place.at])


class Place(NamedTuple):
    """One number: its text, as "dense,3"; name and position of its array; the parameter, or ""; the index."""

    text: str
    name: str
    position: int
    key: str
    at: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class Record:
    """A forward pass and, for a loss, a backward pass.

    ``steps`` are the layers as at inference, ``behind`` as in training, where the loss may compute the last
    activation (`fuse`). ``dys`` holds dL/dy of the output of each step behind, and of the input at `INPUT`.
    ``loss`` is that for the outputs behind, and ``terms`` are the reconstruction loss and the penalties. All
    of these are empty without a loss.
    """

    model: Any
    x: np.ndarray
    t: np.ndarray
    steps: list[Step]
    behind: list[Step]
    loss: Loss | None = None
    terms: list[Consumer] = field(default_factory=list)
    dys: dict[int, np.ndarray] = field(default_factory=dict)
    grads: Grads = field(default_factory=dict)

    def output(self, position: int, behind: bool = False) -> np.ndarray:
        """Return the output of a step; the input at `INPUT`."""
        return self.x if position == INPUT else (self.behind if behind else self.steps)[position].y

    def name(self, position: int) -> str:
        """Return the name of a step's output."""
        return "input" if position == INPUT else self.steps[position].name

    def consumers(self, place: Place) -> list[Consumer]:
        """Return all functions that a number enters on its way to the loss."""
        layers = [
            Consumer(self.name(k), k - 1, step.forward, self.dys[k], step)
            for k, step in enumerate(self.behind)
        ]
        if place.key:  # penalties may depend on a weight
            return [layers[place.position], *self.terms[1:]]
        return [each for each in (*layers, *self.terms) if each.position == place.position]

    def arrays(self) -> dict[str, tuple[int, str, Shape]]:
        """Return position, parameter and shape of every array by name: what can be traced."""
        one = int(len(self.x) == 1)  # whose index is left out
        found = {"input": (INPUT, "", self.x.shape[one:])}
        for position, step in enumerate(self.steps):
            found[step.name] = position, "", step.y.shape[one:]
            found |= {
                f"{step.name}/{key}": (position, key, value.shape) for key, value in step.params.items()
            }
        names = ["loss" for _ in self.terms[:1]] + [term.name for term in self.terms]
        return found | {name: (len(self.steps), name.partition("/")[2], ()) for name in names}

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
            other_names["code"] = self.name(len(self.steps) - len([*self.model.decoder.leaves()]) - 1)
        name = other_names.get(name, name)
        matching = [each for each in known if f"/{each}".endswith(f"/{name}")]
        full, *others = [name] if name in known else matching or [""]
        if not full:
            arrays = ", ".join(f"{each} ({_sizes(shape)})" for each, (_, _, shape) in known.items())
            raise ValueError(
                f"there is no place {brief(name)}; a place is an array and an index in it, such as dense,5. "
                f"The arrays are {arrays}; also {' and '.join(other_names)}"
            )
        position, key, shape = known[full]
        at = tuple(int(number) if number.isdecimal() else -1 for number in numbers)
        if len(at) != len(shape) or any(not 0 <= i < size for i, size in zip(at, shape)):
            first, last = (",".join(str((size - 1) * end) for size in shape) for end in (0, 1))
            places = f"its indices are {first} to {last}" if shape else "it has no index"
            raise ValueError(f"{full} is {_sizes(shape)}: {places}, not {brief(text)}")
        note = f"the first of this name; also {', '.join(others)}" if others else ""
        batch = () if key or position == len(self.steps) or len(self.x) > 1 else (0,)
        return Place(",".join([full, *map(str, at)]), full, position, key, (*batch, *at), note)


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
    return _with_gradients(Record(model, x, t, steps, behind, reconstruction), objective)


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


def _with_gradients(found: Record, objective: Objective) -> Record:
    """Return the record with terms, dys and grads, by the loop of `Sequential.backward`."""
    model, behind, loss, n = found.model, found.behind, found.loss, len(found.x)
    assert loss is not None
    last, y = len(behind) - 1, behind[-1].y
    number, dy = loss(y, found.t)
    share, elements = np.full(y.shape, 1 / loss.divisor(y.shape)), partial(loss.elements, y, found.t)
    terms = [Consumer("loss/reconstruction", last, elements, share, None, number, dy)]
    slopes, dys, pieces = {last: dy}, dict[int, np.ndarray](), list[tuple[str, np.ndarray]]()
    for name, penalty in zip(objective.names[1:], objective.penalties):
        subject, position, prefix = model, INPUT, ""
        if not penalty.of_weights:
            subject, position, prefix = (
                model.encoder,
                len([*model.encoder.leaves()]) - 1,
                f"{model.names[0]}/",
            )
        code = found.output(position, behind=True)
        number, slope, direct = penalty(subject, code, None, n)
        elements = partial(penalty.elements, subject, code)
        share = np.full(elements().shape, 1 / n)
        terms.append(Consumer(f"loss/{name}", position, elements, share, None, number, slope))
        slopes[position] = slopes.get(position, 0) + slope
        pieces += [(prefix + key, grad) for key, grad in direct.items()]
    dx: Any = 0
    for position in range(last, INPUT, -1):
        step, dys[position] = behind[position], dx + slopes.get(position, 0)
        dx, own = step.layer.backward(dys[position], step.cache)
        pieces += [(f"{step.name}/{key}", grad) for key, grad in own.items()]
    grads: Grads = {}
    for key, grad in pieces:
        grads[key] = grads.get(key, 0) + grad
    return replace(found, terms=terms, dys={**dys, INPUT: dx + slopes.get(INPUT, 0)}, grads=grads)


def _sizes(shape: Shape) -> str:
    return " x ".join(map(str, shape)) if shape else "a number"
