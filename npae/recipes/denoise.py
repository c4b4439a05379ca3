"""`npae denoise`: applies a trained model to image files, each at its own size where the model allows it."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from npae.datasets import read_picture
from npae.datasets.images import SIZE, Digit, fit, light_on_dark
from npae.datasets.pictures import luminance, resize_picture
from npae.model import Sequential
from npae.recipes import get_recipe
from npae.recipes.folder import entry, image_shape, subfolder
from npae.recipes.recipe import Recipe
from npae.recipes.stored import load_trained
from npae.terminal import say
from npae.training.architecture import for_inputs
from npae.training.batches import Batches
from npae.training.evaluation import predict
from npae.training.kept import make_folder

KINDS = ("auto", "digit", "picture")
TILE, OVERLAP = 256, 64  # pixels of a tile, and those that it shares with the next one
MARGIN = 16  # pixels at the edge of a tile that are not used, since the model sees black beyond the edge
WIDEST_STEP = 64  # pixels, of the sides that are tried


class Denoised(NamedTuple):
    """The results of one picture: two files, and how it was processed, in words."""

    cleaned: Path
    comparison: Path
    how: str


class Cleaner:
    """The model of a run, applied to pictures of any size.

    Parameters
    ----------
    directory : path
        The output folder of ``npae train``.
    threads : int, optional
        Default: all cores.

    Attributes
    ----------
    recipe : Recipe
    shape : (int, int, int)
        Of the images of the training: channels, height, width.
    denoises : bool
        Whether the run was trained to remove noise.
    digits : bool
        Whether it was trained on handwritten digits like MNIST's.
    step : int
        The model gives back pictures whose sides are multiples of it; 0 if those of the training alone.

    Raises
    ------
    ValueError
        If the folder holds no model of ``npae train``.
    """

    def __init__(self, directory: str | os.PathLike, threads: int | None = None):
        self.model, settings, metadata = load_trained(directory)
        self.shape = image_shape(metadata, directory)
        recipe = get_recipe(settings.recipe)
        self.recipe: Recipe = (recipe.with_noise() if settings.noise else recipe).for_images(self.shape)
        self.threads = threads
        self.denoises = self.recipe.corruption is not None
        name = entry(metadata, "dataset").get("name")
        self.digits = name in ("mnist", "synthetic") and self.shape == (1, SIZE, SIZE)
        self.step = _step_of(self.model)
        self._models: dict[tuple[int, ...], Sequential] = {}

    def clean(self, pixels: np.ndarray) -> tuple[np.ndarray, str]:
        """Return the model's output for a picture, of the same size and with the same channels, and how.

        Parameters
        ----------
        pixels : ndarray of uint8, (h, w) or (h, w, 3)
            A model of grey images processes each colour of a coloured picture as a grey one.

        Returns
        -------
        ndarray of uint8, (h, w) or (h, w, 3), and a text.
        """
        coloured = pixels.ndim == 3
        planes = pixels.transpose(2, 0, 1) if coloured else pixels[None]
        images = (
            planes[:, None] if self.shape[0] == 1 else np.broadcast_to(planes, (3, *planes.shape[1:]))[None]
        )
        _, height, width = self.shape
        if pixels.shape[:2] == (height, width):
            cleaned, how = self._outputs(images, images.shape[1:]), "as it is"
        elif self.step:
            cleaned, how = self._in_tiles(images)
        else:
            small = _each_plane(images, (height, width))
            cleaned = _each_plane(self._outputs(small, small.shape[1:]), pixels.shape[:2])
            how = f"resized to {height} x {width} and back, the only size of this model"
        planes = cleaned[:, 0] if self.shape[0] == 1 else cleaned[0]
        if not coloured and len(planes) == 3:
            planes = np.rint(planes.mean(axis=0, keepdims=True)).astype(np.uint8)
        return (planes.transpose(1, 2, 0) if coloured else planes[0]), how

    def clean_digit(self, pixels: np.ndarray) -> tuple[np.ndarray, Digit, np.ndarray]:
        """Return the picture (h, w) with the model's digit in place of its own, the digit, and that output.

        Raises
        ------
        ValueError
            If the picture is empty.
        """
        digit = fit(_grey(pixels))
        given = self._outputs(digit.image[None, None], (1, SIZE, SIZE))[0, 0]
        return _to_bytes(digit.back(given / 255)), digit, given

    def _outputs(self, images: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Return the model's outputs for images (n, c, h, w), bytes, as bytes."""
        recipe = self.recipe
        flat = len(recipe.input_shape) == 1
        model: Sequential = self.model
        if not flat and shape != self.shape:
            if shape not in self._models:
                self._models[shape] = for_inputs(self.model, shape)
            model = self._models[shape]
        inputs = (math.prod(shape),) if flat else shape
        batches = Batches(
            np.ascontiguousarray(images), scale=recipe.scale, offset=recipe.offset, shape=inputs
        )
        values = (predict(model, batches, self.threads) - recipe.offset) / (255 * recipe.scale)
        return _to_bytes(values).reshape(images.shape)

    def _in_tiles(self, images: np.ndarray) -> tuple[np.ndarray, str]:
        """Return the outputs for images (n, c, h, w) of any size, from tiles that overlap."""
        size = images.shape[2:]
        sides, starts = zip(*(_tiling(n, self.step) for n in size))
        ends = [of_axis[-1] + side for of_axis, side in zip(starts, sides)]
        pads = [(MARGIN, end - n - MARGIN) for n, end in zip(size, ends)]
        padded = np.pad(images, ((0, 0), (0, 0), *pads), mode="reflect")
        weights = np.outer(_ramp(sides[0]), _ramp(sides[1])).astype(np.float32)
        total = np.zeros(padded.shape, np.float32)
        covered = np.zeros(padded.shape[2:], np.float32)
        for top, left in itertools.product(*starts):
            part = slice(top, top + sides[0]), slice(left, left + sides[1])
            tile = padded[:, :, part[0], part[1]]
            total[:, :, part[0], part[1]] += weights * self._outputs(tile, tile.shape[1:])
            covered[part] += weights
        inside = tuple(slice(MARGIN, MARGIN + n) for n in size)
        mean = total[:, :, inside[0], inside[1]] / covered[inside]
        count = len(starts[0]) * len(starts[1])
        return _to_bytes(mean / 255), "at its own size" + (f", in {count} tiles" if count > 1 else "")


def denoise_images(
    directory: str | os.PathLike,
    images: Sequence[str | os.PathLike],
    out: str | os.PathLike | None = None,
    threads: int | None = None,
    kind: str = "auto",
    report: Callable[[str], None] = say,
) -> Iterator[Denoised]:
    """Apply the model of a run to image files.

    A digit is cropped, scaled and centred as MNIST's were, light on dark, and the model's digit is put back
    into its place. Every other picture is processed at its own size and in its own colours, in tiles if it is
    large. A model with dense layers knows the size of its training only: the picture is resized to it, and
    the result back.

    The result is written as NAME-denoised.png (by a run that is no denoiser, NAME-reconstructed.png), and a
    comparison as NAME-comparison.png. Nothing is overwritten: where such a file exists, NAME-2 is used, etc.

    Parameters
    ----------
    directory : path
        The output folder of ``npae train``.
    images : sequence of path
        PNG or JPEG files.
    out : path, optional
        Default: the folder ``denoised`` in ``directory``.
    threads : int, optional
        Default: all cores.
    kind : {"auto", "digit", "picture"}
        What the pictures show. "auto": a digit, if the run was trained on MNIST or on digits like it, and the
        picture has a uniform background or 28 x 28 pixels.
    report : callable, optional
        Gets a line if the run is no denoiser.

    Raises
    ------
    ValueError
        If there is no model, an image cannot be read, or the results cannot be written. Nothing is written
        unless all images can be read.
    """
    from npae import plotting

    cleaner = Cleaner(directory, threads)
    if kind == "digit" and not cleaner.digits:
        raise ValueError(
            f"the run in {directory} was not trained on digits of MNIST's kind; leave out --as digit"
        )
    if not cleaner.denoises:
        recipe = cleaner.recipe
        better = (
            f"npae train {recipe.name} --noise trains one" if recipe.noise else "npae list shows denoisers"
        )
        report(
            f"npae: {directory} is no denoiser: {recipe.name} was trained without noise, and gives pictures "
            f"back as well as it can; {better}"
        )
    for path in images:
        check = read_picture(path)
        if kind == "digit":
            _fitted(check, path)
    out = Path(out) if out else subfolder(directory, "denoised")
    make_folder(out)
    what = "denoised" if cleaner.denoises else "reconstructed"
    for path, names in zip(images, free_names(out, images, (f"{what}.png", "comparison.png"))):
        pixels = read_picture(path)
        panels = [("the picture", _channels_first(pixels))]
        if kind == "digit" or (kind == "auto" and cleaner.digits and _shows_a_digit(pixels)):
            result, panels_between, how = _of_digit(cleaner, pixels)
            panels += panels_between
        else:
            result, how = cleaner.clean(pixels)
        panels.append((what, _channels_first(result)))
        yield Denoised(
            plotting.save_image(names[0], _channels_first(result)),
            plotting.comparison(names[1], panels, Path(path).name),
            how,
        )


def _of_digit(cleaner: Cleaner, pixels: np.ndarray) -> tuple[np.ndarray, list[tuple[str, np.ndarray]], str]:
    """Return the result of a picture of a digit, what the model saw and gave, and how."""
    if pixels.shape[:2] == (SIZE, SIZE):  # already as MNIST's
        grey = _grey(pixels)
        light = light_on_dark(grey)
        result, _ = cleaner.clean(_to_bytes(light))
        inverted = light is not grey
        return (255 - result if inverted else result), [], "a digit" + ", inverted" * inverted
    result, digit, given = cleaner.clean_digit(pixels)
    seen = [("as the model sees it", digit.image), ("as the model gives it back", given)]
    how = "a digit, " + "dark on light and inverted, " * digit.inverted + "scaled and centred as in MNIST"
    return result, seen, how


def _shows_a_digit(pixels: np.ndarray) -> bool:
    if pixels.shape[:2] == (SIZE, SIZE):
        return True
    try:
        return fit(_grey(pixels)).uniform and min(pixels.shape[:2]) >= SIZE // 2
    except ValueError:  # empty
        return False


def _fitted(pixels: np.ndarray, path: str | os.PathLike) -> Digit:
    try:
        return fit(_grey(pixels))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _each_plane(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.stack([[resize_picture(plane, size) for plane in image] for image in images])


def _step_of(model: Sequential) -> int:
    """Return the smallest number whose multiples are sides of images that a model gives back, or 0."""
    channels, *sides = model.built()[0] if len(model.built()[0]) == 3 else (0,)
    for step in range(1, WIDEST_STEP + 1) if sides else ():
        smallest = step * -(-16 // step)
        shapes = [(channels, smallest + step * more, smallest + step * (3 - more)) for more in range(3)]
        try:
            if all(for_inputs(model, shape).built()[1] == shape for shape in shapes):
                return step
        except ValueError:  # a dense layer, at every size; or a size that a layer does not take
            continue
    return 0


def _tiling(n: int, step: int) -> tuple[int, list[int]]:
    """Return the side of the tiles, and where they begin, over n pixels and the margins around them."""
    whole = n + 2 * MARGIN
    side = -(-TILE // step) * step
    if whole <= 2 * side:
        return -(-whole // step) * step, [0]
    stride = side - -(-OVERLAP // step) * step
    return side, [stride * k for k in range(1 + -(-(whole - side) // stride))]


def _ramp(side: int) -> np.ndarray:
    """Return weights along a tile: 1 in the middle, 0 in the margins, and rising between them."""
    at = np.arange(side) + 1
    return np.clip((np.minimum(at, side + 1 - at) - MARGIN) / (OVERLAP - 2 * MARGIN + 1), 0, 1)


def _grey(pixels: np.ndarray) -> np.ndarray:
    return luminance(pixels / np.float32(255))


def _to_bytes(values: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _channels_first(pixels: np.ndarray) -> np.ndarray:
    return pixels.transpose(2, 0, 1) if pixels.ndim == 3 else pixels


def free_names(
    out: Path, images: Sequence[str | os.PathLike], endings: tuple[str, ...]
) -> Iterator[tuple[Path, ...]]:
    """Yield the paths of the results of each image, NAME-ENDING in ``out``; none exists or occurs twice."""
    taken: set[str] = set()
    for path in images:
        for number in itertools.count(1):
            stem = Path(path).stem if number == 1 else f"{Path(path).stem}-{number}"
            names = tuple(out / f"{stem}-{ending}" for ending in endings)
            if not any(name.exists() or _identity(name) in taken for name in names):
                break
        taken |= {_identity(name) for name in names}
        yield names


def _identity(path: str | os.PathLike) -> str:
    return os.path.realpath(path).casefold()  # on some systems Seven.png and seven.png are the same file
