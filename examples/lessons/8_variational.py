"""Lesson 8 of 8, twenty minutes: a latent space of your own, from which new images can be drawn.

A variational autoencoder encodes an image as a normal distribution, with a mean mu and a variance exp(v) for
each number of the code. Training draws a code from it, mu + exp(v / 2) * noise, and decodes that. A penalty,
the Kullback-Leibler divergence, pulls all these distributions towards one, N(0, 1):

    L = reconstruction + beta * KL          KL = sum (mu**2 + exp(v) - v - 1) / 2, in nats per image

So they overlap without gaps, and a code that is drawn from N(0, 1) decodes to an image like those of the
training.

Look for: the two terms of the gradient of a mean, one from the image, one from the penalty, beta * mu; and
posterior collapse: where beta is too large, the best code is the same for all images. npae.fit notices that,
and warns.
"""

from pathlib import Path

import numpy as np

import npae
from npae import datasets, plotting

BETAS = (1, 100)  # change these, and the size of the code
CODE = 2


def build() -> npae.VariationalAutoencoder:
    encoder = npae.Sequential([npae.Dense(256, activation="relu"), npae.Dense(2 * CODE)])
    decoder = npae.Sequential([npae.Dense(256, activation="relu"), npae.Dense(784, activation="sigmoid")])
    model = npae.VariationalAutoencoder(encoder, decoder)
    model.build((784,), rng=8)
    return model


def main(out: str = "runs/lessons", epochs: int = 5) -> Path:
    print(__doc__)
    npae.set_backend("numpy")
    digits = datasets.load(preferred="mnist")  # yours: a path to an .npz file with 28 x 28 images
    train = npae.Batches(digits.train_images[:20000], shape=(784,))
    test, _ = npae.Batches(digits.test_images, shape=(784,)).batch(slice(1000))
    noise = np.random.default_rng(8).standard_normal((10, CODE), np.float32)
    rows, kls = [("original", test[:10])], {}
    for beta in BETAS:
        print(f"beta = {beta}")
        model, pixels = build(), npae.BinaryCrossentropy(per="image")
        objective = npae.Objective(pixels, npae.KullbackLeibler(beta))
        progress = npae.Progress(label=f"beta {beta}")
        npae.fit(model, train, loss=objective, epochs=epochs, batch_size=128, callbacks=[progress])

        means, log_variances = model.statistics(test)
        by_hand = 0.5 * (means**2 + np.exp(log_variances) - log_variances - 1)
        bound = npae.Objective(pixels, npae.KullbackLeibler())
        terms = npae.evaluate_terms(model, test, loss=bound, seed=0)
        np.testing.assert_allclose(terms["kl"], by_hand.sum(axis=1).mean(), rtol=1e-3, atol=1e-5)
        kls[beta] = terms["kl"]
        print(f"  reconstruction {terms['reconstruction']:.1f}, KL {terms['kl']:.3f} nats per image")
        print(f"  variance of the means over the images: {means.var(axis=0)}; below 0.01 a number is unused")

        print("  The gradient of the first mean of one image:")
        place = "encoder/dense_1,0"  # the first of the means; rng: with noise, as in training
        traced = npae.trace(model, test[:1], place, loss=objective, backward=True, rng=0)
        print(traced)
        (penalty,) = (part for part in traced.parts if part.name == "loss/kl")
        np.testing.assert_allclose(penalty.products.sum(), beta * means[0, 0], rtol=1e-3, atol=1e-5)
        assert traced.adds_up
        rows.append((f"reconstructed, beta {beta}", model.reconstruct(test[:10])))
        rows.append((f"drawn, beta {beta}", model.decode(noise)))
    assert kls[BETAS[-1]] < kls[BETAS[0]]

    path = Path(out) / "8_variational.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    plotting.image_rows(path, rows, title="Reconstructed images, and images drawn from N(0, 1)")
    print(f"\nFigure: {path}")
    print("Question: with beta = 100, why is every reconstruction the same image, and which one is it?")
    print("Answer: in answers.md, beside this file; see KullbackLeibler in npae/objectives/penalties.py.")
    return path


if __name__ == "__main__":
    main()
