"""`npae inspect`: the anatomy of one training step, layer by layer: costs, numbers, gradients and updates."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from npae.inside.peak import best_seconds, core_peak
from npae.inside.record import Record, Step, passes
from npae.kernels import activations
from npae.model import Sequential
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective, get_objective
from npae.training.batches import Batches
from npae.training.fit import Stepper
from npae.training.optimizers import SGD, Adam
from npae.training.shards import CORRUPTION, random_stream, shard_size
from npae.training.workers import workers

STEPS = 20  # training steps before the measured update, so that Adam knows the gradients
FLAT = 0.01  # of an activation's steepest slope


@dataclass(frozen=True)
class LayerAnatomy:
    """One layer in a training step.

    Attributes
    ----------
    name, kind : str
    output_shape : tuple of int
    parameters, multiply_adds : int
        Multiply-adds of one example, forward.
    forward_ms, backward_ms : float
        Milliseconds of a shard, on one core.
    forward_of_peak, backward_of_peak : float or None
        The share of the core's peak, if there are multiply-adds.
    mean, std : float
        Of the outputs.
    gradient : float
        The root mean square of dL/dy.
    flat : float or None
        The share of outputs where the activation has less than 1 % of its steepest slope: those of a relu
        that are off, those of a sigmoid or tanh that are saturated.
    dead, units : int or None
        How many units (channels) are flat for all examples and places, and how many there are.
    update : float or None
        The length of a step's update of the parameters, relative to the length of the parameters.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    forward_ms: float
    backward_ms: float
    forward_of_peak: float | None
    backward_of_peak: float | None
    mean: float
    std: float
    gradient: float
    flat: float | None
    dead: int | None
    units: int | None
    update: float | None


@dataclass(frozen=True)
class Anatomy:
    """One training step.

    Attributes
    ----------
    batch_size, shard_size : int
        Examples of a step, and of the shard that a thread computes at once and whose times are measured.
    loss, loss_ms : float
        The value for the batch, and milliseconds of the loss and its gradient for a shard.
    peak_gflops : float
        Of one core.
    layers : tuple of LayerAnatomy
    """

    batch_size: int
    shard_size: int
    loss: float
    loss_ms: float
    peak_gflops: float
    layers: tuple[LayerAnatomy, ...]


def anatomy(
    model: Sequential,
    loss: str | Loss | Objective,
    optimizer: Adam | SGD,
    batches: Batches,
    batch_size: int,
    quick: bool = False,
) -> Anatomy:
    """Measure one training step of a model, which does not change.

    Parameters
    ----------
    model : Sequential
        Built.
    loss : str, Loss or Objective
    optimizer : Adam or SGD
        New; it takes twenty steps on a copy of the model before the one whose update is measured.
    batches : Batches
    batch_size : int
    quick : bool
        Measure times inexactly, for a test.
    """
    objective, batch_size = get_objective(loss), min(batch_size, len(batches))
    x, t = batches.batch(np.arange(batch_size), random_stream(0, CORRUPTION, 1, 0))
    seen = passes(model, x, t, objective, rng=0)
    size = shard_size(model, batch_size)
    shard = passes(model, x[:size], t[:size], objective, rng=0)
    assert shard.loss is not None
    with workers(1):
        peak = core_peak(quick).best
        rounds, least = (1, 0.0) if quick else (5, 0.005)
        first = next((k for k, step in enumerate(shard.behind) if step.params), 0)
        times = [_times(step, shard.dys[k], k > first, rounds, least) for k, step in enumerate(shard.behind)]
        y, loss_of = shard.behind[-1].y, shard.loss
        loss_ms = 1e3 * best_seconds(lambda: loss_of(y, t[:size]), rounds, least)
    updates = _updates(model, objective, optimizer, batches, batch_size)
    rows = []
    for k, (step, behind) in enumerate(zip(seen.steps, seen.behind)):
        work = 2 * step.layer.multiply_adds() * size / peak
        dead, flat, units = _flatness(step)
        row = LayerAnatomy(
            step.name,
            type(step.layer).__name__,
            step.y.shape[1:],
            sum(value.size for value in step.params.values()),
            step.layer.multiply_adds(),
            *(1e3 * taken for taken in times[k]),
            work / times[k][0] if work else None,
            work * (1 + (k > first)) / times[k][1] if work else None,
            float(step.y.mean(dtype=np.float64)),
            float(step.y.std(dtype=np.float64)),
            float(np.sqrt(np.mean(np.square(seen.dys[k], dtype=np.float64)))),
            flat,
            dead,
            units,
            updates.get(behind.name),
        )
        rows.append(row)
    terms = [float(seen.elements(name).sum()) for name in objective.names]
    return Anatomy(batch_size, size, sum(terms), loss_ms, peak / 1e9, tuple(rows))


def _times(
    step: Step, dy: np.ndarray, need_dx: bool, rounds: int, least: float
) -> tuple[float, float]:
    """Return the seconds of forward and of backward."""
    rng, layer = copy.deepcopy(step.rng), step.layer
    forward: Callable[[], Any] = lambda: layer.forward(step.x, rng)  # noqa: E731
    backward: Callable[[], Any] = lambda: layer.backward(dy, step.cache, need_dx)  # noqa: E731
    return best_seconds(forward, rounds, least), best_seconds(backward, rounds, least)


def _updates(
    model: Sequential, objective: Objective, optimizer: Adam | SGD, batches: Batches, batch_size: int
) -> dict[str, float]:
    """Return the relative size of an update by layer, after `STEPS` steps on a copy."""
    twin = copy.deepcopy(model)
    with workers(1) as pool:
        stepper = Stepper(twin, objective, optimizer, batch_size, pool)
        stepper.begin_epoch(0, 1)
        before: dict[str, list[np.ndarray]] = {}
        for step in range(STEPS + 1):
            before = {name: [value.copy() for value in layer.params.values()] for name, layer in twin.leaves()}
            indices = (np.arange(batch_size) + step * batch_size) % len(batches)
            stepper.step(*batches.batch(indices, random_stream(0, CORRUPTION, 1, step)))
    sizes = {}
    for name, layer in twin.leaves():
        moved = _length([new - old for new, old in zip(layer.params.values(), before[name])])
        length = _length(before[name])
        if length:
            sizes[name] = moved / length
    return sizes


def _length(values: list[np.ndarray]) -> float:
    return math.sqrt(sum(float(np.vdot(value, value)) for value in values))


def _flatness(step: Step) -> tuple[int | None, float | None, int | None]:
    """Return how many units are flat for all examples, the share of flat outputs, and the number of units."""
    kind, ones = getattr(step.layer, "activation", "linear"), np.ones_like(step.y)
    if kind == "linear":
        return None, None, None
    slopes = activations.backward(ones, step.y, kind) if step.params else step.backward(ones)[0]
    z = np.linspace(-4, 4, 81)
    steepest = float(activations.backward(np.ones(81), activations.forward(z, kind), kind).max())
    flat = np.abs(slopes) < FLAT * steepest
    dead = flat.all(axis=tuple(axis for axis in range(flat.ndim) if axis != 1))
    return int(dead.sum()), float(flat.mean()), dead.size


def as_table(found: Anatomy) -> str:
    """Return the anatomy as a table, with an explanation of its columns."""
    rows = [
        ("layer", "output", "parameters", "mult-adds", "fwd ms", "bwd ms", "of peak", "output mean, std"),
    ]
    rows = [(*rows[0], "dL/dy rms", "flat", "dead", "update")]
    for row in found.layers:
        shares = [row.forward_of_peak, row.backward_of_peak]
        rows.append(
            (
                f"{row.name} ({row.kind})",
                " x ".join(map(str, row.output_shape)),
                f"{row.parameters:,}",
                f"{row.multiply_adds:,}",
                f"{row.forward_ms:.3f}",
                f"{row.backward_ms:.3f}",
                " ".join(f"{share:.0%}" for share in shares if share is not None),
                f"{row.mean:.3g}, {row.std:.2g}",
                f"{row.gradient:.1e}",
                "" if row.flat is None else f"{row.flat:.0%}",
                "" if row.dead is None else f"{row.dead}/{row.units}",
                "" if row.update is None else f"{row.update:.1e}",
            )
        )
    totals = [f"{sum(row.parameters for row in found.layers):,}"]
    totals += [f"{sum(row.multiply_adds for row in found.layers):,}"]
    totals += [f"{sum(row.forward_ms for row in found.layers):.3f}"]
    totals += [f"{sum(row.backward_ms for row in found.layers):.3f}"]
    rows.append(("total", "", *totals, "", "", "", "", "", ""))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(f"{c:<{w}}" if k < 2 else f"{c:>{w}}" for k, (c, w) in enumerate(zip(row, widths))).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", *_legend(found)])


def _legend(found: Anatomy) -> list[str]:
    return [
        f"One step of {found.batch_size} examples, in training mode: loss {found.loss:.4g}.",
        f"Times: a shard of {found.shard_size} examples on one core; the loss takes {found.loss_ms:.3f} ms more.",
        f"of peak: forward and backward, of the core's {found.peak_gflops:.0f} GFLOP/s in float32.",
        "flat: outputs where the activation has below 1 % of its steepest slope (relu: off; sigmoid, tanh: ",
        "saturated). dead: units that are flat for all examples. update: its length beside the parameters'.",
    ]
