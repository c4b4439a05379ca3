"""A trained model as one offline page: drag its code, draw an image, see where a pixel comes from."""

from __future__ import annotations

import base64
import importlib.resources
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from npae.geometry import window_pads
from npae.inside.html import page, written
from npae.kernels import activations
from npae.layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Layer,
    MaxPool2D,
    Reshape,
    UpSampling2D,
)
from npae.layers.activations import Activation
from npae.layers.noise import Dropout, GaussianNoise
from npae.markup import text
from npae.model import Autoencoder, Sequential
from npae.recipes.run import Run

LARGE = 3_000_000  # bytes; of a larger page, the command tells the size first
IMAGES = 100  # test images that the page holds
SAME = (Reshape, Activation, GaussianNoise, Dropout)  # what does not change numbers, but for an activation
SETTINGS = ("strides", "size", "count_include_pad", "epsilon")  # of the layers that have them
WINDOWS = (Conv2D, Conv2DTranspose, MaxPool2D, AveragePooling2D)


def page_of(run: Run) -> str:
    """Return the page of a trained run.

    Raises
    ------
    ValueError
        If the model has a layer that the page does not know, or images that it cannot draw.
    """
    images = run.test_batches(corruption=None).batch(slice(IMAGES))[1]
    pictures = run.dataset.test_images[: len(images)].reshape(-1, *run.dataset.image_shape)
    labels = run.dataset.test_labels
    model = description(run.model) | {
        "image": run.dataset.image_shape,
        "scale": 255 * run.recipe.scale,
        "offset": run.recipe.offset,
        "noise": getattr(run.recipe.corruption, "stddev", 0) if run.recipe.corruption else 0,
        "images": _text(pictures.transpose(0, 2, 3, 1).tobytes()),
        "labels": ["?"] * len(images) if labels is None else labels[: len(images)].tolist(),
    }
    parts = {name: text_of(name) for name in ("explore.html", "explore.css", "network.js", "explore.js")}
    title = f"{run.recipe.name} on {run.dataset.name}"
    body = (
        parts["explore.html"]
        .replace("{title}", text(title))
        .replace("{summary}", text(run.recipe.summary))
        .replace("{script}", parts["network.js"] + parts["explore.js"])
        .replace("{model}", json.dumps(model).replace("<", "\\u003c"))
    )
    return page(f"npae: inside {title}", [body], parts["explore.css"], "script-src 'unsafe-inline'")


def write_page(run: Run, path: str | os.PathLike) -> Path:
    """Write the page of a trained run, and return its path; see `page_of` for what is raised."""
    content = page_of(run)
    if len(content) > LARGE:
        run.compute.report(f"npae: the page has {len(content) / 1e6:.1f} MB, nearly all of them weights")
    return written(path, content)


def description(model: Sequential) -> dict[str, Any]:
    """Return a model as data for ``network.js``: the layers of the encoder and of the decoder.

    Raises
    ------
    ValueError
        If the model has no code, or a layer that ``network.js`` does not know.
    """
    if not isinstance(model, Autoencoder):
        raise ValueError(f"the page shows autoencoders, and this is a {type(model).__name__}")
    parts = {
        name: [_layer(f"{name}/{leaf}", layer) for leaf, layer in part.leaves()]
        for name, part in {"encoder": model.encoder, "decoder": model.decoder}.items()
    }
    return {**parts, "code": int(np.prod(model.decoder.input_shape or ()))}


def _layer(name: str, layer: Layer) -> dict[str, Any]:
    (inputs, outputs), activation = layer.built(), getattr(layer, "activation", "linear")
    found: dict[str, Any] = {
        "kind": "Same" if isinstance(layer, SAME) else type(layer).__name__,
        "name": f"{name} ({type(layer).__name__})",
        "inputs": inputs,
        "outputs": outputs,
        "activation": activation,
        "below": activations.check(activation, getattr(layer, "below", None)),
        "params": list(layer.params),
    }
    if isinstance(layer, WINDOWS):
        window = layer.kernel_size if isinstance(layer, (Conv2D, Conv2DTranspose)) else layer.pool_size
        large = outputs if isinstance(layer, Conv2DTranspose) else inputs
        pads = window_pads((large[1], large[2]), window, layer.strides, layer.padding)
        found |= {"window": window, "pads": pads}
    found |= {name: getattr(layer, name) for name in SETTINGS if hasattr(layer, name)}
    if not isinstance(layer, (*SAME, *WINDOWS, Dense, UpSampling2D, BatchNormalization)):
        raise ValueError(f"the page cannot compute a {type(layer).__name__}, the layer {name}")
    return found | {
        key: _text(np.ascontiguousarray(value, "<f4").tobytes()) for key, value in layer.params.items()
    }


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def text_of(name: str) -> str:
    """Return a file of the page."""
    return (importlib.resources.files("npae.inside") / name).read_text(encoding="utf-8")
