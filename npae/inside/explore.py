"""A trained model as one offline page: drag its code, draw an image, see where a pixel comes from."""

from __future__ import annotations

import base64
import importlib.resources
import json
import math
import os
from pathlib import Path
from typing import Any

from npae.files.writing import write_whole
from npae.inside.html import page
from npae.kernels import activations
from npae.layers import Layer, Reshape
from npae.layers.activations import Activation
from npae.layers.noise import Dropout, GaussianNoise
from npae.markup import text
from npae.model import Autoencoder, Sequential
from npae.recipes.run import Run

LARGE = 3_000_000  # bytes; of a larger page, the command tells the size first
IMAGES = 100  # test images that the page holds
SAME = (Reshape, Activation, GaussianNoise, Dropout)  # what does not change numbers, but for an activation
WITH_WINDOWS = ("Conv2D", "Conv2DTranspose", "MaxPool2D", "AveragePooling2D", "UpSampling2D")
KINDS = (*WITH_WINDOWS, "Same", "Dense", "BatchNormalization")


def page_of(run: Run) -> str:
    """Return the page of a trained run.

    Raises
    ------
    ValueError
        If the model has no code, or a layer that ``network.js`` does not know.
    """
    images, labels = run.dataset.test_images[:IMAGES], run.dataset.test_labels
    model = description(run.model) | {
        "image": run.dataset.image_shape,
        "scale": 255 * run.recipe.scale,
        "offset": run.recipe.offset,
        "noise": getattr(run.recipe.corruption, "stddev", 0),
        "images": base64.b64encode(images.tobytes()).decode(),
        "labels": ["?"] * len(images) if labels is None else labels[:IMAGES].tolist(),
    }
    title = f"{run.recipe.name} on {run.dataset.name}"
    body = (
        text_of("explore.html")
        .replace("{title}", text(title))
        .replace("{summary}", text(run.recipe.summary))
        .replace("{script}", text_of("network.js") + text_of("explore.js"))
        .replace("{model}", json.dumps(model).replace("<", "\\u003c"))
    )
    return page(f"npae: inside {title}", [body], "script-src 'unsafe-inline'")


def write_page(run: Run, path: str | os.PathLike) -> Path:
    """Write the page of a trained run, and return its path; see `page_of` for what is raised."""
    content = page_of(run).encode("utf-8", "replace")
    if len(content) > LARGE:
        run.compute.report(f"npae: the page has {len(content) / 1e6:.1f} MB, nearly all of them weights")
    return write_whole(path, content)


def description(model: Sequential) -> dict[str, Any]:
    """Return a model as data for ``network.js``: its layers; see `page_of` for what is raised."""
    if not isinstance(model, Autoencoder):
        raise ValueError(f"the page shows autoencoders, and this is a {type(model).__name__}")
    return {"code": math.prod(model.decoder.built()[0])} | {
        part: [_layer(name, layer) for name, layer in model.leaves() if name.startswith(f"{part}/")]
        for part in ("encoder", "decoder")
    }


def _layer(name: str, layer: Layer) -> dict[str, Any]:
    kind = "Same" if isinstance(layer, SAME) else type(layer).__name__
    if kind not in KINDS:
        raise ValueError(f"the page cannot compute a {kind}, the layer {name}")
    (inputs, outputs), params = layer.built(), layer.params.items()
    found: dict[str, Any] = {
        "kind": kind,
        "name": f"{name} ({type(layer).__name__})",
        "inputs": inputs,
        "outputs": outputs,
        "activation": layer.activation,
        "below": activations.check(layer.activation, getattr(layer, "below", None)),
        "params": {key: base64.b64encode(value.astype("<f4").tobytes()).decode() for key, value in params},
    }
    for key in ("kernel_size", "pool_size", "size", "strides", "pads", "count_include_pad", "epsilon"):
        if hasattr(layer, key):
            found["window" if key.endswith("size") else key] = getattr(layer, key)
    return found


def text_of(name: str) -> str:
    """Return a file of the page."""
    return (importlib.resources.files("npae.inside") / name).read_text(encoding="utf-8")
