"""`npae trace`: the terms that add up to one number of a model, forward, or to its gradient, backward.

There is one way for all layers, from their contract alone:

- forward, the layer's ``backward`` on a unit gradient gives dy/dx of one output for all inputs;
- backward, the layer's ``forward``, with one number moved, gives dy/dx of all outputs for one input.

So the terms of one pass come from the other one, and they add up only if both are right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from npae.inside.record import Place, Record, Step, record
from npae.inside.slopes import Slopes, along, measured
from npae.kernels import activations
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective

TOLERANCE = 1e-6  # relative, for the sums of a right layer
SHOWN = 12  # rows of a table


class Part(NamedTuple):
    """Terms from one array: ``values * slopes``, in the shape of the array.

    Attributes
    ----------
    name : str
    values : ndarray
        Forward the inputs, backward dL/dy of the outputs.
    slopes : ndarray
        dy/dx: forward of the number by each input, backward of each output by the number.
    """

    name: str
    values: np.ndarray
    slopes: np.ndarray

    @property
    def products(self) -> np.ndarray:
        """The terms."""
        return self.values * self.slopes


class Check(NamedTuple):
    """A number as the model computes it, and as its terms add up to it; ``size`` is that of the terms."""

    name: str
    number: float
    total: float
    size: float

    @property
    def error(self) -> float:
        """The difference, relative to the number; where terms cancel, to a billionth of their size."""
        scale = max(abs(self.number), abs(self.total), 1e-9 * self.size)
        error = abs(self.number - self.total) / (scale or 1.0)
        return error if np.isfinite(error) else np.inf


class Trace(NamedTuple):
    """Where a number of a model comes from; ``print(trace)`` shows it as a table.

    Attributes
    ----------
    place : str
        As "encoder/conv2d_1,3,5,2".
    number : float
        An output; backward, the gradient of the loss for it.
    backward : bool
    parts : tuple of Part
    rest : dict of str to float
        Terms without an input, such as the bias.
    activation : (str, float, float), optional
        The name, its argument z and its slope, if the layer ends in one: the terms add up to z.
    checks : tuple of Check
        The sums that must hold.
    columns : (str, str)
        What the values and the slopes of the parts are: ("input", "weight").
    note : str
    """

    place: str
    number: float
    backward: bool
    parts: tuple[Part, ...]
    rest: dict[str, float]
    checks: tuple[Check, ...]
    columns: tuple[str, str] = ("input", "dy/dx")
    activation: tuple[str, float, float] | None = None
    note: str = ""

    @property
    def total(self) -> float:
        """The sum of all terms."""
        return float(sum(part.products.sum() for part in self.parts) + sum(self.rest.values()))

    @property
    def error(self) -> float:
        """The largest relative error of the checks."""
        return max(check.error for check in self.checks)

    @property
    def adds_up(self) -> bool:
        """Whether all checks hold to `TOLERANCE`."""
        return self.error <= TOLERANCE

    def terms(self) -> list[tuple[str, float, float, float]]:
        """Return (place, value, slope, product) of all terms with a slope, the largest products first."""
        found = []
        for part in self.parts:
            for index in np.argwhere(part.slopes != 0):
                shown = index[1:] if len(part.slopes) == 1 and len(index) > 1 else index
                name = ",".join([part.name, *map(str, shown)])
                value, slope = part.values[tuple(index)], part.slopes[tuple(index)]
                found.append((name, float(value), float(slope), float(value * slope)))
        return sorted(found, key=lambda term: -abs(term[3]))

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def trace(
    model: Any,
    x: np.ndarray,
    at: str,
    *,
    t: np.ndarray | None = None,
    loss: str | Loss | Objective | None = None,
    dy: np.ndarray | None = None,
    backward: bool = False,
    rng: Generator | int | None = None,
) -> Trace:
    """Return the terms that add up to one number of a model.

    Parameters
    ----------
    model : Sequential, Layer, or any object with ``forward(x)`` and ``backward(dy, cache)``
        Built. A float64 copy is traced, so its own numbers differ by rounding.
    x : ndarray (n, ...)
        Usually one example.
    at : str
        The array and the index in it: "conv2d_1,3,5,2" is a layer's output, "dense/kernel,5,7" a weight,
        "input,0,3,4" and "output,9" a pixel, "code,1" a number of the code, "loss" and "loss/l1" the loss and
        its terms. If x holds several examples, an output's index begins with the example.
    t : ndarray (n, ...), optional
        The targets. Default: x.
    loss : str, Loss or Objective, optional
        For gradients. As in training, it computes the last activation if it can, from logits.
    dy : ndarray, optional
        dL/dy of the output, in place of a loss.
    backward : bool
        Trace the gradient of the number. A weight has no other trace.
    rng : numpy.random.Generator or int, optional
        For training mode: noise, dropout and sampling are on. Every pass draws the same numbers.

    Returns
    -------
    Trace

    Raises
    ------
    ValueError
        If there is no such place, or a gradient is asked for without a loss.

    Notes
    -----
    Forward, with J = dy/dx of the number, by the layer's backward on a unit gradient::

        y = sum_i x_i J_i + rest          rest = y - dy(a x)/da at a = 1, by forward alone

    The rest is the bias of an affine layer and 0 of a layer that only scales, selects or sums. For a curved
    function it is where its tangent meets 0. A layer that ends in an activation is traced without it, as z.
    Backward, with dy/dx of all outputs by forward alone::

        dL/dx = sum_o dL/dy_o dy_o/dx

    summed over everything that the number enters: the next layer, or the loss, and penalties.
    """
    found = record(model, x, t, loss, dy, rng)
    return trace_of(found, found.place(at), backward)


def trace_of(found: Record, place: Place, backward: bool = False) -> Trace:
    """Return the trace of a place of a record; see `trace`."""
    return _backward(found, place) if backward or _is_weight(found, place) else _forward(found, place)


def _is_weight(found: Record, place: Place) -> bool:
    return bool(place.key) and place.position < len(found.steps)


def _written(found: Record, place: Place) -> str:
    index = place.index if _is_weight(found, place) or len(found.x) > 1 else place.index[1:]
    return ",".join([place.name, *map(str, index)])


def _note(place: Place) -> str:
    return f"the first of several of this name; also {', '.join(place.others)}" if place.others else ""


def _forward(found: Record, place: Place) -> Trace:
    """Trace an output, or a loss."""
    name = _written(found, place)
    if place.position == len(found.steps):
        return _of_loss(found, place.name)
    if not place.name.startswith("input") and place.position >= 0:
        return _of_output(found.steps[place.position], found.name(place.position - 1), place, name)
    number = float(found.x[place.index])
    return Trace(name, number, False, (), {"given": number}, (Check(name, number, number, 0.0),))


def _of_loss(found: Record, name: str) -> Trace:
    """Trace the loss to its terms, or a term to its elements."""
    assert found.objective is not None and found.loss is not None and found.t is not None
    values = {"reconstruction": found.loss(found.behind[-1].y, found.t)[0]}
    for key, penalty, subject, position in found.penalties():
        values[key] = penalty(subject, found.output(position), None, len(found.x))[0]
    term = name.partition("/")[2]
    wanted = [term] if term else list(values)
    parts = []
    for key in wanted:
        elements = found.elements(key)
        parts.append(Part(f"loss/{key}", elements, np.ones_like(elements)))
    checks = tuple(
        Check(f"loss/{key}", float(values[key]), float(part.values.sum()), float(np.abs(part.values).sum()))
        for key, part in zip(wanted, parts)
    )
    number = float(sum(values[key] for key in wanted))
    if not term:
        rest = {f"loss/{key}": float(part.values.sum()) for key, part in zip(wanted, parts)}
        return Trace(name, number, False, (), rest, checks)
    return Trace(name, number, False, tuple(parts), {}, checks)


def _of_output(step: Step, source: str, place: Place, name: str) -> Trace:
    at, unit, plain = place.index, np.zeros_like(step.y), step.without_activation()
    unit[at] = 1.0
    row, grads = plain.backward(unit)

    def scaled(h: float) -> np.ndarray:  # z and y of the number, for all inputs scaled by 1 + h
        x = step.x * (1 + h)
        return np.array([plain.forward(x)[at], step.forward(x)[at]])

    number, z, slopes = float(step.y[at]), float(plain.y[at]), measured(scaled).central
    part, rest = Part(source, step.x, row), z - float(slopes[0])
    total, size = float(part.products.sum()) + rest, float(np.abs(part.products).sum()) + abs(rest)
    rests = {_name_of_rest(plain, grads, rest, at): rest} if rest or step.params else {}
    columns = "input", "weight" if step.params else "dy/dx"
    if plain is step:
        checks = (Check(name, z, total, size),)
        return Trace(name, number, False, (part,), rests, checks, columns, None, _note(place))
    kind, (full, full_grads) = step.layer.activation, step.backward(unit)
    slope = _ratio([(full, row), *((full_grads[key], grads[key]) for key in grads)])
    checks = (
        Check("z", z, total, size),
        Check(f"{kind}(z)", number, float(activations.forward(np.array([z]), kind)[0]), abs(number)),
        Check("the slope along the input", float(slopes[1]), float((full * step.x).sum()), size),
    )
    return Trace(name, number, False, (part,), rests, checks, columns, (kind, z, slope), _note(place))


def _ratio(pairs: list[tuple[np.ndarray, np.ndarray]]) -> float:
    """Return the factor between two gradients that are multiples of each other."""
    squares = sum(np.vdot(below, below) for _, below in pairs)
    return float(sum(np.vdot(above, below) for above, below in pairs) / squares) if squares else 0.0


def _name_of_rest(step: Step, grads: dict, rest: float, at: tuple[int, ...]) -> str:
    close = 1e-9 * max(1.0, abs(rest))
    for key, value in step.params.items():
        if key in grads and abs(float(np.vdot(grads[key], value)) - rest) <= close:
            return key
    with np.errstate(all="ignore"):
        at_zero = float(step.forward(np.zeros_like(step.x))[at])
    return "output at inputs 0" if abs(at_zero - rest) <= close else "where the tangent meets 0"


def _backward(found: Record, place: Place) -> Trace:
    """Trace the gradient of a weight or an output."""
    weight, name = _is_weight(found, place), _written(found, place)
    if not found.dys:
        raise ValueError(f"the gradient of {name} needs a loss, or dy: give trace one of them")
    if place.position == len(found.steps):
        raise ValueError(f"the gradient begins at {name}; choose a layer's output, a weight or the input")
    note = _note(place)
    if weight:
        number, array = found.grads[place.name][place.index], found.steps[place.position].params[place.key]
    else:
        number, array = found.dys[place.position][place.index], np.array(found.output(place.position, True))
        if not np.array_equal(found.output(place.position), array):
            logits = "the loss computes the last activation, so this is the gradient of z before it"
            note = "; ".join(filter(None, [note, logits]))
    parts, bent = list[Part](), list[tuple[np.ndarray, Slopes]]()
    for consumer in found.consumers(place):
        slopes = along(array, place.index, lambda at=consumer: at.evaluate(None if weight else array))
        parts.append(Part(consumer.name, consumer.dy, slopes.central))
        at_kinks = slopes.kinks & (consumer.dy != 0)
        if consumer.step:
            _take_backward_at_kinks(consumer.step, place, slopes, np.argwhere(at_kinks))
        elif at_kinks.any():
            slopes.central[at_kinks] = 0
            bent.append((at_kinks, slopes))
    _share_kinks(bent, float(number) - sum(float(part.products.sum()) for part in parts))
    terms = [part.products for part in parts]
    size = float(sum(np.abs(term).sum() for term in terms))
    check = Check(name, float(number), float(sum(term.sum() for term in terms)), size)
    columns = "dL/dy", f"dy/d{place.key or 'x'}"
    return Trace(name, float(number), True, tuple(parts), {}, (check,), columns, None, note)


def _take_backward_at_kinks(step: Step, place: Place, slopes: Slopes, kinks: np.ndarray) -> None:
    """Set the slopes of outputs at a kink to those of backward, if these are between both sides."""
    for at in map(tuple, kinks):
        unit = np.zeros_like(step.y)
        unit[at] = 1.0
        dx, grads = step.backward(unit)
        taken, sides = (grads[place.key] if place.key else dx)[place.index], (slopes.left[at], slopes.right[at])
        slack = 1e-5 * max(map(abs, sides))
        if min(sides) - slack <= taken <= max(sides) + slack:
            slopes.central[at] = taken


def _share_kinks(bent: list[tuple[np.ndarray, Slopes]], missing: float) -> None:
    """Set the slopes of a loss's elements at a kink, which have no backward of their own, between both sides.

    They take the place between left and right at which the sum is right, if there is one.
    """
    low, high = (sum(float(slopes[side][at].sum()) for at, slopes in bent) for side in (1, 2))
    share = float(np.clip((missing - low) / (high - low), 0, 1)) if high != low else 0.0
    for at, slopes in bent:
        slopes.central[at] = (slopes.left + share * (slopes.right - slopes.left))[at]


def _lines(found: Trace) -> Iterator[str]:
    """Yield the lines of a table."""
    what = f"dL/d({found.place})" if found.backward else found.place
    yield f"{what} = {found.number:.6g}" + (f"  ({found.note})" if found.note else "")
    terms = found.terms()
    of_loss = all(part.name.startswith("loss/") for part in found.parts)
    rows = [("from", *found.columns, "product")] if terms else []
    for name, *numbers in terms[:SHOWN]:
        rows.append((name, *(f"{value:.6g}" for value in numbers)))
    if len(terms) > SHOWN:
        others = sum(term[3] for term in terms[SHOWN:])
        rows.append((f"{len(terms) - SHOWN:,} others", "", "", f"{others:.6g}"))
    rows += [(name, "", "", f"{value:.6g}") for name, value in found.rest.items()]
    rows.append(("z, the sum" if found.activation else "sum", "", "", f"{found.total:.6g}"))
    if found.activation:
        name, _, slope = found.activation
        rows.append((f"{name}(z), slope {slope:.4g}", "", "", f"{found.number:.6g}"))
    if of_loss and not found.backward:
        rows = [(name, "", "", product) for name, _, _, product in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, *numbers in rows:
        cells = [f"{number:>{width}}" for number, width in zip(numbers, widths[1:]) if width]
        yield "  ".join(["", f"{name:<{widths[0]}}", *cells])
    for check in found.checks:
        if not check.error <= TOLERANCE:
            other = "backward" if not found.backward else "forward"
            own = "forward" if not found.backward else "backward"
            yield (
                f"  This does not add up: {own} computes {check.name} as {check.number:.8g}, "
                f"and by the slopes of {other} it is {check.total:.8g}."
            )
    if found.adds_up:
        yield f"  adds up; relative error {found.error:.1g}"
