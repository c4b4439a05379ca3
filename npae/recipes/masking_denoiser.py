"""The first denoising autoencoder: some pixels are set to 0, and a wide layer learns to restore them.

The same model is trained with three kinds of noise, and once without noise, for comparison.
"""

import math
from collections.abc import Callable

import numpy as np

from npae.datasets import gaussian_noise, masking_noise, salt_and_pepper
from npae.layers import Dense
from npae.measures import metrics
from npae.model import Autoencoder, Sequential
from npae.recipes.recipe import MNIST, Recipe, Shape
from npae.recipes.run import Run
from npae.training.evaluation import predict

# kind(level) returns a corruption, and corruption(x, rng) the noisy images.
KINDS = {"masking": masking_noise, "salt-and-pepper": salt_and_pepper, "gaussian": gaussian_noise}
AXES = {
    "masking": "share of pixels set to 0",
    "salt-and-pepper": "share set to 0 or 1",
    "gaussian": "standard deviation",
}
TRAINED_AT = 0.5  # of each kind
LEVELS = np.linspace(0.1, 0.9, 5)  # not from 0: the PSNR of images without noise is infinite
Chart = dict[str, tuple[np.ndarray, list[float]]]  # lines by stage


def build(shape: Shape = MNIST) -> Autoencoder:
    """Return the model: 784-1000-784, a code wider than the image."""
    return Autoencoder(Sequential([Dense(1000, "relu")]), Sequential([Dense(math.prod(shape), "sigmoid")]))


def denoiser(run: Run, kind: str) -> Autoencoder:
    """Return the model that is trained with one kind of noise."""
    if kind == "masking":
        return run.model
    return run.part(kind, run.recipe.build, data=lambda: run.batches(corruption=KINDS[kind](TRAINED_AT)))


def plain(run: Run) -> Autoencoder:
    """Return the same model, trained without noise."""
    return run.part("plain", run.recipe.build, data=lambda: run.batches(corruption=None))


def stages(run: Run, kind: str, level: float, clean: np.ndarray) -> dict[str, np.ndarray]:
    """Return noisy versions of clean inputs, and the output of each model, as images by name."""
    noisy = KINDS[kind](level)(clean, np.random.default_rng(0))
    outputs = {
        "before": noisy,
        "trained without noise": predict(plain(run), noisy, run.threads),
        "trained with this noise": predict(denoiser(run, kind), noisy, run.threads),
    }
    return {name: run.pixels(values) for name, values in outputs.items()}


def clean_images(run: Run, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the first clean test images as inputs (n, pixels) and as images."""
    _, clean = run.test_images(count)
    return clean, run.pixels(clean)


def measure(run: Run) -> dict[str, float]:
    """Return PSNR and SSIM of the noisy test set and of each model's outputs, at the training's level."""
    numbers, (clean, images) = {}, clean_images(run)
    for kind in KINDS:
        for name, values in zip(
            ("noisy", "plain", "denoised"), stages(run, kind, TRAINED_AT, clean).values()
        ):
            numbers[f"{kind}_{name}_psnr_db"] = metrics.psnr(values, images)
            numbers[f"{kind}_{name}_ssim"] = metrics.ssim(values, images)
    return numbers


def draw(run: Run) -> None:
    """Draw noisy and denoised images of each kind, PSNR and SSIM against the noise level, and the filters."""
    from npae import plotting

    clean, images = clean_images(run, 5)
    shown = [stages(run, kind, TRAINED_AT, clean) for kind in KINDS]
    rows = [("original", [images] * len(KINDS))]
    rows += [(stage, [of_a_kind[stage] for of_a_kind in shown]) for stage in shown[0]]
    title = f"Test images, damaged at {TRAINED_AT} and repaired"
    plotting.image_groups(run.path("reconstructions.png"), list(KINDS), rows, title)
    charts = against_noise(run, {"PSNR, dB": metrics.psnr, "SSIM": metrics.ssim})
    count = len(run.dataset.test_images)
    title = f"{count:,} test images before and after; each model with noise is trained at {TRAINED_AT}"
    plotting.line_panels(run.path("noise_levels.png"), list(AXES.items()), charts, title)
    models = {"no noise": plain(run), **{kind: denoiser(run, kind) for kind in KINDS}}
    panels = [(name, model.encoder.layers[0].params["kernel"]) for name, model in models.items()]
    plotting.filters(
        run.path("filters.png"),
        panels,
        "What the first units look at, by noise of the training",
        shape=run.dataset.image_shape,
    )


def against_noise(run: Run, measures: dict[str, Callable]) -> list[tuple[str, list[Chart]]]:
    """Return each metric of the test set, by kind of noise and by stage, as lines ``(LEVELS, values)``."""
    clean, images = clean_images(run)
    rows: list[tuple[str, list[Chart]]] = [(name, [{} for _ in KINDS]) for name in measures]
    for k, kind in enumerate(KINDS):
        for level in LEVELS:
            for stage, values in stages(run, kind, level, clean).items():
                for name, charts in rows:
                    line = charts[k].setdefault(stage, (LEVELS, []))
                    line[1].append(measures[name](values, images))
    return rows


RECIPE = Recipe(
    name="masking-denoiser",
    summary="dense 784-1000-784, half of the pixels masked; beside other noise, and none",
    source="P. Vincent et al., Extracting and composing robust features with denoising autoencoders (2008)",
    build=build,
    input_shape=(784,),
    dataset="mnist",
    loss="binary_crossentropy",
    epochs=12,
    batch_size=256,
    draw=draw,
    measure=measure,
    corruption=masking_noise(TRAINED_AT),
)
