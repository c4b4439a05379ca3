"""The three versions of every kernel but the convolutions agree, and do what their docstrings promise."""

import inspect
import math
from itertools import product

import numpy as np
import pytest
from slow_cases import slow_but

from npae.geometry import window_output_size, window_pads
from npae.kernels import (
    activations,
    adam,
    average_pooling2d,
    batch_normalization,
    dense,
    losses,
    max_pool2d,
    sgd,
    up_sampling2d,
)
from npae.kernels.backend import BACKENDS, get_backend, use_backend

DTYPES = (np.float32, np.float64)
with use_backend("numba"):
    FAST = ("numpy", "numba") if get_backend() == "numba" else ("numpy",)  # tests what can be tested here
TOLERANCE = {np.float32: dict(rtol=1e-5, atol=1e-6), np.float64: dict(rtol=1e-12, atol=1e-14)}
OPERATIONS = {
    activations: ("forward", "backward"),
    dense: ("forward", "backward"),
    losses: (
        *("mean_squared_error", "mean_absolute_error", "huber"),
        *("binary_crossentropy", "binary_crossentropy_from_logits"),
    ),
    max_pool2d: ("forward", "backward"),
    average_pooling2d: ("forward", "backward"),
    batch_normalization: ("forward", "backward"),
    up_sampling2d: ("forward", "backward"),
    adam: ("update",),
    sgd: ("update",),
}
LOSSES = OPERATIONS[losses]
# (h_in, w_in), window, strides, padding
POOLINGS = [
    ((4, 6), (2, 2), (2, 2), "valid"),  # these two have a fast path of their own,
    ((38, 70), (2, 2), (2, 2), "same"),  # long enough for whole vectors and a rest
    ((5, 7), (2, 2), (2, 2), "valid"),  # a row and a column left over
    ((5, 7), (2, 2), (2, 2), "same"),  # windows that hang over the edge
    ((6, 5), (3, 2), (1, 2), "same"),  # overlapping
    ((7, 4), (3, 4), (2, 1), "valid"),
    ((9, 8), (2, 1), (3, 4), "valid"),  # strides larger than the window
    ((5, 4), (3, 2), (4, 3), "same"),
    ((1, 3), (3, 5), (2, 2), "same"),  # a window larger than the image
    ((18, 19), (17, 18), (1, 1), "valid"),  # more cells than a byte can count
    ((5, 6), (3, 2), (2, 3), ((2, 0), (1, 1))),
    ((4, 33), (2, 5), (1, 2), ((0, 1), (4, 3))),
]


def get(module, operation, version):
    return getattr(module, f"{operation}_{version}")


def pool_arguments(rng, dtype, n, c, case, values=None):
    size, window, strides, padding = case
    shape = (n, c, *size)
    x = rng.normal(size=shape) if values is None else rng.choice(values, size=shape)
    return x.astype(dtype), window, strides, window_pads(size, window, strides, padding)


def arguments(dtype, n):
    """Yield (module, operation, arguments, documented to be overwritten) for a call of every operation."""
    rng = np.random.default_rng(n)

    def normal(*shape, scale=1.0):
        return (scale * rng.normal(size=shape)).astype(dtype)

    for name in activations.NAMES:
        z, y = normal(n, 37, scale=3), normal(n, 37)
        yield activations, "forward", (z.reshape(n, 1, 37), name), ()
        yield activations, "backward", (normal(n, 37), y, name), ()
        for below in (0.0, 0.7):
            yield activations, "forward", (z, name, below), ()
            yield activations, "backward", (normal(n, 37), y, name, below), ()
        yield dense, "forward", (normal(n, 5), normal(5, 7), None, name), ()
        yield dense, "forward", (normal(n, 5), normal(5, 7), normal(7), name), ()
        for need_dx in (True, False):
            dy, x, y, kernel = normal(n, 7), normal(n, 5), normal(n, 7), normal(5, 7)
            yield dense, "backward", (dy, x, y, kernel, name, need_dx), ()
    for shape in ((n, 5), (n, 3, 17, 31)):
        t = rng.uniform(size=shape).astype(dtype)
        yield losses, "mean_squared_error", (normal(*shape), t, 700), ()
        yield losses, "mean_absolute_error", (normal(*shape), t, 700), ()
        for delta in (0.3, 1.0):
            yield losses, "huber", (normal(*shape), t, 700, delta), ()
        yield losses, "binary_crossentropy", (rng.uniform(size=shape).astype(dtype), t, 700), ()
        yield losses, "binary_crossentropy_from_logits", (normal(*shape, scale=9), t, 700), ()
    for size in ((2, 2), (1, 3), (3, 2)):
        yield up_sampling2d, "forward", (normal(n, 2, 5, 19), size), ()
        yield up_sampling2d, "backward", (normal(n, 2, 5 * size[0], 19 * size[1]), size), ()
    for case in POOLINGS:
        for values in (None, (-2, -1), (np.nan, -np.inf, 0)):  # without ties, with many, with the odd ones
            x, window, strides, pads = pool_arguments(rng, dtype, n, 2, case, values)
            yield max_pool2d, "forward", (x, window, strides, pads), ()
            dy = normal(n, 2, *window_output_size(case[0], window, strides, case[3]))
            offset = max_pool2d.forward_loops(x, window, strides, pads)[1]
            yield max_pool2d, "backward", (dy, offset, x.shape, window, strides, pads), ()
        for counted in (False, True):
            x, *geometry = pool_arguments(rng, dtype, n, 3, case)
            yield average_pooling2d, "forward", (x, *geometry, counted), ()
            dy = normal(n, 3, *window_output_size(*case))
            yield average_pooling2d, "backward", (dy, x.shape, *geometry, counted), ()
    for shape in ((n, 3, 5, 19), (n, 4)):
        x, gamma, beta = normal(*shape) + dtype(3), normal(shape[1]), normal(shape[1])
        for statistics in (None, np.stack([normal(shape[1]), normal(shape[1]) ** 2])):
            yield batch_normalization, "forward", (x, gamma, beta, 0.01, statistics), ()
        for of_batch in (True, False):
            given = (normal(*shape), x, gamma, 0.01, statistics, of_batch)
            yield batch_normalization, "backward", given, ()
    state = normal(71), normal(71), normal(71), normal(71) ** 2
    for decay in (0.0, 0.5):
        yield adam, "update", (*state, 3, 0.01, 0.8, 0.99, 1e-7, decay), (0, 2, 3)
    for nesterov in (False, True):
        yield sgd, "update", (*state[:3], 0.1, 0.9, nesterov), (0, 2)


def copies(values):
    return [v.copy() if isinstance(v, np.ndarray) else v for v in values]


def results(function, values, overwritten, own=False):
    """Everything a call leaves behind: what it returns and what it overwrites, in copies but for its own."""
    values = values if own else copies(values)
    result = function(*values)
    result = result if isinstance(result, tuple) else (result,)
    return [r for r in result if r is not None] + [values[i] for i in overwritten]


@pytest.mark.parametrize("module", OPERATIONS, ids=lambda module: module.__name__.split(".")[-1])
def test_all_versions_have_one_signature(module):
    for operation in OPERATIONS[module]:
        public = inspect.signature(getattr(module, operation)).parameters.values()
        expected = [(p.name, p.default) for p in public]
        for version in ("loops", *BACKENDS):
            found = inspect.signature(get(module, operation, version)).parameters.values()
            assert [(p.name, p.default) for p in found] == expected, f"{operation}_{version}"


@pytest.mark.parametrize("n, dtype", slow_but([(1, np.float64), (3, np.float32)], product((1, 3), DTYPES)))
def test_every_version_agrees_with_the_loops(dtype, n):
    for module, operation, values, overwritten in arguments(dtype, n):
        expected = results(get(module, operation, "loops"), values, overwritten)
        for version in FAST:
            found = results(get(module, operation, version), values, overwritten)
            assert len(found) == len(expected)
            for f, e in zip(found, expected):
                label = f"{module.__name__}.{operation}_{version}{values[1:]}"
                np.testing.assert_allclose(f, e, **TOLERANCE[dtype], err_msg=label)
                assert np.asarray(f).dtype == np.asarray(e).dtype, label


@pytest.mark.parametrize("version", ("loops", *FAST))
def test_only_what_is_documented_is_overwritten_and_calls_repeat_bit_for_bit(version):
    for module, operation, values, overwritten in arguments(np.float32, 1 if version == "loops" else 3):
        function, given = get(module, operation, version), copies(values)
        once = results(function, given, overwritten, own=True)
        for i, (b, g) in enumerate(zip(values, given)):
            if i not in overwritten:
                np.testing.assert_equal(g, b, f"{operation} has overwritten argument {i}")
        again = results(function, values, overwritten)
        assert all(np.asarray(a).tobytes() == np.asarray(b).tobytes() for a, b in zip(once, again)), operation


@pytest.mark.parametrize("version", FAST)
def test_views_with_gaps_are_read_correctly(version):
    for module, operation, values, overwritten in arguments(np.float64, 3):
        if overwritten:  # what is overwritten in place is one long array of the caller's
            continue
        function = get(module, operation, version)
        gappy = [np.repeat(v, 2, axis=-1)[..., ::2] if isinstance(v, np.ndarray) else v for v in values]
        given, found = function(*values), function(*gappy)
        for g, f in zip(*(r if isinstance(r, tuple) else (r,) for r in (given, found))):
            if g is not None:
                np.testing.assert_allclose(f, g, rtol=1e-12, atol=1e-14)


def test_public_functions_follow_the_chosen_backend():
    x = np.ones((1, 1, 2, 2), np.float32)
    for backend in FAST:
        with use_backend(backend):
            assert up_sampling2d.forward(x, (2, 2)).shape == (1, 1, 4, 4)
            assert max_pool2d.forward(x, (2, 2), (2, 2), ((0, 0), (0, 0)))[0].item() == 1
            assert losses.mean_squared_error(x, 0 * x, 4)[0] == 1
            assert activations.forward(x, "relu").sum() == 4
            assert dense.forward(x[0, 0], x[0, 0], x[0, 0, 0]).tolist() == [[3, 3], [3, 3]]


@pytest.mark.parametrize("version", ("loops", *FAST))
def test_unknown_activation_is_named(version):
    z = np.zeros((1, 2))
    for module, values in ((activations, (z,)), (dense, (z, np.eye(2), z[0]))):
        with pytest.raises(ValueError, match="'gelu'.*linear, relu, sigmoid, tanh"):
            get(module, "forward", version)(*values, "gelu")


@pytest.mark.parametrize("version", FAST)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ("sigmoid", "tanh"))
def test_sigmoid_and_tanh_are_accurate_to_a_few_ulp(activation, dtype, version):
    z = np.concatenate([np.linspace(0, 80, 20001), np.geomspace(1e-30, 1, 999), [1e4, np.inf]])
    z = np.concatenate([z, -z]).astype(dtype)
    wide = z.astype(np.longdouble)
    expected = np.tanh(wide) if activation == "tanh" else 1 / (1 + np.exp(-wide))
    found = get(activations, "forward", version)(z, activation)
    limits = np.finfo(dtype)
    np.testing.assert_allclose(found, expected.astype(dtype), rtol=4 * limits.eps, atol=2 * limits.tiny)


@pytest.mark.parametrize("version", ("loops", *FAST))
def test_nan_comes_through(version):
    for name in activations.NAMES:
        z = np.array([[1, np.nan, -1.0]], np.float32)
        y = get(activations, "forward", version)(z, name)
        assert np.isnan(y).tolist() == [[False, True, False]], name
        one = np.eye(3, dtype=np.float32)
        with np.errstate(invalid="ignore"):
            assert np.isnan(get(dense, "forward", version)(z, one, 0 * z[0], name)).any(), name
    z = np.full((2, 40), 0.5, np.float32)
    z[1, 7] = np.nan
    for name in LOSSES:
        loss, dz = get(losses, name, version)(z, np.zeros_like(z), 80)
        assert math.isnan(loss) and np.isnan(dz[1, 7]) and np.isnan(dz).sum() == 1, name


@pytest.mark.parametrize("version", ("loops", *FAST))
@pytest.mark.parametrize("dtype", DTYPES)
def test_crossentropy_from_logits_is_exact_however_large_they_are(dtype, version):
    function, eps = get(losses, "binary_crossentropy_from_logits", version), float(np.finfo(dtype).eps)
    for size in (0, 2**-10, 5, 30, 100, 1e4):
        small = math.exp(-size)
        for target in (0, 0.25, 1):
            t = np.array([target], dtype)
            loss, dz = function(np.array([size], dtype), t, 1)
            assert loss == pytest.approx(size * (1 - target) + math.log1p(small), rel=4 * eps, abs=1e-37)
            assert dz.item() == pytest.approx(1 / (1 + small) - target, rel=4 * eps, abs=eps)
            loss, dz = function(np.array([-size], dtype), t, 1)
            assert loss == pytest.approx(size * target + math.log1p(small), rel=4 * eps, abs=1e-37)
            assert dz.item() == pytest.approx(small / (1 + small) - target, rel=4 * eps, abs=1e-37)


@pytest.mark.parametrize("version", ("loops", *FAST))
@pytest.mark.parametrize("dtype", DTYPES)
def test_crossentropy_clips_probabilities_as_keras_does(dtype, version):
    p, t = np.array([0, 1, 0, 1], dtype), np.array([0, 1, 1, 0], dtype)
    loss, dp = get(losses, "binary_crossentropy", version)(p, t, 4)
    low, high = (float(dtype(v)) for v in (1e-7, 1 - 1e-7))
    likelihoods = np.array([1 - low, high, low, 1 - high])
    assert loss == pytest.approx(-np.log(likelihoods).sum() / 4, rel=1e-6)
    assert dp.tolist() == [0, 0, 0, 0], "what is clipped no longer changes with p"
    ends = np.array([low, high], dtype)
    _, dp = get(losses, "binary_crossentropy", version)(ends, np.array([1, 0], dtype), 1)
    np.testing.assert_allclose(dp, [-1 / low, 1 / (1 - high)], rtol=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_summed_accurately_and_shards_add_up(name):
    rng = np.random.default_rng(5)
    y, t = (rng.uniform(size=(50, 1003)).astype(np.float32) for _ in range(2))
    expected, _ = get(losses, name, "loops")(y, t, y.size)
    for version in FAST:
        function = get(losses, name, version)
        loss, dy = function(y, t, y.size)
        assert type(loss) is float and loss == pytest.approx(expected, rel=3e-7)
        parts = [function(y[rows], t[rows], y.size) for rows in (slice(0, 32), slice(32, 50))]
        assert sum(part[0] for part in parts) == pytest.approx(loss, rel=1e-7)
        assert np.array_equal(np.concatenate([part[1] for part in parts]), dy)


@pytest.mark.parametrize("version", FAST)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSSES)
def test_the_bits_of_a_loss_do_not_depend_on_where_its_arrays_lie(name, dtype, version):
    rng = np.random.default_rng(8)
    for size in range(4, 33):
        y, t = (rng.uniform(size=size).astype(dtype) for _ in range(2))
        found, kept = set(), []
        for _ in range(40):
            arrays = y.copy(), t.copy()
            loss, dy = get(losses, name, version)(*arrays, size)
            found.add((loss, dy.tobytes()))
            kept += [array for array in (*arrays, dy) if rng.random() < 0.3]  # others' places are taken again
        assert len(found) == 1, size


@pytest.mark.parametrize("version", ("loops", *FAST))
@pytest.mark.parametrize("name", LOSSES)
def test_losses_refuse_different_shapes(name, version):
    with pytest.raises(ValueError, match=r"\(2, 3\) and \(3, 2\)"):
        get(losses, name, version)(np.zeros((2, 3)), np.zeros((3, 2)), 6)


@pytest.mark.parametrize("version", ("loops", *FAST))
def test_max_pool_of_special_values(version):
    forward, backward = get(max_pool2d, "forward", version), get(max_pool2d, "backward", version)
    for case in POOLINGS:
        x, *geometry = pool_arguments(np.random.default_rng(0), np.float32, 2, 1, case)
        pads, shape = geometry[2], (2, 1, *window_output_size(*case))
        inside = max_pool2d.forward_loops(np.zeros_like(x), *geometry)[1]
        y, offset = forward(np.full_like(x, -np.inf), *geometry)
        assert np.all(y == -np.inf) and np.array_equal(offset, inside), "padding must not win over -inf"
        dx = backward(np.ones(shape, np.float32), offset, x.shape, *geometry)
        assert dx.sum() == math.prod(shape), "all the gradient arrives, and none in the padding"
        y, offset = forward(np.full_like(x, np.nan), *geometry)
        assert np.all(np.isnan(y)) and np.array_equal(offset, inside), f"NaN must stay NaN {pads}"


@pytest.mark.parametrize("version", ("loops", *FAST))
@pytest.mark.parametrize("place", range(4))
def test_max_pool_hands_on_a_nan_wherever_it_stands(place, version):
    for w_in in (2, 68):
        x = np.zeros((1, 1, 2, w_in), np.float32)
        x[0, 0, place // 2, place % 2] = np.nan
        y, offset = get(max_pool2d, "forward", version)(x, (2, 2), (2, 2), ((0, 0), (0, 0)))
        assert np.isnan(y[0, 0, 0, 0]) and not np.isnan(y[0, 0, 0, 1:]).any()
        assert offset[0, 0, 0, 0] == place


@pytest.mark.parametrize("version", FAST)
def test_adam_is_algorithm_1_of_kingma_and_ba(version):
    rng = np.random.default_rng(1)
    theta = rng.normal(size=11)
    params, m, v = theta.copy(), np.zeros(11), np.zeros(11)
    m_0, v_0, alpha, beta_1, beta_2, epsilon = 0, 0, 0.01, 0.9, 0.999, 1e-7
    for t in range(1, 6):
        g = rng.normal(size=11)
        m_0 = beta_1 * m_0 + (1 - beta_1) * g
        v_0 = beta_2 * v_0 + (1 - beta_2) * g**2
        theta = theta - alpha * (m_0 / (1 - beta_1**t)) / (np.sqrt(v_0 / (1 - beta_2**t)) + epsilon)
        get(adam, "update", version)(params, g, m, v, t, alpha, beta_1, beta_2, epsilon)
        np.testing.assert_allclose(params, theta, rtol=1e-13)


@pytest.mark.parametrize("version", ["loops", "numpy", "numba"])
@pytest.mark.parametrize("module, states", [(adam, 2), (sgd, 1)])
def test_averages_of_a_gradient_that_stays_at_zero_become_zero_and_not_denormal(module, states, version):
    params, *state = np.ones((1 + states, 3), np.float32)
    tiny, hyper = np.finfo(np.float32).tiny, (1, 0.1, 0.5, 0.5) if module is adam else (0.1, 0.5)
    for step in range(140):
        grads = np.array([0, 1, 1e-30], np.float32) * (step < 2)
        get(module, "update", version)(params, grads, *state, *hyper)
        for average in state:
            assert not ((average != 0) & (np.abs(average) < tiny)).any()
    assert not np.any(state) and np.isfinite(params).all()


def test_adam_counts_its_steps_from_one():
    with pytest.raises(ValueError, match="step is 0"):
        adam.update(*np.zeros((4, 2)), 0)
