"""Shards: how a batch is cut for the threads, and where each piece gets its random numbers from.

Both depend on the model, the batch and the seed, and never on the number of threads: so one thread or sixteen
give the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from npae.model import Sequential

# Independent streams of random numbers, all from one seed: (stream, epoch, ...) names a generator.
SHUFFLE, CORRUPTION, LAYERS, VALIDATION = range(4)

SMALLEST_SHARD = 8  # examples
CACHE_ELEMENTS = 5 << 18  # numbers


def random_stream(seed: int, *key: int) -> np.random.Generator:
    """Return the generator that belongs to ``seed`` and ``key``; different keys give independent numbers.

    Since an epoch's generators are made from its number alone, a run that resumes at an epoch draws what it
    would have drawn without the break.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def shard_size(model: Sequential, batch_size: int) -> int:
    """Return how many examples one thread carries at a time: a rule that the number of threads has no part
    in.

    A batch is halved until the activations of a shard fit a core's cache, so that they are still there on the
    way back; at least once, so that there is work for two; never below what keeps the arithmetic of a shard
    well above the cost of calling its kernels.
    """
    activations = sum(math.prod(layer.output_shape) for _, layer in model.leaves())
    size = -(-batch_size // 2)
    while size > SMALLEST_SHARD and size * activations > CACHE_ELEMENTS:
        size = -(-size // 2)
    return size
