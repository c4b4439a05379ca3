"""Figures that several recipes share."""

from __future__ import annotations

from npae.recipes.run import Run


def draw_reconstructions(run: Run) -> None:
    """Draw ten test images above their reconstructions; for a denoiser, with the noisy inputs between."""
    from npae import plotting

    inputs, clean = run.test_images(10)
    rows = [("original", run.pixels(clean)), ("reconstructed", run.pixels(run.model.reconstruct(inputs)))]
    if run.recipe.corruption:
        rows.insert(1, ("noisy", run.pixels(inputs)))
        rows[-1] = ("denoised", rows[-1][1])
    plotting.image_rows(run.path("reconstructions.png"), rows, title="Test images")
