"""Metrics and figures of all variational recipes: the terms of the bound, samples, and interpolations."""

from __future__ import annotations

import numpy as np

from npae.model import Sequential, VariationalAutoencoder
from npae.objectives.losses import Loss
from npae.objectives.objective import Objective
from npae.objectives.penalties import KullbackLeibler
from npae.recipes.run import Run
from npae.training.evaluation import evaluate_terms, predict


def elbo_terms(run: Run, model: Sequential, decoder: Loss) -> dict[str, float]:
    """Return the negative evidence lower bound of the test set and its two terms, in nats per image.

    One code is drawn for each image, as the bound requires. The validation losses of the history use the
    means of the codes and are lower.
    """
    bound = Objective(decoder, KullbackLeibler())
    terms = evaluate_terms(model, run.test_batches(), loss=bound, threads=run.threads, seed=0)
    return {
        "test_negative_elbo": terms["loss"],
        "test_elbo_reconstruction": terms["reconstruction"],
        "test_elbo_kl": terms["kl"],
    }


def variational(run: Run) -> VariationalAutoencoder:
    """Return the model of a run whose recipe builds a variational autoencoder."""
    assert isinstance(run.model, VariationalAutoencoder)
    return run.model


def draw_elbo(run: Run) -> None:
    """Draw the two terms of the bound against the epoch."""
    from npae import plotting

    terms = [("loss", "negative bound"), ("reconstruction", "reconstruction"), ("kl", "KL divergence")]
    title = "The negative evidence lower bound and its two parts (validation: at the mean of the code)"
    plotting.objective_curves(run.path("elbo.png"), run.history, terms, title, "nats per image")


def draw_samples(run: Run, shape: tuple[int, int] = (8, 16)) -> None:
    """Draw the decoded images of codes from the prior."""
    from npae import plotting

    count = shape[0] * shape[1]
    codes = np.random.default_rng(0).standard_normal((count, *run.model.decoder.built()[0]), np.float32)
    images = run.pixels(predict(run.model.decoder, codes, run.threads))
    plotting.image_grid(run.path("samples.png"), images, shape, "Codes drawn from N(0, 1), decoded")


def draw_interpolations(run: Run, rows: int = 6, columns: int = 11) -> None:
    """Draw decoded codes on the straight line between the codes of two test images, and the two images."""
    from npae import plotting

    x, _ = run.test_images(2 * rows)
    first, last = (x[np.arange(start, start + rows) % len(x)] for start in (0, rows))
    ways = [
        run.model.decode(code + (other - code) * np.linspace(0, 1, columns, dtype=np.float32)[:, None])
        for code, other in zip(run.model.encode(first), run.model.encode(last))
    ]
    strips = [
        ("", np.concatenate([run.pixels(start), run.pixels(way), run.pixels(end)]))
        for start, way, end in zip(first, ways, last)
    ]
    titles = ["from", *(f"{share:.0%}" for share in np.linspace(0, 1, columns)), "to"]
    title = "From one test image to another, straight through the space of codes"
    plotting.image_rows(run.path("interpolations.png"), strips, titles, title=title, columns=columns + 2)
