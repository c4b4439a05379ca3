"""Shards: the pieces of a batch that the threads compute, and the random numbers for each piece.

Both depend on the model, the batch and the seed, and never on the number of threads. So one thread and
sixteen give the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from npae.model import Sequential

# Independent streams of random numbers from one seed: the key (stream, epoch, ...) chooses a generator.
SHUFFLE, CORRUPTION, LAYERS, VALIDATION = range(4)

SMALLEST_SHARD = 8  # examples
CACHE_ELEMENTS = 5 << 18  # numbers


def random_stream(seed: int, *key: int) -> np.random.Generator:
    """Return the generator that belongs to ``seed`` and ``key``; different keys give independent numbers.

    The generators of an epoch depend on its number alone. So a resumed run draws the same numbers as a run
    without a break.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def shard_size(model: Sequential, batch_size: int) -> int:
    """Return the number of examples in a shard, which does not depend on the number of threads.

    A batch is halved until a shard's activations fit a core's cache, where backward then finds them. It is
    halved at least once, so that two threads have work, and never below `SMALLEST_SHARD`, where calling the
    kernels would cost as much as their arithmetic.
    """
    activations = sum(math.prod(layer.output_shape or ()) for _, layer in model.leaves())
    size = -(-batch_size // 2)
    while size > SMALLEST_SHARD and size * activations > CACHE_ELEMENTS:
        size = -(-size // 2)
    return size
