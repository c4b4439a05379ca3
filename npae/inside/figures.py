"""The figures of `npae trace` and `npae draw`: what to show of a trace, of a receptive field and of a model."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np

from npae.inside.receptive_field import Field
from npae.inside.trace import SHOWN, Trace
from npae.model import Autoencoder, Sequential

CHANNELS = 6  # maps beside each other
SQUARE = 64  # a longer vector whose length is a square is drawn as an image


def draw_trace(path: str | os.PathLike, found: Trace, of: str = "") -> Path:
    """Draw a trace: maps of images, of long vectors too, and otherwise bars."""
    from npae import plotting

    what = f"dL/d({found.place})" if found.backward else found.place
    title = f"{what} = {found.number:.4g}{of}"
    names = (*found.columns, "product")
    part = max(found.parts, key=lambda part: float(np.abs(part.products).sum()), default=None)
    maps = None if part is None else _as_images(part.slopes, part.values, part.products)
    if part is not None and maps is not None and found.terms()[1:]:
        slopes, values, products = maps
        weight = np.abs(products).sum(axis=(1, 2))
        shown = np.sort(np.argsort(-weight, kind="stable")[:CHANNELS])
        shown = shown[(slopes[shown] != 0).any(axis=(1, 2))]
        seen = slopes[shown].any(axis=0)
        rows, columns = (np.flatnonzero(seen.any(axis=axis)) for axis in (1, 0))
        window = np.ix_(shown, np.arange(rows[0], rows[-1] + 1), np.arange(columns[0], columns[-1] + 1))
        others = found.total - float(products[window].sum())
        others = others if abs(others) > 1e-12 * np.abs(products).sum() else 0.0
        note = (
            f"{part.name}, rows {rows[0]} to {rows[-1]}, columns {columns[0]} to {columns[-1]}; the products "
            f"shown sum to {products[window].sum():.4g}, all other terms to {others:.4g}{_ending(found)}"
        )
        drawn = [(name, array[window]) for name, array in zip(names, (values, slopes, products))]
        return plotting.term_maps(path, drawn, [f"channel {k}" for k in shown], title, note)
    terms = [(name, product) for name, _, _, product in found.terms()]
    bars = terms[:SHOWN] + [*found.rest.items()]
    if terms[SHOWN:]:
        bars.insert(SHOWN, (f"{len(terms) - SHOWN:,} others", sum(product for _, product in terms[SHOWN:])))
    xlabel = " x ".join(found.columns)
    bars.append(("z, the sum" if found.activation else "sum", found.total))
    return plotting.term_bars(path, bars, title, xlabel, _ending(found).removeprefix("; "))


def _ending(found: Trace) -> str:
    """Return how the number comes from the sum, and whether the terms add up."""
    holds = "the terms add up" if found.adds_up else "the terms do NOT add up: forward and backward disagree"
    if found.activation:
        name, z, slope = found.activation
        return f"; {name}({z:.4g}) = {found.number:.4g}, with slope {slope:.3g}; {holds}"
    return f"; {holds}"


def _as_images(*arrays: np.ndarray) -> tuple[np.ndarray, ...] | None:
    """Return arrays (n, ...) as (channels, h, w) of one example, or None if they are no images."""
    slopes, shape = arrays[0], arrays[0].shape[1:]
    example = int(np.argmax(np.abs(arrays[0]).reshape(len(slopes), -1).max(axis=1)))
    if len(shape) == 1 and math.isqrt(shape[0]) ** 2 == shape[0] > SQUARE:
        shape = (1, math.isqrt(shape[0]), math.isqrt(shape[0]))
    return tuple(array[example].reshape(shape) for array in arrays) if len(shape) == 3 else None


def draw_receptive_field(path: str | os.PathLike, fields: list[Field], title: str) -> Path:
    """Draw which places an output sees, from the output to the input."""
    from npae import plotting

    maps = []
    for name, seen in fields:
        side = math.isqrt(seen.size)
        flat = (1, side, side) if side * side == seen.size else (1, 1, seen.size)
        share = seen.reshape(seen.shape if seen.ndim == 3 else flat).mean(axis=0)
        maps.append((name.replace("/", "/\n") + f"\n{seen.sum():,} of {seen.size:,}", share))
    note = "Blue: seen, darker in more channels; framed: rows and columns; vectors are drawn as images."
    return plotting.receptive_field(path, maps, title, note)


def draw_network(path: str | os.PathLike, model: Sequential, title: str) -> Path:
    """Draw a model from top to bottom, with shapes, parameters and multiply-adds of one example."""
    from npae import plotting

    shapes, layers = [_shape(model.built()[0])], []
    for _, layer in model.leaves():
        count, work = sum(value.size for value in layer.params.values()), layer.multiply_adds()
        costs = [f"{count:,} parameters"] * bool(count) + [f"{work:,} multiply-adds"] * bool(work)
        layers.append((_short(layer), ", ".join(costs), bool(count)))
        shapes.append(_shape(layer.built()[1]))
    code = None
    if isinstance(model, Autoencoder):
        code = sum(1 for _ in model.encoder.leaves())
    total = f"{sum(value.size for value in model.params.values()):,} parameters"
    note = "Bars: the input and each layer's output, as wide as the logarithm of their numbers"
    note += "; orange: the code." if code else "."
    return plotting.network(path, shapes, layers, f"{title}: {total}", code, note)


def _shape(shape: tuple[int, ...]) -> tuple[str, int]:
    return " x ".join(map(str, shape)), math.prod(shape)


def _short(layer) -> str:
    """Return the layer with its sizes and its activation, as in "Conv2D 3x3, strides 2x2, relu"."""
    words = [type(layer).__name__]
    for name in ("kernel_size", "pool_size", "size"):
        if hasattr(layer, name):
            words[0] += " " + "x".join(map(str, getattr(layer, name)))
    strides = getattr(layer, "strides", None)
    if strides and strides not in ((1, 1), getattr(layer, "pool_size", None)):
        words.append("strides " + "x".join(map(str, strides)))
    if layer.params and layer.activation != "linear":
        words.append(layer.activation)
    return ", ".join(words)
