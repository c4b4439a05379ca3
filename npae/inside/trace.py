"""`npae trace`: the terms that add up to one number of a model, forward, or to its gradient, backward.

The terms of one pass come from the other one, so they add up only if both are right; see `trace`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from npae.arguments import flag, instance
from npae.inside.record import Place, Record, Step, Term, record
from npae.kernels import activations
from npae.markup import aligned
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective

TOLERANCE = 1e-6  # relative, for the sums of a right layer
SHOWN = 12  # rows of a table
NEGLIGIBLE = 1e-12  # of the sizes of all terms: less is a rounding error
STEPS = 4.0 ** -np.arange(16)  # from 1, which is exact where the function is a straight line, to 1e-9
NEAR = STEPS[12]  # the step at which both sides are compared: 6e-8


class Part(NamedTuple):
    """Terms of one array, ``values * slopes``, in its shape.

    Forward, these are inputs and dy/dx of the number by each; backward, dL/dy and dy/dx of each output.
    """

    name: str
    values: np.ndarray
    slopes: np.ndarray

    @property
    def products(self) -> np.ndarray:
        """The terms."""
        return self.values * self.slopes


class Trace(NamedTuple):
    """Where a number of a model comes from; ``print(trace)`` shows it as a table.

    Attributes
    ----------
    place : str
        As "encoder/conv2d_1,3,5,2".
    number : float
        An output, or with ``backward`` the gradient of the loss for the place.
    parts : tuple of Part
    rest : dict of str to float
        Terms without an input, such as the bias.
    checks : tuple of (str, float, float, float)
        The sums that must hold: the name of a number, as the model computes it, as its terms add up to it,
        and the size of these.
    columns : (str, str)
        What values and slopes are: ("input", "weight").
    activation : (str, float, float), optional
        Its name, its argument z and its slope, if the layer ends in one: the terms add up to z.
    note : str
    """

    place: str
    number: float
    backward: bool
    parts: tuple[Part, ...]
    rest: dict[str, float]
    checks: tuple[tuple[str, float, float, float], ...]
    columns: tuple[str, str] = ("value", "dy/dx")
    activation: tuple[str, float, float] | None = None
    note: str = ""

    @property
    def title(self) -> str:
        """The number, with its name."""
        return f"{f'dL/d({self.place})' if self.backward else self.place} = {self.number:.6g}"

    @property
    def total(self) -> float:
        """The sum of all terms."""
        return _sum(self.parts)[0] + sum(self.rest.values())

    @property
    def error(self) -> float:
        """The largest relative error of the checks."""
        return max((_error(*check) for _, *check in self.checks), default=0.0)

    @property
    def adds_up(self) -> bool:
        """Whether all checks hold to `TOLERANCE`."""
        return self.error <= TOLERANCE

    def terms(self) -> list[tuple[str, float, float, float]]:
        """Return (place, value, slope, product) of the terms that are not 0, the largest products first."""
        found, least = [], NEGLIGIBLE * _sum(self.parts, sum(map(abs, self.rest.values())))[1]
        for part in self.parts:
            for at in map(tuple, np.argwhere(np.abs(part.products) > least)):
                shown = at[1:] if len(part.slopes) == 1 and len(at) > 1 else at
                value, slope = float(part.values[at]), float(part.slopes[at])
                found.append((",".join([part.name, *map(str, shown)]), value, slope, value * slope))
        return sorted(found, key=lambda term: -abs(term[3]))

    def bars(self) -> list[tuple[str, float]]:
        """Return the largest terms, the sum of the others, the rest and the sum of all, by name."""
        terms = [(name, product) for name, _, _, product in self.terms()]
        others = terms[SHOWN:]
        summed = [(f"{len(others):,} others", sum(product for _, product in others))] if others else []
        name = "z, the sum" if self.activation else "sum"
        return [*terms[:SHOWN], *summed, *self.rest.items(), (name, self.total)]

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def trace(
    model: Any,
    x: np.ndarray,
    at: str,
    *,
    t: np.ndarray | None = None,
    loss: str | Loss | Objective | None = None,
    backward: bool = False,
    rng: Generator | int | None = None,
) -> Trace:
    """Return the terms that add up to one number of a model.

    Parameters
    ----------
    model : Sequential, Layer, or any object with ``forward(x)`` and ``backward(dy, cache)``
        Built. A float64 copy is traced, so the model's own numbers differ by rounding.
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
    backward : bool
        Trace the gradient of the number. A weight has no other trace.
    rng : numpy.random.Generator or int, optional
        For training mode: noise, dropout and sampling are on. Every pass draws the same numbers.

    Raises
    ------
    ValueError
        If there is no such place, or a gradient is asked for without a loss.

    Notes
    -----
    There is one way for all layers, from their contract alone. Forward, J = dy/dx of the number by all inputs
    is the layer's backward on a unit gradient::

        y = sum_i x_i J_i + rest          rest = y - dy(a x)/da at a = 1, by forward alone

    The rest is the bias of an affine layer and 0 of a layer that only scales, selects or sums. Of a curved
    function it is its tangent at inputs 0. A layer that ends in an activation is traced without it, as z.
    Backward, dy/dx of all outputs by the number comes from the layer's forward, with the number moved::

        dL/dx = sum_o dL/dy_o dy_o/dx

    summed over everything that the number enters: the next layer, or the loss, and penalties.
    """
    found = record(model, x, t, loss, rng)
    return trace_of(found, found.place(instance(at, str, "at")), flag(backward, "backward"))


def trace_of(found: Record, place: Place, backward: bool = False) -> Trace:
    """Return the trace of a place of a record; see `trace`."""
    of_loss, of_weight = not place.at, place.name not in ("input", *found.steps)
    if backward or (of_weight and not of_loss):
        if not found.terms:
            raise ValueError(f"the gradient of {place.text} needs a loss: pass loss='mse', or another")
        if of_loss:
            raise ValueError("the gradient begins at loss; choose a layer's output, a weight or the input")
        return _backward(found, place, place.name.rpartition("/")[2] if of_weight else "x")
    if of_loss:
        return _of_loss(found, place)
    if place.name in found.steps:
        return _of_output(found.steps[place.name], place)
    number = float(found.x[place.at])
    return Trace(place.text, number, False, (), {"given": number}, ())


def _error(number: float, total: float, size: float) -> float:
    """Return the difference, relative to the number; where terms cancel, to a billionth of their size."""
    error = abs(number - total) / (max(abs(number), abs(total), 1e-9 * size) or 1.0)
    return error if np.isfinite(error) else np.inf


def _of_loss(found: Record, place: Place) -> Trace:
    """Trace a term of the loss to its elements, and the loss to its terms."""
    terms = [term for term in found.terms if place.name in ("loss", term.name)]
    parts = tuple(Part(term.name, term.forward(), found.gradients[term.name]) for term in terms)
    checks = tuple((term.name, term.number, *_sum([part])) for term, part in zip(terms, parts))
    number = sum(term.number for term in terms)
    if place.name != "loss":
        return Trace(place.name, number, False, parts, {}, checks, ("loss", "1 / count"))
    return Trace(place.name, number, False, (), {name: total for name, _, total, _ in checks}, checks)


def _sum(parts: Sequence[Part], rest: float = 0.0) -> tuple[float, float]:
    """Return the sum of all terms, and that of their sizes."""
    sums = [(float(part.products.sum()), float(np.abs(part.products).sum())) for part in parts]
    total, size = map(sum, zip(*sums, (rest, abs(rest))))
    return total, size


def _of_output(step: Step, place: Place) -> Trace:
    """Trace a layer's output to its inputs."""
    at, unit, plain = place.at, np.zeros_like(step.y), step.without_activation()
    unit[at] = 1.0
    grads = plain.backward(unit)

    def scaled(h: float) -> np.ndarray:  # the number, for all inputs scaled by 1 + h
        return plain.forward(step.x * (1 + h))[at]

    number, z, part = float(step.y[at]), float(plain.y[at]), Part(step.source, step.x, grads[step.source])
    rest = z - float(measured(scaled)[0])
    rest = rest if abs(rest) > NEGLIGIBLE * _sum([part], rest)[1] else 0.0
    checks, activation = [(place.text if plain is step else "z", z, *_sum([part], rest))], None
    if plain is not step:
        kind, ones = step.layer.activation, np.ones(())
        activation = kind, z, float(activations.backward(ones, step.y[at], kind))
        checks.append((f"{kind}(z)", number, float(activations.forward(plain.y[at], kind)), abs(number)))
    weights = [(key, grads.get(f"{step.name}/{key}"), value) for key, value in plain.params.items()]
    shares = {key: np.vdot(grad, value) for key, grad, value in weights if grad is not None}
    names = [key for key in reversed(shares) if np.isclose(shares[key], rest, rtol=1e-9, atol=1e-9)]
    rests = {[*names, "tangent at inputs 0"][0]: rest} if rest or names else {}
    columns = "input", "weight" if step.params else "dy/dx"
    return Trace(place.text, number, False, (part,), rests, tuple(checks), columns, activation, place.note)


def _backward(found: Record, place: Place, variable: str) -> Trace:
    """Trace the gradient of a weight or an output to the outputs that sent it."""
    note, array, gradient = place.note, found.value(place.name), found.gradients.get(place.name)
    if gradient is None:
        layer, _, key = place.name.rpartition("/")
        raise ValueError(f"backward of {layer} returns no gradient of {key}")
    if place.name in found.steps and not np.array_equal(found.steps[place.name].y, array):
        logits = "the loss computes the last activation, so this is the gradient of z before it"
        note = "; ".join(filter(None, [note, logits]))
    parts, kept = [], array[place.at]
    every: list[Term | Step] = [*found.terms, *found.behind.values()]
    for consumer in (each for each in every if place.name in each.takes):
        dy = found.gradients[consumer.name]

        def moved(step: float, consumer: Step | Term = consumer) -> np.ndarray:
            array[place.at] = kept + step
            return consumer.forward()

        try:
            slopes, left, right, kinks = measured(moved)
        finally:
            array[place.at] = kept
        for at in map(tuple, np.argwhere(kinks & (dy != 0))):
            unit, sides = np.zeros(dy.shape), (left[at], right[at])
            unit[at] = 1.0
            own = consumer.backward(unit).get(place.name)
            taken = np.nan if own is None else own[place.at]
            slack = 1e-5 * max(map(abs, sides))
            if min(sides) - slack <= taken <= max(sides) + slack:  # at a kink, any of these is right
                slopes[at] = taken
        parts.append(Part(consumer.name, dy, slopes))
    number = float(gradient[place.at])
    columns = "dL/dy", f"dy/d{variable}"
    checks = ((place.text, number, *_sum(parts)),)
    return Trace(place.text, number, True, tuple(parts), {}, checks, columns, None, note)


def measured(values: Callable[[float], np.ndarray]) -> tuple[np.ndarray, ...]:
    """Return the derivatives of ``values(h)`` at h = 0, each of the outputs with a step of its own.

    Returns
    -------
    (central, left, right, kinks): at the kinks the two sides differ, and ``central`` is their mean.

    Notes
    -----
    The quotient ``(f(h) - f(-h)) / 2h`` is exact for a straight line, for any h that does not reach a kink.
    Otherwise its error is a series in h**2; those with 4 h and 16 h remove its first two terms (Richardson).
    Every output takes the estimate that differs least from the coarser ones that it is made of, with the
    rounding error of its step added.

    Source: C. Ridders, *Accurate computation of F'(x) and F'(x)F''(x)*, 1982.
    """
    origin = np.array(values(0.0), np.float64)
    best, least = np.full(origin.shape, np.nan), np.full(origin.shape, np.inf)
    coarse = coarser = best

    def outputs(step: float) -> np.ndarray:
        try:
            return np.array(values(step), np.float64)
        except ValueError:  # the step leaves the domain, as of a root: no estimate
            return np.full(origin.shape, np.nan)

    with np.errstate(all="ignore"):
        for step in STEPS:
            ahead, behind = outputs(step), outputs(-step)
            size = np.fmax(np.fmax(np.abs(ahead), np.abs(behind)), np.abs(origin))
            quotient, rounding = (ahead - behind) / (2 * step), np.finfo(np.float64).eps * size / step
            fine = quotient + (quotient - coarse) / 15
            finer = fine + (fine - coarser) / 255
            error = np.maximum(np.abs(fine - quotient), np.abs(finer - fine)) + rounding
            best, least = np.where(error < least, finer, best), np.fmin(error, least)
            coarse, coarser = quotient, fine
            if step == NEAR:
                left, right, noise = (origin - behind) / step, (ahead - origin) / step, 64 * rounding
        kinks = np.abs(right - left) > 1e-3 * np.maximum(np.abs(left), np.abs(right)) + noise
    return best, left, right, kinks


def _lines(found: Trace) -> Iterator[str]:
    """Yield the lines of a table."""
    yield found.title + (f"  ({found.note})" if found.note else "")
    terms = found.terms()
    zeros = sum(np.count_nonzero(part.slopes) for part in found.parts) - len(terms)
    numbers = {name: (f"{value:.6g}", f"{slope:.6g}") for name, value, slope, _ in terms[:SHOWN]}
    rows = [("from", *found.columns, "product")] if numbers else []
    if not numbers and not found.rest and not zeros:
        yield "  no terms: every dy/dx is 0"
    rows += [(name, *numbers.get(name, ("", "")), f"{product:.6g}") for name, product in found.bars()]
    if found.activation:
        kind, _, slope = found.activation
        rows.append((f"{kind}(z), slope {slope:.4g}", "", "", f"{found.number:.6g}"))
    yield from ("  " + line for line in aligned(rows, "<"))
    if zeros:
        yield f"  further terms that are 0: {zeros:,}"
    for name, number, total, size in found.checks:
        if _error(number, total, size) > TOLERANCE:
            own, other = ("backward", "forward")[:: 1 if found.backward else -1]
            by = f"by the slopes of {other} it is {total:.8g}"
            yield f"  This does not add up: {own} computes {name} as {number:.8g}, and {by}."
    if found.adds_up:
        yield f"  adds up; relative error {found.error:.1g}"
