"""The five systems and the variational one, as the tests of Keras and of PyTorch build and compare them."""

from __future__ import annotations

import numpy as np

from npae.recipes import RECIPES

SYSTEMS = ("dense", "conv", "strided-denoiser", "latent2d", "transposed-denoiser", "variational")
LATENT2D = (128, 64, 10, 2, 10, 64, 128)


def agree(found, expected):
    assert np.ptp(expected) > 0.02  # so that agreeing means something
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def built(recipe, seed):
    model = RECIPES[recipe].build()
    model.build(RECIPES[recipe].input_shape, seed)
    return model


def images_for(model, rng):
    return rng.random((3, *model.input_shape), np.float32)


def weights_of(shape, outputs, rng):
    """Return weights, and biases other than 0, for a layer whose outputs are about as large as its inputs."""
    spread = 3 * (outputs / np.prod(shape)) ** 0.5 if len(shape) > 1 else 0.2
    return rng.uniform(-spread, spread, shape)
