"""Trains the recipes as published, over several seeds, and prints the results beside the originals'.

    python -m benchmarks.reproduce [NAME...] [--seeds N] [--out DIR]

The originals were run with their own frameworks, over one to four seeds: a curve of ours belongs where theirs
lie. Each run is an ordinary run of ``npae train``, kept in DIR; a run that is there
already is not trained again, so that an interrupted reproduction goes on where it was.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from npae import datasets
from npae.callbacks import Progress
from npae.recipes import RECIPES, get_recipe
from npae.recipes.folder import METRICS, Settings, make_room
from npae.recipes.run import Run, load_run

# name -> what is compared -> the original's numbers, one a seed; Keras 3.15 on TensorFlow 2.21, PyTorch 2.13.
ORIGINALS = {
    "dense": {
        "train loss": (0.0939, 0.0926),
        "test loss": (0.0928, 0.0915),
        "test loss, epoch 1": (0.193, 0.191),
        "test loss, epoch 10": (0.0970, 0.0949),
        "test MSE": (0.0100, 0.0096),
    },
    "conv": {
        "train loss": (0.0765, 0.0772),
        "test loss": (0.0754, 0.0762),
        "test loss, epoch 1": (0.101, 0.106),
        "test loss, epoch 2": (0.0886, 0.0909),
        "test loss, epoch 5": (0.0802, 0.0800),
        "test MSE": (0.0048, 0.0050),
    },
    "strided-denoiser": {
        "train loss": (0.0141, 0.0144, 0.0143, 0.0148),
        "test loss": (0.0141, 0.0144, 0.0145, 0.0150),
        "test loss, epoch 1": (0.0173, 0.0172, 0.0173, 0.0173),
        "test loss, epoch 5": (0.0146, 0.0148, 0.0148, 0.0155),
        "PSNR, dB": (18.8, 18.7),
    },
    "latent2d": {
        "train loss": (0.0397, 0.0406),
        "test loss": (0.0396, 0.0408),
        "test loss, epoch 1": (0.0592, 0.0601),
        "test loss, epoch 10": (0.0431, 0.0437),
        "test MSE of PCA-2": (0.055669,),
    },
    "transposed-denoiser": {
        "train loss": (0.01241,),
        "test loss": (0.01215,),
        "train loss, epoch 1": (0.02209, 0.01983),
        "test loss, epoch 1": (0.01494,),
        "test loss, epoch 2": (0.01384,),
        "test loss, epoch 5": (0.01289,),
        "test loss, epoch 10": (0.01242,),
    },
}


def main() -> None:
    """Train what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {' '.join(RECIPES)}")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="seeds 0 to N-1; default: 3")
    parser.add_argument("--out", default="runs/reproduce", metavar="DIR", help="default: runs/reproduce")
    options = parser.parse_args()
    rows = []
    for name in options.names or RECIPES:
        runs = [trained(name, seed, Path(options.out) / f"{name}-{seed}") for seed in range(options.seeds)]
        rows += rows_of(name, runs)
    table = markdown(("recipe", "", "original", "npae"), rows)
    (Path(options.out) / "table.md").write_text(table)
    print(table)


def trained(name: str, seed: int, directory: Path) -> tuple[dict[str, list[float]], dict]:
    """Return history and metrics of a recipe's run with this seed, trained if it is not there yet."""
    recipe = get_recipe(name)
    if not (directory / METRICS).is_file():
        run = Run(Settings(name, seed=seed), datasets.load(recipe.dataset), directory)
        make_room(directory)
        print(f"{name}, seed {seed}")
        run.train([Progress()])
    return load_run(directory).history, json.loads((directory / METRICS).read_text())


def rows_of(name: str, runs: list[tuple[dict[str, list[float]], dict]]) -> list[tuple[str, str, str, str]]:
    """Return the rows of one recipe, with a number a seed in each cell."""
    recipe = get_recipe(name)
    title = f"`{name}`, {recipe.epochs} epochs"
    rows = []
    for measure, originals in ORIGINALS[name].items():
        ours = [value_of(measure, history, metrics) for history, metrics in runs]
        digits = 1 if "dB" in measure else max(len(str(value).split(".")[1]) for value in (*originals, 0.0001))
        cells = (" / ".join(f"{value:.{digits}f}" for value in side) for side in (originals, ours))
        rows.append((title, measure, *cells))
        title = ""
    seconds = " / ".join(f"{sum(history['seconds']):.0f}" for history, _ in runs)
    return [*rows, ("", "seconds, with validation", "", seconds)]


def value_of(measure: str, history: dict[str, list[float]], metrics: dict) -> float:
    """Return one number of a run by the name that it has in the table."""
    named = {"test MSE": "test_mse", "PSNR, dB": "test_psnr_db", "test MSE of PCA-2": "test_mse_pca2"}
    if measure in named:
        return metrics[named[measure]]
    column = history["loss" if measure.startswith("train") else "val_loss"]
    return column[int(measure.rsplit(" ", 1)[1]) - 1 if "epoch" in measure else -1]


def markdown(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
