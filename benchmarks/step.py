"""Divides the microseconds of a training step among its parts, for one thread and for two."""

from __future__ import annotations

import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import numpy as np

import npae
from benchmarks import blocks, results
from benchmarks.models import MODELS, get_model
from benchmarks.results import Result
from benchmarks.tables import markdown
from benchmarks.tasks import TIMED, build_model, training_data
from npae.kernels import adam, conv2d, conv2d_transpose, dense, losses, max_pool2d, up_sampling2d
from npae.objectives.objective import BoundObjective
from npae.training.batches import Batches
from npae.training.fit import Stepper, fit
from npae.training.workers import Pool

# Each part is the time inside these functions, without that inside the functions of other parts.
PARTS: dict[str, list[tuple[Any, str]]] = {
    "layers forward": [
        (kernel, "forward") for kernel in (dense, conv2d, conv2d_transpose, max_pool2d, up_sampling2d)
    ],
    "layers backward": [
        (kernel, "backward") for kernel in (dense, conv2d, conv2d_transpose, max_pool2d, up_sampling2d)
    ],
    "loss": [
        (losses, name)
        for name in ("mean_squared_error", "binary_crossentropy", "binary_crossentropy_from_logits")
    ],
    "Python between layers": [(BoundObjective, "forward_and_backward")],
    "gradients summed": [(Stepper, "_add_up")],
    "Adam": [(adam, "update")],
    "batch gathered": [(Batches, "batch")],
    "tasks handed out, waiting": [(Pool, "map")],
}
REST = "loop, callbacks"
STEPS, EPOCHS = 50, 15


class Clock:
    """Sums the seconds of each part, separately for the calling thread (True) and for the others (False)."""

    def __init__(self) -> None:
        self.sums: dict[bool, dict[str, float]] = {}
        self._inside = threading.local()
        self.restart()

    def restart(self) -> None:
        """Set all sums to 0."""
        self.sums = {True: defaultdict(float), False: defaultdict(float)}

    def timed(self, part: str, function: Callable) -> Callable:
        """Return the function with its own seconds added to ``part``."""

        def call(*args: Any, **options: Any) -> Any:
            outer, self._inside.seconds = getattr(self._inside, "seconds", 0.0), 0.0
            began = time.perf_counter()
            try:
                return function(*args, **options)
            finally:
                taken = time.perf_counter() - began
                calling = threading.current_thread() is threading.main_thread()
                self.sums[calling][part] += taken - self._inside.seconds
                self._inside.seconds = outer + taken

        return call


def divide(name: str, threads: int, quick: bool = False) -> Result:
    """Return the parts of a recipe's step in seconds, in the fastest epoch of several.

    Returns
    -------
    "step", and "calling" and "others": the seconds of each part in the thread that calls `npae.fit`, and in
    the other threads. The parts of the calling thread add up to the step.
    """
    recipe, steps, clock = get_model(name), 2 if quick else STEPS, Clock()
    shape = (steps * recipe.batch_size, *recipe.input_shape)
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    data = training_data(name, images)
    corruption = None if data.noise is None else npae.datasets.gaussian_noise(data.noise)
    batches = Batches(data.x, data.y, scale=data.scale, offset=data.offset, corruption=corruption)
    model, optimizer = build_model(name), npae.Adam()
    fastest: Result = {"step": np.inf}
    with ExitStack() as stack:
        for part, functions in PARTS.items():
            for owner, function in functions:
                timed = clock.timed(part, getattr(owner, function))
                stack.enter_context(patch.object(owner, function, timed))
        for _ in range(1 if quick else EPOCHS):
            watch = _Watch(clock)
            fit(
                model,
                batches,
                loss=recipe.loss,
                optimizer=optimizer,
                batch_size=recipe.batch_size,
                threads=threads,
                callbacks=[watch],
            )
            count, seconds = steps - 1, watch.ended - watch.began
            if seconds / count < fastest["step"]:
                calling, others = (
                    {part: s / count for part, s in clock.sums[key].items()} for key in (True, False)
                )
                calling[REST] = seconds / count - sum(calling.values())
                fastest = {"step": seconds / count, "calling": calling, "others": others}
    return fastest


class _Watch(npae.Callback):
    """Restarts the clock after the first step, and notes when that was and when the last step ended."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.began = self.ended = 0.0

    def on_step_end(self, state):
        self.ended = time.perf_counter()
        if state.step == 1:
            self.clock.restart()
            self.began = self.ended


def table(result: Result) -> str:
    """Return a result as a table, in microseconds a step."""
    rows = []
    for name, (one, two) in result["recipes"].items():
        columns = [one["calling"], two["calling"], two["others"]]
        for part in [*PARTS, REST]:
            if any(part in column for column in columns):
                rows.append([f"`{name}`", part, *(f"{1e6 * column.get(part, 0):.0f}" for column in columns)])
        rows.append([f"`{name}`", "step", *(f"{1e6 * s:.0f}" for s in (one["step"], two["step"])), ""])
    header = ["us/step", "part", "one thread", "two: the calling one", "two: the other one"]
    return markdown(header, rows, left=2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, record, and print the table."""
    parser = results.parser("step", "Divide the time of a training step among its parts.")
    default = ["dense", "latent2d", "strided-denoiser"]
    parser.add_argument(
        "--recipes",
        nargs="+",
        choices=[*TIMED, *MODELS],
        default=default,
        metavar="NAME",
        help=f"of {', '.join(TIMED)}; or models of benchmarks.peers --models",
    )
    options = parser.parse_args(arguments)
    result = results.facts("step", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    result["recipes"] = {
        name: [divide(name, threads, options.quick) for threads in (1, 2)] for name in options.recipes
    }
    path = results.write(f"step/{results.slug()}", result, results.folder_of(options))
    print(f"\n{table(result)}\n\n{path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
