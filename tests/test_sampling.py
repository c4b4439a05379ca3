"""The reparameterisation trick, and the autoencoder around it."""

import numpy as np
import pytest

import npae
from npae import Dense, Objective, Sampling, Sequential, VariationalAutoencoder
from npae.gradcheck import check_layer


def small_model(dtype=np.float32):
    encoder, decoder = Sequential([Dense(4, "tanh"), Dense(6)]), Sequential([Dense(5, "sigmoid")])
    model = VariationalAutoencoder(encoder, decoder)
    model.build((5,), 2, dtype)
    return model


def built(k=2):
    layer = Sampling()
    layer.build((2 * k,), np.random.default_rng(0))
    return layer


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_samples_have_the_mean_and_the_variance_that_were_asked_for(dtype):
    x = np.tile(np.array([3.0, -1.0, np.log(4.0), np.log(0.25)], dtype), (20000, 1))
    z, _ = built().forward(x, np.random.default_rng(1))
    assert z.dtype == dtype
    np.testing.assert_allclose(z.mean(axis=0), [3, -1], atol=0.05)
    np.testing.assert_allclose(z.std(axis=0), [2, 0.5], rtol=0.02)


def test_inference_gives_the_means():
    x = np.arange(12.0).reshape(3, 4)
    z, cache = built().forward(x)
    assert np.array_equal(z, x[:, :2]) and cache is None
    dx, _ = built().backward(np.ones((3, 2)), cache)
    assert np.array_equal(dx, [[1, 1, 0, 0]] * 3)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_hold_entry_by_entry(training):
    report = check_layer(Sampling(), (6,), batch=1, training=training)
    assert report.passed and report.worst_error < 1e-7


class ForgetsTheHalf(Sampling):
    def backward(self, dy, cache, need_dx=True):
        return np.concatenate([dy, dy * cache], axis=1), {}


class ForgetsTheNoise(Sampling):
    def backward(self, dy, cache, need_dx=True):
        return np.concatenate([dy, dy / 2], axis=1), {}


class SwapsTheHalves(Sampling):
    def backward(self, dy, cache, need_dx=True):
        return np.concatenate([dy * cache / 2, dy], axis=1), {}


@pytest.mark.parametrize("layer", [ForgetsTheHalf(), ForgetsTheNoise(), SwapsTheHalves()])
def test_a_mistake_in_the_way_back_is_noticed(layer):
    assert not check_layer(layer, (6,), training=True).passed


@pytest.mark.parametrize("shape", [(3,), (2, 2, 2)])
def test_what_cannot_be_halved_is_refused_in_words(shape):
    with pytest.raises(ValueError, match="d means and d logarithms of variances"):
        Sampling().build(shape, np.random.default_rng(0))


def test_a_variational_autoencoder_encodes_to_means_and_reconstructs_them(rng):
    model, x = small_model(), rng.random((3, 5), np.float32)
    means, log_variances = model.statistics(x)
    assert means.shape == log_variances.shape == (3, 3)
    assert np.array_equal(model.encode(x), means)
    assert np.array_equal(model.reconstruct(x), model.decode(means))
    assert list(model.params)[::2] == [
        "encoder/dense/kernel",
        "encoder/dense_1/kernel",
        "decoder/dense/kernel",
    ]


def test_it_is_saved_and_loaded_as_what_it_is(tmp_path, rng):
    model, x = small_model(), rng.random((3, 5), np.float32)
    npae.save_model(tmp_path / "model.npz", model)
    same, _ = npae.load_model(tmp_path / "model.npz")
    assert isinstance(same, VariationalAutoencoder) and same.summary() == model.summary()
    assert np.array_equal(same.reconstruct(x), model.reconstruct(x))


def test_training_draws_codes_in_every_shard_and_any_number_of_threads_the_same(rng):
    x = (rng.random((40, 5)) < 0.3).astype(np.float32)
    objective = Objective(npae.BinaryCrossentropy(per="image"), npae.KullbackLeibler())

    def trained(threads):
        model = small_model()
        history = npae.fit(
            model, x, loss=objective, epochs=30, batch_size=16, threads=threads, validation_data=x
        )
        return model.pack(), history

    weights, history = trained(1)
    assert np.array_equal(weights, trained(3)[0])
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert list(history.values) == [
        "loss",
        "val_loss",
        "reconstruction",
        "kl",
        "val_reconstruction",
        "val_kl",
        "seconds",
    ]


def test_with_a_seed_the_lower_bound_is_measured_on_drawn_codes(rng):
    x = rng.random((40, 5), np.float32)
    objective = Objective(npae.BinaryCrossentropy(per="image"), npae.KullbackLeibler())
    at_means = npae.evaluate_terms(small_model(), x, loss=objective)
    drawn, again, other = (
        npae.evaluate_terms(small_model(), x, loss=objective, seed=seed) for seed in (1, 1, 2)
    )
    assert drawn == again != other and drawn["kl"] == at_means["kl"]
    assert drawn["reconstruction"] > at_means["reconstruction"]
    assert at_means["loss"] == npae.evaluate(small_model(), x, loss=objective)
