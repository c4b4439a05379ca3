"""Converts a data set to the inputs and targets of a recipe: scaled, reshaped, sampled or corrupted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from npae.datasets import Dataset
from npae.datasets.corruption import Corruption
from npae.recipes.recipe import Recipe
from npae.training.batches import Batches
from npae.training.shards import random_stream

# A corruption, None for clean images, or ... for the recipe's corruption.
Chosen = Any

# The noise on the test set is the same in every run, so that runs with different seeds can be compared.
_TEST_NOISE_SEED, _TRAIN, _TEST = 0, 0, 1

_CHUNK = 1000


def limited(dataset: Dataset, limit: int | None) -> Dataset:
    """Return the first ``limit`` training images, and at most as many test images, of a data set."""
    if limit is None:
        return dataset
    return replace(
        dataset,
        train_images=dataset.train_images[:limit],
        train_labels=None if dataset.train_labels is None else dataset.train_labels[:limit],
        test_images=dataset.test_images[:limit],
        test_labels=None if dataset.test_labels is None else dataset.test_labels[:limit],
    )


def plain_batches(
    recipe: Recipe, images: np.ndarray, corruption: Corruption | None = None, sample: Corruption | None = None
) -> Batches:
    """Return the images of a data set as inputs of the model."""
    return Batches(
        images,
        scale=recipe.scale,
        offset=recipe.offset,
        shape=recipe.input_shape,
        corruption=corruption,
        sample=sample,
    )


def train_batches(recipe: Recipe, dataset: Dataset, seed: int, corruption: Chosen = ...) -> Batches:
    """Return the training set, by default with the recipe's corruption."""
    corruption = recipe.corruption if corruption is ... else corruption
    if corruption and recipe.drawn_once:
        return _drawn_once(recipe, dataset.train_images, corruption, random_stream(seed, _TRAIN))
    return plain_batches(recipe, dataset.train_images, corruption, recipe.sample or recipe.augment)


def test_batches(recipe: Recipe, dataset: Dataset, corruption: Chosen = ...) -> Batches:
    """Return the test set; its noise is drawn once, and is the same in every run."""
    corruption = recipe.corruption if corruption is ... else corruption
    if corruption or recipe.sample:
        return _drawn_once(recipe, dataset.test_images, corruption, random_stream(_TEST_NOISE_SEED, _TEST))
    return plain_batches(recipe, dataset.test_images)


def _drawn_once(
    recipe: Recipe, images: np.ndarray, corruption: Corruption | None, rng: np.random.Generator
) -> Batches:
    batches, targets = plain_batches(recipe, images), images
    inputs = np.empty((len(images), *recipe.input_shape), np.float32)
    if recipe.sample:
        targets = inputs if corruption is None else np.empty_like(inputs)
    for start in range(0, len(images), _CHUNK):
        part = slice(start, start + _CHUNK)
        clean = batches.batch(part)[0]
        if recipe.sample:
            targets[part] = clean = recipe.sample(clean, rng)
        inputs[part] = corruption(clean, rng) if corruption else clean
    if targets is inputs:
        return plain_batches(recipe, inputs)
    return Batches(inputs, targets, scale=recipe.scale, offset=recipe.offset, shape=recipe.input_shape)
