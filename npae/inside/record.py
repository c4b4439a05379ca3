"""One forward and backward pass with everything that it computes, under names: the places of a model."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
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


@dataclass(frozen=True)
class Step:
    """One layer's part of a forward pass: y (n, ...), an array of its own, and the cache for x (n, ...).

    ``source`` is the name of x, an output or "input", and ``name`` that of the layer and of y.
    ``layer`` is any object with ``forward(x)`` and ``backward(dy, cache)``. ``rng`` is the generator as it
    was before the step, or None, so that the step can be repeated with the same noise.
    """

    source: str
    name: str
    layer: Any
    x: np.ndarray
    rng: Generator | None
    y: np.ndarray
    cache: Any

    @classmethod
    def of(cls, source: str, name: str, layer: Any, x: np.ndarray, rng: Generator | None) -> Step:
        """Run a layer forward; the generator advances."""
        before = copy.deepcopy(rng)
        y, cache = layer.forward(x) if rng is None else layer.forward(x, rng)
        return cls(source, name, layer, x, before, np.array(y), cache)

    def forward(self, x: np.ndarray | None = None) -> np.ndarray:
        """Return the output for another input, or for x as it is now, with the same noise."""
        given = self.x if x is None else x
        return Step.of(self.source, self.name, self.layer, given, copy.deepcopy(self.rng)).y

    def backward(self, dy: np.ndarray) -> Grads:
        """Return the gradients of x and of the parameters, by the names of these arrays."""
        dx, grads = self.layer.backward(dy, self.cache)
        return {self.source: dx, **{f"{self.name}/{key}": grad for key, grad in grads.items()}}

    def without_activation(self) -> Step:
        """Return the step of the layer without its activation; itself if there is none, or nothing else."""
        activation, bare = getattr(self.layer, "activation", "linear"), None
        if activation != "linear" and self.params and hasattr(self.layer, "without_activation"):
            bare = self.layer.without_activation(activation)
        return Step.of(self.source, self.name, bare, self.x, copy.deepcopy(self.rng)) if bare else self

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The parameters of the layer."""
        return getattr(self.layer, "params", {})

    @property
    def takes(self) -> list[str]:
        """The names of x and of the parameters."""
        return [self.source, *(f"{self.name}/{key}" for key in self.params)]


class Term(NamedTuple):
    """A term of the loss, as a step of the arrays that it ``takes``, by name.

    ``forward()`` returns its elements, for these arrays as they are now, and ``backward`` is that of `Step`.
    ``number`` is the sum of the elements times dL/dy of them.
    """

    name: str
    takes: Sequence[str]
    forward: Callable[[], np.ndarray]
    backward: Callable[[np.ndarray], Grads]
    number: float


class Place(NamedTuple):
    """One number: its text, as "dense,3"; the name of its array; the index in it; a remark."""

    text: str
    name: str
    at: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class Record:
    """A forward pass and, for a loss, a backward pass.

    ``steps`` are the layers by name as at inference, ``behind`` as in training, where the loss may compute
    the last activation (`fuse`). ``loss`` is that for the outputs behind, ``terms`` are the reconstruction
    loss and the penalties, and ``gradients`` those of all arrays by name, also of the elements of the terms.
    These are empty without a loss.
    """

    model: Any
    x: np.ndarray
    t: np.ndarray
    steps: dict[str, Step]
    behind: dict[str, Step]
    loss: Loss | None = None
    terms: list[Term] = field(default_factory=list)
    gradients: Grads = field(default_factory=dict)

    def value(self, name: str) -> np.ndarray:
        """Return the input, a layer's output or a parameter, as in training."""
        if name == "input" or name in self.behind:
            return self.x if name == "input" else self.behind[name].y
        layer, _, key = name.rpartition("/")
        return self.steps[layer].params[key]

    def arrays(self) -> dict[str, Shape]:
        """Return the shape of every array by name: what can be traced."""
        one = int(len(self.x) == 1)  # whose index is left out
        found = {"input": self.x.shape[one:]}
        for step in self.steps.values():
            found[step.name] = step.y.shape[one:]
            found |= {f"{step.name}/{key}": value.shape for key, value in step.params.items()}
        return found | {name: () for name in ["loss", *(term.name for term in self.terms)] if self.terms}

    def place(self, text: str) -> Place:
        """Return the place that a text such as "conv2d_1,3,5,2" names.

        Raises
        ------
        ValueError
            If there is no such array, or the index does not fit it; the message says what there is.
        """
        name, *numbers = str(text).replace(" ", "").split(",")
        known, names = self.arrays(), ["input", *self.steps]
        other_names = {"output": names[-1]}
        if isinstance(self.model, Autoencoder):
            other_names["code"] = names[-1 - len([*self.model.decoder.leaves()])]
        name = other_names.get(name, name)
        matching = [each for each in known if f"/{each}".endswith(f"/{name}")]
        full, *others = [name] if name in known else matching or [""]
        if not full:
            arrays = ", ".join(f"{each} ({_sizes(shape)})" for each, shape in known.items())
            raise ValueError(
                f"there is no place {brief(name)}; a place is an array and an index in it, such as dense,5. "
                f"The arrays are {arrays}; also {' and '.join(other_names)}"
            )
        shape = known[full]
        at = tuple(int(number) if number.isdecimal() else -1 for number in numbers)
        if len(at) != len(shape) or any(not 0 <= i < size for i, size in zip(at, shape)):
            first, last = (",".join(str((size - 1) * end) for size in shape) for end in (0, 1))
            places = f"its indices are {first} to {last}" if shape else "it has no index"
            raise ValueError(f"{full} is {_sizes(shape)}: {places}, not {brief(text)}")
        note = f"the first of this name; also {', '.join(others)}" if others else ""
        batch = (0,) if full in names and len(self.x) == 1 else ()
        return Place(",".join([full, *map(str, at)]), full, (*batch, *at), note)


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


def _run(model: Any, x: np.ndarray, rng: Generator | None) -> dict[str, Step]:
    steps, source = dict[str, Step](), "input"
    single = [(snake_case(type(model).__name__), model)]
    for name, layer in model.leaves() if isinstance(model, Sequential) else single:
        steps[name] = Step.of(source, name, layer, steps[source].y if steps else x, rng)
        source = name
    return steps


def _with_gradients(found: Record, objective: Objective) -> Record:
    """Return the record with terms and gradients, by the loop of `Sequential.backward`."""
    model, loss, names, n = found.model, found.loss, ["input", *found.behind], len(found.x)
    assert loss is not None
    y = found.value(names[-1])
    number, dy = loss(y, found.t)
    terms, gradients = list[Term](), Grads()

    def add(name: str, takes: list[str], elements: Callable[[], np.ndarray], count: int, slope: Any) -> None:
        """Add a term, the sum of its elements / count, whose gradient of takes[0] is ``slope``."""
        share = np.full(elements().shape, 1 / count)

        def backward(dy: np.ndarray) -> Grads:  # if each element depends on one number
            return {takes[0]: dy / share * slope} if np.shape(slope) == share.shape else {}

        terms.append(Term(f"loss/{name}", takes, elements, backward, number))
        gradients[f"loss/{name}"] = share

    add("reconstruction", names[-1:], partial(loss.elements, y, found.t), loss.divisor(y.shape), dy)
    pieces = [(names[-1], dy)]
    for name, penalty in zip(objective.names[1:], objective.penalties):
        subject, array, prefix = model, "input", ""
        if not penalty.of_weights:
            encoder = [*model.encoder.leaves()]
            subject, array, prefix = model.encoder, names[len(encoder)], f"{model.names[0]}/"
        code = found.value(array)
        number, slope, direct = penalty(subject, code, None, n)
        add(name, [array, *model.params], partial(penalty.elements, subject, code), n, slope)
        pieces += [(array, slope), *((prefix + key, grad) for key, grad in direct.items())]
    for step in (None, *reversed(found.behind.values())):
        for name, grad in step.backward(gradients[step.name]).items() if step else pieces:
            gradients[name] = gradients.get(name, 0) + grad
    return replace(found, terms=terms, gradients=gradients)


def _sizes(shape: Shape) -> str:
    return " x ".join(map(str, shape)) if shape else "a number"
