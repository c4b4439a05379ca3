"""A trained run as one page of HTML, and several runs side by side: `npae report` and `npae compare`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from npae.files.reading import read_text, regular_file
from npae.files.writing import write_whole
from npae.inside import anatomy
from npae.inside.doctor import NOTHING, examine, training_of
from npae.inside.html import element, page, picture, table
from npae.model import Sequential
from npae.recipes import get_recipe
from npae.recipes.folder import METRICS, Settings, read_history
from npae.recipes.recipe import Recipe
from npae.recipes.run import Run
from npae.recipes.stored import load_trained
from npae.training.fit import NonFiniteLoss
from npae.training.kept import HISTORY

LARGEST_METRICS = 1 << 22  # bytes
LARGEST_FIGURES = 2_000_000  # bytes of all figures of a page; base64 makes a third more of them
CURVES = "loss.png"  # the first figure
OF_A_CHART = 28  # runs whose lines differ, by seven colours and four dashes
MISSING = "This needs the data of the training, which could not be read:"
PNG = b"\x89PNG\r\n\x1a\n"


class Record(NamedTuple):
    """What the folder of a run says about it: its model with the metadata, metrics.json, and history.csv."""

    directory: Path
    model: Sequential
    settings: Settings
    metadata: Mapping[str, Any]
    metrics: dict[str, Any]
    history: dict[str, list[float]]

    @property
    def recipe(self) -> Recipe:
        """The recipe of the settings."""
        return get_recipe(self.settings.recipe)

    @property
    def measures(self) -> dict[str, float]:
        """The numbers in metrics.json that measure the trained run."""
        found = self.metrics.items()
        return {name: value for name, value in found if isinstance(value, float) and name != "threads"}

    @property
    def published(self) -> dict[str, float]:
        """What the original reports after as many epochs on the same data set, by measure."""
        recipe, epochs = self.recipe, len(self.history["loss"])
        same = self.metadata["dataset"]["name"] == recipe.dataset and self.settings.limit is None
        logs = {
            k: v if isinstance(v, Mapping) else dict(enumerate(v, 1)) for k, v in recipe.published.items()
        }
        return {name: log[epochs] for name, log in logs.items() if same and epochs in log}


def read_record(directory: str | os.PathLike) -> Record:
    """Read the record of a trained run.

    Raises
    ------
    ValueError
        If the folder holds no trained run, or a file of it is damaged.
    """
    trained, path = load_trained(directory), Path(directory) / METRICS
    try:
        metrics = json.loads(read_text(path, LARGEST_METRICS), parse_int=float)
    except FileNotFoundError:
        raise ValueError(f"{path} is missing; npae train writes it when the training ends") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    if not isinstance(metrics, dict):
        raise ValueError(f"{path} holds no metrics: expected a JSON object")
    return Record(Path(directory), *trained, metrics, read_history(Path(directory) / HISTORY))


def report(record: Record, run: Run | str) -> str:
    """Return the page of one run.

    Parameters
    ----------
    record : Record
    run : Run or str
        The run with its data, for anatomy and doctor; or why there are none.
    """
    recipe, published, layers = record.recipe, record.published, record.model.layer_table()
    measures = record.measures.items()
    numbers = [[in_words(name), number(value), number(published.get(name))] for name, value in measures]
    columns = 3 if published else 2
    sections = {
        "Command": [element("pre", command(record.settings)), element("p", _about_data(record))],
        "Numbers": [table(["", "npae", "published"][:columns], [row[:columns] for row in numbers])],
        "Figures": _figures(record.directory),
        "Architecture": [table(layers[0], layers[1:])],
    }
    for name, tell in (("Anatomy of a training step", _anatomy), ("Doctor", _doctor)):
        missing = [element("p", MISSING), element("pre", str(run))]
        sections[name] = missing if isinstance(run, str) else tell(run)
    title = f"{recipe.name} on {record.metadata['dataset']['name']}"
    lead = f"{recipe.summary[:1].upper()}{recipe.summary[1:]}. Source: {recipe.source or 'your own'}."
    parts = [element("h1", title), element("p", lead, cls="lead")]
    for name, content in sections.items():
        parts += [element("h2", name), *content]
    return page(f"npae: {title}", parts)


def command(settings: Settings) -> str:
    """Return the command that trains the run again."""
    text = f"npae train {settings.recipe}"
    for name in ("data", "size", "epochs", "batch_size", "seed", "limit"):
        if (value := getattr(settings, name)) is not None:
            text += f" --{name.replace('_', '-')} {value}"
    return text + " --noise" * bool(settings.noise)


def in_words(name: str) -> str:
    """Return the name of a measure for a person: "test loss"."""
    return {"loss": "training loss", "val_loss": "validation loss"}.get(name, name.replace("_", " "))


def number(value: float | None) -> str:
    """Return a number for a table; "–" for None."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"


def _about_data(record: Record) -> str:
    data, found = record.metadata["dataset"], record.metrics.get("versions")
    kind = "synthetic images, drawn by npae" if data.get("synthetic") else data.get("source")
    counts = f"{data.get('train')} training and {data.get('test')} test images, SHA-256 {data['sha256']}"
    versions = [f"{name} {version}" for name, version in found.items()] if isinstance(found, dict) else []
    return f"Data: {data['name']} ({kind}), {counts}. Computed with {', '.join(versions)}."


def _anatomy(run: Run) -> list[str]:
    try:
        header, rows, legend = anatomy.described(anatomy.anatomy_of(run))
    except NonFiniteLoss as error:
        return [element("p", f"A step of this model cannot be computed: {error}")]
    return [table(header, rows), *(element("p", line, cls="lead") for line in legend)]


def _doctor(run: Run) -> list[str]:
    parts = []
    for found in examine(training_of(run)):
        text = element("p", f"{found.sentence[:1].upper()}{found.sentence[1:]}.")
        parts += [element("h3", found.title), text, element("p", f"Evidence: {found.evidence}.", cls="lead")]
    return parts or [element("p", f"{NOTHING[:1].upper()}{NOTHING[1:]}.")]


def _figures(directory: Path) -> list[str]:
    """Return the figures in the folder, as many as fit the size of a page, those of the loss first."""
    parts, room = [], LARGEST_FIGURES
    for path in sorted(directory.glob("*.png"), key=lambda path: (path.name != CURVES, path)):
        content = b""
        with suppress(OSError, ValueError), regular_file(path, room) as file:
            content = file.read()
        if content.startswith(PNG):
            room -= len(content)
            parts.append(picture(content, path.stem.replace("_", " ").replace("-", " ")))
        else:
            told = "is too large for this page, or no picture: see the folder."
            parts.append(element("p", f"{path.name} {told}"))
    return parts or [element("p", "The folder holds no figures; npae plot draws them.")]


def comparison(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table with a column for each run; what all runs have is first."""
    columns = []
    for record in records:
        settings, count = record.settings, sum(value.size for value in record.model.params.values())
        facts = {"recipe": settings.recipe, "data": record.metadata["dataset"]["name"], "seed": settings.seed}
        facts |= {"epochs": len(record.history["loss"]), "batch size": settings.batch_size}
        facts |= {"parameters": f"{count:,}"}
        facts |= {in_words(name): number(value) for name, value in record.measures.items()}
        columns.append(facts)
    names = dict.fromkeys(name for column in columns for name in column)
    shared_first = sorted(names, key=lambda name: not all(name in column for column in columns))
    rows = [[name, *(str(column.get(name, "–")) for column in columns)] for name in shared_first]
    return ["", *(str(record.directory) for record in records)], rows


def write_comparison(records: Sequence[Record], path: str | os.PathLike) -> Path:
    """Write the page that puts runs side by side, and return its path."""
    parts = [element("h1", "Runs side by side"), table(*comparison(records))]
    for name in ("loss", "val_loss"):
        having = [record for record in records if name in record.history]
        for start in range(0, len(having), OF_A_CHART):
            parts.append(_chart(having[start : start + OF_A_CHART], name))
    return write_whole(path, page("npae: runs side by side", parts).encode("utf-8", "replace"))


def _chart(records: Sequence[Record], name: str) -> str:
    """Return a picture of the values of several runs by epoch, on a logarithmic scale if they reach far."""
    from npae import plotting

    series = {str(r.directory): (np.arange(len(r.history[name])) + 1, r.history[name]) for r in records}
    values, last = np.concatenate([y for _, y in series.values()]), max(len(x) for x, _ in series.values())
    ticks = {epoch: str(epoch) for epoch in range(1, last + 1, -(-last // 10))}
    look: dict[str, Any] = {"ticks": ticks, "variants": -(-len(series) // 7)}
    look["log"] = "y" if 1e-100 < values.min() < values.max() / 10 < 1e100 else ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chart.png"
        plotting.lines(path, series, "", "epoch", in_words(name), **look)
        return picture(path.read_bytes(), f"{in_words(name)} by epoch of {', '.join(series)}")
