"""The finished trainings of `npae anomaly`: each is written as it ends, so an interrupt loses one at most."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from npae.datasets import Dataset
from npae.recipes.anomaly import Detector, Trial
from npae.recipes.folder import PARTS, in_words, located
from npae.training.checkpoints import read_archive, read_metadata, write_archive

DEFAULTS = {"data": "auto", "model": None, "code": None, "epochs": None, "seed": 0, "limit": None}
KINDS = {"normal": False, "anomalous": True}


class FinishedTrials:
    """The finished trials in the folder ``parts`` of a run, a file for each.

    Parameters
    ----------
    directory : Path
    settings : dict
        What was asked for, by the names in `DEFAULTS`.
    dataset : Dataset
    """

    def __init__(self, directory: Path, settings: dict[str, Any], dataset: Dataset):
        self.folder = directory / PARTS
        self.metadata = {"settings": settings, "dataset": dataset.describe()}

    def __len__(self) -> int:
        return len(_files(self.folder))

    def trial(self, column: Detector, label: int, train: Callable[[], Trial]) -> tuple[Trial, bool]:
        """Return a trial, and whether it is new: it is trained and written only if it is not there.

        Raises
        ------
        ValueError
            If what is there cannot be read, or nothing can be written.
        """
        path = self.folder / f"{column.name}-{label}.npz"
        if path.is_file():
            return _read(path), False
        trial = train()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"cannot write into {self.folder}: {error.strerror}") from None
        arrays = {"scores": trial.scores, "anomalous": trial.anomalous}
        for name, kind in KINDS.items():
            arrays[f"places_{name}"], arrays[f"outputs_{name}"] = trial.outputs[kind]
        facts = {"label": trial.label, "auc": trial.auc, "seconds": trial.seconds, "metadata": self.metadata}
        write_archive(path, facts, arrays)
        return trial, True

    def check_data(self) -> None:
        """Raise ValueError unless the trials that are there were made with the same data."""
        for path in _files(self.folder)[:1]:
            before, now = read_metadata(path)["dataset"], self.metadata["dataset"]
            if before["sha256"] != now["sha256"]:
                sums = f"SHA-256 {before['sha256'][:12]} and {now['sha256'][:12]}"
                raise ValueError(
                    f"{self.folder.parent} was made with {before['name']}, and {now['name']} is other data "
                    f"({sums}); it goes on only with what it began with"
                )


def settings_of(directory: Path, asked: dict[str, Any], resume: bool) -> dict[str, Any]:
    """Return the settings of a run: those asked for, else those it began with if it goes on, else `DEFAULTS`.

    Raises
    ------
    ValueError
        If there is nothing to go on with, or it began in another way.
    """
    asked = {name: value for name, value in asked.items() if value is not None}
    if "data" in asked:
        asked["data"] = located(asked["data"])
    if not resume:
        return {**DEFAULTS, **asked}
    files = _files(directory / PARTS)
    if not files:
        raise ValueError(
            f"{directory} holds no trained detectors to go on with; leave out --resume to start a new run"
        )
    began = {**DEFAULTS, **read_metadata(files[0])["settings"]}
    for name, value in asked.items():
        if name != "data" and value != began[name]:  # the data are compared by what they are
            raise ValueError(
                f"the run in {directory} began {in_words(name, began[name])}, and cannot go on "
                f"{in_words(name, value)}; leave that out, or start a new run in another --out"
            )
    return {**began, **asked}


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz"))


def _read(path: Path) -> Trial:
    facts, arrays = read_archive(path)
    try:
        outputs = {
            kind: (arrays[f"places_{name}"], arrays[f"outputs_{name}"]) for name, kind in KINDS.items()
        }
        scores, anomalous = arrays["scores"], arrays["anomalous"]
        return Trial(facts["label"], scores, anomalous, facts["auc"], outputs, facts["seconds"])
    except KeyError as error:
        raise ValueError(f"{path} holds no trial of npae anomaly: it has no entry {error}") from None
