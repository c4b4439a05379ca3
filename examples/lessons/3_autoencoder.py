"""Lesson 3 of 8, fifteen minutes: an autoencoder of digits; its first step by hand, then a training.

An autoencoder is trained to give back its input, through a code that is too small to copy it: here 784
pixels, 32 numbers, 784 pixels. A step moves all parameters against their gradient. Adam divides the gradient
by its own size. With running averages m of g and v of g**2, for step number k:

    m = 0.9 m + 0.1 g          v = 0.999 v + 0.001 g**2
    params -= rate * (m / (1 - 0.9**k)) / (sqrt(v / (1 - 0.999**k)) + 1e-7)

Look for: gradients differ by powers of ten, and nearly all weights move by the same amount in the first step;
how the loss falls; which digits come back blurred.
"""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting


def main(out: str = "runs/lessons", epochs: int = 5) -> Path:
    print(__doc__)
    npae.set_backend("numpy")
    digits = datasets.load(preferred="mnist")  # or npae's own digits, where MNIST cannot be had
    train = npae.Batches(digits.train_images, shape=(784,))  # bytes become numbers from 0 to 1
    test, _ = npae.Batches(digits.test_images, shape=(784,)).batch(slice(1000))

    encoder = npae.Sequential([npae.Dense(32, activation="relu")])
    decoder = npae.Sequential([npae.Dense(784, activation="sigmoid")])
    model = npae.Autoencoder(encoder, decoder)
    model.build((784,))
    shown = {"original": test[:10], "untrained": model.reconstruct(test[:10])}

    print("1. One step of Adam by hand, on 256 images:")
    x, _ = train.batch(slice(256))
    params = model.pack()  # all parameters as one vector, of which the layers' arrays are parts
    objective = npae.Objective("binary_crossentropy").on(model)
    (before,), grads = objective(x, x, len(x))
    g = np.concatenate([grads[name].ravel() for name in model.params])
    rate, m, v = 0.001, 0.1 * g, 0.001 * g**2
    step = rate * (m / (1 - 0.9)) / (np.sqrt(v / (1 - 0.999)) + 1e-7)
    expected = params - step
    npae.Adam(rate).update(params, g)
    np.testing.assert_allclose(params, expected, rtol=1e-5, atol=1e-7)
    (after,), _ = objective(x, x, len(x))
    for name, size in [("gradient", np.abs(g[g != 0])), ("step", np.abs(step[g != 0]))]:
        low, middle, high = np.quantile(size, [0.01, 0.5, 0.99])
        print(f"  {name:8} 1 % are below {low:.1e}, half below {middle:.1e}, 99 % below {high:.1e}")
    print(f"  {np.mean(g == 0):.0%} of the gradients are 0; the loss falls from {before:.5f} to {after:.5f}")
    assert after < before
    shown["one step"] = model.reconstruct(test[:10])

    print(f"\n2. Many steps: {epochs} epochs of {len(train):,} images, 256 in each step")
    history = npae.fit(
        model, train, loss="binary_crossentropy", epochs=epochs, batch_size=256, validation_data=test,
        callbacks=[npae.Progress()],
    )  # fmt: skip
    mean, _ = npae.BinaryCrossentropy()(np.broadcast_to(x.mean(axis=0), test.shape), test)
    print(f"  test loss {history['val_loss'][-1]:.4f}; always answering the mean image costs {mean:.4f}")
    assert history["val_loss"][-1] < before
    shown["trained"] = model.reconstruct(test[:10])

    print("\n3. Where a pixel of a reconstruction comes from: at most 32 products, and a bias")
    pixel = int(np.argmax(shown["trained"][0]))
    traced = npae.trace(model, test[:1], f"output,{pixel}")
    print(traced)
    assert traced.adds_up

    path = Path(out) / "3_autoencoder.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(path, list(shown.items()), title="Ten test images through the autoencoder")
    print(f"\nFigure: {path}")
    print("Question: why is nearly every first step 0.001 long? Which weights have a gradient of exactly 0?")
    print("Answer: in answers.md, beside this file; see also Adam in npae/training/optimizers.py.")
    return path


if __name__ == "__main__":
    main()
