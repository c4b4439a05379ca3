"""Mistakes that leave every gradient right and every loss falling, so that no other test would notice."""

import copy

import numpy as np
import pytest

import npae
from npae import Adam, Batches, Conv2DTranspose, Dense, EarlyStopping, Sequential
from npae.kernels.blas import _find_switch, single_threaded_blas
from npae.layers import Layer
from npae.training.workers import workers


class Listening(Layer):
    """Hands everything on, and notes each generator that it is given, as it was, after drawing from it."""

    def __init__(self):
        super().__init__()
        self.heard = []

    def forward(self, x, rng=None):
        if rng is not None:
            self.heard.append(copy.deepcopy(rng))
            rng.random()
        return x, None

    def backward(self, dy, cache, need_dx=True):
        return dy, {}


class Overheard(Batches):
    """Notes which examples are asked for, and the generator of their corruption, as it was."""

    def __init__(self, x):
        super().__init__(x, corruption=self.noise)
        self.indices, self.heard = [], []

    def batch(self, indices, rng=None):
        self.indices += list(indices)
        return super().batch(indices, rng)

    def noise(self, clean, rng):
        self.heard.append(copy.deepcopy(rng))
        return clean + np.float32(0.1 * rng.random())


@pytest.fixture
def trained():
    """Two epochs of three steps of two shards each: (what the data heard, what a layer heard)."""
    layer, data = Listening(), Overheard(np.random.default_rng(0).random((48, 3), np.float32))
    model = Sequential([layer, Dense(3)])
    model.build((3,), 0)
    npae.fit(model, data, epochs=2, batch_size=16, threads=1, seed=7, optimizer=Adam())
    return data, layer


def test_every_epoch_has_an_order_of_its_own(trained):
    first, second = np.reshape(trained[0].indices, (2, 48))
    assert sorted(first) == sorted(second) == list(range(48))
    assert list(first) != list(second)
    assert list(range(48)) not in (list(first), list(second))


def test_every_shard_of_every_step_of_every_epoch_has_noise_of_its_own(trained):
    for heard, count in ((trained[0].heard, 2 * 3), (trained[1].heard, 2 * 3 * 2)):
        assert len({copy.deepcopy(rng).random() for rng in heard}) == len(heard) == count


def test_order_corruption_and_layers_draw_from_streams_of_their_own(trained):
    data, layer = trained
    corruption, layers = ({copy.deepcopy(rng).random() for rng in heard.heard} for heard in trained)
    assert corruption.isdisjoint(layers)
    orders = np.reshape(data.indices, (2, 48)).tolist()
    for rng in (*data.heard, *layer.heard):
        order = np.arange(48)
        rng.shuffle(order)
        assert order.tolist() not in orders


@pytest.mark.parametrize("min_delta, epochs", [(0.0, 6), (0.15, 6), (0.25, 3)])
def test_min_delta_is_what_must_be_gained_within_the_patience(min_delta, epochs):
    """The loss becomes smaller by 0.1 in each epoch, and is held against the best one, not the last."""

    class Steadily(npae.Callback):
        def on_epoch_end(self, state):
            state.history.values["val_loss"][-1] = 1 - 0.1 * state.epoch

    model, x = Sequential([Dense(2)]), np.ones((4, 2), np.float32)
    model.build((2,), 0)
    stopping = EarlyStopping(patience=2, min_delta=min_delta)
    history = npae.fit(model, x, epochs=6, validation_data=x, callbacks=[Steadily(), stopping], threads=1)
    assert len(history) == epochs


def test_a_loss_that_becomes_a_little_worse_is_not_better():
    class Worse(npae.Callback):
        def on_epoch_end(self, state):
            state.history.values["val_loss"][-1] = 1 + 0.01 * state.epoch

    model, x = Sequential([Dense(2)]), np.ones((4, 2), np.float32)
    model.build((2,), 0)
    stopping = EarlyStopping(patience=2, min_delta=0.05)
    history = npae.fit(model, x, epochs=6, validation_data=x, callbacks=[Worse(), stopping], threads=1)
    assert (len(history), stopping.best_epoch) == (3, 1)


def test_fan_in_of_a_transposed_convolution_is_its_filters_times_the_window():
    """As in PyTorch, whose bound is 1 / sqrt(fan_in); many channels against few tell fan_in from fan_out."""
    initializers = dict(kernel_initializer="pytorch_uniform", bias_initializer="pytorch_uniform")
    layer = Conv2DTranspose(2, (2, 3), **initializers)
    layer.build((50, 4, 5), np.random.default_rng(0))
    bound = 1 / np.sqrt(2 * 2 * 3)
    assert 0.95 * bound < np.abs(layer.params["kernel"]).max() <= bound
    assert np.abs(layer.params["bias"]).max() <= bound


@pytest.mark.skipif(_find_switch() is None, reason="this BLAS has no switch that npae knows")
def test_workers_hold_blas_to_one_thread_and_let_it_go():
    get_threads, set_threads = _find_switch()
    before = get_threads()
    try:
        set_threads(2)
        if get_threads() != 2:
            pytest.skip("this BLAS was built for one thread")
        with workers(2) as pool:
            assert get_threads() == 1
            assert pool.map(get_threads, [()] * 8) == [1] * 8
            with single_threaded_blas():
                pass
            assert get_threads() == 1, "the inner block ends before the outer one"
        assert get_threads() == 2
    finally:
        set_threads(before)
