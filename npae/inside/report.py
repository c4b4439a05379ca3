"""A trained run as one page of HTML, and several runs side by side: `npae report` and `npae compare`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npae.files.reading import read_text, regular_file
from npae.files.writing import written_whole
from npae.inside import anatomy
from npae.inside.doctor import NOTHING, Diagnosis, examine, training_of
from npae.inside.html import curves, element, page, picture, table
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
CURVES = "loss.png"  # the page draws these curves itself, in its own colours
PNG = b"\x89PNG\r\n\x1a\n"
# Entries of metrics.json that are told in other places of the page, or that are no measures.
TOLD = {"recipe", "source", "objective", "settings", "dataset", "corruption", "sample", "augment", "threads"}
TOLD |= {"backend", "versions", "findings", "layers"}


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
            if name not in TOLD and isinstance(value, (int, float)) and not isinstance(value, bool)
        }

    @property
    def published(self) -> dict[str, float]:
        """The last published value of each measure that the original's log has, for as many epochs."""
        logs, epochs = self.recipe.published.items(), len(self.history["loss"])
        return {name: by_number(log)[epochs] for name, log in logs if epochs in by_number(log)}


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
    for name, label in (("loss", "training loss"), ("val_loss", "validation loss")):
        series = {str(r.directory): by_number(r.history[name]) for r in records if name in r.history}
        parts.append(curves(series, label))
    return _written(path, page("npae: runs side by side", parts))


def comparison(records: Sequence[Record]) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table with a column for each run; measures that all runs have are first."""
    facts: list[tuple[str, Callable[[Record], str]]] = [
        ("recipe", lambda r: r.recipe.name),
        ("data", lambda r: str(_in(r.metrics, "dataset", "name"))),
        ("seed", lambda r: str(_in(r.metrics, "settings", "seed"))),
        ("epochs", lambda r: str(len(r.history["loss"]))),
        ("batch size", lambda r: str(_in(r.metrics, "settings", "batch_size"))),
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
    data = _in(metrics, "dataset", "name") or "unknown data"
    title = f"{recipe.name} on {data}"
    lead = f"{recipe.summary[:1].upper()}{recipe.summary[1:]}. Source: {recipe.source or 'your own'}."
    parts = [element("h1", title), element("p", lead, cls="lead"), element("h2", "Command")]
    parts.append(element("pre", command(settings)))
    parts += [element("p", _about_data(metrics)), element("h2", "Numbers")]
    published = record.published
    measures = record.measures.items()
    rows = [[in_words(name), number(value), number(published.get(name))] for name, value in measures]
    parts.append(table(["", "npae", "published"], rows))
    series = {"training": by_number(record.history["loss"])}
    if "val_loss" in record.history:
        series["validation"] = by_number(record.history["val_loss"])
    for name, values in recipe.published.items():
        series[f"published {'validation' if name == 'val_loss' else 'training'}"] = by_number(values)
    parts += [element("h2", "Loss"), curves(series, f"{metrics.get('objective', 'loss')}")]
    layers = record.model.layer_table()
    parts += [element("h2", "Architecture"), table(layers[0], layers[1:])]
    parts += [element("h2", "Anatomy of a training step"), *_anatomy(run)]
    parts += [element("h2", "Doctor"), *_doctor(run, metrics)]
    parts += [element("h2", "Figures"), *_figures(record.directory)]
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


def by_number(values: Sequence[float] | Mapping[int, float]) -> dict[int, float]:
    """Return the values of a log by epoch, counted from 1."""
    return dict(values) if isinstance(values, Mapping) else dict(enumerate(values, start=1))


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


def _doctor(run: Run | str, metrics: Mapping[str, Any]) -> list[str]:
    """Return the diagnosis; without the data, what was found in the codes when the training ended."""
    if not isinstance(run, str):
        found = examine(training_of(run))
        parts = [part for each in found for part in _diagnosis(each)]
        return parts or [element("p", f"{NOTHING[:1].upper()}{NOTHING[1:]}.")]
    given = metrics.get("findings")
    kept = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    lines = [f"At the end of the training: {each.get('sentence')} ({each.get('evidence')})" for each in kept]
    return [*_missing(run), *(element("p", line) for line in lines)]


def _missing(why: str) -> list[str]:
    return [
        element("p", "This needs the data of the training, which could not be read:"),
        element("pre", why),
    ]


def _diagnosis(found: Diagnosis) -> list[str]:
    text = element("p", f"{found.sentence[:1].upper()}{found.sentence[1:]}.")
    return [element("h3", found.title), text, element("p", f"Evidence: {found.evidence}.", cls="lead")]


def _figures(directory: Path) -> list[str]:
    """Return the figures in the folder, the smallest first, as far as they fit the size of a page."""
    found = []
    for path in sorted(set(directory.glob("*.png")) - {directory / CURVES}):
        try:
            with regular_file(path, LARGEST_FIGURES) as file:
                content = file.read()
        except (OSError, ValueError):
            content = b""
        found.append((path, content if content.startswith(PNG) else b""))
    room, fits = LARGEST_FIGURES, set()
    for path, content in sorted(found, key=lambda each: len(each[1])):
        if 0 < len(content) <= room:
            fits.add(path)
            room -= len(content)
    parts = [
        picture(content, path.stem.replace("_", " ").replace("-", " "))
        if path in fits
        else element("p", f"{path.name} is too large for this page, or no picture: see the folder.")
        for path, content in found
    ]
    return parts or [element("p", "The folder holds no figures; npae plot draws them.")]


def _in(values: Any, *path: str) -> Any:
    for name in path:
        values = values.get(name) if isinstance(values, Mapping) else None
    return values


def _mapping(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return found if isinstance(found := values.get(name), Mapping) else {}


def _written(path: str | os.PathLike, text: str) -> Path:
    with written_whole(path) as file:
        file.write(text.encode("utf-8", "replace"))
    return Path(path)
