"""Networks as users of PyTorch write them exchange weights with npae's models, and compute the same."""

from __future__ import annotations

import numpy as np
import pytest
from systems import LATENT2D, SYSTEMS, agree, built, images_for, weights_of

import npae
from npae import interop


@pytest.fixture
def torch():
    found = pytest.importorskip("torch", reason="PyTorch is missing; pip install torch brings it")
    found.set_num_threads(1)
    found.manual_seed(0)
    return found


def torch_system(torch, name):
    nn = torch.nn

    def padded(*layer):  # Keras's "same" has its odd pixel at the bottom and right
        return nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), *layer)

    class Cut(nn.Module):
        def forward(self, x):
            return x[..., :-1, :-1]

    if name in ("dense", "latent2d"):
        sizes = [784, 32, 784] if name == "dense" else [784, *LATENT2D, 784]
        last = nn.Sigmoid() if name == "dense" else nn.Tanh()
        steps = []
        for k, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
            activation = last if k == len(sizes) - 2 else nn.Identity() if outputs == 2 else nn.ReLU()
            steps += [nn.Linear(inputs, outputs), activation]
        return nn.Sequential(*steps)
    if name == "variational":

        class Variational(nn.Module):
            def __init__(self):
                super().__init__()
                self.before = nn.Sequential(
                    *(padded(nn.Conv2d(1, 32, 3, 2), nn.ReLU()), padded(nn.Conv2d(32, 64, 3, 2), nn.ReLU())),
                    *(nn.Flatten(), nn.Linear(64 * 49, 16), nn.ReLU()),
                )
                self.mean, self.log_variance = nn.Linear(16, 2), nn.Linear(16, 2)
                self.after = nn.Sequential(
                    *(nn.Linear(2, 64 * 49), nn.ReLU(), nn.Unflatten(1, (64, 7, 7))),
                    *(nn.ConvTranspose2d(64, 64, 3, 2), Cut(), nn.ReLU()),
                    *(nn.ConvTranspose2d(64, 32, 3, 2), Cut(), nn.ReLU()),
                    *(nn.ConvTranspose2d(32, 1, 3, padding=1), nn.Sigmoid()),
                )

            def forward(self, x):
                return self.after(self.mean(self.before(x)))

        return Variational()
    if name == "conv":
        return nn.Sequential(
            *(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(16, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2, padding=0, ceil_mode=True)),
            *(nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2)),
            *(nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.Upsample(scale_factor=2)),
            *(nn.Conv2d(16, 1, 3, padding=1), nn.Sigmoid()),
        )
    if name == "strided-denoiser":
        return nn.Sequential(
            *(padded(nn.Conv2d(1, 16, 3, 2), nn.ReLU()), padded(nn.Conv2d(16, 8, 3, 2), nn.ReLU())),
            *(nn.ConvTranspose2d(8, 8, 3, 2), Cut(), nn.ReLU(), nn.ConvTranspose2d(8, 16, 3, 2), Cut()),
            *(nn.ReLU(), nn.Conv2d(16, 1, 3, padding=1), nn.Sigmoid()),
        )
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.ConvTranspose2d(64, 32, 2, 2), nn.ReLU(), nn.ConvTranspose2d(32, 1, 2, 2), nn.Sigmoid()),
    )


def in_torch(torch, model, x):
    with torch.no_grad():
        return model(torch.from_numpy(x)).numpy()


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_and_pytorch_exchange_weights(name, torch, rng):
    model, theirs, two = built(name, 1), torch_system(torch, name), name == "variational"
    with torch.no_grad():
        for value in theirs.parameters():
            value.copy_(torch.from_numpy(weights_of(value.shape, value.shape[0], rng)))
    x = images_for(model, rng)
    interop.from_torch(model, theirs.state_dict(), two_heads=two)
    agree(model.reconstruct(x), in_torch(torch, theirs, x))
    other = built(name, 2)
    weights = interop.to_torch(other, like=theirs.state_dict(), two_heads=two)
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    np.testing.assert_allclose(other.reconstruct(x), in_torch(torch, theirs, x), rtol=0, atol=1e-5)


def test_parameters_with_gradients_and_half_precision_are_taken(torch):
    theirs, model = torch.nn.Linear(4, 3), npae.Sequential([npae.Dense(3)])
    model.build((4,))
    interop.from_torch(model, dict(theirs.named_parameters()))
    assert np.array_equal(model.params["dense/kernel"], theirs.weight.detach().numpy().T)
    interop.from_torch(model, theirs.half().state_dict())
    with pytest.raises(ValueError, match=r"weights\['weight'\] must be an array of real numbers"):
        interop.from_torch(model, theirs.bfloat16().state_dict())
