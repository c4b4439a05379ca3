"""`npae inspect`: the anatomy of one training step, layer by layer: costs, numbers, gradients and updates."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import partial
from timeit import Timer
from typing import Any

import numpy as np

from npae.inside.record import Step, record
from npae.kernels import activations
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, get_objective
from npae.recipes.run import Run
from npae.training.batches import Batches
from npae.training.fit import Stepper
from npae.training.optimizers import SGD, Adam
from npae.training.shards import CORRUPTION, random_stream, shard_size
from npae.training.workers import workers

STEPS = 20  # training steps before the one whose update is measured, so that Adam knows the gradients
FLAT = 0.05  # of an activation's steepest slope
SIDE = 512  # of the matrices whose product is the peak
ROUNDS, SECONDS = 7, 0.004  # of a measurement of time: the best round counts


def anatomy(
    model: Sequential, loss: str | Loss | Objective, optimizer: Adam | SGD, batches: Batches, batch_size: int
) -> dict[str, Any]:
    """Measure one training step of a built model, which does not change.

    Parameters
    ----------
    model, loss, batches, batch_size
        As of `npae.fit`.
    optimizer : Adam or SGD
        New. It takes 20 steps on a copy of the model before the step whose update is measured.

    Returns
    -------
    dict for JSON: "batch_size"; "shard_size", of the examples that a thread computes at once, whose times are
    measured on one core; "loss"; "loss_ms"; "peak_gflops", of a matrix product on one core; and "layers", a
    list of dicts:

    - name, kind, output_shape, parameters, multiply_adds (of one example, forward)
    - forward_ms, backward_ms; forward_of_peak, backward_of_peak: shares, above 1 where an algorithm saves
      multiply-adds, None without any
    - mean, std of the outputs; gradient: the root mean square of dL/dy
    - flat: the share of outputs at which the activation has less than 5 % of its steepest slope (a relu that
      is off, a saturated sigmoid); dead: how many of the units (channels) are flat for all examples and
      places; None without an activation
    - update: the length of the parameters' update, relative to theirs; None without parameters
    """
    objective, batch_size = get_objective(loss), min(batch_size, len(batches))
    x, t = batches.batch(np.arange(batch_size), random_stream(0, CORRUPTION, 1, 0))
    size = shard_size(model, batch_size)
    seen = record(model, x, t, objective, rng=0, dtype=x.dtype)
    shard = record(model, x[:size], t[:size], objective, rng=0, dtype=x.dtype)
    assert shard.loss is not None
    update = _updates(model, objective, optimizer, batches, batch_size)
    first = next((k for k, step in enumerate(seen.steps.values()) if step.params), 0)
    layers = []
    with workers(1):  # BLAS has one thread
        square = np.ones((SIDE, SIDE), np.float32)
        product = partial(np.matmul, square, square, np.empty_like(square))
        loss_seconds = _seconds(partial(shard.loss, [*shard.behind.values()][-1].y, shard.t))
        best = _seconds(product)
        for k, (step, behind) in enumerate(zip(seen.steps.values(), shard.behind.values())):
            count, work = sum(value.size for value in step.params.values()), step.layer.multiply_adds()
            forward = _seconds(partial(behind.layer.forward, behind.x, copy.deepcopy(behind.rng)))
            passing = partial(behind.layer.backward, shard.gradients[step.name], behind.cache, k > first)
            backward, best = _seconds(passing), min(best, _seconds(product))
            layer: dict[str, Any] = {"name": step.name, "kind": type(step.layer).__name__}
            layer |= {"output_shape": list(step.y.shape[1:]), "parameters": count, "multiply_adds": work}
            layer |= {"forward_ms": 1e3 * forward, "backward_ms": 1e3 * backward}
            layer |= {"mean": np.mean(step.y, dtype=np.float64), "std": np.std(step.y, dtype=np.float64)}
            layer["gradient"] = math.sqrt(np.mean(np.square(seen.gradients[step.name]), dtype=np.float64))
            layer |= {**_flatness(step), "update": update.get(step.name)}
            layers.append(layer)
    peak = 2 * SIDE**3 / best
    for k, layer in enumerate(layers):
        for key, passes in {"forward": 1, "backward": 1 + (k > first)}.items():
            flops = 2 * passes * layer["multiply_adds"] * size
            layer[f"{key}_of_peak"] = flops / (1e-3 * layer[f"{key}_ms"]) / peak if flops else None
    numbers = {"batch_size": batch_size, "shard_size": size, "loss": sum(term.number for term in seen.terms)}
    return numbers | {"loss_ms": 1e3 * loss_seconds, "peak_gflops": peak / 1e9, "layers": layers}


def _seconds(call: Callable[[], Any]) -> float:
    """Return the seconds of a call: the mean over some calls, in the best of several rounds."""
    timer = Timer(call)
    timer.timeit(1)  # compiles, and allocates memory
    calls = max(1, round(SECONDS / timer.timeit(1)))
    return min(timer.repeat(ROUNDS, calls)) / calls


def _updates(
    model: Sequential, objective: Objective, optimizer: Adam | SGD, batches: Batches, batch_size: int
) -> dict[str, float]:
    """Return the relative length of an update by layer, after `STEPS` steps on a copy of the model."""
    twin = copy.deepcopy(model)
    with workers(1) as pool:
        stepper = Stepper(twin, objective, optimizer, batch_size, pool)
        stepper.begin_epoch(0, 1)
        for step in range(STEPS + 1):
            before = {name: _vector(layer) for name, layer in twin.leaves() if layer.params}
            indices = (np.arange(batch_size) + step * batch_size) % len(batches)
            stepper.step(*batches.batch(indices, random_stream(0, CORRUPTION, 1, step)))
    moved = {name: _vector(layer) - before[name] for name, layer in twin.leaves() if layer.params}
    return {name: float(np.linalg.norm(by) / np.linalg.norm(before[name])) for name, by in moved.items()}


def _vector(layer: Any) -> np.ndarray:
    return np.concatenate([value.ravel() for value in layer.params.values()])


def flat(y: np.ndarray, activation: str, below: float | None = None) -> np.ndarray:
    """Return where an activation with outputs y has less than `FLAT` of its steepest slope."""
    z = activations.forward(np.linspace(-4, 4, 81), activation, below)
    slopes, all_slopes = (activations.backward(np.ones_like(a), a, activation, below) for a in (y, z))
    return np.abs(slopes) < FLAT * all_slopes.max()


def _flatness(step: Step) -> dict[str, Any]:
    """Return the share of flat outputs, and how many of the units are flat for all examples."""
    kind = getattr(step.layer, "activation", "linear")
    if kind == "linear":
        return {"flat": None, "dead": None, "units": None}
    at = flat(step.y, kind, getattr(step.layer, "below", None))
    dead = at.all(axis=tuple(axis for axis in range(at.ndim) if axis != 1))
    return {"flat": np.mean(at), "dead": int(dead.sum()), "units": dead.size}


COLUMNS: dict[str, Callable[[dict[str, Any]], str]] = {
    "layer": lambda row: f"{row['name']} ({row['kind']})",
    "output": lambda row: " x ".join(map(str, row["output_shape"])),
    "parameters": lambda row: f"{row['parameters']:,}",
    "multiply-adds": lambda row: f"{row['multiply_adds']:,}",
    "fwd ms": lambda row: f"{row['forward_ms']:.3f}",
    "bwd ms": lambda row: f"{row['backward_ms']:.3f}",
    "of peak": lambda row: f"{row['forward_of_peak']:.0%} {row['backward_of_peak']:.0%}",
    "mean, std": lambda row: f"{row['mean']:.3g}, {row['std']:.2g}",
    "dL/dy": lambda row: f"{row['gradient']:.1e}",
    "flat": lambda row: f"{row['flat']:.0%}",
    "dead": lambda row: f"{row['dead']}/{row['units']}",
    "update": lambda row: f"{row['update']:.1e}",
}
NEEDS = {"of peak": "forward_of_peak", "flat": "flat", "dead": "dead", "update": "update"}


def anatomy_of(run: Run) -> dict[str, Any]:
    """Return the `anatomy` of a step of a run, trained or new."""
    return anatomy(run.model, run.recipe.loss, run.recipe.optimizer(), run.train_batches(), run.batch_size)


def described(found: dict[str, Any]) -> tuple[list[str], list[list[str]], list[str]]:
    """Return header, rows and an explanation of the columns, in lines, of a table of the anatomy."""
    rows = [
        [cell(row) if row[NEEDS.get(name, "name")] is not None else "" for name, cell in COLUMNS.items()]
        for row in found["layers"]
    ]
    keys = ("parameters", "multiply_adds", "forward_ms", "backward_ms")
    count, work, forward, backward = (sum(row[key] for row in found["layers"]) for key in keys)
    rows.append(["total", "", f"{count:,}", f"{work:,}", f"{forward:.3f}", f"{backward:.3f}", *[""] * 6])
    return list(COLUMNS), rows, LEGEND.format(**found).splitlines()


LEGEND = """\
A step of {batch_size} examples in training mode, with the loss {loss:.4g}. Columns:
fwd, bwd ms: of a shard of {shard_size} examples on one core; the loss takes {loss_ms:.3f} ms more
of peak: forward and backward, of the {peak_gflops:.0f} GFLOP/s of a matrix product on this core
mean, std: of the outputs; dL/dy: the root mean square of their gradients
flat: outputs where the activation has below 5 % of its steepest slope (relu: off; sigmoid, tanh: saturated)
dead: units that are flat for all examples; update: its length, relative to that of the parameters"""
