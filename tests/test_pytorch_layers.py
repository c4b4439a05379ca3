"""Single layers and losses give PyTorch's outputs and gradients, also with odd paddings and without bias."""

from __future__ import annotations

import numpy as np
import pytest

import npae
from npae.layers import (
    ELU,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    LeakyReLU,
    MaxPool2D,
)

torch = pytest.importorskip("torch", reason="PyTorch is missing; pip install torch brings it")
from torch.nn import functional as F  # noqa: E402

pytestmark = pytest.mark.usefixtures("backend")
DTYPES = (np.float32, np.float64)
TOLERANCE = {np.float32: dict(rtol=1e-5, atol=1e-5), np.float64: dict(rtol=1e-12, atol=1e-12)}
LEAKY = {"leaky_relu": lambda z: F.leaky_relu(z, 0.2), "elu": F.elu, None: lambda z: z}


def agree(layer, shape, batch, dtype, function):
    """Compare y, dx and all gradients with those of ``function(x, params)`` in PyTorch."""
    rng = np.random.default_rng(1)
    layer.build(shape, rng, dtype)
    for name, value in layer.params.items():
        value[...] = rng.uniform(0.2, 0.8, value.shape) * (rng.choice([-1, 1]) if "var" not in name else 1)
    x = rng.standard_normal((batch, *shape)).astype(dtype)
    given = torch.tensor(x, requires_grad=True)
    params = {name: torch.tensor(value, requires_grad=True) for name, value in layer.params.items()}
    expected = function(given, params)
    y, cache = layer.forward(x, np.random.default_rng(0))
    np.testing.assert_allclose(y, expected.detach().numpy(), **TOLERANCE[dtype])
    dy = rng.standard_normal(y.shape).astype(dtype)
    expected.backward(torch.tensor(dy))
    dx, grads = layer.backward(dy, cache)
    np.testing.assert_allclose(dx, given.grad.numpy(), **TOLERANCE[dtype])
    assert list(grads) == list(params)
    for name, param in params.items():
        grad = np.zeros_like(grads[name]) if param.grad is None else param.grad.numpy()
        tolerance = {**TOLERANCE[dtype], "atol": TOLERANCE[dtype]["atol"] * max(1, np.abs(grad).max())}
        np.testing.assert_allclose(grads[name], grad, **tolerance, err_msg=name)
    return y


# kernel, strides, padding; PyTorch takes asymmetric ones by padding x first
PADDED = [
    (3, 2, 1),
    (7, 1, 3),
    ((2, 5), (3, 1), (0, 4)),
    ((1, 2), 2, 2),
    ((3, 4), (1, 3), ((2, 0), (1, 3))),
    (2, (2, 3), ((0, 1), (3, 0))),
]
geometries = pytest.mark.parametrize("kernel, strides, padding", PADDED)


def amounts(padding):
    (top, bottom), (left, right) = Conv2D(1, 1, padding=padding).padding
    return left, right, top, bottom


@geometries
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "batch, bias, activation", [(1, True, "elu"), (3, False, "leaky_relu"), (3, True, None)]
)
def test_convolution(kernel, strides, padding, dtype, batch, bias, activation):
    def function(x, params):
        padded = F.pad(x, amounts(padding))
        return LEAKY[activation](F.conv2d(padded, params["kernel"], params.get("bias"), strides))

    layer = Conv2D(3, kernel, strides, padding, activation, bias)
    agree(layer, (2, 7, 6), batch, dtype, function)


@geometries
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch, bias, extra", [(1, True, None), (3, False, 0), (3, True, 1)])
def test_transposed_convolution(kernel, strides, padding, dtype, batch, bias, extra):
    extra = extra and tuple(stride - 1 for stride in np.broadcast_to(strides, 2).tolist())
    left, right, top, bottom = amounts(padding)

    def function(x, params):
        whole = F.conv_transpose2d(x, params["kernel"], params.get("bias"), strides, 0, extra or 0)
        return whole[:, :, top : whole.shape[2] - bottom, left : whole.shape[3] - right]

    layer = Conv2DTranspose(3, kernel, strides, padding, extra, use_bias=bias)
    y = agree(layer, (2, 5, 6), batch, dtype, function)
    if top == bottom and left == right:  # PyTorch's own sizes
        same = torch.nn.ConvTranspose2d(2, 3, kernel, strides, (top, left), extra or 0)
        assert y.shape[1:] == same(torch.zeros(1, 2, 5, 6)).shape[1:]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "pool, strides, padding",
    [(2, 2, 1), (3, 2, 1), ((2, 5), (1, 3), (1, 2)), (4, (2, 3), 2), ((3, 2), None, (1, 0))],
)
@pytest.mark.parametrize("batch", [1, 3])
def test_pooling(pool, strides, padding, dtype, batch):
    shape = (2, 7, 9)
    agree(
        MaxPool2D(pool, strides, padding),
        shape,
        batch,
        dtype,
        lambda x, _: F.max_pool2d(x, pool, strides, padding),
    )
    for include in (False, True):
        agree(
            AveragePooling2D(pool, strides, padding, include),
            shape,
            batch,
            dtype,
            lambda x, _: F.avg_pool2d(x, pool, strides, padding, False, include),  # noqa: B023
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("padding", [((2, 0), (0, 1)), ((0, 1), (2, 1))])
def test_pooling_with_padding_on_one_side(padding, dtype):
    def function(x, _):
        return F.max_pool2d(F.pad(x, amounts(padding), value=-torch.inf), 3, 2)

    agree(MaxPool2D(3, 2, padding), (2, 6, 7), 3, dtype, function)
    agree(
        AveragePooling2D(3, 2, padding, True),
        (2, 6, 7),
        3,
        dtype,
        lambda x, _: F.avg_pool2d(F.pad(x, amounts(padding)), 3, 2),
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(7,), (2, 3, 4)])
def test_activations_and_dense(shape, dtype):
    for slope in (0, 0.01, 0.3, 1.5):
        agree(LeakyReLU(slope), shape, 3, dtype, lambda x, _: F.leaky_relu(x, slope))  # noqa: B023
    for alpha in (0, 0.5, 1, 2):
        agree(ELU(alpha), shape, 3, dtype, lambda x, _: F.elu(x, alpha))  # noqa: B023
    for activation, function in LEAKY.items():
        agree(
            Dense(4, activation, use_bias=False),
            (5,),
            1,
            dtype,
            lambda x, params: function(x @ params["kernel"]),  # noqa: B023
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape, batch", [((5,), 4), ((2, 3, 4), 1), ((3, 5, 2), 3)])
def test_batch_normalization_in_training_and_at_inference(shape, batch, dtype):
    layer = BatchNormalization(momentum=0.9, epsilon=1e-5)

    def function(x, params):
        return F.batch_norm(x, None, None, params["gamma"], params["beta"], True)

    agree(layer, shape, batch, dtype, function)
    x = np.random.default_rng(3).standard_normal((batch, *shape)).astype(dtype) + 2
    mean, variance = (torch.tensor(layer.params[f"moving_{name}"]) for name in ("mean", "variance"))
    gamma, beta = (torch.tensor(layer.params[name]) for name in ("gamma", "beta"))
    inference = F.batch_norm(torch.tensor(x), mean.clone(), variance.clone(), gamma, beta).numpy()
    np.testing.assert_allclose(layer.forward(x)[0], inference, **TOLERANCE[dtype])
    moved = layer.moved(layer.forward(x, np.random.default_rng(0))[1])
    F.batch_norm(torch.tensor(x), mean, before := variance.clone(), gamma, beta, True, 0.1)
    np.testing.assert_allclose(moved["moving_mean"], mean, **TOLERANCE[dtype])
    m = x.size // shape[0]  # PyTorch keeps the unbiased variance
    biased = 0.9 * variance + (before - 0.9 * variance) * (m - 1) / m
    np.testing.assert_allclose(moved["moving_variance"], biased, **TOLERANCE[dtype])


@pytest.mark.parametrize(
    "loss, twin",
    [
        (npae.MeanAbsoluteError(), torch.nn.L1Loss()),
        (npae.Huber(), torch.nn.HuberLoss()),
        (npae.Huber(0.3), torch.nn.HuberLoss(delta=0.3)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("dtype", DTYPES)
def test_losses(loss, twin, dtype):
    y, t = np.random.default_rng(0).standard_normal((2, 3, 2, 5)).astype(dtype)
    y[0, 0, 0] = t[0, 0, 0]
    given = torch.tensor(y, requires_grad=True)
    expected = twin(given, torch.tensor(t))
    expected.backward()
    value, dy = loss(y, t)
    assert value == pytest.approx(expected.item(), rel=1e-6)
    np.testing.assert_allclose(dy, given.grad.numpy(), **TOLERANCE[dtype])


def test_decay_in_adam_and_l2_give_pytorchs_steps():
    """AdamW; and Adam with PyTorch's own weight_decay, which adds it to the gradient, as `L2` does."""
    x = np.random.default_rng(0).random((40, 6), np.float32)
    for twin, optimizer, loss in (
        (torch.optim.AdamW, npae.Adam(weight_decay=0.3), "mse"),
        (torch.optim.Adam, npae.Adam(), npae.Objective("mse", npae.L2(0.15))),
    ):
        model = npae.Sequential([Dense(4, "elu", use_bias=False), Dense(6, use_bias=False)])
        model.build((6,), 0)
        weights = [torch.tensor(value, requires_grad=True) for value in model.params.values()]
        adam = twin(weights, lr=1e-3, eps=1e-7, weight_decay=0.3)
        for start in range(0, 40, 8):
            part = torch.tensor(x[start : start + 8])
            adam.zero_grad()
            F.mse_loss(F.elu(part @ weights[0]) @ weights[1], part).backward()
            adam.step()
        npae.fit(model, x, loss=loss, optimizer=optimizer, batch_size=8, shuffle=False, threads=2)
        for value, weight in zip(model.params.values(), weights):
            np.testing.assert_allclose(value, weight.detach().numpy(), rtol=1e-4, atol=1e-6)
