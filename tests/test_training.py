"""Training: bits that do not depend on threads, histories, callbacks, resuming, and what goes wrong in
words."""

import io
import threading
import time

import numpy as np
import pytest
from whole_batch import loss_and_gradients

import npae
from npae import (
    SGD,
    Adam,
    Autoencoder,
    Batches,
    Conv2D,
    Dense,
    Dropout,
    EarlyStopping,
    MaxPool2D,
    Progress,
    Sequential,
    UpSampling2D,
    VariationalAutoencoder,
)
from npae.objectives.losses import BinaryCrossentropy, fuse, get_loss
from npae.training.shards import shard_size
from npae.training.workers import Task, workers


def dense_model(seed=0, dtype=np.float32):
    model = Autoencoder(Sequential([Dense(5, "relu")]), Sequential([Dense(12, "sigmoid")]))
    model.build((12,), seed, dtype)
    return model


def conv_model():
    model = Sequential(
        [
            Conv2D(4, 3, padding="same", activation="relu"),
            MaxPool2D(2),
            Dropout(0.2),
            UpSampling2D(2),
            Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    model.build((1, 28, 28), 3)
    return model


def images(rng, n=100):
    return rng.integers(0, 256, (n, 12), dtype=np.uint8)


@pytest.mark.parametrize("threads", [2, 4, 16])
def test_any_number_of_threads_gives_the_same_bits(backend, rng, threads):
    x = rng.integers(0, 256, (90, 1, 28, 28), dtype=np.uint8)

    def weights(threads):
        model = conv_model()
        data = Batches(x, corruption=lambda clean, rng: clean + rng.standard_normal(clean.shape, np.float32))
        npae.fit(
            model,
            data,
            loss="binary_crossentropy",
            epochs=2,
            batch_size=40,
            threads=threads,
            validation_data=x,
        )
        return model.pack()

    assert np.array_equal(weights(1), weights(threads))


def test_threads_that_the_system_does_not_start_are_done_without(monkeypatch, rng):
    model, x = dense_model(), rng.random((9, 12), np.float32)
    expected = npae.predict(model, x, threads=1)
    np.testing.assert_array_equal(npae.predict(model, x, threads=1 << 70), expected)

    def refused(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    np.testing.assert_array_equal(npae.predict(model, x, threads=3), expected)


def test_a_thread_that_would_wait_begins_what_comes_next():
    prepared = threading.Event()
    with workers(2) as pool:
        seen = pool.map(lambda seconds: prepared.wait(seconds), [(5,), (0,)], [Task(prepared.set)])
    assert seen[0], "the calling thread waited for the other one, and the next task had to wait for both"


def test_shards_add_up_to_the_whole_batch(backend, rng):
    model, loss = dense_model(dtype=np.float64), get_loss("binary_crossentropy")
    x = rng.random((9, 12))
    value, grads = loss_and_gradients(model, loss, x, x)
    parts = [loss_and_gradients(model, loss, x[part], x[part], len(x)) for part in (slice(0, 4), slice(4, 9))]
    assert value == pytest.approx(sum(part[0] for part in parts), rel=1e-12)
    for name in grads:
        np.testing.assert_allclose(parts[0][1][name] + parts[1][1][name], grads[name], rtol=1e-10)


def test_the_size_of_a_shard_leaves_work_for_two_and_fits_the_cache():
    assert shard_size(dense_model(), 256) == 128
    assert 8 <= shard_size(conv_model(), 256) < 256


def test_the_history_holds_every_epoch_and_the_loss_falls(backend, rng):
    x = images(rng)
    history = npae.fit(
        dense_model(), x, loss="binary_crossentropy", epochs=4, validation_data=x, batch_size=30
    )
    assert len(history) == 4 and set(history.values) == {"loss", "val_loss", "seconds"}
    assert history["val_loss"][-1] < history["val_loss"][0]
    assert "val_loss" in history and "accuracy" not in history and list(history) == list(history.values)


def test_the_loss_of_an_epoch_weighs_the_last_short_batch_by_its_size(rng):
    x = rng.random((10, 12), np.float32)
    model = dense_model()
    frozen = SGD(learning_rate=1e-30)
    history = npae.fit(model, x, optimizer=frozen, epochs=1, batch_size=8, shuffle=False)
    assert history["loss"][0] == pytest.approx(npae.evaluate(model, x, loss="mse"), rel=1e-6)


def test_a_whole_batch_of_gradient_descent_is_the_formula(rng):
    x = rng.random((6, 12))
    model, same = dense_model(dtype=np.float64), dense_model(dtype=np.float64)
    data = Batches(x, dtype=np.float64)
    npae.fit(model, data, optimizer=SGD(0.1), epochs=1, batch_size=6, shuffle=False)
    _, grads = loss_and_gradients(same, get_loss("mse"), x, x)
    for name, value in same.params.items():
        np.testing.assert_allclose(model.params[name], value - 0.1 * grads[name], rtol=1e-12)


def test_resuming_gives_the_bits_of_a_run_without_a_break(rng, tmp_path):
    x = images(rng)
    arguments = dict(loss="binary_crossentropy", batch_size=30, seed=5)
    whole = dense_model()
    npae.fit(whole, x, epochs=4, optimizer=Adam(), **arguments)

    broken, optimizer = dense_model(), Adam()
    history = npae.fit(broken, x, epochs=2, optimizer=optimizer, **arguments)
    npae.save_checkpoint(tmp_path / "half.npz", broken, optimizer, history.values)
    resumed, optimizer = dense_model(seed=9), Adam()
    values, _ = npae.load_checkpoint(tmp_path / "half.npz", resumed, optimizer)
    history = npae.fit(resumed, x, epochs=4, optimizer=optimizer, history=npae.History(values), **arguments)
    assert len(history) == 4
    assert np.array_equal(resumed.pack(), whole.pack())


def test_early_stopping_goes_back_to_the_best_weights(rng):
    x = images(rng)
    model = dense_model()

    class Worse(npae.Callback):
        def on_epoch_end(self, state):
            self.best = getattr(self, "best", None) or {k: v.copy() for k, v in state.model.params.items()}
            state.history.values["val_loss"][-1] = float(len(state.history))

    worse = Worse()
    history = npae.fit(model, x, epochs=50, validation_data=x, callbacks=[worse, EarlyStopping(patience=3)])
    assert len(history) == 4
    assert all(np.array_equal(value, worse.best[name]) for name, value in model.params.items())


def test_early_stopping_on_a_column_that_is_not_there_says_which_are(rng):
    with pytest.raises(ValueError, match="'val_loss', but the history has loss"):
        npae.fit(dense_model(), images(rng), callbacks=[EarlyStopping()])


def test_progress_is_one_line_an_epoch_where_there_is_no_terminal(rng):
    out = io.StringIO()
    progress = Progress(out)
    progress.SECONDS_OF_SILENCE = 1000  # kernels may still have to be compiled
    npae.fit(dense_model(), images(rng), epochs=2, validation_data=images(rng), callbacks=[progress])
    lines = out.getvalue().splitlines()
    assert len(lines) == 2 and "\r" not in out.getvalue()
    assert lines[0].startswith("epoch 1/2") and "ms/step" in lines[0] and "val_loss" in lines[0]


def test_progress_says_where_there_is_no_terminal_that_the_first_step_compiles(backend, rng):
    class FirstStepIsSlow(npae.Callback):
        def on_epoch_begin(self, state):
            for _ in range(200 if backend == "numba" and state.epoch == 1 else 0):
                time.sleep(0.01 if not out.getvalue() else 0)

    out = io.StringIO()
    progress = Progress(out)
    progress.SECONDS_OF_SILENCE = 0.01
    npae.fit(dense_model(), images(rng), epochs=2, callbacks=[progress, FirstStepIsSlow()])
    lines = out.getvalue().splitlines()
    assert [line[:5] for line in lines] == ["the f"] * (backend == "numba") + ["epoch", "epoch"]


def test_progress_on_a_terminal_shows_a_bar_and_the_time_left(rng):
    out = io.StringIO()
    out.isatty = lambda: True
    progress = Progress(out)
    progress.SECONDS_BETWEEN_UPDATES = 0
    npae.fit(dense_model(), images(rng), epochs=1, batch_size=1, callbacks=[progress])
    assert "ETA" in out.getvalue() and "[=" in out.getvalue() and out.getvalue().endswith("\n")


def test_targets_may_be_other_than_the_inputs(rng):
    x, y = rng.random((20, 12), np.float32), rng.random((20, 3), np.float32)
    model = Sequential([Dense(3)])
    model.build((12,))
    history = npae.fit(model, x, y, epochs=30, optimizer=SGD(0.05, momentum=0.9), validation_data=(x, y))
    assert history["loss"][-1] < history["loss"][0]


def test_predict_and_evaluate_agree_with_forward(backend, rng):
    x = rng.random((70, 12), np.float32)
    model = dense_model()
    outputs = npae.predict(model, x)
    np.testing.assert_allclose(outputs, model.reconstruct(x), rtol=1e-5)
    assert npae.evaluate(model, x, loss="mse") == pytest.approx(np.mean((outputs - x) ** 2), rel=1e-5)


@pytest.mark.parametrize("logit", [100.0, -100.0, 1e4, -1e4])
def test_bce_is_exact_for_logits_of_any_size(backend, logit):
    model = Sequential([Dense(1, "sigmoid")])
    model.build((1,))
    model.params["dense/kernel"][...], model.params["dense/bias"][...] = logit, 0
    x = np.ones((1, 1), np.float32)
    for target in (0.0, 1.0):
        value, grads = loss_and_gradients(model, BinaryCrossentropy(), x, np.full((1, 1), target, np.float32))
        wrong = (logit > 0) != bool(target)
        assert value == pytest.approx(abs(logit) if wrong else np.exp(-abs(logit)), rel=1e-6, abs=1e-30)
        assert grads["dense/bias"][0] == pytest.approx((logit > 0) - target, abs=1e-30)


def test_a_loss_takes_over_only_the_activation_that_it_inverts():
    model = dense_model()
    assert fuse(model, get_loss("mse"))[0] is model
    assert fuse(model, BinaryCrossentropy())[1].from_logits
    assert fuse(model, BinaryCrossentropy(from_logits=True))[0] is model, "its outputs count as logits"
    linear = Sequential([Dense(2)])
    linear.build((2,))
    assert fuse(linear, BinaryCrossentropy())[0] is linear


def test_a_loss_that_becomes_nan_names_epoch_step_and_layer(rng):
    model = Sequential([Conv2D(2, 3), Conv2D(1, 3)])
    model.build((1, 9, 9))
    x = rng.random((32, 1, 9, 9), np.float32)
    y = rng.random((32, 1, 5, 5), np.float32)
    with np.errstate(all="ignore"), pytest.raises(npae.NonFiniteLoss) as error:
        npae.fit(model, x, y, optimizer=SGD(1e30), epochs=3, batch_size=16)
    assert "epoch 1, step 2" in str(error.value) and "conv2d_1 (Conv2D) is the first" in str(error.value), (
        str(error.value)
    )


def test_a_penalty_that_becomes_infinite_is_named(rng):
    model = VariationalAutoencoder(Sequential([Dense(4)]), Sequential([Dense(6)]))
    model.build((6,))
    model.params["encoder/dense/bias"][2:] = 200  # two logarithms of variances: exp(200) is no float32
    objective = npae.Objective(npae.MeanSquaredError(per="image"), npae.KullbackLeibler())
    with np.errstate(all="ignore"), pytest.raises(npae.NonFiniteLoss) as error:
        npae.fit(model, rng.random((8, 6), np.float32), loss=objective)
    assert "kl)" in str(error.value) and "every layer gives finite outputs" in str(error.value), str(
        error.value
    )


@pytest.mark.parametrize(
    "change, words",
    [
        (dict(x=np.full((4, 12), np.nan, np.float32)), "NaN"),
        (dict(x=np.ones((4, 11), np.float32)), r"\(12,\); the data have shape \(11,\)"),
        (dict(x=np.full((4, 12), 200.0, np.float32), loss="binary_crossentropy"), "from 0 to 1"),
        (dict(x=np.array([["a"] * 12])), "dtype"),
        (dict(x=np.ones((0, 12), np.float32)), "at least one example"),
        (dict(y=np.ones((3, 12), np.float32)), "expected equally many"),
        (dict(y=np.ones((4, 11), np.float32)), r"shape \(4, 11\)"),
        (dict(loss="hinge"), "unknown loss 'hinge'"),
        (dict(epochs=0), "epochs must be a positive integer"),
        (dict(batch_size=2.5), "batch_size must be a positive integer"),
        (dict(threads=0), "threads must be a positive integer, not 0"),
    ],
)
def test_bad_input_is_refused_in_words(change, words):
    arguments = {"x": np.ones((4, 12), np.float32), "threads": 1, **change}
    with pytest.raises(ValueError, match=words):
        npae.fit(dense_model(), **arguments)


def test_images_stay_bytes_and_are_scaled_per_batch(rng):
    x = images(rng)
    data = Batches(x, offset=-0.5, shape=(3, 4))
    inputs, targets = data.batch(np.array([2, 7]))
    assert data.x.dtype == np.uint8 and inputs is targets and inputs.dtype == np.float32
    np.testing.assert_allclose(inputs, x[[2, 7]].reshape(2, 3, 4) / 255 - 0.5, atol=1e-6)


def test_a_corruption_damages_inputs_only_and_is_fresh_in_every_epoch(rng):
    seen = []

    def corrupt(clean, rng):
        noisy = clean + rng.standard_normal(clean.shape, np.float32)
        seen.append(noisy - clean)
        return noisy

    npae.fit(dense_model(), Batches(images(rng, 8), corruption=corrupt), epochs=2, batch_size=8)
    assert len(seen) == 2 and not np.allclose(seen[0], seen[1])


# Batch normalisation couples the examples of a batch, and the trainer moves its averages.


def normalized_model(seed=0, dtype=np.float32):
    encoder = [
        Conv2D(3, 3, 2, 1, use_bias=False),
        npae.BatchNormalization(0.8),
        npae.LeakyReLU(),
        Dropout(0.1),
    ]
    decoder = [
        npae.Conv2DTranspose(4, 3, 2, 1, 1),
        npae.BatchNormalization(0.8),
        npae.ELU(),
        Conv2D(1, 3, padding=1),
    ]
    model = Autoencoder(Sequential(encoder), Sequential(decoder))
    model.build((1, 8, 6), seed, dtype)
    return model


@pytest.mark.parametrize("penalties", [(), (npae.L1(0.1), npae.L2(0.01))])
def test_a_batch_with_batch_normalization_is_one_shard_whatever_the_threads(backend, rng, penalties):
    x = rng.random((70, 1, 8, 6), np.float32)
    weights = []
    for threads in (1, 3):
        model = normalized_model()
        loss = npae.Objective("huber", *penalties)
        history = npae.fit(model, x, loss=loss, epochs=5, batch_size=32, threads=threads, validation_data=x)
        weights.append(model.pack().copy())
    assert np.array_equal(*weights)
    assert history["loss"][-1] < history["loss"][0]
    for name, value in model.params.items():
        if "moving" in name:
            assert not np.isin(value, (0, 1)).any(), name


def test_the_averages_of_a_step_are_those_of_its_batch(rng):
    x = rng.random((20, 1, 8, 6))
    model, same = normalized_model(dtype=np.float64), normalized_model(dtype=np.float64)
    _, cache = same.encoder.layers[0].forward(x)
    z = same.encoder.layers[0].forward(x)[0]
    npae.fit(model, x, batch_size=20, shuffle=False)
    norm = model.encoder.layers[1]
    np.testing.assert_allclose(norm.params["moving_mean"], 0.2 * z.mean(axis=(0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(norm.params["moving_variance"], 0.8 + 0.2 * z.var(axis=(0, 2, 3)), rtol=1e-12)


def test_a_training_with_batch_normalization_resumes_to_its_bits(rng, tmp_path):
    x = rng.random((50, 1, 8, 6), np.float32)
    whole = normalized_model()
    npae.fit(whole, x, epochs=3, batch_size=20, optimizer=Adam(weight_decay=0.1))
    broken, optimizer = normalized_model(), Adam(weight_decay=0.1)
    history = npae.fit(broken, x, epochs=1, batch_size=20, optimizer=optimizer)
    npae.save_checkpoint(tmp_path / "part.npz", broken, optimizer, history.values)
    resumed, optimizer = normalized_model(seed=4), Adam(weight_decay=0.1)
    values, _ = npae.load_checkpoint(tmp_path / "part.npz", resumed, optimizer)
    npae.fit(resumed, x, epochs=3, batch_size=20, optimizer=optimizer, history=npae.History(values))
    assert np.array_equal(resumed.pack(), whole.pack())
    npae.save_model(tmp_path / "model.npz", whole)
    loaded, _ = npae.load_model(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.reconstruct(x), whole.reconstruct(x))


def test_an_infinite_loss_moves_no_average(rng):
    x = rng.random((20, 1, 8, 6), np.float32)
    x[3, 0, 0, 0] = np.inf
    model = normalized_model()
    before = model.pack().copy()
    with pytest.raises(ValueError):
        npae.fit(model, x, y=np.zeros_like(x), batch_size=20)
    assert np.array_equal(model.pack(), before)


# L2, on weights.


def test_l2_is_the_sum_of_the_squares_of_all_kernels_and_shards_add_up(backend, rng):
    x, objective = rng.random((9, 12)), npae.Objective("mae", npae.L2(0.25))
    for model in (dense_model(dtype=np.float64), Sequential([Dense(12, use_bias=False)])):
        model.build((12,), 0, np.float64)
        kernels = [value for name, value in model.params.items() if name.endswith("kernel")]
        plain, without = loss_and_gradients(model, "mae", x, x)
        value, grads = loss_and_gradients(model, objective, x, x)
        assert value - plain == pytest.approx(0.25 * sum(np.sum(kernel**2) for kernel in kernels), rel=1e-12)
        parts = [
            loss_and_gradients(model, objective, x[part], x[part], 9) for part in (slice(0, 4), slice(4, 9))
        ]
        assert value == pytest.approx(sum(part[0] for part in parts), rel=1e-12)
        for name, param in model.params.items():
            extra = 0.5 * param if name.endswith("kernel") else 0
            np.testing.assert_allclose(grads[name], without[name] + extra, rtol=1e-10, atol=1e-14)
            np.testing.assert_allclose(
                parts[0][1][name] + parts[1][1][name], grads[name], rtol=1e-10, atol=1e-14
            )


def test_weight_decay_shrinks_what_has_no_gradient(backend):
    params, optimizer = np.array([2.0, -3.0]), Adam(0.1, weight_decay=0.5)
    optimizer.update(params, np.zeros(2))
    np.testing.assert_allclose(params, [1.9, -2.85], rtol=1e-12)
