"""Models as users of Keras and PyTorch write them exchange weights with npae's, and compute the same."""

from __future__ import annotations

import os

import numpy as np
import pytest

import npae
from npae import interop
from npae.recipes import RECIPES

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
SYSTEMS = ("dense", "conv", "strided-denoiser", "latent2d", "transposed-denoiser", "variational")
LATENT2D = (128, 64, 10, 2, 10, 64, 128)


@pytest.fixture
def keras():
    return pytest.importorskip("keras", reason="Keras is missing; pip install keras tensorflow brings it")


@pytest.fixture
def torch():
    found = pytest.importorskip("torch", reason="PyTorch is missing; pip install torch brings it")
    found.set_num_threads(1)
    found.manual_seed(0)
    return found


def agree(found, expected):
    assert np.ptp(expected) > 0.05  # so that agreeing means something
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def built(recipe, seed):
    model = RECIPES[recipe].build()
    model.build(RECIPES[recipe].input_shape, seed)
    return model


def keras_system(keras, name):
    """Return a system in Keras's words: (model, whether it has two heads)."""
    layers, inputs = keras.layers, keras.Input
    conv, transposed, dense = layers.Conv2D, layers.Conv2DTranspose, layers.Dense
    same = {"activation": "relu", "padding": "same"}
    stride = {**same, "strides": 2}
    if name == "dense":
        return keras.Sequential([inputs((784,)), dense(32, "relu"), dense(784, "sigmoid")])
    if name == "latent2d":
        widths = [
            (128, "relu"),
            (64, "relu"),
            (12, "relu"),
            (2, None),
            (12, "relu"),
            (64, "relu"),
            (128, "relu"),
        ]
        return keras.Sequential([inputs((784,)), *(dense(*each) for each in widths), dense(784, "tanh")])
    if name == "variational":
        image = inputs((28, 28, 1))
        h = layers.Flatten()(conv(64, 3, **stride)(conv(32, 3, **stride)(image)))
        h = dense(16, "relu")(h)
        mean, _ = dense(2, name="z_mean")(h), dense(2, name="z_log_var")(h)
        decoder = keras.Sequential(
            [
                *(inputs((2,)), dense(7 * 7 * 64, "relu"), layers.Reshape((7, 7, 64))),
                *(transposed(64, 3, **stride), transposed(32, 3, **stride)),
                transposed(1, 3, activation="sigmoid", padding="same"),
            ]
        )
        encoder = keras.Model(image, [mean, _])
        return keras.Model(image, [decoder(encoder(image)[0]), encoder(image)[1]])
    pool, up = (lambda: layers.MaxPooling2D(2, padding="same")), (lambda: layers.UpSampling2D(2))
    last = {"activation": "sigmoid", "padding": "same"}
    bodies = {
        "conv": lambda: [
            *(conv(16, 3, **same), pool(), conv(8, 3, **same), pool(), conv(8, 3, **same), up()),
            *(conv(16, 3, **same), up(), conv(1, 3, **last)),
        ],
        "strided-denoiser": lambda: [
            *(conv(16, 3, **stride), conv(8, 3, **stride), transposed(8, 3, **stride)),
            *(transposed(16, 3, **stride), conv(1, 3, **last)),
        ],
        "transposed-denoiser": lambda: [
            *(conv(32, 3, **same), pool(), conv(64, 3, **same), pool()),
            *(
                transposed(32, 2, strides=2, activation="relu"),
                transposed(1, 2, strides=2, activation="sigmoid"),
            ),
        ],
    }
    return keras.Sequential([inputs((28, 28, 1)), *bodies[name]()])


def images_for(model, rng):
    return rng.random((3, *model.input_shape), np.float32)


def in_keras(model, x):
    images = np.moveaxis(x, 1, -1) if x.ndim == 4 else x
    y = model.predict(images, verbose=0)
    y = y[0] if isinstance(y, list) else y
    return np.moveaxis(y, -1, 1) if y.ndim == 4 else y


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_and_keras_exchange_weights(name, keras, rng):
    model, theirs, two = built(name, 1), keras_system(keras, name), name == "variational"
    for layer in theirs.weights:  # biases are 0 at first, and would prove nothing
        layer.assign(rng.uniform(-0.15, 0.2, layer.shape))
    x = images_for(model, rng)
    interop.from_keras(model, theirs.get_weights(), two_heads=two)
    agree(model.reconstruct(x), in_keras(theirs, x))
    other = built(name, 2)
    theirs.set_weights(list(interop.to_keras(other, two_heads=two).values()))
    np.testing.assert_allclose(other.reconstruct(x), in_keras(theirs, x), rtol=0, atol=1e-5)


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
            value.uniform_(-0.15, 0.2)
    x = images_for(model, rng)
    interop.from_torch(model, theirs.state_dict(), two_heads=two)
    agree(model.reconstruct(x), in_torch(torch, theirs, x))
    other = built(name, 2)
    weights = interop.to_torch(other, like=theirs.state_dict(), two_heads=two)
    theirs.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    np.testing.assert_allclose(other.reconstruct(x), in_torch(torch, theirs, x), rtol=0, atol=1e-5)


def test_colour_images_through_a_flat_code_agree_with_keras(keras, rng):
    layers = keras.layers
    theirs = keras.Sequential(
        [
            *(keras.Input((6, 5, 3)), layers.Conv2D(4, (2, 3), activation="tanh"), layers.Flatten()),
            *(layers.Dense(7, "tanh"), layers.Dense(2 * 3 * 5), layers.Activation("tanh")),
            *(layers.Reshape((2, 3, 5)), layers.Conv2DTranspose(3, (3, 2), activation="tanh")),
        ]
    )
    model = npae.Sequential(
        [
            *(npae.Conv2D(4, (2, 3), activation="tanh"), npae.Flatten(), npae.Dense(7, "tanh")),
            *(npae.Dense(30), npae.Tanh(), npae.Reshape((5, 2, 3))),
            npae.Conv2DTranspose(3, (3, 2), activation="tanh"),
        ]
    )
    model.build((3, 6, 5), 1)
    x = rng.standard_normal((3, 3, 6, 5), np.float32)
    interop.from_keras(model, {each.path: each.numpy() for each in theirs.weights})
    agree(model.forward(x)[0], in_keras(theirs, x))


def test_parameters_with_gradients_and_half_precision_are_taken(torch):
    theirs, model = torch.nn.Linear(4, 3), npae.Sequential([npae.Dense(3)])
    model.build((4,))
    interop.from_torch(model, dict(theirs.named_parameters()))
    assert np.array_equal(model.params["dense/kernel"], theirs.weight.detach().numpy().T)
    interop.from_torch(model, theirs.half().state_dict())
    with pytest.raises(ValueError, match=r"weights\['weight'\] must be an array of real numbers"):
        interop.from_torch(model, theirs.bfloat16().state_dict())
