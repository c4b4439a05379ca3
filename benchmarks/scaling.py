"""Measures how a step's time depends on threads, batch, image, channels and epoch; checks that bits do not.

Where a step's time should be proportional to its pixels or images, the table has the ratio of the worst point
to the best. The epochs are those of a dense model whose hidden units are silenced after the first one. Their
gradients are then exactly 0, and Adam's moments decay towards denormal numbers, on which processors are slow.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

import npae
from benchmarks import blocks, results
from benchmarks.results import Result
from benchmarks.tasks import TIMED, build_model
from benchmarks.timing import alternate, available_cores, median
from npae.layers import Conv2D, Dense, MaxPool2D, UpSampling2D
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective
from npae.recipes import Recipe, get_recipe

BATCH_SIZES = (1, 4, 16, 64, 256, 1024, 4096)
IMAGE_SIZES = (28, 36, 48, 64, 90, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512)
CHANNELS = (1, 2, 4, 8, 16, 32, 64, 128)
EPOCHS = 8  # after four, the moments of silenced units are denormal
THREADS_COMPARED = (1, 2, 4, 16)
WARM_STEPS = 2
# Value on the axis, batch size, and a function that returns the seconds of a step.
Points = list[tuple[int, int, Callable[[], float]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the measurements and compare bits; return 1 if the number of threads changed a weight."""
    options = _options(arguments)
    result = results.facts("scaling", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    quick, recipe, threads = options.quick, options.recipe, options.threads
    result |= {"recipe": recipe, "threads": threads, "weights": {}, "axes": {}}

    def keep() -> Path:
        return results.write(f"scaling/{results.slug()}", result, results.folder_of(options))

    for name in TIMED:
        result["weights"][name] = fingerprints(name)
        keep()
    rounds = 1 if quick else 3
    for axis, points in (
        ("threads", threads_axis(recipe, quick)),
        ("images in a batch", batches_axis(recipe, threads, quick)),
        ("pixels along an edge", images_axis(threads, quick)),
        ("channels", channels_axis(threads, quick)),
    ):
        times = alternate({str(x): turn for x, _, turn in points}, rounds)
        result["axes"][axis] = [(x, batch, median(times[str(x)])) for x, batch, _ in points]
        keep()
    result["axes"]["epoch"] = epochs_axis(threads, quick)
    keep()
    result["gains"] = gains(recipe, quick)
    print(f"\n{blocks.scaling_table(result)}\n\n{keep()}")
    return int(any(len(set(prints.values())) > 1 for prints in result["weights"].values()))


def step_seconds(
    model: Sequential,
    images: np.ndarray | npae.Batches,
    batch_size: int,
    threads: int,
    loss: str | Loss | Objective = "mse",
) -> float:
    """Return the median seconds of a step in one epoch over ``images``, without the first few steps."""
    watch = _Watch()
    npae.fit(model, images, loss=loss, batch_size=batch_size, threads=threads, callbacks=[watch])
    return median(np.diff(watch.times)[WARM_STEPS:])


def fingerprints(name: str) -> dict[str, str]:
    """Train a few steps with several numbers of threads, and return a hash of the weights for each."""
    recipe = get_recipe(name)
    batches = npae.Batches(
        _images(4 * recipe.batch_size + 3), shape=recipe.input_shape, corruption=recipe.corruption
    )
    prints = {}
    for threads in THREADS_COMPARED:
        model = build_model(name)
        npae.fit(model, batches, loss=recipe.loss, batch_size=recipe.batch_size, threads=threads)
        digest = hashlib.sha256(b"".join(value.tobytes() for value in model.params.values()))
        prints[str(threads)] = digest.hexdigest()[:12]
    return prints


def threads_axis(name: str, quick: bool) -> Points:
    """Return the points for 1 ... all cores."""
    recipe = get_recipe(name)
    batches = _batches_of(recipe, recipe.batch_size, quick)

    def turn(threads: int) -> float:
        return step_seconds(build_model(name), batches, recipe.batch_size, threads, recipe.loss)

    counts = range(1, len(available_cores()) + 1)
    return [(threads, recipe.batch_size, partial(turn, threads)) for threads in counts]


def gains(name: str, quick: bool) -> Result | None:
    """Return how much faster all cores are than one, with threads and with separate processes.

    Processes that train one model each, with one thread, share only the machine: its memory, its cache, its
    clock. Their joint speed-up is a limit for threads. None if there is one core.
    """
    count = len(available_cores())
    if count == 1:
        return None
    with ProcessPoolExecutor(count, get_context("spawn")) as processes:

        def seconds(threads: int, at_once: int) -> float:
            start = time.time() + 1  # after all processes have built a model and a batch
            jobs = [(name, threads, start, 0.1 if quick else 0.6)] * at_once
            return max(processes.map(_pace, *zip(*jobs)))

        turns = {
            "one": lambda: seconds(1, 1),
            "threads": lambda: seconds(count, 1),
            "processes": lambda: seconds(1, count),
        }
        alternate(turns, 1)  # compiles the kernels, or loads compiled ones
        times = {turn: median(values) for turn, values in alternate(turns, 1 if quick else 9).items()}
    threads, apart = times["one"] / times["threads"], count * times["one"] / times["processes"]
    return {"cores": count, "threads": threads, "processes": apart}


def _pace(name: str, threads: int, start: float, seconds: float) -> float:
    """Return the median seconds of a step, for ``seconds`` from ``start`` (of `time.time`) on."""
    recipe, watch = get_recipe(name), _Watch(until=start + seconds)
    batches, model = _batches_of(recipe, recipe.batch_size, quick=False), build_model(name)

    def train(watch: _Watch, epochs: int) -> None:
        npae.fit(
            model,
            batches,
            loss=recipe.loss,
            batch_size=recipe.batch_size,
            threads=threads,
            epochs=epochs,
            callbacks=[watch],
        )

    train(_Watch(until=0), 1)  # compiles
    time.sleep(max(0.0, start - time.time()))
    train(watch, 1_000_000)
    return median(np.diff(watch.times)[WARM_STEPS:])


def batches_axis(name: str, threads: int, quick: bool) -> Points:
    """Return the points for several batch sizes."""
    recipe = get_recipe(name)

    def turn(n: int) -> float:
        return step_seconds(build_model(name), _batches_of(recipe, n, quick), n, threads, recipe.loss)

    return [(n, n, partial(turn, n)) for n in (BATCH_SIZES[:3] if quick else BATCH_SIZES)]


def images_axis(threads: int, quick: bool, batch_size: int = 16) -> Points:
    """Return the points for several sizes of images."""

    def turn(size: int) -> float:
        images = _images(batch_size * _steps(quick, batch_size, size), size)[:, None]
        return step_seconds(_small_model(16, size), images, batch_size, threads)

    return [(n, batch_size, partial(turn, n)) for n in (IMAGE_SIZES[:2] if quick else IMAGE_SIZES)]


def channels_axis(threads: int, quick: bool, batch_size: int = 32) -> Points:
    """Return the points for several numbers of channels of the hidden layers."""

    def turn(channels: int) -> float:
        images = _images(batch_size * _steps(quick, batch_size))[:, None]
        return step_seconds(_small_model(channels), images, batch_size, threads)

    return [(n, batch_size, partial(turn, n)) for n in (CHANNELS[:3] if quick else CHANNELS)]


def epochs_axis(threads: int, quick: bool, batch_size: int = 256) -> list[tuple[int, int, float]]:
    """Return (epoch, batch size, seconds of a step) of a dense model that is silenced after an epoch."""
    model = Sequential([Dense(256, "relu"), Dense(784, "sigmoid")])
    model.build((784,), np.random.default_rng(0))
    epochs, watch = 2 if quick else EPOCHS, _Watch()
    batches = npae.Batches(_images(1024 if quick else 60_000), shape=(784,))
    npae.fit(
        model,
        batches,
        loss="binary_crossentropy",
        epochs=epochs,
        batch_size=batch_size,
        threads=threads,
        callbacks=[watch, _Silence()],
    )
    each = np.split(np.array(watch.times), epochs)
    return [(k, batch_size, median(np.diff(times)[WARM_STEPS:])) for k, times in enumerate(each, 1)]


def _small_model(channels: int, size: int = 28) -> Sequential:
    model = Sequential(
        [
            Conv2D(channels, 3, padding="same", activation="relu"),
            MaxPool2D(2),
            Conv2D(channels, 3, padding="same", activation="relu"),
            UpSampling2D(2),
            Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    model.build((1, size, size), np.random.default_rng(0))
    return model


class _Silence(npae.Callback):
    """After the first epoch, gives the first layer biases with which no unit is ever active again."""

    def on_epoch_end(self, state):
        if state.epoch == 1:
            first = next(layer for _, layer in state.model.leaves() if layer.params)
            first.params["bias"][...] = -1e6


class _Watch(npae.Callback):
    """Records the end of each step; ends `fit` after the epoch in which ``until`` passes."""

    def __init__(self, until: float = math.inf):
        self.times: list[float] = []
        self.until = until

    def on_step_end(self, state):
        self.times.append(time.perf_counter())

    def on_epoch_end(self, state):
        state.stop = time.time() > self.until


def _batches_of(recipe: Recipe, batch_size: int, quick: bool) -> npae.Batches:
    images = _images(batch_size * _steps(quick, batch_size))
    return npae.Batches(images, shape=recipe.input_shape, corruption=recipe.corruption)


def _steps(quick: bool, batch_size: int = 32, size: int = 28) -> int:
    return WARM_STEPS + (2 if quick else min(100, max(6, 4096 * 28**2 // (batch_size * size**2))))


def _images(count: int, size: int = 28) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size), np.uint8)


def draw(result: Result, path: Path) -> Path:
    """Draw a recorded result as curves, with the growth of the arithmetic for comparison."""
    from benchmarks.charts import curve_panels

    panels: list[tuple[str, str, dict[str, Any]]] = []
    growth = {"threads": -1, "images in a batch": 1, "pixels along an edge": 2, "channels": 2}
    for axis, power in growth.items():
        x, y = zip(*((value, 1e3 * seconds) for value, _, seconds in result["axes"][axis]))
        end = -1 if power > 0 else 0
        guide = [y[end] * (value / x[end]) ** power for value in x]
        name = {-1: "~ 1 / threads", 1: "~ batch", 2: "~ square"}[power]
        panels.append((axis, "ms/step" if not panels else "", {"npae": (x, y), name: (x, guide)}))
    title = f"How a training step grows ({result['recipe']}, {result['threads']} threads)"
    return curve_panels(path, title, blocks.description(result), panels)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = results.parser(
        "scaling", "Measure how the time of a step grows; compare bits across numbers of threads."
    )
    results.add_threads(parser)
    parser.add_argument("--recipe", choices=TIMED, default="conv", metavar="NAME")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
