"""One call of the learner's functions: its arguments, and what is right for them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """The arguments of one call, and what is known about it.

    Attributes
    ----------
    args : dict
        By name, in the order of the function's signature.
    label : str
        "example" for the worked example of the text.
    dy : ndarray or None
        The upstream gradient, where gradients are checked.
    right, gradients : dict of str to ndarray
        The right values and the right gradients, by name.
    sizes : dict of str to int
        The lengths of the axes that have a name.
    """

    args: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    dy: np.ndarray | None = None
    right: dict[str, np.ndarray] = field(default_factory=dict)
    gradients: dict[str, np.ndarray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def rearranged(self) -> dict[str, Any]:
        """Return arguments of the same shapes with other numbers: the entries of each array, rotated."""
        pairs = enumerate(self.args.items(), start=1)
        moved = {k: np.roll(v, step) if isinstance(v, np.ndarray) else v for step, (k, v) in pairs}
        return copied(moved)

    def fresh(self, dtype: Any = None) -> Case:
        """Return a copy that may be changed freely; arrays of floats as ``dtype``, where it is given."""
        return replace(self, args=copied(self.args, dtype))

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all arrays by name: arguments, dy, and the right values."""
        known = {**self.args, "dy": self.dy, **self.right}
        return {name: value for name, value in known.items() if isinstance(value, np.ndarray)}

    def describe(self) -> str:
        """Return the arguments in a few words: shapes of arrays, other things as they are."""
        parts = []
        for name, value in self.args.items():
            if isinstance(value, np.ndarray):
                parts.append(f"{name} {value.shape}")
            elif isinstance(value, (int, float, str, tuple)) or value is None:
                text = repr(value)
                parts.append(f"{name} = {text}" if len(text) < 30 else name)
        return ", ".join(parts)


def copied(value: Any, dtype: Any = None) -> Any:
    """Return a copy of arrays, generators and the containers that they are in; the rest as it is."""
    if isinstance(value, np.ndarray):
        return value.astype(dtype if dtype is not None and value.dtype.kind == "f" else value.dtype)
    if isinstance(value, dict):
        return {key: copied(part, dtype) for key, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(copied(part, dtype) for part in value)
    return copy.deepcopy(value) if isinstance(value, np.random.Generator) else value


def away_from(kink: float, x: np.ndarray, gap: float = 0.05) -> np.ndarray:
    """Return x with entries that are nearer than ``gap`` to a kink moved that far away from it."""
    side = np.where(x >= kink, 1.0, -1.0)
    return np.where(np.abs(x - kink) < gap, kink + side * gap, x)


def sizes_of(args: dict[str, Any], axes: dict[str, str], right: dict[str, np.ndarray]) -> dict[str, int]:
    """Return the lengths of all axes that have a name, and the numbers of elements of the first result."""
    sizes: dict[str, int] = {}
    arrays = {name: value for name, value in args.items() if isinstance(value, np.ndarray)}
    for name, value in {**arrays, **right}.items():
        names = axes.get(name, "").split()
        if len(names) == value.ndim:
            sizes.update(zip(names, value.shape))
    first = next(iter(right.values()))
    array = first if first.ndim else next(iter(arrays.values()), first)
    if not axes and array.ndim > 1:
        sizes["n"] = len(array)
    sizes["elements"] = array.size
    if sizes.get("n"):
        sizes.setdefault("features", array.size // sizes["n"])
    return sizes
