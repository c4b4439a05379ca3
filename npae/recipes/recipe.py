"""What a recipe is: a published system as data, apart from the code that trains it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from npae.datasets.corruption import Corruption
from npae.model import Autoencoder
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective
from npae.training.optimizers import Adam

AnyRun = Any  # an npae.recipes.run.Run, which knows recipes, while a recipe knows no runs


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
    loss : str, Loss or Objective
        The reconstruction error, as a name in `npae.objectives.losses.LOSSES` or with its arguments, and
        penalties on the code, if any: ``Objective("binary_crossentropy", L1(1e-4))``.
    epochs, batch_size : int
        As published.
    draw : callable
        ``draw(run)``, with an `npae.recipes.run.Run`, writes the figures that the original shows, and returns
        further metrics by name, if they are cheap.
    learning_rate : float or callable
        ``learning_rate(epoch, epochs)`` where it is not the same in all epochs; epochs count from 1.
    keras_adam : bool
        Whether Adam adds its epsilon where Keras does; see ``epsilon_hat`` of `npae.Adam`.
    scale, offset : float
        Bytes become ``pixel * scale + offset``.
    corruption : Corruption, optional
        Damages the inputs, while the targets stay clean.
    drawn_once : bool
        Whether the training set is corrupted once for all epochs, or anew in every batch.
    sample : Corruption, optional
        Drawn anew for every batch; what it returns is input and target alike, as with dynamic binarisation.
        The test set is drawn once.
    augment : Corruption, optional
        Drawn anew for every batch of the training set; what it returns is input and target alike, before any
        corruption. The test set stays as it is.
    before : callable, optional
        ``before(run)`` is called before the first epoch, to give ``run.model`` better weights to begin with.
        What it trains is a part of the run (`npae.recipes.run.Run.part`), so an interrupt loses little.
    measure : callable, optional
        ``measure(run)`` returns further metrics of the trained run by name; it may train parts of the run to
        compare with.
    noise : Corruption, optional
        What ``--noise`` switches on, for a system that is published without corruption but used with it.
    published : dict
        The log of the original, where there is one: "loss" and "val_loss", as lists from epoch 1 on or as
        {epoch: number}.
    """

    name: str
    summary: str
    source: str
    build: Callable[[], Autoencoder]
    input_shape: tuple[int, ...]
    dataset: str
    loss: str | Loss | Objective
    epochs: int
    batch_size: int
    draw: Callable[[AnyRun], dict[str, float] | None]
    learning_rate: float | Callable[[int, int], float] = 1e-3
    keras_adam: bool = False
    scale: float = 1 / 255
    offset: float = 0.0
    corruption: Corruption | None = None
    drawn_once: bool = False
    sample: Corruption | None = None
    augment: Corruption | None = None
    before: Callable[[AnyRun], None] | None = None
    measure: Callable[[AnyRun], dict[str, float]] | None = None
    noise: Corruption | None = None
    published: dict[str, list[float] | dict[int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sample and self.augment:
            raise ValueError(f"{self.name}: sample and augment both make the targets; chain them in one")
        if (self.sample or self.augment) and self.drawn_once:
            raise ValueError(
                f"{self.name}: a corruption that is drawn once fits no images drawn in every batch"
            )

    def optimizer(self) -> Adam:
        """Return a new optimiser, which has not stepped yet."""
        return Adam(epsilon_hat=self.keras_adam)

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


@dataclass(frozen=True)
class Later:
    """Data of a part that take long to make, and are made only if the part has to be trained.

    See `npae.recipes.run.Run.part`.

    Attributes
    ----------
    make : callable
        Returns Batches or (training, validation).
    corruption : callable, optional
        That of the training data, to be compared with what a finished part was trained on.
    """

    make: Callable[[], Any]
    corruption: Corruption | None = None

    def __call__(self) -> Any:
        """Return what `make` returns."""
        return self.make()


def described(corruption: Corruption | None) -> Any:
    """Return a corruption as JSON can hold it: its name and arguments, if it tells them, else its name."""
    if corruption is None:
        return None
    describe = getattr(corruption, "describe", None)  # a plain function has none
    return describe() if describe else getattr(corruption, "__name__", type(corruption).__name__)
