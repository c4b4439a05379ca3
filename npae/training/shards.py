"""Shards: the parts of a batch that threads compute, and the random numbers of each part.

Both depend on the model, the batch and the seed, and never on the number of threads. So any number of threads
computes the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from npae.arguments import integer
from npae.model import Sequential

# Independent streams of random numbers from one seed: the key (stream, epoch, ...) selects a generator.
SHUFFLE, CORRUPTION, LAYERS, VALIDATION = range(4)

SMALLEST_SHARD = 8  # examples
CACHE_ELEMENTS = 5 << 18  # numbers


def random_stream(seed: int, *key: int) -> np.random.Generator:
    """Return the generator for ``seed`` and ``key``; different keys give independent numbers.

    The generators of an epoch depend only on its number and the seed. So a resumed run draws the same numbers
    as an uninterrupted one.
    """
    return np.random.default_rng(np.random.SeedSequence(integer(seed, "seed", 0), spawn_key=key))


def shard_size(model: Sequential, batch_size: int) -> int:
    """Return the number of examples in a shard, which does not depend on the number of threads.

    A batch is halved until a shard's activations fit a core's cache, where the backward pass reads them. It
    is halved at least once, so that two threads have work, and never below `SMALLEST_SHARD`, where calling
    the kernels would take as long as their arithmetic.
    """
    activations = activations_of(model)
    size = -(-batch_size // 2)
    while size > SMALLEST_SHARD and size * activations > CACHE_ELEMENTS:
        size = -(-size // 2)
    return size


def activations_of(model: Sequential) -> int:
    """Return how many numbers the layers' outputs hold together, for one example."""
    return sum(math.prod(layer.output_shape or ()) for _, layer in model.leaves())
