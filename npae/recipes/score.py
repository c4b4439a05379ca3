"""`npae score`: the anomaly scores of one's own pictures, beside those of the images of the training."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from npae.datasets import read_picture
from npae.datasets.images import SIZE, fit, light_on_dark
from npae.datasets.pictures import luminance
from npae.files.writing import write_csv
from npae.markup import aligned
from npae.measures import surprise
from npae.recipes.run import Run
from npae.recipes.views import plain_batches
from npae.training.evaluation import predict
from npae.training.kept import make_folder

TRAINING = 2000  # images, at most, whose scores are compared
SHOWN = 8  # pictures of the figure, those with the highest scores
_CHUNK = 250


@dataclass(frozen=True)
class Scored:
    """The result of `score_images`.

    Attributes
    ----------
    names : list of str
    scores, errors : ndarray (n,)
        The largest value of each error map, and the mean squared error of the whole image.
    training : ndarray (m,)
        The scores of images of the training.
    folder : Path
    written : list of Path
    """

    names: list[str]
    scores: np.ndarray
    errors: np.ndarray
    training: np.ndarray
    folder: Path
    written: list[Path]

    @property
    def quantiles(self) -> np.ndarray:
        """For each picture, the share of the training images whose scores are lower."""
        return np.searchsorted(np.sort(self.training), self.scores, side="left") / len(self.training)


def errors_of(run: Run, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return error maps (n, h, w) and reconstructions of images like those of the run's data set."""
    maps, outputs = [], []
    for start in range(0, len(images), _CHUNK):
        batches = plain_batches(run.recipe, images[start : start + _CHUNK])
        given = run.pixels(predict(run.model, batches, run.threads))
        maps.append(surprise.error_map(given, run.pixels(batches.batch(slice(None))[1])))
        outputs.append(given)
    return np.concatenate(maps), np.concatenate(outputs)


def score_images(
    run: Run, images: Sequence[str | os.PathLike], out: str | os.PathLike | None = None
) -> Scored:
    """Score image files with a trained run, and write a table and two figures.

    Every picture is resized as the images of the training were; a digit, for a run on MNIST or on digits like
    MNIST's, is fitted as MNIST's were. The files are scores.csv, scores.png (the pictures with the highest
    scores, their reconstructions and error maps) and distribution.png. Nothing is overwritten: where one of
    them exists, scores-2.csv and so on are used.

    Parameters
    ----------
    run : Run
        From `npae.recipes.stored.load_run`.
    images : sequence of path
        PNG or JPEG files.
    out : path, optional
        Default: the folder ``scores`` of the run.

    Raises
    ------
    ValueError
        If an image cannot be read, or the results cannot be written. Nothing is written unless all images can
        be read.
    """
    prepared = np.stack([_prepared(run, path) for path in images])
    folder = Path(out) if out else run.folder("scores")
    make_folder(folder)
    names = [os.fspath(path) for path in images]
    maps, outputs = errors_of(run, prepared)
    training = surprise.scores(errors_of(run, run.dataset.train_images[:TRAINING])[0])
    clean = prepared / np.float32(255)
    errors = np.square(outputs - clean).reshape(len(clean), -1).mean(axis=1)
    scored = Scored(names, surprise.scores(maps), errors, training, folder, _free(folder))
    write_csv(scored.written[0], _rows(scored))
    _draw(scored, prepared, outputs, maps)
    return scored


def table(scored: Scored) -> str:
    """Return the scores as text, the highest first, and what is typical of the training."""
    order = np.argsort(-scored.scores, kind="stable")
    rows = [["picture", "score", "mean error", "training images below"]]
    for k in order:
        share = f"{scored.quantiles[k]:.1%}"
        rows.append([scored.names[k], f"{scored.scores[k]:.5f}", f"{scored.errors[k]:.5f}", share])
    low, middle, high = np.quantile(scored.training, [0.05, 0.5, 0.95])
    typical = f"scores of {len(scored.training):,} training images: median {middle:.5f}, "
    typical += f"nine in ten from {low:.5f} to {high:.5f}"
    return "\n".join([*aligned(rows, "<"), "", typical])


def _prepared(run: Run, path: str | os.PathLike) -> np.ndarray:
    """Return a picture as an image of the run's data: bytes (h, w) or (3, h, w)."""
    channels, *size = run.dataset.image_shape
    digits = run.dataset.name in ("mnist", "synthetic") and (channels, *size) == (1, SIZE, SIZE)
    if not digits:
        pixels = read_picture(path, channels == 3, (size[0], size[1]))
        return pixels.transpose(2, 0, 1) if channels == 3 else pixels
    pixels = read_picture(path)
    grey = luminance(pixels / np.float32(255))
    if grey.shape == (SIZE, SIZE):
        return np.rint(255 * light_on_dark(grey)).astype(np.uint8)
    try:
        return fit(grey).image
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _free(folder: Path) -> list[Path]:
    for number in itertools.count(1):
        ending = "" if number == 1 else f"-{number}"
        names = (f"scores{ending}.csv", f"scores{ending}.png", f"distribution{ending}.png")
        paths = [folder / name for name in names]
        if not any(os.path.lexists(path) for path in paths):
            break
    return paths


def _rows(scored: Scored) -> Iterator[list[str]]:
    yield ["picture", "score", "mean_squared_error", "share_of_training_images_below"]
    for name, *numbers in zip(scored.names, scored.scores, scored.errors, scored.quantiles):
        yield [name, *(f"{number:.6g}" for number in numbers)]


def _draw(scored: Scored, images: np.ndarray, outputs: np.ndarray, maps: np.ndarray) -> None:
    from npae import plotting

    order = np.argsort(-scored.scores, kind="stable")[:SHOWN]
    rows = [
        (
            f"{Path(scored.names[k]).name}: {scored.scores[k]:.4f}, above {scored.quantiles[k]:.1%}",
            images[k],
            outputs[k],
            maps[k],
        )
        for k in order
    ]
    which = "The pictures" if len(scored.names) <= SHOWN else f"The {SHOWN} pictures with the highest scores"
    _, figure, distribution = scored.written
    title = f"{which}: score, and share of training images below it"
    # With this for a scale, one strange picture leaves the others visible.
    typical = float(np.quantile(scored.training, 0.99))
    plotting.error_maps(figure, rows, title, highest=1.5 * typical)
    plotting.histograms(
        distribution,
        [("", {"training images": scored.training, "your pictures": scored.scores})],
        "Anomaly scores: the largest squared error of an image, averaged over small windows",
        "score",
        upper=min(max(scored.training.max(), scored.scores.max()), 4 * typical),
    )
