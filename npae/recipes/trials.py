"""The trainings of `npae anomaly`: each is saved when it ends, and has checkpoints until then."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from npae.datasets import Dataset
from npae.measures.metrics import roc_auc
from npae.recipes.anomaly import Detector, Trial, shown
from npae.recipes.folder import PARTS, entry, in_words, located
from npae.training.checkpoints import read_archive, read_metadata, write_archive
from npae.training.kept import CHECKPOINT, HISTORY, MODEL

DEFAULTS: dict[str, Any] = {"data": "auto", "size": None, "model": None, "code": None}
DEFAULTS |= {"epochs": None, "seed": 0, "limit": None}
KINDS = {"normal": False, "anomalous": True}


class FinishedTrials:
    """The finished trials in the folder ``parts`` of a run, one file each; a training has a folder there.

    Parameters
    ----------
    directory : Path
    settings : dict
        The options of the command, by the names in `DEFAULTS`.
    dataset : Dataset
    """

    def __init__(self, directory: Path, settings: dict[str, Any], dataset: Dataset):
        self.folder = directory / PARTS
        self.labels, self.pixels = dataset.test_labels, math.prod(dataset.image_shape)
        self.metadata = {"settings": settings, "dataset": dataset.describe()}

    def __len__(self) -> int:
        return len(_files(self.folder))

    def in_words(self, total: int) -> str | None:
        """Return how far a run of ``total`` trainings is: "3 of 20 trainings and a part of the next one"."""
        begun = any(self.folder.glob(f"*/{CHECKPOINT}"))
        words = f"{len(self)} of {total} trainings{' and a part of the next one' if begun else ''}"
        return words if begun or len(self) else None

    def trial(self, column: Detector, label: int, train: Callable[..., Trial]) -> tuple[Trial, bool]:
        """Return a trial, and whether it is new.

        A new trial is the result of ``train(folder, facts, check)`` (`npae.recipes.anomaly.try_one`), and is
        saved; then the folder is removed.

        Raises
        ------
        ValueError
            If a saved trial cannot be read, or the new one cannot be written.
        """
        folder = self.folder / f"{column.name}-{label}"
        path = folder.with_name(f"{folder.name}.npz")
        anomalous = (self.labels == label) != column.alone
        if path.is_file():
            _remove(folder)
            return _read(path, label, anomalous, self.pixels), False
        trial = train(folder, self.metadata, self._check)
        arrays = {"scores": trial.scores, "anomalous": trial.anomalous}
        for name, kind in KINDS.items():
            arrays[f"places_{name}"], arrays[f"outputs_{name}"] = trial.outputs[kind]
        facts = {"label": trial.label, "auc": trial.auc, "seconds": trial.seconds, "metadata": self.metadata}
        write_archive(path, facts, arrays)
        _remove(folder)
        return trial, True

    def _check(self, _: dict[str, list[float]], found: dict[str, Any]) -> None:
        """Raise ValueError unless the metadata of a checkpoint are those of this run."""
        before, now = (
            {**entry(metadata, "settings"), "data": entry(metadata, "dataset").get("sha256")}
            for metadata in (found, self.metadata)
        )
        if before != now:
            raise ValueError(f"{self.folder} has a checkpoint of another run; start a new run")

    def check_data(self) -> None:
        """Raise ValueError unless the saved trials have the same data."""
        for path in _begun(self.folder)[:1]:
            before, now = entry(read_metadata(path), "dataset"), self.metadata["dataset"]
            if before.get("sha256") != now["sha256"]:
                sums = f"SHA-256 {str(before.get('sha256'))[:12]} and {now['sha256'][:12]}"
                raise ValueError(
                    f"{self.folder.parent} was trained on {before.get('name')}, and {now['name']} is other "
                    f"data ({sums}); it can be resumed only with the same data"
                )


def settings_of(directory: Path, given: dict[str, Any], resume: bool) -> dict[str, Any]:
    """Return the given settings; the others are those of a resumed run, or `DEFAULTS`.

    Raises
    ------
    ValueError
        If there is no run to resume, or a given setting differs from the run's.
    """
    given = {name: value for name, value in given.items() if value is not None}
    if "data" in given:
        given["data"] = located(given["data"])
    if not resume:
        return {**DEFAULTS, **given}
    files = _begun(directory / PARTS)
    if not files:
        raise ValueError(
            f"{directory} holds no detectors to resume from; leave out --resume to start a new run"
        )
    began = {**DEFAULTS, **entry(read_metadata(files[0]), "settings")}
    texts = [began["data"], *(began[name] for name in ("model", "size") if began[name] is not None)]
    numbers = ("code", "epochs", "seed", "limit")
    if began.keys() != DEFAULTS.keys() or not (
        all(isinstance(text, str) for text in texts)
        and all(began[name] is None or type(began[name]) is int for name in numbers)
    ):
        raise ValueError(f"{files[0]} has settings that npae anomaly did not write")
    for name, value in given.items():
        if name != "data" and value != began[name]:  # `check_data` compares the data by their checksums
            raise ValueError(
                f"the run in {directory} began {in_words(name, began[name])}, and cannot continue "
                f"{in_words(name, value)}; leave that out, or start a new run in another --out"
            )
    return {**began, **given}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz"))


def _begun(folder: Path) -> list[Path]:
    """Return the files with the run's settings: the finished trials, or else the checkpoints."""
    return _files(folder) or sorted(folder.glob(f"*/{CHECKPOINT}"))


def _remove(folder: Path) -> None:
    """Remove the folder of a finished training, if it has no files of others."""
    for name in (MODEL, HISTORY, CHECKPOINT):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _read(path: Path, label: int, anomalous: np.ndarray, pixels: int) -> Trial:
    facts, arrays = read_archive(path)
    try:
        scores, seconds = arrays["scores"], facts["seconds"]
        outputs = {
            kind: (arrays[f"places_{name}"], arrays[f"outputs_{name}"]) for name, kind in KINDS.items()
        }
        same = [(arrays["anomalous"], anomalous), (np.array(facts["label"]), np.array(label))]
    except KeyError as error:
        raise ValueError(f"{path} holds no trial of npae anomaly: it has no entry {error}") from None
    sizes = [(scores, anomalous.shape)]
    for kind, (places, images) in outputs.items():
        same.append((places, right := shown(anomalous, kind)))
        sizes.append((images, (len(right), pixels)))
    if not (
        all(np.array_equal(found, right) for found, right in same)
        and all(found.shape == size and found.dtype.kind == "f" for found, size in sizes)
        and all(np.isfinite(found).all() for found, _ in sizes)
        and isinstance(seconds, (int, float))
        and 0 <= seconds < math.inf
    ):
        raise ValueError(f"{path} holds no trial of npae anomaly on these data")
    return Trial(label, scores, anomalous, roc_auc(scores, anomalous), outputs, seconds)
