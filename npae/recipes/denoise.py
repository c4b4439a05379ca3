"""A person's own pictures, sent through a trained model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from npae.batches import Batches
from npae.checkpoints import load_model
from npae.datasets import prepare_image
from npae.recipes import get_recipe
from npae.recipes.folder import MODEL
from npae.training import predict


def denoise_images(
    directory: str | os.PathLike, images: Sequence[str | os.PathLike], out: str | os.PathLike | None = None
) -> Iterator[tuple[Path, Path]]:
    """Clean pictures with the model of a run.

    Each picture is made grey, 28 x 28 and light on dark, as the model knows images; what the model makes of
    it is written as NAME-denoised.png, and both, side by side, as NAME-comparison.png.

    Parameters
    ----------
    directory : path
        Where ``npae train`` wrote to.
    images : sequence of path
    out : path, optional
        Default: the folder ``denoised`` in ``directory``.

    Yields
    ------
    The two paths that were written, for each picture.

    Raises
    ------
    ValueError
        If there is no model, a picture cannot be read, or the results cannot be written. Nothing is written
        unless all pictures can be read.
    """
    from npae import plotting

    model, metadata = load_model(Path(directory) / MODEL)
    recipe = get_recipe(metadata["settings"]["recipe"])
    prepared = [prepare_image(plotting.read_image(path)) for path in images]
    out = Path(out or Path(directory) / "denoised")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"cannot write into {out}: {error.strerror}") from None
    for path, image in zip(images, prepared):
        batch = Batches(image[None], scale=recipe.scale, offset=recipe.offset, shape=recipe.input_shape)
        cleaned = ((predict(model, batch) - recipe.offset) / (255 * recipe.scale)).reshape(28, 28).clip(0, 1)
        stem = Path(path).stem
        titles = ("as the model sees it", "as the model gives it back")
        yield (
            plotting.save_image(out / f"{stem}-denoised.png", cleaned),
            plotting.comparison(out / f"{stem}-comparison.png", image, cleaned, titles, Path(path).name),
        )
