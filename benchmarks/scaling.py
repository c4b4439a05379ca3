"""How a training step grows with threads, batches, images and channels; and that threads change no bit."""

from __future__ import annotations

import hashlib
import math
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

import npae
from benchmarks import report
from benchmarks.tasks import TIMED, build_model
from benchmarks.timing import alternate, available_cores, describe_machine, median
from npae.layers import Conv2D, MaxPool2D, UpSampling2D
from npae.model import Sequential
from npae.recipes import get_recipe

BATCH_SIZES = (1, 4, 16, 64, 256, 1024, 4096)
IMAGE_SIZES = (28, 56, 112, 224)
CHANNELS = (1, 2, 4, 8, 16, 32, 64, 128)
THREADS_COMPARED = (1, 2, 4, 16)
WARM_STEPS = 2


def main(arguments: list[str] | None = None) -> int:
    """Measure, draw and compare bits; returns 1 if a number of threads changed a weight."""
    parser = report.parser(
        "scaling", "How the time of a step grows; bits compared across numbers of threads."
    )
    report.add_threads(parser)
    parser.add_argument("--recipe", choices=TIMED, default="conv", metavar="NAME")
    options = parser.parse_args(arguments)
    options.machine = describe_machine()
    print(f"{options.machine}\n\nweights after four steps, for {THREADS_COMPARED} threads:")
    equal = [bits_equal(recipe) for recipe in TIMED]

    quick, recipe = options.quick, options.recipe
    records = []
    for axis, measured in (
        ("threads", threads_panel(recipe, quick)),
        ("images in a batch", batches_panel(recipe, options.threads, quick)),
        ("pixels along an edge", images_panel(options.threads, quick)),
        ("channels", channels_panel(options.threads, quick)),
    ):
        rows = [
            [x, report.number(1e3 * seconds), report.number(1e6 * seconds / n)] for x, n, seconds in measured
        ]
        print("\n" + report.table([axis, "ms/step", "us/image"], rows))
        records += [{"axis": axis, "x": x, "batch_size": n, "ms_per_step": 1e3 * s} for x, n, s in measured]
    print("\n" + gains(recipe, quick))
    print(f"\n{report.write_csv(options.out / 'scaling.csv', records)}\n{_draw(records, options)}")
    return 0 if all(equal) else 1


def step_seconds(
    model: Sequential, images: np.ndarray, batch_size: int, threads: int, loss: str = "mse"
) -> float:
    """Return the median seconds of the steps of one epoch over ``images``, after the first few."""
    watch = _Watch()
    npae.fit(model, images, loss=loss, batch_size=batch_size, threads=threads, callbacks=[watch])
    return median(np.diff(watch.times)[WARM_STEPS:])


def bits_equal(recipe: str) -> bool:
    """Train a few steps with several numbers of threads, print a fingerprint of the weights, compare them."""
    recipe = get_recipe(recipe)
    batches = npae.Batches(
        _images(4 * recipe.batch_size + 3), shape=recipe.input_shape, corruption=recipe.corruption
    )
    prints = []
    for threads in THREADS_COMPARED:
        model = build_model(recipe.name)
        npae.fit(model, batches, loss=recipe.loss, batch_size=recipe.batch_size, threads=threads)
        digest = hashlib.sha256(b"".join(value.tobytes() for value in model.params.values()))
        prints.append(digest.hexdigest()[:12])
    equal = len(set(prints)) == 1
    print(f"  {recipe.name:<20} {prints[0]} {'in all' if equal else 'DIFFERENT: ' + ', '.join(prints)}")
    return equal


def threads_panel(name: str, quick: bool) -> list[tuple[int, int, float]]:
    """Return (threads, batch size, seconds) for 1 ... all cores, which take turns."""
    recipe = get_recipe(name)
    counts = range(1, len(available_cores()) + 1)
    batches = _batches_of(recipe, recipe.batch_size, quick)

    def turn(threads: int):
        return lambda: step_seconds(build_model(name), batches, recipe.batch_size, threads, recipe.loss)

    times = alternate({str(threads): turn(threads) for threads in counts}, 1 if quick else 7)
    return [(threads, recipe.batch_size, median(times[str(threads)])) for threads in counts]


def gains(name: str, quick: bool) -> str:
    """Return a sentence: how much faster all cores are than one, with threads and with separate processes.

    Processes that train a model each, with one thread, share nothing but the machine: its memory, its cache,
    its clock. What they gain together, no program can gain with threads.
    """
    count = len(available_cores())
    if count == 1:
        return "one core: nothing to gain"
    with ProcessPoolExecutor(count, get_context("spawn")) as processes:

        def seconds(threads: int, at_once: int) -> float:
            start = time.time() + 1  # by then all have a model and a batch
            jobs = [(name, threads, start, 0.1 if quick else 0.6)] * at_once
            return max(processes.map(_pace, *zip(*jobs)))

        turns = {
            "one": lambda: seconds(1, 1),
            "threads": lambda: seconds(count, 1),
            "processes": lambda: seconds(1, count),
        }
        alternate(turns, 1)  # they compile, or load what is compiled
        times = {turn: median(values) for turn, values in alternate(turns, 1 if quick else 9).items()}
    threads, apart = times["one"] / times["threads"], count * times["one"] / times["processes"]
    return (
        f"{name}, against one core: {count} threads do {threads:.2f} times as much, and {count} separate "
        f"processes {apart:.2f} times, which is the limit of the machine"
    )


def _pace(name: str, threads: int, start: float, seconds: float) -> float:
    """Return the median seconds of a step, from the moment ``start`` (of `time.time`) on for so many."""
    recipe, watch = get_recipe(name), _Watch(until=start + seconds)
    batches = _batches_of(recipe, recipe.batch_size, quick=False)
    model, options = build_model(name), {"loss": recipe.loss, "batch_size": recipe.batch_size}
    npae.fit(model, batches, threads=threads, callbacks=[_Watch(until=0)], **options)  # compiles
    time.sleep(max(0.0, start - time.time()))
    npae.fit(model, batches, threads=threads, epochs=1_000_000, callbacks=[watch], **options)
    return median(np.diff(watch.times)[WARM_STEPS:])


def batches_panel(name: str, threads: int, quick: bool) -> list[tuple[int, int, float]]:
    """Return (batch size, batch size, seconds)."""
    recipe = get_recipe(name)
    sizes = BATCH_SIZES[:3] if quick else BATCH_SIZES
    return [
        (n, n, step_seconds(build_model(name), _batches_of(recipe, n, quick), n, threads, recipe.loss))
        for n in sizes
    ]


def images_panel(threads: int, quick: bool, batch_size: int = 16) -> list[tuple[int, int, float]]:
    """Return (pixels along an edge, batch size, seconds) for the layers of ``conv``."""
    results = []
    for size in IMAGE_SIZES[:2] if quick else IMAGE_SIZES:
        model = get_recipe("conv").build()
        model.build((1, size, size))
        images = _images(batch_size * _steps(quick), size)[:, None]
        results.append(
            (size, batch_size, step_seconds(model, images, batch_size, threads, "binary_crossentropy"))
        )
    return results


def channels_panel(threads: int, quick: bool, batch_size: int = 32) -> list[tuple[int, int, float]]:
    """Return (channels of the hidden layers, batch size, seconds)."""
    results = []
    for channels in CHANNELS[:3] if quick else CHANNELS:
        hidden = {"kernel_size": 3, "padding": "same", "activation": "relu"}
        model = Sequential(
            [
                Conv2D(channels, **hidden),
                MaxPool2D(2),
                Conv2D(channels, **hidden),
                UpSampling2D(2),
                Conv2D(1, 3, padding="same", activation="sigmoid"),
            ]
        )
        model.build((1, 28, 28))
        images = _images(batch_size * _steps(quick))[:, None]
        results.append((channels, batch_size, step_seconds(model, images, batch_size, threads)))
    return results


class _Watch(npae.Callback):
    """Notes when each step ended; leaves `fit` at the end of an epoch that ends behind ``until``."""

    def __init__(self, until: float = math.inf):
        self.times: list[float] = []
        self.until = until

    def on_step_end(self, state):
        self.times.append(time.perf_counter())

    def on_epoch_end(self, state):
        state.stop = time.time() > self.until


def _batches_of(recipe, batch_size: int, quick: bool) -> npae.Batches:
    images = _images(batch_size * _steps(quick, batch_size))
    return npae.Batches(images, shape=recipe.input_shape, corruption=recipe.corruption)


def _steps(quick: bool, batch_size: int = 32) -> int:
    return WARM_STEPS + (2 if quick else min(100, max(8, 4096 // batch_size)))


def _images(count: int, size: int = 28) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, size, size), np.uint8)


def _draw(records: list[dict], options):
    from benchmarks.charts import curve_panels

    panels = []
    growth = {"threads": -1, "images in a batch": 1, "pixels along an edge": 2, "channels": 2}
    for axis, power in growth.items():
        x, y = zip(*((record["x"], record["ms_per_step"]) for record in records if record["axis"] == axis))
        guide = (
            [y[-1] * (value / x[-1]) ** power for value in x] if power > 0 else [y[0] / value for value in x]
        )
        name = {-1: "~ 1 / threads", 1: "~ batch", 2: "~ square"}[power]
        panels.append((axis, "ms/step" if not panels else "", {"npae": (x, y), name: (x, guide)}))
    title = f"How a training step grows ({options.recipe}, {options.threads} threads)"
    return curve_panels(options.out / "scaling.png", title, options.machine, panels)


if __name__ == "__main__":
    sys.exit(main())
