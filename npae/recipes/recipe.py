"""The recipe: a published system as data, apart from the code that trains it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from npae.datasets.corruption import Corruption, random_shift
from npae.geometry import Shape
from npae.initializers import SHAPES_ONLY
from npae.model import Autoencoder
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective
from npae.training.optimizers import Adam

MNIST = (1, 28, 28)  # the shape of its images: channels, height, width

AnyRun = Any  # an npae.recipes.run.Run; that module imports this one


@dataclass(frozen=True)
class Recipe:
    """A published system, or one of your own.

    Attributes
    ----------
    name, summary, source : str
        For the command line; the summary is one line, the source is the publication, or "".
    build : callable
        ``build(shape)`` returns a new model, not yet built, for images of that shape, (channels, height,
        width); ``build()`` one for images as published.
    input_shape : tuple of int
        The shape of one image for the model, as published: (channels, height, width), or its product for a
        model of flat images. See `for_images`.
    dataset : str
        The name of a data set, such as "mnist"; see `npae.datasets.load`.
    loss : str, Loss or Objective
        The reconstruction loss, as a name in `npae.objectives.losses.LOSSES` or an object, with penalties on
        the code, if any: ``Objective("binary_crossentropy", L1(1e-4))``.
    epochs, batch_size : int
        As published.
    draw : callable
        ``draw(run)``, with an `npae.recipes.run.Run`, writes the figures of the original, and may return
        further metrics by name that are fast to compute.
    learning_rate : float or callable
        ``learning_rate(epoch, epochs)`` if the rate changes; epochs count from 1.
    keras_adam : bool
        Whether Adam adds its epsilon as Keras does; see ``epsilon_hat`` of `npae.Adam`.
    scale, offset : float
        Bytes become ``pixel * scale + offset``.
    corruption : Corruption, optional
        Corrupts the inputs; the targets remain clean.
    drawn_once : bool
        Whether the noise is drawn once for all epochs. Otherwise every batch has new noise.
    sample : Corruption, optional
        Applied to every batch; its result is input and target, as with dynamic binarisation. The test set is
        sampled once.
    augment : Corruption, optional
        Applied to every training batch, before the corruption; its result is input and target. The test set
        does not change.
    before : callable, optional
        ``before(run)`` is called before the first epoch, to set better initial weights of ``run.model``. The
        models that it trains are parts of the run (`npae.recipes.run.Run.part`), so an interrupt loses
        little.
    measure : callable, optional
        ``measure(run)`` returns further metrics of the trained run by name; it may train other models as
        parts of the run.
    noise : Corruption, optional
        The corruption for ``--noise``, for a system that is published without one.
    published : dict
        What the original reports of "loss", "val_loss" and other measures, as lists from epoch 1 on or as
        {epoch: number}.
    """

    name: str
    summary: str
    source: str
    build: Callable[..., Autoencoder]
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
            raise ValueError(f"{self.name}: sample and augment both set the targets; chain them in one")
        if (self.sample or self.augment) and self.drawn_once:
            raise ValueError(f"{self.name}: noise that is drawn once does not work with sample or augment")

    def optimizer(self) -> Adam:
        """Return a new optimiser."""
        return Adam(epsilon_hat=self.keras_adam)

    def for_images(self, shape: Shape) -> Recipe:
        """Return this recipe for images of the shape (channels, height, width).

        Raises
        ------
        ValueError
            If its model cannot give back images of that size; the message has the nearest size that it can.
        """
        if not _gives_back(self, shape):
            _, height, width = shape
            near = next(
                (size for size in _around(height, width) if _gives_back(self, (shape[0], *size))), None
            )
            advice = f"; the nearest size that it can is --size {near[0]}x{near[1]}" if near else ""
            raise ValueError(f"{self.name} cannot give back images of {height} x {width} pixels{advice}")
        return self._of(shape)

    def _of(self, shape: Shape) -> Recipe:
        flat, augment = len(self.input_shape) == 1, self.augment
        if isinstance(augment, random_shift):
            augment = replace(augment, shape=shape if shape[0] > 1 else shape[1:])
        inputs = (math.prod(shape),) if flat else tuple(shape)
        return replace(
            self, build=partial(self.build, shape=tuple(shape)), input_shape=inputs, augment=augment
        )

    def with_noise(self) -> Recipe:
        """Return the denoising variant of this recipe.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.noise is None:
            reason = "is a denoiser already" if self.corruption else "has no denoising variant"
            raise ValueError(f"--noise is not for {self.name}, which {reason}")
        return replace(self, corruption=self.noise, noise=None, published={})


@dataclass(frozen=True)
class Later:
    """Data of a part that are computed only if the part is trained; see `npae.recipes.run.Run.part`.

    Attributes
    ----------
    make : callable
        Returns Batches or (training, validation).
    corruption : callable, optional
        The corruption of the training data, to compare with that of a finished part.
    """

    make: Callable[[], Any]
    corruption: Corruption | None = None

    def __call__(self) -> Any:
        """Return the result of `make`."""
        return self.make()


def described(corruption: Corruption | None) -> Any:
    """Return a corruption as JSON data: its name and, if it has a method ``describe``, its arguments."""
    if corruption is None:
        return None
    describe = getattr(corruption, "describe", None)  # a plain function has none
    return describe() if describe else getattr(corruption, "__name__", type(corruption).__name__)


def _gives_back(recipe: Recipe, shape: Shape) -> bool:
    """Return whether the model of a recipe gives back images of a shape; its parameters take no memory."""
    try:
        own = recipe._of(shape)
        return own.build().build(own.input_shape, SHAPES_ONLY) == own.input_shape
    except ValueError:  # a window larger than the image, or a size of 0
        return False


def _around(height: int, width: int, most: int = 32) -> Iterator[tuple[int, int]]:
    """Yield sizes near a size, the nearest first; of equally near ones, the larger first."""
    steps = [(down, across) for down in range(-most, most + 1) for across in range(-most, most + 1)]
    for down, across in sorted(steps, key=lambda step: (abs(step[0]) + abs(step[1]), -sum(step))):
        if height + down > 0 and width + across > 0:
            yield height + down, width + across
