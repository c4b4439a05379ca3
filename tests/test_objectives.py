"""Objectives: reconstruction plus penalties, in the trainer, the history and the new losses."""

import math

import numpy as np
import pytest
from whole_batch import loss_and_gradients

import npae
from npae import (
    L1,
    SGD,
    Autoencoder,
    Batches,
    BinaryCrossentropy,
    Contractive,
    Dense,
    GaussianNegativeLogLikelihood,
    GaussianNoise,
    KLSparsity,
    LearningRate,
    MeanSquaredError,
    Objective,
    Sequential,
    SoftmaxCrossentropy,
    one_hot,
)
from npae.datasets import bernoulli, masking_noise
from npae.gradcheck import check_loss
from npae.objectives.losses import get_loss
from npae.objectives.objective import get_objective
from npae.training.evaluation import evaluate_terms


def small_model(dtype=np.float32, activation="sigmoid"):
    encoder = Sequential([GaussianNoise(0.05), Dense(4, activation)])
    model = Autoencoder(encoder, Sequential([Dense(6, "sigmoid")]))
    model.build((6,), 1, dtype)
    return model


def images(rng, n=50):
    return rng.random((n, 6), np.float32)


# One number, several terms.


def test_the_loss_is_the_sum_of_its_terms_and_so_are_the_gradients(backend, rng):
    model, x = small_model(np.float64), rng.random((7, 6))
    penalties = L1(0.2), Contractive(0.3)
    value, grads = loss_and_gradients(model, Objective("mse", *penalties), x, x)
    bare, _ = loss_and_gradients(model, "mse", x, x)
    terms = [loss_and_gradients(model, Objective("mse", penalty), x, x) for penalty in penalties]
    assert value == pytest.approx(bare + sum(term[0] - bare for term in terms), rel=1e-12)
    _, reconstruction = loss_and_gradients(model, "mse", x, x)
    assert list(grads) and grads.keys() == model.params.keys()
    for name, grad in grads.items():
        parts = sum(term[1][name] - reconstruction[name] for term in terms)
        np.testing.assert_allclose(grad, reconstruction[name] + parts, rtol=1e-9, atol=1e-14)


def test_an_objective_without_penalties_is_the_bare_loss_bit_for_bit(backend, rng):
    x = images(rng)
    bare, wrapped = small_model(), small_model()
    histories = [
        npae.fit(model, x, loss=loss, epochs=2, batch_size=20, validation_data=x, threads=1)
        for model, loss in ((bare, "binary_crossentropy"), (wrapped, Objective(BinaryCrossentropy())))
    ]
    assert np.array_equal(bare.pack(), wrapped.pack())
    assert histories[0]["val_loss"] == histories[1]["val_loss"]
    assert list(histories[1].values) == ["loss", "val_loss", "seconds"]


def test_the_logits_are_used_behind_a_penalty_too(rng):
    model = small_model(np.float64)
    model.params["decoder/dense/kernel"][...] = 1e4
    x = np.ones((3, 6))
    value, grads = loss_and_gradients(model, Objective("binary_crossentropy", L1(1e-3)), x, 0 * x)
    assert np.isfinite(value) and value > 1e3 and np.all(grads["decoder/dense/bias"] > 0)


def test_the_history_names_every_term(rng):
    x = images(rng)
    objective = Objective("mse", L1(0.01), L1(0.02), KLSparsity())
    assert objective.names == ("reconstruction", "l1", "l1_1", "kl_sparsity")
    history = npae.fit(small_model(), x, loss=objective, epochs=2, batch_size=20, validation_data=x)
    assert list(history.values) == [
        *("loss", "val_loss"),
        *objective.names,
        *(f"val_{name}" for name in objective.names),
        "seconds",
    ]
    for prefix in ("", "val_"):
        terms = [history[prefix + name][-1] for name in objective.names]
        assert history[prefix + "loss"][-1] == pytest.approx(sum(terms), rel=1e-12)
    assert history["l1_1"] == pytest.approx(2 * np.array(history["l1"]), rel=1e-6)


@pytest.mark.parametrize("penalty", [L1(0.1), KLSparsity(0.1), Contractive(0.1)], ids=lambda p: p.name)
def test_any_number_of_threads_gives_the_same_bits(penalty, rng):
    x = images(rng, 70)

    def weights(threads):
        model, objective = small_model(), Objective("binary_crossentropy", penalty)
        npae.fit(model, x, loss=objective, epochs=2, batch_size=40, validation_data=x, threads=threads)
        return model.pack()

    assert np.array_equal(weights(1), weights(4))


def test_a_step_on_coupled_examples_is_that_of_the_whole_batch(rng):
    x = rng.random((20, 6))
    model, same = small_model(np.float64), small_model(np.float64)
    for one in (model, same):
        one.encoder.layers[0].stddev = 0
    objective = Objective("mse", KLSparsity(0.1))
    data = Batches(x, dtype=np.float64)
    npae.fit(model, data, loss=objective, optimizer=SGD(0.1), batch_size=20, shuffle=False, threads=2)
    _, grads = loss_and_gradients(same, objective, x, x)
    for name, value in same.params.items():
        np.testing.assert_allclose(model.params[name], value - 0.1 * grads[name], rtol=1e-12)


def test_evaluation_counts_batches_of_coupled_examples_by_their_size(rng):
    x, model, objective = images(rng, 300), small_model(), Objective("mse", KLSparsity(0.1))
    terms = evaluate_terms(model, x, loss=objective)
    parts = [objective.on(model).values(x[part], x[part], 300) for part in (slice(256), slice(256, 300))]
    assert terms["kl_sparsity"] == pytest.approx(parts[0][1] + parts[1][1], rel=1e-12)
    assert terms["kl_sparsity"] == pytest.approx(
        (256 * KLSparsity(0.1)(None, model.encode(x[:256]), None, 256)[0]
         + 44 * KLSparsity(0.1)(None, model.encode(x[256:]), None, 44)[0]) / 300,
        rel=1e-9,
    )  # fmt: skip


def test_a_sparse_model_has_a_smaller_code_than_the_same_without_penalty(rng):
    x = images(rng, 200)
    codes = []
    for loss in ("mse", Objective("mse", L1(0.05))):
        model = small_model(activation="relu")
        npae.fit(model, x, loss=loss, epochs=60, batch_size=50)
        codes.append(float(model.encode(x).mean()))
    assert codes[1] < 0.5 * codes[0]


def test_objectives_are_written_as_they_are_made():
    objective = Objective(BinaryCrossentropy(per="image"), L1(1e-4), KLSparsity(weight=0.5))
    assert eval(repr(objective), vars(npae)).names == objective.names
    assert repr(objective) == (
        "Objective(BinaryCrossentropy(per='image'), L1(0.0001), KLSparsity(weight=0.5))"
    )
    assert repr(get_objective("mse")) == "MeanSquaredError()"


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Objective("mse", 1e-4), r"expected penalties after the loss, as in .* not 0.0001"),
        (lambda: Objective("hinge"), "unknown loss 'hinge'"),
        (lambda: get_loss(None), "unknown loss None"),
        (
            lambda: npae.fit(Sequential([small_model()]), images(np.random.default_rng(0)), loss="x"),
            "unknown loss",
        ),
    ],
)
def test_what_is_no_objective_is_refused_in_words(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_a_model_without_a_code_cannot_be_penalised(rng):
    model = Sequential([Dense(4), Dense(6)])
    model.build((6,))
    with pytest.raises(ValueError, match=r"L1 needs the code, .* use Autoencoder\(encoder, decoder\)"):
        npae.fit(model, images(rng), loss=Objective("mse", L1(0.1)))


# Losses.


@pytest.mark.parametrize("make", [MeanSquaredError, BinaryCrossentropy])
def test_per_image_is_per_element_times_the_elements_of_an_image(backend, make, rng):
    y, t = rng.uniform(0.1, 0.9, (2, 3, 4, 5))
    (element, dy), (image, dy_image) = make()(y, t), make(per="image")(y, t)
    assert image == pytest.approx(20 * element, rel=1e-12)
    np.testing.assert_allclose(dy_image, 20 * dy, rtol=1e-12)
    halves = [make(per="image")(y[part], t[part], y.size)[0] for part in (slice(0, 1), slice(1, 3))]
    assert sum(halves) == pytest.approx(image, rel=1e-12)
    assert make(per="image").unit.endswith("per image") and make().unit.endswith("per pixel")
    with pytest.raises(ValueError, match='per must be "element" or "image", not'):
        make(per="pixel")


def test_a_gaussian_likelihood_is_a_density(rng):
    y, t, stddev = rng.random((3, 2, 5)), rng.random((3, 2, 5)), 0.3
    density = np.exp(-0.5 * ((t - y) / stddev) ** 2) / (stddev * math.sqrt(2 * math.pi))
    value, _ = GaussianNegativeLogLikelihood(stddev, per="image")(y, t)
    assert value == pytest.approx(-np.log(density).sum() / 3, rel=1e-12)
    assert GaussianNegativeLogLikelihood(stddev)(y, t)[0] == pytest.approx(value / 10, rel=1e-12)
    assert check_loss(GaussianNegativeLogLikelihood(stddev, per="image")).passed
    with pytest.raises(ValueError, match="stddev must be a positive number, not 0"):
        GaussianNegativeLogLikelihood(0)


def test_softmax_crossentropy_is_minus_the_logarithm_of_the_right_class(rng):
    z, labels = rng.standard_normal((4, 3)), np.array([2, 0, 1, 2])
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    value, dz = SoftmaxCrossentropy()(z, one_hot(labels, 3))
    assert value == pytest.approx(-np.mean(np.log(p[np.arange(4), labels])), rel=1e-12)
    np.testing.assert_allclose(dz, (p - one_hot(labels, 3)) / 4, rtol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_crossentropy_is_exact_for_logits_of_any_size(dtype):
    z = np.array([[1e4, 0, -1e4], [-1e4, -1e4, -1e4]], dtype)
    with np.errstate(all="raise", under="ignore"):
        value, dz = SoftmaxCrossentropy()(z, np.array([[0, 1, 0], [0, 0, 1]], dtype))
    assert value == pytest.approx((1e4 + math.log(3)) / 2, rel=1e-6) and dz.dtype == dtype
    np.testing.assert_allclose(dz, np.array([[1, -1, 0], [1 / 3, 1 / 3, -2 / 3]]) / 2, rtol=1e-6)


def test_a_classifier_learns_and_its_targets_are_checked(rng):
    labels = rng.integers(0, 3, 90)
    x = (np.eye(6, dtype=np.float32)[labels] + 0.1 * rng.standard_normal((90, 6))).astype(np.float32)
    model = Sequential([Dense(3)])
    model.build((6,))
    data = Batches(x, one_hot(labels, 3))
    npae.fit(model, data, loss="softmax_crossentropy", epochs=40, batch_size=30, optimizer=npae.Adam(0.05))
    assert np.mean(npae.predict(model, x).argmax(axis=1) == labels) > 0.95
    with pytest.raises(ValueError, match="probabilities of classes, .*one_hot"):
        npae.fit(model, x, labels[:, None].astype(np.float32), loss="softmax_crossentropy")
    with pytest.raises(ValueError, match=r"takes logits \(n, classes\)"):
        SoftmaxCrossentropy()(np.ones((2, 3, 1)), np.ones((2, 3, 1)))
    for bad, words in (([0, 3], "from 0 to 2"), ([-1], "from 0 to 2"), ([0.5], "integers")):
        with pytest.raises(ValueError, match=words):
            one_hot(np.array(bad), 3)


# What else the trainer takes.


def test_the_learning_rate_follows_its_schedule_also_after_a_break(rng, tmp_path):
    x, rates = images(rng), []

    class Listening(npae.Callback):
        def on_step_end(self, state):
            rates.append(state.optimizer.learning_rate)

    def schedule(epoch, epochs):
        return 0.01 * (1 - (epoch - 1) / epochs)

    def trained(model, optimizer, epochs, history=None, of=4):
        callbacks = [LearningRate(lambda epoch, epochs: schedule(epoch, of)), Listening()]
        return npae.fit(
            model, x, optimizer=optimizer, epochs=epochs, batch_size=50, callbacks=callbacks, history=history
        )

    whole = small_model()
    trained(whole, npae.Adam(), 4)
    assert rates == pytest.approx([0.01, 0.0075, 0.005, 0.0025])
    broken, optimizer = small_model(), npae.Adam()
    history = trained(broken, optimizer, 2)
    npae.save_checkpoint(tmp_path / "half.npz", broken, optimizer, history.values)
    resumed, optimizer = small_model(), npae.Adam()
    values, _ = npae.load_checkpoint(tmp_path / "half.npz", resumed, optimizer)
    trained(resumed, optimizer, 4, npae.History(values))
    assert np.array_equal(resumed.pack(), whole.pack())
    with pytest.raises(ValueError, match="the learning rate of epoch 2 must be a positive number, not 0"):
        npae.fit(small_model(), x, epochs=2, callbacks=[LearningRate(lambda epoch, epochs: 2 - epoch)])


def test_a_sample_is_input_and_target_alike_and_new_in_every_batch(rng):
    x = rng.integers(0, 256, (40, 12), dtype=np.uint8)
    data = Batches(x, sample=bernoulli(), shape=(3, 4))
    inputs, targets = data.batch(slice(None), np.random.default_rng(0))
    other, _ = data.batch(slice(None), np.random.default_rng(1))
    assert inputs is targets and set(np.unique(inputs)) == {0.0, 1.0} and inputs.shape == (40, 3, 4)
    assert not np.array_equal(inputs, other)
    masked, targets = Batches(x, sample=bernoulli(), corruption=masking_noise(0.5)).batch(
        slice(None), np.random.default_rng(0)
    )
    assert np.array_equal(targets.reshape(40, 3, 4), inputs) and masked.sum() < targets.sum()
    with pytest.raises(ValueError, match="sample computes inputs and targets"):
        Batches(x, x, sample=bernoulli())


def test_bernoulli_takes_grey_for_a_probability():
    x = np.full((20000, 3), (0.0, 0.3, 1.0), np.float32)
    drawn = bernoulli()(x, np.random.default_rng(0))
    np.testing.assert_allclose(drawn.mean(axis=0), [0, 0.3, 1], atol=0.02)
    assert bernoulli().describe() == {"name": "bernoulli"} and drawn.dtype == np.float32
