"""What a recipe is: a published system as data, apart from the code that trains it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from npae.datasets.corruption import Corruption
from npae.model import Autoencoder


@dataclass(frozen=True)
class Recipe:
    """A published system.

    Attributes
    ----------
    name, summary, source : str
        For the command line; the summary is one line, the source says where the system was published.
    build : callable
        Makes the model, not yet built.
    input_shape : tuple of int
        Of one image as the model takes it.
    dataset : str
        "mnist" or "fashion-mnist".
    loss : str
        A name in `npae.losses.LOSSES`.
    epochs, batch_size : int
        As published.
    draw : callable
        ``draw(run)``, with an `npae.recipes.run.Run`, writes the figures that the original shows, and returns
        further metrics by name.
    scale, offset : float
        Bytes become ``pixel * scale + offset``.
    corruption : Corruption, optional
        Damages the inputs, while the targets stay clean.
    drawn_once : bool
        Whether the training set is corrupted once for all epochs, or anew in every batch.
    noise : Corruption, optional
        What ``--noise`` switches on, for a system that is published without corruption but used with it.
    published : dict
        The log of the original, "loss" and "val_loss" by epoch, where there is one.
    """

    name: str
    summary: str
    source: str
    build: Callable[[], Autoencoder]
    input_shape: tuple[int, ...]
    dataset: str
    loss: str
    epochs: int
    batch_size: int
    draw: Callable[..., dict[str, float] | None]
    scale: float = 1 / 255
    offset: float = 0.0
    corruption: Corruption | None = None
    drawn_once: bool = False
    noise: Corruption | None = None
    published: dict[str, list[float]] = field(default_factory=dict)

    def with_noise(self) -> Recipe:
        """Return the denoising run of this system.

        Raises
        ------
        ValueError
            If the system has none, or denoises anyway.
        """
        if self.noise is None:
            reason = "denoises as it is" if self.corruption else "has no denoising variant"
            raise ValueError(f"--noise is not for {self.name}, which {reason}; dense and conv take it")
        return replace(self, corruption=self.noise, noise=None, published={})
