"""The figures of `npae trace` and `npae draw`."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from npae.inside.receptive_field import Field
from npae.inside.trace import Trace
from npae.layers.layer import Layer, Shape
from npae.model import Autoencoder, Sequential

CHANNELS = 6  # maps beside each other
SQUARE = 64  # a longer vector whose length is a square is drawn as an image


def draw_trace(path: str | os.PathLike, found: Trace, of: str) -> Path:
    """Draw a trace: maps if the terms are those of images or long vectors, and otherwise bars."""
    from npae import plotting

    title, note = f"{found.title} ({of})", "the terms add up" if found.adds_up else "the terms do NOT add up"
    if found.activation:
        kind, z, slope = found.activation
        note = f"{kind}({z:.4g}) = {found.number:.4g}, with slope {slope:.3g}; {note}"
    part = max(found.parts, key=lambda part: np.abs(part.products).sum(), default=None)
    shape = _image_shape(part.slopes.shape[1:]) if part else ()
    if part is None or len(shape) != 3 or np.count_nonzero(part.slopes) < 2:
        return plotting.term_bars(path, found.bars(), title, " x ".join(found.columns), note)
    example = np.argmax(np.abs(part.slopes).reshape(len(part.slopes), -1).max(axis=1))
    arrays = [array[example].reshape(shape) for array in (part.values, part.slopes, part.products)]
    largest = np.argsort(-np.abs(arrays[2]).sum(axis=(1, 2)), kind="stable")[:CHANNELS]
    channels = np.array([k for k in np.sort(largest) if arrays[1][k].any()])
    rows, columns = (_range(arrays[1][channels].any(axis=(0, axis))) for axis in (2, 1))
    shown = [array[np.ix_(channels, rows, columns)] for array in arrays]
    others = found.total - float(shown[2].sum())
    others = others if abs(others) > 1e-12 * np.abs(shown[2]).sum() else 0.0
    place = f"{part.name}, rows {rows[0]} to {rows[-1]}, columns {columns[0]} to {columns[-1]}"
    note = f"{place}: these products sum to {shown[2].sum():.4g}, all other terms to {others:.4g}; {note}"
    names = [f"channel {k}" for k in channels]
    return plotting.term_maps(path, list(zip((*found.columns, "product"), shown)), names, title, note)


def _image_shape(shape: Shape) -> Shape:
    side = math.isqrt(math.prod(shape))
    return (1, side, side) if len(shape) == 1 and side**2 == shape[0] > SQUARE else shape


def _range(used: np.ndarray) -> np.ndarray:
    places = np.flatnonzero(used)
    return np.arange(places[0], places[-1] + 1)


def draw_receptive_field(path: str | os.PathLike, fields: list[Field], title: str) -> Path:
    """Draw which places an output sees, from the output to the input."""
    from npae import plotting

    maps = []
    for name, seen in fields:
        shape = _image_shape(seen.shape)
        share = seen.reshape(shape if len(shape) == 3 else (1, 1, -1)).mean(axis=0)
        maps.append((name.replace("/", "/\n") + f"\n{seen.sum():,} of {seen.size:,}", share))
    note = "Blue: seen, darker in more channels; framed: from the first to the last row and column."
    return plotting.receptive_field(path, maps, title, note)


def draw_network(path: str | os.PathLike, model: Sequential, title: str) -> Path:
    """Draw a model from top to bottom, with shapes, parameters and multiply-adds of one example."""
    from npae import plotting

    outputs, layers = [model.built()[0]], []
    for _, layer in model.leaves():
        count, work = sum(value.size for value in layer.params.values()), layer.multiply_adds()
        costs = [f"{count:,} parameters"] * bool(count) + [f"{work:,} multiply-adds"] * bool(work)
        layers.append((_short(layer), ", ".join(costs), bool(count)))
        outputs.append(layer.built()[1])
    shapes = [(" x ".join(map(str, shape)), math.prod(shape)) for shape in outputs]
    behind = sum(1 for _ in model.decoder.leaves()) if isinstance(model, Autoencoder) else None
    code = len(layers) - behind if behind else None
    title = f"{title}: {sum(value.size for value in model.params.values()):,} parameters"
    note = "Bars: the input and each layer's output, as wide as the logarithm of their numbers"
    return plotting.network(
        path, shapes, layers, title, code, note + ("; orange: the code." if code else ".")
    )


def _short(layer: Layer) -> str:
    """Return the layer with its sizes and its activation, as in "Conv2D 3x3, strides 2x2, relu"."""
    sizes = {key: getattr(layer, key, None) for key in ("kernel_size", "pool_size", "size", "strides")}
    text = {key: "x".join(map(str, size)) for key, size in sizes.items() if isinstance(size, tuple)}
    strides = text.pop("strides", "1x1")
    words = [" ".join([type(layer).__name__, *text.values()])]
    if strides not in ("1x1", text.get("pool_size")):
        words.append(f"strides {strides}")
    return ", ".join(words + [layer.activation] * bool(layer.params and layer.activation != "linear"))
