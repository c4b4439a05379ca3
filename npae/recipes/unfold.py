"""An animation of a two-dimensional code space during training, from the codes after every epoch."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from npae.files.reading import read_npy
from npae.files.writing import written_whole
from npae.recipes.codes import encode
from npae.recipes.folder import UNFOLD
from npae.recipes.measures import reconstruction_metrics
from npae.recipes.run import Run
from npae.training.events import Callback, TrainingState
from npae.training.kept import make_folder

FILM = "unfold.gif"


class Unfold(Callback):
    """After each epoch, write the codes of test images into the run's folder ``unfold``.

    They are stored on disk, so that a resumed run has the codes of its earlier epochs.

    Parameters
    ----------
    run : Run
        Its model need not be trained yet.

    Raises
    ------
    ValueError
        If the model's code does not have two units.
    """

    def __init__(self, run: Run):
        self.folder, self.model = run.folder(UNFOLD), run.model
        self.images = run.test_batches(corruption=None).batch(slice(None))[0]
        shape = run.model.encode(self.images[:1]).shape[1:]
        if shape != (2,):
            size = " x ".join(map(str, shape))
            raise ValueError(
                f"--animate needs a code of two numbers, but the code of {run.settings.recipe} is {size}; "
                "latent2d has two"
            )
        # Before a checkpoint sets the weights. Not written yet: a run without a complete epoch writes no
        # codes, so that an earlier run is restored.
        self.first: np.ndarray | None = encode(run.model, self.images)

    def on_train_begin(self, state: TrainingState) -> None:
        """Remove the codes of epochs that will be trained again."""
        done = len(state.history)
        for epoch, path in kept(self.folder):
            if epoch > done:  # from a run that was interrupted before its checkpoint
                path.unlink()
        self.first = None if done else self.first

    def on_epoch_end(self, state: TrainingState) -> None:
        """Write the codes of this epoch."""
        if self.first is not None:
            self._keep(self.first, 0)
            self.first = None
        self._keep(encode(self.model, self.images), state.epoch)

    def _keep(self, codes: np.ndarray, epoch: int) -> None:
        make_folder(self.folder)
        with written_whole(self.folder / f"epoch-{epoch:04d}.npy") as file:
            np.save(file, codes)


def kept(folder: Path) -> list[tuple[int, Path]]:
    """Return the epochs with codes in a folder, and their files, in order."""
    found = ((re.fullmatch(r"epoch-([0-9]{1,9})", path.stem), path) for path in sorted(folder.glob("*.npy")))
    return [(int(name[1]), path) for name, path in found if name]


def draw(run: Run) -> Path:
    """Draw the animation of a run's codes as ``unfold.gif``, and return its path.

    Epochs that are not in the run's history are left out: the run was interrupted before their checkpoint.

    Raises
    ------
    ValueError
        If there are codes of fewer than two epochs, or a file is damaged.
    """
    from npae import plotting

    epochs, codes = read_codes(run.folder(UNFOLD), len(run.history["loss"]))
    captions = [f"epoch {epoch}" if epoch else "before training" for epoch in epochs]
    # The error of the trained model, with the images and the unit of the run's metrics and other figures.
    captions[-1] += f", test MSE {reconstruction_metrics(run)['test_mse']:.4f} per pixel"
    title = f"{run.settings.recipe} on {run.dataset.name}: codes of {len(codes[0]):,} test images"
    return plotting.code_animation(run.path(FILM), codes, run.colours, captions, title, run.class_names)


def read_codes(folder: Path, epochs: int) -> tuple[list[int], list[np.ndarray]]:
    """Return the numbers of epochs up to one, and the codes (n, 2) of each.

    Raises
    ------
    ValueError
        If there are codes of fewer than two epochs, or a file is damaged.
    """
    found = [(epoch, path) for epoch, path in kept(folder) if epoch <= epochs]
    if len(found) < 2:
        raise ValueError(f"{folder} holds codes of {len(found)} epochs; a GIF needs at least two")
    try:
        codes = [read_npy(path) for _, path in found]
        if not all(each.dtype.kind == "f" and each.shape == codes[-1].shape for each in codes) or not all(
            each.ndim == 2 and each.shape[1] == 2 and np.isfinite(each).all() for each in codes
        ):
            raise ValueError("expected finite numbers (n, 2) in each, of equally many images")
    except (OSError, ValueError) as error:
        raise ValueError(f"the codes in {folder} cannot be read: {error}") from None
    return [epoch for epoch, _ in found], codes
