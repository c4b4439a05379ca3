"""Where each parameter of npae is in Keras and in PyTorch: the order of its axes, and of what they count.

Both frameworks hold the same numbers as npae, in other places:

- The axes of a kernel have another order. `AXES` has it for every layer with parameters, a letter for an
  axis: i and o count inputs and outputs, h and w the height and width of a window.
- Images of Keras are (h, w, c), those of npae and PyTorch (c, h, w). So Keras's `Flatten` gives the same
  numbers in another order, and its `Reshape` reads them in another order. The kernel of a dense layer has its
  rows in the order of its inputs, and its columns in the order of its outputs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from npae.arguments import array, brief, choice, flag, narrowed
from npae.geometry import Shape
from npae.layers import Conv2D, Conv2DTranspose, Dense, Layer, Sampling
from npae.model import Sequential

Arrays: TypeAlias = Mapping[str, Any] | Sequence[Any]  # of a framework: arrays, or what becomes one

FRAMEWORKS = ("keras", "torch")

# For every layer, and each of its parameters with more than one axis: the axes in npae, Keras and PyTorch. A
# parameter with one axis has a number for each output, if it stands in no line.
AXES: dict[type[Layer], dict[str, tuple[str, str, str]]] = {
    Dense: {"kernel": ("io", "io", "oi")},
    Conv2D: {"kernel": ("oihw", "hwio", "oihw")},
    Conv2DTranspose: {"kernel": ("iohw", "hwoi", "iohw")},
}
# The parameters of a layer in the order of the frameworks, which is the same, and their names in PyTorch.
NAMES = {
    **{"kernel": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"},
    **{"moving_mean": "running_mean", "moving_variance": "running_var"},
}
IGNORED = ("num_batches_tracked",)  # what PyTorch stores beside, and nothing computes with


@dataclass(frozen=True, eq=False)
class Place:
    """Where a parameter, or a part of it, is in a framework.

    Attributes
    ----------
    ours : str
        Its name in npae, "encoder/conv2d/kernel".
    theirs : str
        Its name in the framework, "encoder.conv2d.weight".
    axes : tuple of int
        Its axes in npae, in the order of the framework.
    orders : tuple of ndarray
        For each axis of the framework, which number of npae's comes first, second, ...
    """

    ours: str
    theirs: str
    axes: tuple[int, ...]
    orders: tuple[np.ndarray, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape in the framework."""
        return tuple(map(len, self.orders))


def places(model: Sequential, framework: str, two_heads: bool = False) -> list[Place]:
    """Return the place of every parameter of a built model, in the order of the framework.

    Parameters
    ----------
    model : Sequential
    framework : {"keras", "torch"}
    two_heads : bool
        Whether the dense layer before a `Sampling` is two layers there: the means, the logs of variances.

    Raises
    ------
    ValueError
        If the model is not built, or a layer has no counterpart.
    """
    model.built()
    if flag(two_heads, "two_heads") and not any(isinstance(layer, Sampling) for _, layer in model.leaves()):
        raise ValueError("two_heads: this model has no Sampling, before which there could be two layers")
    leaves, column = list(model.leaves()), 1 + FRAMEWORKS.index(choice(framework, "framework", FRAMEWORKS))
    found = []
    for (name, layer), (rows, columns), after in zip(leaves, _orders(leaves, framework), [*leaves[1:], None]):
        two = two_heads and after is not None and isinstance(after[1], Sampling)
        heads = [f"{name}/means", f"{name}/log_variances"] if two else [name]
        for head, part in zip(heads, np.split(columns, len(heads))):
            for key in sorted(layer.params, key=lambda key: [*NAMES, key].index(key)):
                letters = _table(layer).get(key, ("o", "o", "o"))
                orders = dict(zip(letters[0], map(np.arange, layer.params[key].shape)))
                known = key in NAMES and len(letters[0]) == layer.params[key].ndim
                if not known or len(orders["o"]) != len(columns):
                    unknown = f"{key} of {type(layer).__name__}, of shape {layer.params[key].shape}"
                    raise ValueError(f"layer {name}: npae does not know where {framework} has {unknown}")
                orders |= {"i": rows, "o": part}
                of_torch = f"{head}/{NAMES[key]}".replace("/", ".")
                axes = tuple(letters[0].index(letter) for letter in letters[column])
                found.append(
                    Place(
                        f"{name}/{key}",
                        of_torch if framework == "torch" else f"{head}/{key}",
                        axes,
                        tuple(orders[letter] for letter in letters[column]),
                    )
                )
    return found


def theirs(found: Sequence[Place], arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return copies of npae's arrays, parameters or gradients, as the framework has them."""
    return {
        place.theirs: np.ascontiguousarray(arrays[place.ours].transpose(place.axes)[np.ix_(*place.orders)])
        for place in found
    }


def ours(found: Sequence[Place], given: Arrays, like: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the framework's arrays as npae has them, in the shapes and dtypes of ``like``.

    Raises
    ------
    ValueError
        If there is not exactly one array of the right shape for every place.
    """
    made = {name: np.empty_like(value) for name, value in like.items()}
    for place, (name, value) in zip(found, matched(found, given)):
        shown = f"weights[{brief(name)}]"
        numbers = narrowed(array(_plain(value), shown), made[place.ours].dtype, shown)
        made[place.ours].transpose(place.axes)[np.ix_(*place.orders)] = numbers
    return made


def matched(found: Sequence[Place], given: Arrays, argument: str = "weights") -> list[tuple[str, Any]]:
    """Return the name and the array that are given for each place, as the value of an argument.

    A dict with the names of the places is taken by these; a list, and a dict with none of these names, in its
    order.

    Raises
    ------
    ValueError
        If an array is missing, too many, of another shape, or where one of another kind is expected.
    """
    if isinstance(given, Mapping):
        named = {str(name): value for name, value in given.items() if not ignored(name)}
        expected = [place.theirs for place in found]
        if missing := [name for name in expected if name not in named]:
            unexpected = [name for name in named if name not in expected]
            if len(missing) < len(expected) or not named:
                raise ValueError(
                    f"{argument}: missing {_listed(missing)}; unexpected {_listed(unexpected)}. A dict has "
                    "all of npae's names, or only those of another model, in the order of its layers"
                )
            pairs = list(named.items())
        elif unexpected := [name for name in named if name not in expected]:
            raise ValueError(f"{argument}: missing none; unexpected {_listed(unexpected)}")
        else:
            pairs = [(name, named[name]) for name in expected]
    else:
        if not isinstance(given, (list, tuple)):
            expected_kinds = "a dict or a list of arrays (network.state_dict(), keras_model.get_weights())"
            raise ValueError(f"{argument} must be {expected_kinds}, not {brief(given)}")
        pairs = [(str(number), value) for number, value in enumerate(given)]
    counts = "" if len(pairs) == len(found) else f"{len(pairs)} arrays for {len(found)} parameters; "
    for (name, value), place in zip(pairs, found):
        kind, wanted, shown = _kind(name), _kind(place.theirs), f"{argument}[{brief(name)}]"
        shape = getattr(value, "shape", None)  # of a tensor anywhere
        shape = tuple(shape) if isinstance(shape, tuple) else array(_plain(value), shown).shape
        if kind != wanted and kind in {*NAMES, *NAMES.values()}:
            raise ValueError(f"{counts}{shown} is given where {place.theirs} is expected, {place.ours}")
        if shape != place.shape:
            raise ValueError(f"{counts}{shown} has shape {shape}; {place.ours} expects {place.shape}")
    if counts:
        rest = [name for name, _ in pairs[len(found) :]] or [place.ours for place in found[len(pairs) :]]
        which = "unexpected" if len(pairs) > len(found) else "missing"
        raise ValueError(f"{argument}: {counts}{which} {_listed(rest)}")
    return pairs


def _kind(name: str) -> str:
    """Return "kernel" of "dense/kernel:0", and "weight" of "0.weight"."""
    return name.removesuffix(":0").replace("/", ".").rpartition(".")[2]


def ignored(name: Any) -> bool:
    """Return whether npae has no place for an array of this name, and needs none."""
    return str(name).endswith(IGNORED)


def _orders(leaves: Sequence[tuple[str, Layer]], framework: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield for every layer which of npae's inputs, and outputs, comes first there, second, ...

    Of images it is the channels that are counted: their order is the same. What is flat has the order of the
    image that it was or, behind a dense layer, is to become.
    """
    order = None
    for number, (name, layer) in enumerate(leaves):
        before, after = layer.built()
        if framework == "torch" or (len(before) == 3 and not layer.rearranges):
            yield np.arange(math.prod(before[:1])), np.arange(math.prod(after[:1]))
            order = None
            continue
        rows = order = _pixels_first(before) if order is None or len(before) == 3 else order
        if _mixes(layer):
            order = _wanted(after, leaves[number + 1 :])
        elif isinstance(layer, Sampling):
            order = _pixels_first(after)
        fits = len(after) != 3 or np.array_equal(order, _pixels_first(after))
        if not fits or (isinstance(layer, Sampling) and not np.array_equal(rows, _pixels_first(before))):
            given = f"its {type(layer).__name__} from {before} to {after}"
            raise ValueError(
                f"layer {name}: Keras, whose images are (h, w, c), has no layer that does as {given}"
            )
        yield rows, order


def _wanted(shape: Shape, behind: Sequence[tuple[str, Layer]]) -> np.ndarray:
    """Return the order of a dense layer's outputs that a `Reshape` to an image behind it needs."""
    for _, layer in behind:
        before, after = layer.built()
        if layer.rearranges and len(after) == 3:
            return _pixels_first(after)
        if not layer.rearranges and (_mixes(layer) or before != after):
            break
    return _pixels_first(shape)


def _pixels_first(shape: Shape) -> np.ndarray:
    """Return where the numbers of a flattened image (h, w, c) are in the flattened (c, h, w)."""
    places = np.arange(math.prod(shape)).reshape(shape)
    return (np.moveaxis(places, 0, -1) if len(shape) == 3 else places).ravel()


def _table(layer: Layer) -> dict[str, tuple[str, str, str]]:
    return next((AXES[kind] for kind in type(layer).__mro__ if kind in AXES), {})


def _mixes(layer: Layer) -> bool:
    """Return whether every output depends on all inputs, so that both may have any order."""
    return any("i" in axes[0] for axes in _table(layer).values())


def _plain(value: Any) -> Any:
    """Return a tensor without what PyTorch records for its gradient, which NumPy would refuse."""
    return value.detach() if hasattr(value, "detach") else value


def _listed(names: Sequence[str]) -> str:
    return ", ".join([brief(name) for name in names[:5]] + (["..."] if len(names) > 5 else [])) or "none"
