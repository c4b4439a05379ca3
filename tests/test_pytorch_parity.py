"""Every recipe trains as PyTorch does: same gradients, and the same losses over twenty steps of Adam."""

from __future__ import annotations

import numpy as np
import pytest
from whole_batch import loss_and_gradients

from benchmarks.tasks import TIMED, build_model, load_examples, verification_data
from npae.datasets import synthetic_digits
from npae.layers import Conv2D, Conv2DTranspose, Dense, Flatten, MaxPool2D, Reshape, UpSampling2D
from npae.model import Sequential
from npae.objectives.losses import get_loss
from npae.recipes import RECIPES
from npae.training.batches import Batches
from npae.training.fit import Callback, fit

torch = pytest.importorskip(
    "torch", reason="PyTorch is missing; pip install torch brings the twin to compare with"
)
from benchmarks.pytorch_twin import gradients, pytorch_loss, pytorch_twin  # noqa: E402  # needs torch

torch.set_num_threads(1)  # small products: more threads only wait for each other
STEPS = 20
recipes = pytest.mark.parametrize("recipe", [RECIPES[name] for name in TIMED], ids=TIMED)


def batches_for(recipe):
    """Return twenty minibatches of real images where this machine has such, of synthetic ones otherwise."""
    count = STEPS * recipe.batch_size
    try:
        (images, _), _ = load_examples(recipe.name, count, recipe.dataset)
    except OSError:
        images = synthetic_digits(count, 1)[0]
    data = verification_data(recipe.name, images, steps=STEPS)
    return Batches(data.x, data.y, scale=data.scale, offset=data.offset)


class StepLosses(Callback):
    """Keeps the loss of each step, which is told from the running mean."""

    def __init__(self):
        self.losses, self._sum = [], 0.0

    def on_step_end(self, state):
        self.losses.append(state.loss * state.step - self._sum)
        self._sum = state.loss * state.step


@recipes
def test_twenty_steps_of_adam_follow_pytorch(recipe):
    model, batches = build_model(recipe.name), batches_for(recipe)
    start = {name: value.copy() for name, value in model.params.items()}
    twin = pytorch_twin(model)
    loss_of = pytorch_loss(twin, recipe.loss)
    optimizer = torch.optim.Adam(twin.parameters(), lr=1e-3, eps=1e-7)
    expected = []
    for step in range(STEPS):
        x, t = map(
            torch.from_numpy, batches.batch(slice(step * recipe.batch_size, (step + 1) * recipe.batch_size))
        )
        optimizer.zero_grad()
        loss = loss_of(x, t)
        loss.backward()
        optimizer.step()
        expected.append(loss.item())

    steps = StepLosses()
    fit(
        model,
        batches,
        loss=recipe.loss,
        batch_size=recipe.batch_size,
        shuffle=False,
        threads=2,
        callbacks=[steps],
    )
    np.testing.assert_allclose(steps.losses, expected, rtol=1e-4)
    moved = max(np.abs(value - start[name]).max() for name, value in model.params.items())
    assert moved > 0.01  # so that agreeing means something


@recipes
def test_gradients_of_one_step_are_pytorchs(recipe):
    model = build_model(recipe.name, np.float64)
    twin = pytorch_twin(model)
    x, t = (part.astype(np.float64) for part in batches_for(recipe).batch(slice(0, recipe.batch_size)))
    pytorch_loss(twin, recipe.loss)(torch.from_numpy(x), torch.from_numpy(t)).backward()
    _, grads = loss_and_gradients(model, get_loss(recipe.loss), x, t)
    expected = gradients(model, twin)
    assert grads.keys() == expected.keys()
    for name, grad in grads.items():
        scale = np.abs(expected[name]).max()
        assert scale > 0, f"the gradient of {name} is 0 everywhere, so nothing was compared"
        np.testing.assert_allclose(grad, expected[name], rtol=0, atol=1e-11 * scale, err_msg=name)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(
    ("window", "strides"), [((3, 3), (2, 2)), ((2, 3), (3, 1)), ((4, 2), (2, 3)), ((1, 2), (2, 2))]
)
def test_layers_give_pytorchs_outputs_on_uneven_geometries(padding, window, strides, rng):
    model = Sequential(
        [
            Conv2D(3, window, strides, padding, activation="relu"),
            Conv2DTranspose(
                2, window, strides, padding, activation="tanh", bias_initializer="pytorch_uniform"
            ),
            UpSampling2D((2, 1)),
            MaxPool2D((1, 2)),
            Flatten(),
            Dense(6, activation="sigmoid"),
            Reshape((1, 2, 3)),
        ]
    )
    model.build((2, 11, 9), rng)
    x = rng.standard_normal((3, 2, 11, 9), np.float32)
    with torch.no_grad():
        expected = pytorch_twin(model)(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(model.forward(x)[0], expected, rtol=1e-5, atol=1e-6)
