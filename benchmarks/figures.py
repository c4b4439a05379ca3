"""Draws every figure of README.md from kept runs and recorded results, and records which.

    python -m benchmarks.figures [FIGURE...] --runs DIR

DIR holds runs of `benchmarks.reproduce`; ``npae plot`` draws those with seed 0, in a copy. The charts of
speed are drawn from ``results/``. ``results/figures.json`` holds the digests of run and figure, and the
numbers of the run that are in the tables: ``python -m benchmarks.report --check`` compares them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

from benchmarks import ladder, peers, reproduce, results
from benchmarks.blocks import value_of
from benchmarks.published import RESULTS
from benchmarks.results import FIGURES, ROOT
from npae.console import cli
from npae.recipes.folder import CHECKPOINT, METRICS, UNFOLD
from npae.recipes.unfold import FILM

# The name of each figure, its recipe, and its name in the folder of the run.
DRAWN: dict[str, tuple[str, str]] = {
    "conv.png": ("conv", "reconstructions.png"),
    "conv-loss.png": ("conv", "loss.png"),
    "dense.png": ("dense", "reconstructions.png"),
    "strided-denoiser.png": ("strided-denoiser", "reconstructions.png"),
    "latent2d.png": ("latent2d", "codes.png"),
    "latent2d-unfold.gif": ("latent2d", FILM),
    "transposed-denoiser.png": ("transposed-denoiser", "reconstructions.png"),
    "variational.png": ("variational", "manifold.png"),
    "variational-interpolations.png": ("variational", "interpolations.png"),
    "masking-denoiser.png": ("masking-denoiser", "noise_levels.png"),
    "stacked-denoiser.png": ("stacked-denoiser", "labels.png"),
    "contractive.png": ("contractive", "singular_values.png"),
    "sparse.png": ("sparse", "filters.png"),
    "overcomplete.png": ("overcomplete", "copying.png"),
    "deep.png": ("deep", "digits.png"),
    "anomaly.png": ("anomaly", "auc.png"),
}
CHARTS: dict[str, tuple[str, Callable[[results.Result, Path], Path]]] = {
    "peers.png": ("peers", peers.draw),
    "ladder.png": ("ladder", ladder.draw),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw the figures of the options; return 1 if a figure could not be drawn."""
    names = [*DRAWN, *CHARTS]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.figures", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"default: {' '.join(names)}")
    parser.add_argument("--runs", type=Path, default=Path(reproduce.RUNS), metavar="DIR")
    parser.add_argument("--processor", metavar="NAME", help="for the charts of speed; default: this one")
    parser.add_argument(
        "--results", type=Path, default=results.FOLDER, metavar="DIR", help="the folder of the results"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / FIGURES, metavar="DIR", help="the folder of the figures"
    )
    options = parser.parse_args(arguments)
    wanted = options.figures or names
    if unknown := [name for name in wanted if name not in names]:
        parser.error(f"unknown: {', '.join(unknown)}; expected some of {', '.join(names)}")
    options.out.mkdir(parents=True, exist_ok=True)
    notes = results.read("figures", options.results) or {}
    failed = False
    for recipe in dict.fromkeys(DRAWN[name][0] for name in wanted if name in DRAWN):
        figures = {name: file for name, (whose, file) in DRAWN.items() if whose == recipe and name in wanted}
        try:
            notes |= from_run(recipe, options.runs / f"{recipe}-0", figures, options.out)
        except ValueError as error:
            failed = True
            print(error, file=sys.stderr)
        results.write("figures", notes, options.results)
    for name in (name for name in wanted if name in CHARTS):
        group, draw = CHARTS[name]
        source = f"{group}/{options.processor or results.slug()}"
        result = results.read(source, options.results)
        if result is None:
            failed = True
            print(f"{name}: no result {source}; run python -m benchmarks.{group}", file=sys.stderr)
            continue
        path = draw(result, options.out / name)
        notes[name] = {"result": source, "result_sha256": results.digest(options.results / f"{source}.json")}
        notes[name] |= {"sha256": results.digest(path), "drawn": _today()}
        print(path)
        results.write("figures", notes, options.results)
    return int(failed)


def from_run(recipe: str, run: Path, figures: dict[str, str], out: Path) -> results.Result:
    """Draw the figures of one run in a copy of its folder, copy them to ``out``, and return their entries.

    Raises
    ------
    ValueError
        If the run is not complete, or cannot be drawn.
    """
    if not reproduce.complete(recipe, run):
        raise ValueError(f"{', '.join(figures)}: {run} holds no complete run of {recipe}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, run.name)
        shutil.copytree(run, copy, ignore=shutil.ignore_patterns(CHECKPOINT, "*.png", "*.gif"))
        again = ["anomaly", "--resume", "--out"] if recipe == "anomaly" else ["plot"]
        if cli.main([*again, str(copy)]):
            raise ValueError(f"{', '.join(figures)}: npae {again[0]} failed on a copy of {run}")
        if FILM in figures.values() and not (copy / UNFOLD).exists():
            _film(recipe, run, copy)
        recorded = reproduce.record(recipe, 0, run)
        notes = {}
        for name, file in figures.items():
            if not (copy / file).is_file():
                raise ValueError(f"{name}: npae {again[0]} draws no {file} for {recipe}")
            path = Path(shutil.copyfile(copy / file, out / name))
            print(path)
            notes[name] = {
                "run": run.name,
                "file": file,
                "metrics_sha256": results.digest(run / METRICS),
                "sha256": results.digest(path),
                "drawn": _today(),
                "numbers": {row.ours: value_of(row, recorded) for row in RESULTS.get(recipe, ())},
            }
        return notes


def _film(recipe: str, run: Path, copy: Path) -> None:
    """Repeat a run without codes of its epochs, for the animation; its final loss must be the same."""
    again = copy.with_name("again")
    before = json.loads((run / METRICS).read_text())
    options = ["--data", before["dataset"]["name"], "--seed", str(before["settings"]["seed"])]
    if cli.main(["train", recipe, "--animate", "--quiet", *options, "--out", str(again)]):
        raise ValueError(f"{FILM}: npae train {recipe} --animate failed")
    after = json.loads((again / METRICS).read_text())
    if after["val_loss"] != before["val_loss"]:
        raise ValueError(
            f"{FILM}: {run} has no codes of its epochs, and its repetition ends at {after['val_loss']} "
            f"instead of {before['val_loss']}; train it again with python -m benchmarks.reproduce {recipe}"
        )
    shutil.copyfile(again / FILM, copy / FILM)


def _today() -> str:
    return f"{datetime.now(timezone.utc):%Y-%m-%d}"


if __name__ == "__main__":
    sys.exit(main())
