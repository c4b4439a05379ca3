"""Compiles every kernel that the recipes use, so that the first training does not wait for it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from npae.recipes import RECIPES
from npae.training.batches import Batches
from npae.training.evaluation import evaluate
from npae.training.fit import fit


def warm_up() -> Iterator[tuple[str, float]]:
    """Train and evaluate each recipe on one batch of random images; yield its name and the seconds.

    Numba caches compiled kernels on disk, so they are compiled once, until a file of the kernels changes.
    """
    rng = np.random.default_rng(0)
    for recipe in RECIPES.values():
        began = time.perf_counter()
        images = rng.integers(0, 256, (recipe.batch_size, *recipe.input_shape), dtype=np.uint8)
        data = Batches(images, scale=recipe.scale, offset=recipe.offset)
        model = recipe.build()
        model.build(recipe.input_shape)
        fit(model, data, loss=recipe.loss, batch_size=recipe.batch_size)
        evaluate(model, data, loss=recipe.loss)
        yield recipe.name, time.perf_counter() - began
