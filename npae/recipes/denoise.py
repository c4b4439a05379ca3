"""`npae denoise`: applies a trained model to image files."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from npae.datasets import prepare_image, read_image
from npae.recipes import get_recipe
from npae.recipes.stored import load_trained
from npae.training.batches import Batches
from npae.training.evaluation import predict
from npae.training.kept import make_folder


def denoise_images(
    directory: str | os.PathLike,
    images: Sequence[str | os.PathLike],
    out: str | os.PathLike | None = None,
    threads: int | None = None,
) -> Iterator[tuple[Path, Path]]:
    """Denoise image files with the model of a run.

    Each image is converted to grey, 28 x 28, light on dark, as in the training data. The model's output is
    written as NAME-denoised.png, and both, side by side, as NAME-comparison.png. For a second image with the
    same name, NAME-2 is used.

    Parameters
    ----------
    directory : path
        The output folder of ``npae train``.
    images : sequence of path
    out : path, optional
        Default: the folder ``denoised`` in ``directory``.
    threads : int, optional
        Default: all cores.

    Yields
    ------
    The paths of the two written files, for each image.

    Raises
    ------
    ValueError
        If there is no model, an image cannot be read, or the results cannot be written. Nothing is written
        unless all images can be read.
    """
    from npae import plotting

    model, settings, _ = load_trained(directory)
    recipe = get_recipe(settings.recipe)
    prepared = [prepare_image(read_image(path)) for path in images]
    out = Path(out or Path(directory) / "denoised")
    make_folder(out)
    for path, image, names in zip(images, prepared, _free_names(out, images)):
        batch = Batches(image[None], scale=recipe.scale, offset=recipe.offset, shape=recipe.input_shape)
        cleaned = (predict(model, batch, threads) - recipe.offset) / (255 * recipe.scale)
        cleaned = cleaned.reshape(28, 28).clip(0, 1)
        titles = ("as the model sees it", "as the model gives it back")
        yield (
            plotting.save_image(names[0], cleaned),
            plotting.comparison(names[1], image, cleaned, titles, Path(path).name),
        )


def _free_names(out: Path, images: Sequence[str | os.PathLike]) -> Iterator[tuple[Path, Path]]:
    """Yield the paths of both results of each image; none is that of another result, or of an image."""
    taken = {_identity(path) for path in images}
    for path in images:
        for number in itertools.count(1):
            stem = Path(path).stem if number == 1 else f"{Path(path).stem}-{number}"
            names = out / f"{stem}-denoised.png", out / f"{stem}-comparison.png"
            if not taken & {_identity(name) for name in names}:
                break
        taken |= {_identity(name) for name in names}
        yield names


def _identity(path: str | os.PathLike) -> str:
    return os.path.realpath(path).casefold()  # on some systems Seven.png and seven.png are the same file
