"""The same numbers at other places of memory, as transposed arrays and slices have them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .listening import GARBAGE

LAYOUTS = {
    "transposed": "numbers lie in memory column by column, as those of a transposed array",
    "sliced": "numbers are every second one of a larger array, backwards, as those of a slice with a step",
}


def has_axes(value: Any) -> bool:
    """Whether a value is an array with axes, or a container with such an array in it."""
    if isinstance(value, np.ndarray):
        return value.ndim > 0
    if isinstance(value, dict):
        return any(has_axes(part) for part in value.values())
    return type(value) in (list, tuple) and any(has_axes(part) for part in value)


def laid_out(value: Any, layout: str) -> Any:
    """Return a copy of a value in which the arrays are laid out otherwise in memory, in containers, too."""
    if isinstance(value, dict):
        return {key: laid_out(part, layout) for key, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(laid_out(part, layout) for part in value)
    if not isinstance(value, np.ndarray) or not value.ndim:
        return value
    if layout == "transposed":
        return value.T.copy().T
    whole = np.empty([2 * size + 1 for size in value.shape], value.dtype)
    whole[...] = (
        GARBAGE[0] if value.dtype.kind == "f" else np.iinfo(value.dtype).min if value.dtype.kind == "i" else 0
    )
    sliced = whole[(slice(-2, None, -2),) * value.ndim]
    sliced[...] = value
    return sliced
