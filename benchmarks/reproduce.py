"""Trains the recipes as published, over several seeds, and prints the results beside the originals'.

    python -m benchmarks.reproduce [NAME...] [--seeds N] [--out DIR]

Each run is an ordinary run of ``npae train``, kept in DIR; a run that is there already is not trained again,
and one that was interrupted goes on, so that a reproduction can be made in pieces. ``anomaly`` is the command
of that name. Where the originals were run again with their own frameworks, over one to four seeds, a curve of
ours belongs where theirs lie.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.published import RESULTS, Row
from npae import datasets
from npae.console import cli
from npae.recipes import RECIPES, get_recipe
from npae.recipes.folder import HISTORY, METRICS, PARTS, Settings, begun, make_room, read_history
from npae.recipes.run import Run, load_run
from npae.training.callbacks import Progress

HEAD = ("setting", "", "published", "Keras or PyTorch, measured", "npae")


def main() -> None:
    """Train what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {' '.join(RESULTS)}")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="seeds 0 to N-1; default: 3")
    parser.add_argument("--out", default="runs/reproduce", metavar="DIR", help="default: runs/reproduce")
    options = parser.parse_args()
    rows = []
    for name in options.names or RESULTS:
        runs = [trained(name, seed, Path(options.out) / f"{name}-{seed}") for seed in range(options.seeds)]
        rows += rows_of(name, runs)
    table = markdown(HEAD, rows)
    (Path(options.out) / "table.md").write_text(table)
    print(table)


def trained(name: str, seed: int, directory: Path) -> tuple[dict[str, list[float]], dict, float]:
    """Return history, metrics and the seconds of the parts of a recipe's run with this seed, trained if it is
    not there yet."""
    if name == "anomaly":
        return detected(seed, directory)
    recipe = get_recipe(name)
    if not complete(name, directory):
        run = Run(Settings(name, seed=seed), datasets.load(recipe.dataset), directory)
        goes_on = begun(directory) is not None
        if not goes_on:
            make_room(directory)
        print(f"{name}, seed {seed}")
        run.train([Progress()], resume=goes_on)
    parts = [sum(read_history(path)["seconds"]) for path in sorted(directory.glob(f"{PARTS}/*/{HISTORY}"))]
    return load_run(directory).history, json.loads((directory / METRICS).read_text()), sum(parts)


def detected(seed: int, directory: Path) -> tuple[dict[str, list[float]], dict, float]:
    """Return what `trained` does, of a run of ``npae anomaly``; its metrics are the areas under the curve,
    named "deep-2-anomaly-7", with the class that is singled out, or "deep-2-anomaly-mean"."""
    if not (directory / METRICS).is_file():
        resume = ["--resume"] if any(directory.glob(f"{PARTS}/*.npz")) else []
        command = ["anomaly", "--data", "mnist", "--seed", str(seed), "--out", str(directory), *resume]
        if cli.main(command):
            raise SystemExit(1)  # it has said why
    areas, seconds = {}, 0.0
    for found in json.loads((directory / METRICS).read_text())["detectors"]:
        kind = "normal" if found["normal"] == "one class" else "anomaly"
        for label, area in {**found["roc_auc"], "mean": found["mean_roc_auc"]}.items():
            areas[f"{found['model']}-{found['code']}-{kind}-{label}"] = area
        seconds += found["seconds"]
    return {"seconds": [seconds]}, areas, 0.0


def complete(name: str, directory: Path) -> bool:
    """Return whether a run has all numbers of the table: what its parts tell comes after the others."""
    if not (directory / METRICS).is_file():
        return False
    known = {*json.loads((directory / METRICS).read_text()), *read_history(directory / HISTORY)}
    return all(row.ours.partition(" ")[0] in known for row in RESULTS[name])


def rows_of(name: str, runs: list[tuple[dict[str, list[float]], dict, float]]) -> list[tuple[str, ...]]:
    """Return the rows of one recipe, with a number a seed in each cell."""
    title = f"`{name}`, {get_recipe(name).epochs} epochs" if name in RECIPES else f"`npae {name}`"
    rows = []
    for row in RESULTS[name]:
        ours = [value_of(row, history, metrics) for history, metrics, _ in runs]
        rows.append(
            (title, row.what, row.published, _listed(row.measured, row.digits), _listed(ours, row.digits))
        )
        title = ""
    seconds = [sum(history["seconds"]) for history, _, _ in runs]
    rows.append(("", "seconds, with validation", "", "", _listed(seconds, 0)))
    if any(parts for _, _, parts in runs):  # pre-training, or the models to compare with
        seconds = [own + parts for own, (_, _, parts) in zip(seconds, runs)]
        rows.append(("", "the same, with its parts", "", "", _listed(seconds, 0)))
    return rows


def value_of(row: Row, history: dict[str, list[float]], metrics: dict) -> float:
    """Return one number of a run."""
    column, _, epoch = row.ours.partition(" ")
    return history[column][int(epoch or 0) - 1] if column in history else metrics[column]


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _listed(values, digits: int) -> str:
    return " / ".join(f"{value:.{digits}f}" for value in values)


if __name__ == "__main__":
    main()
