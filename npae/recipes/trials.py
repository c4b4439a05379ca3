"""The trainings of `npae anomaly`: each is saved when it ends, and has checkpoints until then."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from npae.datasets import Dataset
from npae.recipes.anomaly import Detector, Trial
from npae.recipes.folder import PARTS, entry, in_words, located
from npae.training.checkpoints import read_archive, read_metadata, write_archive
from npae.training.kept import CHECKPOINT, HISTORY, MODEL

DEFAULTS = {"data": "auto", "model": None, "code": None, "epochs": None, "seed": 0, "limit": None}
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
        if path.is_file():
            _remove(folder)
            return _read(path), False
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
    texts, numbers = (began["data"], began["model"] or ""), ("code", "epochs", "seed", "limit")
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


def _read(path: Path) -> Trial:
    facts, arrays = read_archive(path)
    try:
        outputs = {
            kind: (arrays[f"places_{name}"], arrays[f"outputs_{name}"]) for name, kind in KINDS.items()
        }
        scores, anomalous = arrays["scores"], arrays["anomalous"]
        pairs = [(scores, anomalous), *outputs.values()]
        numbers = facts["label"], facts["auc"], facts["seconds"]
        if not all(isinstance(number, (int, float)) for number in numbers) or any(
            one.shape[:1] != other.shape[:1] for one, other in pairs
        ):
            raise ValueError(f"{path} holds no trial of npae anomaly: its numbers do not belong together")
        return Trial(facts["label"], scores, anomalous, facts["auc"], outputs, facts["seconds"])
    except KeyError as error:
        raise ValueError(f"{path} holds no trial of npae anomaly: it has no entry {error}") from None
