"""`npae trace --receptive-field`: which numbers of every earlier layer an output can depend on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from npae.inside.record import Place, Record, Step

DRAWS, NUMBERS = 64, 1 << 21  # random inputs at a time, if they hold at most so many numbers
ENOUGH = 8  # draws in a row that show no further input


class Field(NamedTuple):
    """What an output sees in one array: ``seen`` is a mask in its shape, without the batch axis."""

    name: str
    seen: np.ndarray


def receptive_field(found: Record, place: Place) -> list[Field]:
    """Return what an output sees: in the layer's own output, in that before it, ..., in the input.

    Parameters
    ----------
    found : Record
        Of `npae.inside.record.record`.
    place : Place
        A layer's output.

    Raises
    ------
    ValueError
        If it is no layer's output.

    Notes
    -----
    One step back, an input is seen if the layer's backward gives it a gradient, for any of many random inputs:
    which maximum wins, or which unit is on, depends on the input. Activations are left out, and the upstream
    gradient is random, so that no terms cancel.
    """
    if place.key or place.position >= len(found.steps):
        raise ValueError(f"{place.name} is no layer's output, so it has no receptive field")
    seen = np.zeros(found.output(place.position).shape[1:], bool)
    seen[place.index[1:]] = True
    fields = [Field(place.name, seen)]
    for position in range(place.position, -1, -1):
        seen = _one_step_back(found.steps[position], seen)
        fields.append(Field(found.name(position - 1), seen))
    return fields


def _one_step_back(step: Step, wanted: np.ndarray) -> np.ndarray:
    layer: Any = step.without_activation().layer
    shape, rng = step.x.shape[1:], np.random.default_rng(0)

    def gradients(n: int, dy: np.ndarray) -> np.ndarray:
        _, cache = layer.forward(rng.standard_normal((n, *shape)))
        return layer.backward(dy, cache)[0]

    dx = gradients(2, np.stack([wanted * rng.uniform(1, 2, wanted.shape)] * 2))
    seen, unchanged = (dx != 0).any(axis=0), 0
    if np.allclose(dx[0], dx[1]):  # a linear layer: its gradient does not depend on the input
        return seen
    n = int(np.clip(NUMBERS // max(step.x[0].size, step.y[0].size), 1, DRAWS))
    while unchanged < ENOUGH and not seen.all():
        dx = gradients(n, wanted * rng.uniform(1, 2, (n, *wanted.shape)))
        further = (dx != 0).any(axis=0) & ~seen
        seen |= further
        unchanged = 0 if further.any() else unchanged + 1
    return seen


def as_table(fields: list[Field]) -> str:
    """Return the fields as lines: shape, rows and columns, and how many numbers are seen."""
    rows = [("array", "shape", "channels", "rows", "columns", "seen")]
    for name, seen in fields:
        spans = [_span(seen, axis) for axis in range(seen.ndim)]
        spans = ["", *spans] if seen.ndim == 2 else spans if seen.ndim == 3 else [""] * 3
        share = f"{seen.sum():,} of {seen.size:,}"
        rows.append((name, " x ".join(map(str, seen.shape)), *spans, share))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join(f"{c:<{w}}" for c, w in zip(row, widths)).rstrip() for row in rows)


def _span(seen: np.ndarray, axis: int) -> str:
    places = np.flatnonzero(seen.any(axis=tuple(other for other in range(seen.ndim) if other != axis)))
    return "-".join(map(str, dict.fromkeys([places[0], places[-1]]))) if len(places) else "none"
