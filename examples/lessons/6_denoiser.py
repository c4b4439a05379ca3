"""Lesson 6 of 8, fifteen minutes: a denoiser, and why its targets are clean.

A wide code can copy its input with all of its noise. A denoiser gains nothing by copying: its inputs are
noisy, with new noise in each epoch, and its targets are the clean images. So it must learn what digits look
like. Two models of one shape, from the same weights, differ in their targets only:

    clean targets    L = mean((model(x + noise) - x)**2)
    noisy targets    L = mean((model(x + noise) - (x + noise))**2)

Look for: the two losses while training, which are not comparable, and the two errors against clean images,
which are; and a pixel of the background, where the gradients of the two losses have opposite signs.
"""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting

NOISE = datasets.gaussian_noise(0.4)  # clipped to 0 and 1, as pixels are


def build() -> npae.Autoencoder:
    encoder = npae.Sequential([npae.Dense(256, activation="relu")])
    decoder = npae.Sequential([npae.Dense(784, activation="sigmoid")])
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,), rng=6)
    return model


def main(out: str = "runs/lessons", epochs: int = 5) -> Path:
    print(__doc__)
    npae.set_backend("numpy")
    digits = datasets.load(preferred="mnist")
    images = digits.train_images[:20000]
    test, _ = npae.Batches(digits.test_images, shape=(784,)).batch(slice(1000))
    noisy = NOISE(test, np.random.default_rng(6))

    print("1. The same training with clean and with noisy targets")
    sets = {
        "clean targets": npae.Batches(images, shape=(784,), corruption=NOISE),  # changes the inputs
        "noisy targets": npae.Batches(images, shape=(784,), sample=NOISE),  # changes inputs and targets
    }
    models = {}
    for name, train in sets.items():
        models[name] = build()
        progress = npae.Progress(label=name)
        npae.fit(models[name], train, loss="mse", epochs=epochs, batch_size=128, callbacks=[progress])

    print("\n2. The error against the clean test images, in each pixel")
    shown = {"clean": test, "noisy": noisy}
    shown |= {name: model.reconstruct(noisy) for name, model in models.items()}
    errors = {name: float(np.mean((image - test) ** 2)) for name, image in shown.items()}
    for name, error in list(errors.items())[1:]:
        print(f"  {name:13}  {error:.4f}")
    assert errors["clean targets"] < errors["noisy targets"] < errors["noisy"]

    print("\n3. A bright pixel of noise in the background, half removed: what do the two losses ask for?")
    model, image, changed = models["clean targets"], test[:1], noisy[:1]
    y = model.reconstruct(changed)
    pixel = int(np.argmax(np.where(image == 0, np.minimum(y, changed - y), -1)))
    for name, target in [("clean targets", image), ("noisy targets", changed)]:
        print(f"{name}: y = {y[0, pixel]:.3f}, t = {target[0, pixel]:.3f}")
        traced = npae.trace(model, changed, f"output,{pixel}", t=target, loss="mse", backward=True)
        print(traced)
        np.testing.assert_allclose(traced.number, 2 * (y - target)[0, pixel] / 784, rtol=1e-4)
        assert traced.adds_up and (traced.number > 0) == (name == "clean targets")
    print("A step goes against the gradient: clean targets darken the pixel, noisy ones brighten it.")

    path = Path(out) / "6_denoiser.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [(name, shown[name][:10]) for name in ("noisy", "noisy targets", "clean targets", "clean")]
    plotting.image_rows(path, rows, title="Test images, denoised by models with different targets")
    print(f"\nFigure: {path}")
    print("Question: what if the targets were noisy too, but with noise of their own, drawn anew?")
    print("Answer: in answers.md, beside this file, with two lines to try.")
    return path


if __name__ == "__main__":
    main()
