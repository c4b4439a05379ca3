"""`npae trace --receptive-field`: which numbers of every earlier layer an output can depend on."""

from __future__ import annotations

import numpy as np

from npae.inside.record import Place, Record, Step
from npae.markup import aligned

LEAST, MOST, NUMBERS = 16, 64, 1 << 21  # random inputs at a time, which hold about so many numbers
ENOUGH = 8  # draws in a row that show no further input

Field = tuple[str, np.ndarray]  # the name of an array, and what an output sees of it, without the batch axis


def receptive_field(found: Record, place: Place) -> list[Field]:
    """Return what an output sees: in its own layer's output, in that before it, ..., in the input.

    Raises
    ------
    ValueError
        If the place is no layer's output.

    Notes
    -----
    One step back, an input is seen if the layer's backward gives it a gradient, for any of many random
    inputs: which maximum wins depends on them. Activations are left out, and the upstream gradient is random,
    so that no terms cancel.
    """
    names = list(found.steps)
    if place.name not in names:
        raise ValueError(f"{place.name} is no layer's output, so it has no receptive field")
    seen = np.zeros(found.steps[place.name].y.shape[1:], bool)
    seen[place.at[1:]] = True
    fields = [(place.name, seen)]
    for name in names[names.index(place.name) :: -1]:
        seen = _one_step_back(found.steps[name], seen)
        fields.append((found.steps[name].source, seen))
    return fields


def _one_step_back(step: Step, wanted: np.ndarray) -> np.ndarray:
    layer, rng = step.without_activation().layer, np.random.default_rng(0)
    seen, unchanged = np.zeros(step.x.shape[1:], bool), 0
    n = int(np.clip(NUMBERS // max(seen.size, wanted.size), LEAST, MOST))
    while unchanged < ENOUGH and not seen.all():
        _, cache = layer.forward(rng.standard_normal((n, *seen.shape)))
        shown = layer.backward(wanted * rng.uniform(1, 2, (n, *wanted.shape)), cache)[0] != 0
        if (shown == shown[0]).all():  # as of a linear layer, whose gradient does not depend on the input
            return shown[0]
        unchanged = 0 if (shown & ~seen).any() else unchanged + 1
        seen |= shown.any(axis=0)
    return seen


def as_table(fields: list[Field]) -> str:
    """Return the fields as lines: shape, which indices along each axis, and how many numbers are seen."""
    rows = [["array", "shape", "from", "to", "seen"]]
    for name, seen in fields:
        ends = [[str(end(at)) for at in np.nonzero(seen)] if seen.any() else [] for end in (np.min, np.max)]
        shape, share = " x ".join(map(str, seen.shape)), f"{seen.sum():,} of {seen.size:,}"
        rows.append([name, shape, ",".join(ends[0]), ",".join(ends[1]), share])
    return "\n".join(aligned(rows, "<<<<"))
