"""The metrics and figures in the folder of a run."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import numpy as np

from npae.files.writing import write_whole
from npae.kernels.backend import get_backend
from npae.objectives.objective import get_objective
from npae.recipes.folder import METRICS
from npae.recipes.measures import loss_floor, loss_label, reconstruction_metrics, versions
from npae.recipes.run import Run
from npae.training.workers import core_count


def finish(run: Run) -> None:
    """Write the metrics, then draw the figures, which may add metrics."""
    history, numbers = run.history, reconstruction_metrics(run)
    report = {
        "recipe": run.settings.recipe,
        "source": run.recipe.source,
        "objective": repr(get_objective(run.recipe.loss)),
        **run.facts(),
        "threads": run.compute.threads or core_count(),
        "backend": get_backend(),
        "versions": versions(),
        "seconds_per_epoch": float(np.median(history["seconds"])),
        "loss": history["loss"][-1],
        "val_loss": history["val_loss"][-1],
        **numbers,
    }
    _write_metrics(run, report)
    for further in (run.recipe.measure, partial(draw, numbers=numbers)):
        if further:
            _write_metrics(run, report := {**report, **further(run)})


def draw(run: Run, numbers: dict[str, float] | None = None) -> dict[str, float]:
    """Draw the loss curve and the recipe's own figures.

    Parameters
    ----------
    run : Run
    numbers : dict, optional
        The result of `reconstruction_metrics`. Default: measure it again.

    Returns
    -------
    The metrics that the recipe adds.
    """
    from npae import plotting

    if numbers is None:
        numbers = reconstruction_metrics(run)
    published = run.recipe.published if run.dataset.name == run.recipe.dataset else {}
    plotting.loss_curves(
        run.path("loss.png"),
        run.history,
        f"{run.settings.recipe} on {run.dataset.name}",
        loss_label(get_objective(run.recipe.loss)),
        floor=loss_floor(run, numbers),
        reference={name: log for name, log in published.items() if name in ("loss", "val_loss")},
    )
    return run.recipe.draw(run) or {}


def _write_metrics(run: Run, report: dict[str, Any]) -> None:
    write_whole(run.path(METRICS), (json.dumps(report, indent=2, default=float) + "\n").encode())
