"""The figures of `npae trace` and `npae draw`."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from npae import plotting
from npae.inside.receptive_field import Field
from npae.inside.trace import NEGLIGIBLE, Trace
from npae.layers.layer import Shape
from npae.model import Autoencoder, Sequential

CHANNELS = 6  # maps beside each other
SQUARE = 64  # a longer vector whose length is a square is drawn as an image


def draw_trace(path: str | os.PathLike, found: Trace, of: str) -> Path:
    """Draw a trace: maps if the terms are those of images or long vectors, and otherwise bars."""
    title, note = f"{found.title} ({of})", "the terms add up" if found.adds_up else "the terms do NOT add up"
    if found.activation:
        kind, z, slope = found.activation
        note = f"{kind}({z:.4g}) = {found.number:.4g}, with slope {slope:.3g}; {note}"
    part = max(found.parts, key=lambda part: np.abs(part.products).sum(), default=None)
    shape = _image_shape(part.slopes.shape[1:]) if part else ()
    if part is None or len(shape) != 3 or np.count_nonzero(part.slopes) < 2:
        bars = [(name, value, f"{value:.4g}", plotting.COLOURS[value < 0]) for name, value in found.bars()]
        bars[-1] = (*bars[-1][:3], plotting.INK)  # the sum
        return plotting.named_bars(path, bars, title, xlabel=" x ".join(found.columns), note=note)
    example = np.argmax(np.abs(part.slopes).reshape(len(part.slopes), -1).max(axis=1))
    maps = np.array([each[example].reshape(shape) for each in (part.values, part.slopes, part.products)])
    largest = np.argsort(-np.abs(maps[2]).sum(axis=(1, 2)), kind="stable")[:CHANNELS]
    channels = [k for k in np.sort(largest) if maps[1, k].any()]
    rows, columns = np.nonzero(maps[1, channels].any(axis=0))
    top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    shown = maps[:, channels, top : bottom + 1, left : right + 1]
    total = float(shown[2].sum())
    others = found.total - total if abs(found.total - total) > NEGLIGIBLE * np.abs(shown[2]).sum() else 0.0
    place = f"{part.name}, rows {top} to {bottom}, columns {left} to {right}"
    note = f"{place}: these products sum to {total:.4g}, all other terms to {others:.4g}; {note}"
    names = [f"channel {k}" for k in channels]
    return plotting.term_maps(path, list(zip((*found.columns, "product"), shown)), names, title, note)


def _image_shape(shape: Shape) -> Shape:
    side = math.isqrt(math.prod(shape))
    return (1, side, side) if len(shape) == 1 and side**2 == shape[0] > SQUARE else shape


def draw_receptive_field(path: str | os.PathLike, fields: list[Field], title: str) -> Path:
    """Draw which places an output sees, white, from the output to the input."""
    maps = []
    for name, seen in fields:
        shape = _image_shape(seen.shape)
        places = seen.reshape(shape if len(shape) == 3 else (1, 1, -1)).any(axis=0).astype(float)
        maps.append((name.replace("/", "/\n") + f"\n{seen.sum():,} of {seen.size:,}", places))
    return plotting.comparison(path, maps, f"{title} (white)")


def draw_network(path: str | os.PathLike, model: Sequential, title: str) -> Path:
    """Draw a model from top to bottom: the shape of each layer's output, its parameters and multiply-adds."""
    (inputs, _), (_, *table, (*_, total, _)) = model.built(), model.layer_table()
    code = len(table) - len([*model.decoder.leaves()]) if isinstance(model, Autoencoder) else 0
    rows = [("input", math.log1p(math.prod(inputs)), " x ".join(map(str, inputs)), plotting.COLOURS[5])]
    for k, ((_, layer), (name, shape, count, work)) in enumerate(zip(model.leaves(), table), start=1):
        text = f"{name}\n{count} parameters, {work} multiply-adds"
        colour = plotting.COLOURS[4 if k == code else 5]
        rows.append((text, math.log1p(math.prod(layer.built()[1])), shape, colour))
    note = "Outputs, as wide as the logarithm of their numbers; orange: the code."
    return plotting.named_bars(path, rows, f"{title}: {total} parameters", note=note)
