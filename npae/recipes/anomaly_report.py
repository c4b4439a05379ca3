"""The report of `npae anomaly`: a table, an explanation, files, and figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from npae import plotting
from npae.datasets import Dataset
from npae.files.writing import write_csv, write_whole
from npae.kernels.backend import get_backend
from npae.markup import aligned
from npae.recipes.anomaly import Detector, Trial, class_name
from npae.recipes.folder import METRICS
from npae.recipes.measures import versions
from npae.training.kept import Compute
from npae.training.workers import core_count

Found = dict[Detector, list[Trial]]


def mean_auc(trials: list[Trial]) -> float:
    """Return the mean over the classes of the area under the curve."""
    return float(np.mean([trial.auc for trial in trials]))


def mean_errors(trial: Trial) -> tuple[float, float]:
    """Return the mean squared errors per image of normal and of anomalous test images."""
    return float(trial.scores[~trial.anomalous].mean()), float(trial.scores[trial.anomalous].mean())


def table(found: Found, dataset: Dataset) -> str:
    """Return the areas under the curve as text: a row for each class, a column for each detector."""
    rows = [["", *("one normal" if column.alone else "one anomaly" for column in found)]]
    rows.append(["class", *(f"{column.model}, code of {column.code}" for column in found)])
    for trials in zip(*found.values()):
        rows.append([class_name(dataset, trials[0].label), *(f"{trial.auc:.3f}" for trial in trials)])
    rows.append(["mean", *(f"{mean_auc(trials):.3f}" for trials in found.values())])
    lines = aligned(rows, "<")
    rule = "-" * len(lines[0])
    return "\n".join([*lines[:2], rule, *lines[2:-1], rule, lines[-1]])


def hardest(found: Found) -> tuple[Detector, Trial]:
    """Return the anomaly with the smallest area under the curve, and its detector."""
    pairs = [(column, trial) for column, trials in found.items() if not column.alone for trial in trials]
    return min(pairs, key=lambda pair: pair[1].auc)


def lesson(found: Found, dataset: Dataset) -> str:
    """Return an explanation of the worst result of the table, with its numbers."""
    column, trial = hardest(found)
    name, (normal, anomalous) = class_name(dataset, trial.label), mean_errors(trial)
    facts = (
        f"the {column.model} model with a code of {column.code} was not trained on class {name}, and its "
        f"squared error per image is {anomalous:.1f} for that class and {normal:.1f} for the others: "
        f"ROC-AUC {trial.auc:.2f}"
    )
    if normal > 0.8 * _error_of_the_mean_image(dataset):
        return "The models have learned too little for a conclusion: train longer, or on more images."
    if anomalous >= normal:
        return f"The hardest anomaly: {facts}."
    better = [
        f"{other.model} with a code of {other.code}, {other.role(name)}: {match.auc:.2f}"
        for other, trials in found.items()
        for match in trials
        if match.label == trial.label and match.auc > trial.auc
    ]
    lines = [
        f"Simple images have small errors: {facts}, worse than guessing.",
        "A large code also reconstructs images of unknown classes. The error then depends more on how much",
        "ink an image has than on whether its class is known. "
        + (
            f"A smaller code, or fewer normal classes, helps: {'; '.join(better)}."
            if better
            else "A smaller code, or fewer normal classes, often helps, but no other detector was better."
        ),
    ]
    return "\n".join(lines)


def _error_of_the_mean_image(dataset: Dataset) -> float:
    pixels = dataset.test_images.reshape(len(dataset.test_images), -1) / np.float32(255)
    return float(np.var(pixels, axis=0, dtype=np.float64).sum())


def write(
    found: Found, dataset: Dataset, settings: dict[str, Any], directory: Path, compute: Compute
) -> None:
    """Write metrics.json, anomaly.csv and the figures into a folder.

    Raises
    ------
    ValueError
        If something cannot be written.
    """
    report = {
        "recipe": "anomaly",
        "score": "squared error per image, of pixels from 0 to 1",
        "settings": settings,
        "dataset": dataset.describe(),
        "threads": compute.threads or core_count(),
        "backend": get_backend(),
        "versions": versions(),
        "detectors": [_describe(column, trials, dataset) for column, trials in found.items()],
        "lesson": lesson(found, dataset),
    }
    write_whole(directory / METRICS, (json.dumps(report, indent=2) + "\n").encode())
    write_csv(directory / "anomaly.csv", _rows(found, dataset))
    draw(found, dataset, directory)


def draw(found: Found, dataset: Dataset, directory: Path) -> None:
    """Draw the table as bars, and for each detector its scores and its extreme images."""
    names = [class_name(dataset, trial.label) for trial in next(iter(found.values()))]
    bars = {
        f"one {'normal' if column.alone else 'anomaly'}, {column.model}, code of {column.code}": [
            trial.auc for trial in trials
        ]
        for column, trials in found.items()
    }
    title = f"Telling one class of {dataset.name} from all others by the reconstruction error"
    ylabel = "ROC-AUC; 0.5 is guessing"
    plotting.bars(directory / "auc.png", bars, names, title, ylabel, base=0.5, form="{:.2f}")
    for column, trials in found.items():
        _draw_scores(directory / f"scores-{column.name}.png", column, trials, dataset)
        _draw_extremes(directory / f"images-{column.name}.png", column, trials, dataset)
    _draw_lesson(directory / "lesson.png", *hardest(found), dataset)


def _draw_scores(path: Path, column: Detector, trials: list[Trial], dataset: Dataset) -> None:
    panels = [
        (
            f"{class_name(dataset, trial.label)}: ROC-AUC {trial.auc:.2f}",
            {"normal": trial.scores[~trial.anomalous], "anomalous": trial.scores[trial.anomalous]},
        )
        for trial in trials
    ]
    plotting.histograms(path, panels[:12], _title(column), "squared error per test image", bins=50)


def _draw_extremes(path: Path, column: Detector, trials: list[Trial], dataset: Dataset) -> None:
    """Draw the images with the least and the largest error, of all, of normal and of anomalous ones."""
    few = min(4, *(min(trial.anomalous.sum(), (~trial.anomalous).sum()) for trial in trials))
    headings = ["least error", "normal, largest error", "anomalous, least error", "largest error"]
    rows = []
    for trial in trials:
        order = np.argsort(trial.scores, kind="stable")
        normal, anomalous = order[~trial.anomalous[order]], order[trial.anomalous[order]]
        chosen = [order[:few], normal[::-1][:few], anomalous[:few], order[::-1][:few]]
        rows.append((class_name(dataset, trial.label), [dataset.test_images[places] for places in chosen]))
    plotting.image_groups(path, headings, rows, f"{_title(column)}: test images")


def _draw_lesson(path: Path, column: Detector, trial: Trial, dataset: Dataset) -> None:
    """Draw images of the hardest anomaly, and of other classes, above their reconstructions."""
    rows = []
    columns = min(len(places) for places, _ in trial.outputs.values())
    for kind, name in ((True, "never seen"), (False, "trained on")):
        places, outputs = trial.outputs[kind]
        outputs = outputs.reshape(-1, *dataset.test_images.shape[1:])
        rows += [(name, dataset.test_images[places]), ("reconstructed", outputs)]
    normal, anomalous = mean_errors(trial)
    name = class_name(dataset, trial.label)
    title = (
        f"{column.model}, code of {column.code}, never shown class {name}: squared error per "
        f"image {anomalous:.1f} there, {normal:.1f} on the classes it was trained on"
    )
    plotting.image_rows(path, rows, title=title, columns=columns)


def _title(column: Detector) -> str:
    what = "each class as the only normal one" if column.alone else "each class as the anomaly"
    return f"{column.model}, code of {column.code}, {what}"


def _describe(column: Detector, trials: list[Trial], dataset: Dataset) -> dict[str, Any]:
    names = [class_name(dataset, trial.label) for trial in trials]
    errors = [mean_errors(trial) for trial in trials]
    return {
        "model": column.model,
        "code": column.code,
        "normal": "one class" if column.alone else "all classes but one",
        "epochs": column.epochs,
        "roc_auc": {name: trial.auc for name, trial in zip(names, trials)},
        "mean_roc_auc": mean_auc(trials),
        "error_of_normal": {name: normal for name, (normal, _) in zip(names, errors)},
        "error_of_anomalous": {name: anomalous for name, (_, anomalous) in zip(names, errors)},
        "seconds": sum(trial.seconds for trial in trials),
    }


def _rows(found: Found, dataset: Dataset) -> Iterator[list[str]]:
    kinds = ("auc", "error_of_normal", "error_of_anomalous")
    yield ["class", *(f"{column.name}-{kind}" for column in found for kind in kinds)]
    for trials in zip(*found.values()):
        numbers = [value for trial in trials for value in (trial.auc, *mean_errors(trial))]
        yield [class_name(dataset, trials[0].label), *(f"{value:.6g}" for value in numbers)]
