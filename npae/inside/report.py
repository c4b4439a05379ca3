"""A trained run as one page of HTML, and several runs side by side: `npae report` and `npae compare`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from npae.files.reading import read_text, regular_file
from npae.files.writing import written_whole
from npae.inside import anatomy
from npae.inside.doctor import NOTHING, Diagnosis, examine, training_of
from npae.inside.html import element, page, picture, table
from npae.model import Sequential
from npae.recipes import get_recipe
from npae.recipes.folder import METRICS, read_history
from npae.recipes.recipe import Recipe
from npae.recipes.run import Run
from npae.recipes.stored import load_trained
from npae.training.fit import NonFiniteLoss
from npae.training.kept import HISTORY

LARGEST_METRICS = 1 << 22  # bytes
LARGEST_FIGURES = 2_000_000  # bytes of all figures of a page; base64 makes a third more of them
CURVES = "loss.png"  # the first figure
OF_A_CHART = 28  # runs whose lines differ, by seven colours and four dashes
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Record:
    """What the folder of a run says about it.

    Attributes
    ----------
    directory : Path
    recipe : Recipe
    model : Sequential
    metrics : dict
        The content of metrics.json.
    history : dict of list
        The values of each epoch by name.
    """

    directory: Path
    recipe: Recipe
    model: Sequential
    metrics: dict[str, Any]
    history: dict[str, list[float]]

    @property
    def measures(self) -> dict[str, float]:
        """The numbers in metrics.json that measure the trained run."""
        return {
            name: float(value)
            for name, value in self.metrics.items()
            if name != "threads" and isinstance(value, (int, float)) and not isinstance(value, bool)
        }

    @property
    def published(self) -> dict[str, float]:
        """The last published value of each measure that the original's log has, for as many epochs."""
        found: dict[str, float] = {}
        epochs = len(self.history["loss"])
        for name, log in self.recipe.published.items():
            by_epoch = log if isinstance(log, Mapping) else dict(enumerate(log, start=1))
            found |= {name: by_epoch[epochs]} if epochs in by_epoch else {}
        return found


def read_record(directory: str | os.PathLike) -> Record:
    """Read the record of a trained run.

    Raises
    ------
    ValueError
        If the folder holds no trained run, or a file of it is damaged.
    """
    model, settings, _ = load_trained(directory)
    path = Path(directory) / METRICS
    try:
        metrics = json.loads(read_text(path, LARGEST_METRICS), parse_int=_whole)
    except FileNotFoundError:
        raise ValueError(f"{path} is missing; npae train writes it when the training ends") from None
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None
    if not isinstance(metrics, dict):
        raise ValueError(f"{path} holds no metrics: expected a JSON object")
    recipe = get_recipe(settings.recipe)
    return Record(Path(directory), recipe, model, metrics, read_history(Path(directory) / HISTORY))


def _whole(digits: str) -> float:
    """Return an integer of JSON; one that is too long for a float is infinite."""
    return int(digits) if len(digits) < 20 else float(digits)


def write_report(record: Record, run: Run | str, path: str | os.PathLike) -> Path:
    """Write the page of a run, and return its path; see `report`."""
    return _written(path, report(record, run))


def write_comparison(records: Sequence[Record], path: str | os.PathLike) -> Path:
    """Write the page that puts runs side by side, and return its path."""
    header, rows = comparison(records)
    parts = [element("h1", "Runs side by side"), table(header, rows)]
    for name in ("loss", "val_loss"):
        having = [record for record in records if name in record.history]
        for start in range(0, len(having), OF_A_CHART):
            parts.append(_chart(having[start : start + OF_A_CHART], name))
    return _written(path, page("npae: runs side by side", parts))


def _chart(records: Sequence[Record], name: str) -> str:
    """Return a picture of the values of several runs by epoch, on a logarithmic scale if they reach far."""
    from npae import plotting

    series = {str(r.directory): (np.arange(len(r.history[name])) + 1, r.history[name]) for r in records}
    values = np.concatenate([some for _, some in series.values()])
    log, last = (
        "y" * bool(1e-100 < values.min() < values.max() / 10 < 1e100),
        max(len(x) for x, _ in series.values()),
    )
    ticks = {epoch: str(epoch) for epoch in range(1, last + 1, -(-last // 10))}
    look: dict[str, Any] = {"log": log, "ticks": ticks, "variants": -(-len(series) // 7)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "chart.png"
        plotting.lines(path, series, "", "epoch", in_words(name), **look)
        return picture(path.read_bytes(), f"{in_words(name)} by epoch of {', '.join(series)}")


def comparison(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table with a column for each run; measures that all runs have are first."""
    facts: list[tuple[str, Callable[[Record], str]]] = [
        ("recipe", lambda r: r.recipe.name),
        ("data", lambda r: str(_mapping(r.metrics, "dataset").get("name"))),
        ("seed", lambda r: str(_mapping(r.metrics, "settings").get("seed"))),
        ("epochs", lambda r: str(len(r.history["loss"]))),
        ("batch size", lambda r: str(_mapping(r.metrics, "settings").get("batch_size"))),
        ("parameters", lambda r: f"{sum(value.size for value in r.model.params.values()):,}"),
    ]
    rows = [[name, *(tell(record) for record in records)] for name, tell in facts]
    names = dict.fromkeys(name for record in records for name in record.measures)
    shared = [name for name in names if all(name in record.measures for record in records)]
    for name in [*shared, *(name for name in names if name not in shared)]:
        rows.append([in_words(name), *(number(record.measures.get(name)) for record in records)])
    return ["", *(str(record.directory) for record in records)], rows


def report(record: Record, run: Run | str) -> str:
    """Return the page of one run.

    Parameters
    ----------
    record : Record
    run : Run or str
        The run with its data, for anatomy and doctor; or why there are none.
    """
    recipe, metrics, settings = record.recipe, record.metrics, _mapping(record.metrics, "settings")
    data = _mapping(metrics, "dataset").get("name") or "unknown data"
    title = f"{recipe.name} on {data}"
    lead = f"{recipe.summary[:1].upper()}{recipe.summary[1:]}. Source: {recipe.source or 'your own'}."
    parts = [element("h1", title), element("p", lead, cls="lead"), element("h2", "Command")]
    parts.append(element("pre", command(settings)))
    parts += [element("p", _about_data(metrics)), element("h2", "Numbers")]
    published = record.published
    measures = record.measures.items()
    rows = [[in_words(name), number(value), number(published.get(name))] for name, value in measures]
    parts.append(table(["", "npae", "published"], rows))
    parts += [element("h2", "Figures"), *_figures(record.directory)]
    layers = record.model.layer_table()
    parts += [element("h2", "Architecture"), table(layers[0], layers[1:])]
    parts += [element("h2", "Anatomy of a training step"), *_anatomy(run)]
    parts += [element("h2", "Doctor"), *_doctor(run)]
    versions = ", ".join(f"{name} {value}" for name, value in _mapping(metrics, "versions").items())
    parts.append(element("p", f"Computed with {versions}.", cls="lead"))
    return page(f"npae: {title}", parts)


def command(settings: Mapping[str, Any]) -> str:
    """Return the command that trains the run again."""
    text = f"npae train {settings.get('recipe')}"
    for name in ("data", "epochs", "batch_size", "seed", "limit"):
        if settings.get(name) is not None:
            text += f" --{name.replace('_', '-')} {settings[name]}"
    return text + (" --noise" if settings.get("noise") else "")


def in_words(name: str) -> str:
    """Return the name of a measure for a person: "test loss"."""
    return {"loss": "training loss", "val_loss": "validation loss"}.get(name, name.replace("_", " "))


def number(value: float | None) -> str:
    """Return a number for a table; "–" for None."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) < 1e15 else f"{value:.4g}"


def _about_data(metrics: Mapping[str, Any]) -> str:
    data = _mapping(metrics, "dataset")
    kind = "synthetic images, drawn by npae" if data.get("synthetic") else str(data.get("source", ""))
    text = (
        f"Data: {data.get('name')} ({kind}), {data.get('train')} training and {data.get('test')} test images"
    )
    return (
        f"{text}, SHA-256 {data.get('sha256')}. Threads: {metrics.get('threads')}, {metrics.get('backend')}."
    )


def _anatomy(run: Run | str) -> list[str]:
    if isinstance(run, str):
        return _missing(run)
    try:
        header, rows, legend = anatomy.described(anatomy.anatomy_of(run))
    except NonFiniteLoss as error:
        return [element("p", f"A step of this model cannot be computed: {error}")]
    return [table(header, rows), *(element("p", line, cls="lead") for line in legend)]


def _doctor(run: Run | str) -> list[str]:
    if isinstance(run, str):
        return _missing(run)
    parts = [part for each in examine(training_of(run)) for part in _diagnosis(each)]
    return parts or [element("p", f"{NOTHING[:1].upper()}{NOTHING[1:]}.")]


def _missing(why: str) -> list[str]:
    return [
        element("p", "This needs the data of the training, which could not be read:"),
        element("pre", why),
    ]


def _diagnosis(found: Diagnosis) -> list[str]:
    text = element("p", f"{found.sentence[:1].upper()}{found.sentence[1:]}.")
    return [element("h3", found.title), text, element("p", f"Evidence: {found.evidence}.", cls="lead")]


def _figures(directory: Path) -> list[str]:
    """Return the figures in the folder, as many as fit the size of a page, those of the loss first."""
    parts, room = [], LARGEST_FIGURES
    for path in sorted(directory.glob("*.png"), key=lambda path: (path.name != CURVES, path)):
        try:
            with regular_file(path, room) as file:
                content = file.read()
        except (OSError, ValueError):
            content = b""
        if content.startswith(PNG):
            room -= len(content)
            parts.append(picture(content, path.stem.replace("_", " ").replace("-", " ")))
        else:
            text = f"{path.name} is too large for this page, or no picture: see the folder."
            parts.append(element("p", text))
    return parts or [element("p", "The folder holds no figures; npae plot draws them.")]


def _mapping(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return found if isinstance(found := values.get(name), Mapping) else {}


def _written(path: str | os.PathLike, text: str) -> Path:
    with written_whole(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return Path(path)
