"""The importance-sampled likelihood: against a model whose likelihood has a closed form."""

import numpy as np
import pytest

from npae.layers import Dense
from npae.measures.likelihood import negative_log_likelihood
from npae.model import Autoencoder, Sequential, VariationalAutoencoder
from npae.objectives.losses import BinaryCrossentropy, GaussianNegativeLogLikelihood
from npae.objectives.objective import Objective
from npae.objectives.penalties import KullbackLeibler
from npae.training.batches import Batches
from npae.training.evaluation import evaluate_terms

STDDEV = 0.7
LOSS = GaussianNegativeLogLikelihood(STDDEV, per="image")


def factor_analysis(rng, width=2.0):
    """Return a linear decoder, with an encoder that gives its true posterior, or one wider by a factor.

    x = z A + b + 0.7 ε, and the rows of A are orthogonal: so the posterior's covariance is diagonal.
    """
    rows = np.linalg.qr(rng.normal(size=(5, 2)))[0].T * [[1.5], [0.6]]
    bias = rng.normal(size=5)
    variances = 1 / (1 + np.sum(rows**2, axis=1) / STDDEV**2)
    model = VariationalAutoencoder(Sequential([Dense(4)]), Sequential([Dense(5)]))
    model.build((5,), rng, np.float64)
    kernel = np.zeros((5, 4))
    kernel[:, :2] = rows.T * variances / STDDEV**2
    biases = np.concatenate([-bias @ kernel[:, :2], np.log(variances * width)])
    model.encoder.set_params({"dense/kernel": kernel, "dense/bias": biases})
    model.decoder.set_params({"dense/kernel": rows, "dense/bias": bias})
    x = rng.normal(size=(7, 2)) @ rows + bias + STDDEV * rng.normal(size=(7, 5))
    covariance = rows.T @ rows + STDDEV**2 * np.eye(5)
    distances = np.einsum("ni,ij,nj->n", x - bias, np.linalg.inv(covariance), x - bias)
    return model, x, 0.5 * (distances + np.linalg.slogdet(2 * np.pi * covariance)[1])


@pytest.mark.parametrize("samples", [1, 3])
def test_with_the_true_posterior_every_weight_is_the_likelihood(samples, rng):
    model, x, exact = factor_analysis(rng, width=1.0)
    x = Batches(x, dtype=np.float64)
    np.testing.assert_allclose(
        negative_log_likelihood(model, x, loss=LOSS, samples=samples), exact, rtol=1e-10
    )


@pytest.mark.slow
def test_with_another_one_the_bound_falls_towards_the_likelihood(rng, monkeypatch):
    monkeypatch.setattr("npae.measures.likelihood.ROWS", 300)  # several blocks of codes for each image
    model, x, exact = factor_analysis(rng)
    x = Batches(x, dtype=np.float64)

    def gap(samples, seeds=1):
        estimates = [
            negative_log_likelihood(model, x, loss=LOSS, samples=samples, seed=seed) for seed in range(seeds)
        ]
        return np.mean(estimates) - np.mean(exact)

    once = gap(1, seeds=300)
    assert once > gap(10, seeds=100) > 0.01 and abs(gap(10_000)) < 0.01
    divergence = 2 - 1 - np.log(2)  # of the posterior, from q with twice its variance, over two dimensions
    assert once == pytest.approx(divergence, abs=0.08)
    objective = Objective(LOSS, KullbackLeibler())
    draws = [evaluate_terms(model, x, loss=objective, seed=seed)["loss"] for seed in range(300)]
    assert np.mean(draws) - np.mean(exact) == pytest.approx(divergence, abs=0.08)  # one code: the bound


def test_blocks_and_threads_change_nothing(rng):
    model = VariationalAutoencoder(Sequential([Dense(4)]), Sequential([Dense(6, "sigmoid")]))
    model.build((6,), rng)
    x = (rng.random((150, 6)) < 0.5).astype(np.float32)
    one, two = (
        negative_log_likelihood(model, x, loss=BinaryCrossentropy(), samples=7, threads=threads)
        for threads in (1, 2)
    )
    assert one.shape == (150,) and one.dtype == np.float64
    np.testing.assert_array_equal(one, two)


def test_a_likelihood_needs_samples_and_a_distribution_of_codes(rng):
    model, x, _ = factor_analysis(rng)
    with pytest.raises(ValueError, match="samples must be a positive integer, not 0"):
        negative_log_likelihood(model, x, loss=LOSS, samples=0)
    with pytest.raises(ValueError, match=r"MeanSquaredError\(\) is not a distribution of pixels"):
        negative_log_likelihood(model, x, loss="mse")
    with pytest.raises(ValueError, match="from 0 to 1"):
        negative_log_likelihood(model, x, loss=BinaryCrossentropy())
    with pytest.raises(ValueError, match=r"the data have shape \(4,\)"):
        negative_log_likelihood(model, x[:, :4], loss=LOSS)
    plain = Autoencoder(Sequential([Dense(2)]), Sequential([Dense(5)]))
    with pytest.raises(ValueError, match="needs a VariationalAutoencoder, not this Autoencoder"):
        negative_log_likelihood(plain, x, loss=LOSS)
