"""What goes wrong with numbers in a training is told early, once, and with what to do."""

import warnings

import numpy as np
import pytest

import npae
from npae import Autoencoder, Batches, Dense, Sequential
from npae.console.cli import main
from npae.measures.findings import (
    not_probabilities,
    only_the_mean_image,
    targets_out_of_reach,
    unscaled_inputs,
)
from npae.measures.watch import EARLY, Watch, outputs
from npae.training.fit import fit

SIZE = 12


def model_of(activation=None, code=4, encoder="tanh", dtype=np.float32):
    model = Autoencoder(Sequential([Dense(code, encoder)]), Sequential([Dense(SIZE, activation)]))
    model.build((SIZE,), 0, dtype)
    return model


def told(model, data, y=None, **options):
    """Train, and return what `npae.fit` warned of."""
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        npae.fit(model, data, y, threads=1, **options)
    assert all(warning.filename == __file__ for warning in found)  # the line that called fit
    return [str(warning.message) for warning in found]


@pytest.fixture
def images(rng):
    return rng.random((64, SIZE))


# Each finding, on arrays.


def test_pixels_that_are_not_scaled_are_found(rng, images):
    sentence, evidence = unscaled_inputs(255 * images)
    assert "divide pixels by 255" in sentence and "root mean square of 14" in evidence
    assert unscaled_inputs(images) is unscaled_inputs(2 * images - 1) is None
    assert unscaled_inputs(rng.standard_normal((500, 7))) is None


def test_targets_that_the_last_activation_cannot_reach_are_found(images):
    sentence, evidence = targets_out_of_reach(2 * images - 1, 0, 1)
    assert "outputs from 0 to 1" in sentence and "% of the targets, which reach from -0.9" in evidence
    assert targets_out_of_reach(images, 0, 1) is targets_out_of_reach(9 * images, -np.inf, np.inf) is None


def test_outputs_of_logits_are_probabilities(images):
    model = model_of()
    logits = model.forward(images.astype(np.float32))[0]
    y = outputs(model, images.astype(np.float32), npae.SoftmaxCrossentropy())
    assert np.allclose(y.sum(axis=1), 1) and np.array_equal(y.argmax(axis=1), logits.argmax(axis=1))
    y = outputs(model, images.astype(np.float32), npae.BinaryCrossentropy(from_logits=True))
    assert np.allclose(y, 1 / (1 + np.exp(-logits)), atol=1e-6)


def test_outputs_that_are_no_probabilities_are_found(images):
    sentence, evidence = not_probabilities(images - 0.5)
    assert 'activation="sigmoid"' in sentence and "from_logits=True" in sentence and "5" in evidence
    assert not_probabilities(images) is None


def test_outputs_that_are_as_good_as_the_mean_image_are_found(rng, images):
    mean = np.broadcast_to(images.mean(axis=0), images.shape)
    sentence, evidence = only_the_mean_image(mean, images)
    assert "no better than the mean image" in sentence and "100.0% of the mean image's" in evidence
    assert only_the_mean_image(images, images) is None
    assert only_the_mean_image(0.5 * mean + 0.5 * images, images) is None
    assert only_the_mean_image(rng.random(images.shape), images) is None  # worse, as an untrained model
    assert only_the_mean_image(mean[:10], images[:10]) is None  # too few to tell
    assert only_the_mean_image(mean, mean) is None  # one image


# In a training.


def test_fit_tells_each_finding_once_and_what_to_do(images):
    (line,) = told(model_of(), 255 * images, epochs=3)
    assert line.startswith("npae: the inputs are not scaled; divide pixels by 255")
    (line,) = told(model_of("sigmoid"), 2 * images - 1, epochs=3)
    assert "from 0 to 1; scale the targets" in line
    (line,) = told(model_of(), images, loss="binary_crossentropy")
    assert 'end the model in activation="sigmoid"' in line


@pytest.mark.parametrize("loss", ["mse", "binary_crossentropy"])
def test_fit_tells_of_dead_units_and_of_a_loss_that_stays_that_of_the_mean_image(images, loss):
    model = model_of("sigmoid", encoder="relu")
    model.params["encoder/dense/bias"][:] = -100
    dead, mean = told(model, images, epochs=EARLY, loss=loss, optimizer=npae.Adam(0.3), batch_size=64)
    assert "its units are dead" in dead and "no better than the mean image" in mean


def test_nothing_is_told_of_a_training_that_goes_well(rng):
    x = np.outer(rng.random(200), rng.random(SIZE)) + np.outer(rng.random(200), rng.random(SIZE))
    assert told(model_of(), x, epochs=8, optimizer=npae.Adam(0.03)) == []
    bytes_of_pixels = rng.integers(0, 256, (64, SIZE), np.uint8)
    assert told(model_of("sigmoid"), bytes_of_pixels, loss="binary_crossentropy") == []
    assert told(model_of(), x / 2, loss=npae.BinaryCrossentropy(from_logits=True)) == []


def test_watching_changes_no_bit_and_draws_no_noise(rng, images):
    calls = []

    def corrupt(x, rng):
        calls.append(len(x))
        return x + rng.standard_normal(x.shape, x.dtype)

    weights = []
    for train in (fit, npae.fit):
        model = model_of()
        train(model, Batches(images, corruption=corrupt), epochs=2, threads=1)
        weights.append(model.params["encoder/dense/kernel"].tobytes())
    assert weights[0] == weights[1] and calls[:4] == calls[4:]


def test_train_reports_a_finding_in_a_line(tmp_path, small_synthetic, monkeypatch, capsys):
    monkeypatch.setattr("npae.measures.findings.unscaled_inputs", lambda x: ("sentence", f"{x.shape}"))
    options = ["train", "dense", "--limit", "60", "--epochs", "2", "--out", str(tmp_path)]
    assert main(options) == 0
    assert capsys.readouterr().out.count("\nnpae: sentence ((60, 784))\n") == 1


def test_a_watch_reports_where_it_is_told_to(images):
    lines = []
    fit(model_of(), 255 * images, callbacks=[Watch(lines.append)], threads=1)
    assert len(lines) == 1


# Gradients that are not finite.


class NanGradient(Dense):
    """A dense layer whose gradient of the kernel is not finite from its third call on."""

    def __init__(self, units, bad=np.nan):
        super().__init__(units)
        self.bad, self.calls = bad, []

    def config(self):
        return {"units": self.units, "bad": self.bad}

    def backward(self, dy, cache, need_dx=True):
        dx, grads = super().backward(dy, cache, need_dx)
        self.calls.append(len(dy))
        if len(self.calls) == 6:  # a step has two shards
            grads["kernel"][1, 2] = self.bad
        return dx, grads


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_stops_before_the_weights_move(images, bad):
    model = Autoencoder(Sequential([Dense(4)]), Sequential([NanGradient(SIZE, bad)]))
    model.build((SIZE,))
    kept = []

    class Keep(npae.Callback):
        def on_step_end(self, state):
            kept.append({name: value.copy() for name, value in state.model.params.items()})

    with pytest.raises(npae.NonFiniteLoss) as error:
        npae.fit(model, images, batch_size=32, epochs=3, threads=1, callbacks=[Keep()])
    message = str(error.value)
    assert "the gradient of decoder/nan_gradient/kernel is not finite in epoch 2, step 1" in message
    assert "while the loss is still 0." in message and "learning_rate" in message
    assert len(kept) == 2
    assert all(np.array_equal(value, kept[-1][name]) for name, value in model.params.items())


def test_large_gradients_whose_square_overflows_are_finite(images):
    """The fast test is the sum of squares; where that overflows, the entries themselves are looked at."""
    model = model_of()
    kernel = model.params["encoder/dense/kernel"]
    kernel[:] = 0  # so that large inputs give a small loss, and still large gradients of this kernel
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        fit(model, 1e22 * images, images, optimizer=npae.SGD(1e-24), threads=1, batch_size=64)
    assert np.abs(model.params["encoder/dense/kernel"]).max() > 1e-4
