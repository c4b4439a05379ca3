"""Loads trained runs from their folders."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np

from npae import datasets
from npae.model import Autoencoder
from npae.recipes import get_recipe
from npae.recipes.folder import Settings, begun, image_shape, other_data, parse_size, trained_on
from npae.recipes.run import Run
from npae.training.checkpoints import load_model
from npae.training.kept import MODEL, Compute


def load_run(directory: str | os.PathLike, data: str | None = None, compute: Compute | None = None) -> Run:
    """Return a trained run, with its model and data set.

    Parameters
    ----------
    directory : path
        The output folder of ``npae train``.
    data : str, optional
        A data set other than that of the training; its images get the size of the training's.
    compute : Compute, optional
        Its ``report`` gets a line if ``data`` differs from the training's, and the lines of
        `npae.datasets.load`.

    Raises
    ------
    ValueError
        If the folder holds no trained model, the data set of the training cannot be found or has changed, or
        other images have other channels.
    """
    compute = compute or Compute()
    model, settings, metadata = load_trained(directory)
    recipe = get_recipe(settings.recipe)
    shape = image_shape(metadata, directory)
    size = parse_size(settings.size) if data is None else shape[1:]
    dataset = datasets.load(data or trained_on(metadata), recipe.dataset, report=compute.report, size=size)
    if dataset.image_shape != shape and data is not None:
        found, wanted = (_in_words(each) for each in (dataset.image_shape, shape))
        raise ValueError(f"{dataset.name} holds {found}; the run in {directory} was trained on {wanted}")
    before = metadata["dataset"]["sha256"]
    if before != dataset.sha256:
        other = other_data(directory, metadata, dataset)
        if data is None:
            raise ValueError(f"{other}; restore the data, or use npae evaluate with --data")
        compute.report(f"npae: {other}")
    return Run(recipe, settings, dataset, directory, compute, model=model, trained_on=before)


def load_trained(directory: str | os.PathLike) -> tuple[Autoencoder, Settings, dict[str, Any]]:
    """Return the model of a run, its settings and its metadata.

    Raises
    ------
    ValueError
        If the folder holds no model of ``npae train``, or one whose weights or outputs are not finite.
    """
    path = Path(directory) / MODEL
    if not path.exists():
        unfinished = "its training has not ended, continue it with npae train --resume"
        advice = unfinished if begun(directory) else "expected an output folder of npae train"
        raise ValueError(f"{directory} holds no {MODEL}; {advice}")
    model, metadata = load_model(path)
    settings = Settings.from_metadata(metadata, path)
    recipe, images = get_recipe(settings.recipe), image_shape(metadata, path)
    shape = (math.prod(images),) if len(recipe.input_shape) == 1 else images
    if not isinstance(model, Autoencoder) or (model.input_shape, model.output_shape) != (shape, shape):
        raise ValueError(
            f"{path} holds a {type(model).__name__} from {model.input_shape} to {model.output_shape}; "
            f"{settings.recipe} is an Autoencoder from {shape} to {shape}"
        )
    for name, value in model.params.items():
        if not np.isfinite(value).all():
            raise ValueError(f"{path} holds weights that no training has: {name} has NaN or infinite values")
    with np.errstate(all="ignore"):
        ones = np.ones((1, *shape), model.dtype)
        for what, found in (("codes", model.encode(ones)), ("outputs", model.forward(ones)[0])):
            if not np.isfinite(found).all():
                raise ValueError(f"{path} holds weights that no training has: the {what} are not finite")
    return model, settings, metadata


def _in_words(shape: tuple[int, int, int]) -> str:
    return f"{'grey images' if shape[0] == 1 else 'images in colour'} of {shape[1]} x {shape[2]} pixels"
