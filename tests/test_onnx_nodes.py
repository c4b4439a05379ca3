"""ONNX's own node tests, run against npae's layers by a small adapter; `NOT_HERE` lists what does not apply.

pip install onnx && python -m pytest -m onnx
"""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import npae
from npae.geometry import window_pads

onnx = pytest.importorskip("onnx", reason="ONNX is missing; pip install onnx brings its node tests")

pytestmark = [pytest.mark.onnx, pytest.mark.usefixtures("backend")]

FILES = "conv convtranspose maxpool averagepool globalaveragepool globalmaxpool batch_normalization gemm"
FILES += " flatten relu leakyrelu elu sigmoid tanh"
FOUR_DIGITS = "test_averagepool_2d_ceil_last_window_starts_on_pad"  # of its expected outputs


def cases():
    """Return ONNX's test cases of these operators, without those that spell an operator out in others."""
    for name in FILES.split():
        importlib.import_module(f"onnx.backend.test.case.node.{name}")
    from onnx.backend.test.case.node import _NodeTestCases

    kinds = {
        *("Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"),
        *("BatchNormalization", "Gemm", "Flatten", "Relu", "LeakyRelu", "Elu", "Sigmoid", "Tanh"),
    }
    return {
        case.name: case
        for case in _NodeTestCases
        if len(case.model.graph.node) == 1
        and case.model.graph.node[0].op_type in kinds
        and "_expanded" not in case.name
    }


CASES = cases()
LINES, VOLUMES, GROUPS, GAPS = (
    "npae has no layers for one dimension",
    "npae has no layers for three dimensions",
    "every filter of npae sees all channels",
    "the windows of npae have no gaps (dilations)",
)
NOT_HERE = {
    "test_convtranspose_1d": LINES,
    "test_maxpool_1d_default": LINES,
    "test_averagepool_1d_default": LINES,
    "test_convtranspose_3d": VOLUMES,
    "test_maxpool_3d_default": VOLUMES,
    "test_averagepool_3d_default": VOLUMES,
    "test_convtranspose_group_2": GROUPS,
    "test_convtranspose_group_2_image_3": GROUPS,
    "test_convtranspose_dilations": GAPS,
    "test_maxpool_2d_dilations": GAPS,
    "test_maxpool_3d_dilations": GAPS,
    "test_maxpool_3d_dilations_use_ref_impl": GAPS,
    "test_maxpool_3d_dilations_use_ref_impl_large": GAPS,
    "test_averagepool_2d_dilations": GAPS,
    "test_averagepool_3d_dilations_small": GAPS,
    "test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_True": GAPS,
    "test_averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_False": GAPS,
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True": GAPS,
    "test_averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_False": GAPS,
    "test_gemm_default_matrix_bias": "npae's bias is one vector for all examples",
    "test_maxpool_with_argmax_2d_precomputed_strides": "its indices count pixels column by column",
    **{
        f"test_flatten_{name}": "npae keeps the axis of the examples"
        for name in ("axis0", "axis2", "axis3", "negative_axis1", "negative_axis2", "negative_axis4")
    },
}


def padding_of(attributes, size, window, strides, output_size):
    """Return ONNX's padding as npae's amounts; ceil_mode is padding at the bottom and right."""
    automatic = attributes.get("auto_pad", b"NOTSET").decode()
    if automatic.startswith("SAME"):
        pads = window_pads(size, window, strides, "same")
        return tuple(pad[::-1] for pad in pads) if automatic == "SAME_LOWER" else pads
    top, left, bottom, right = attributes.get("pads", (0, 0, 0, 0))
    pads = []
    for s, w, stride, count, (before, after) in zip(
        size, window, strides, output_size, ((top, bottom), (left, right))
    ):
        lacking = (count - 1) * stride + w - (s + before + after) if attributes.get("ceil_mode") else 0
        pads.append((before, after + max(0, lacking)))
    return tuple(pads)


def layer_for(kind, attributes, inputs, y):
    """Return npae's layer for a node, and its parameters by name."""
    x, *weights = inputs
    strides = tuple(attributes.get("strides", (1, 1)))
    if kind == "Conv":
        window = weights[0].shape[2:]
        padding = padding_of(attributes, x.shape[2:], window, strides, y.shape[2:])
        layer = npae.Conv2D(len(weights[0]), window, strides, padding, use_bias=len(weights) > 1)
        return layer, dict(zip(("kernel", "bias"), weights))
    if kind == "ConvTranspose":
        window = weights[0].shape[2:]
        padding, extra = "same", None
        if "auto_pad" not in attributes:
            padding = padding_of(attributes, x.shape[2:], window, strides, y.shape[2:])
            whole = [(s - 1) * stride + w for s, stride, w in zip(x.shape[2:], strides, window)]
            extra = tuple(size - w + sum(pad) for size, w, pad in zip(y.shape[2:], whole, padding))
        layer = npae.Conv2DTranspose(weights[0].shape[1], window, strides, padding, extra, use_bias=False)
        return layer, {"kernel": weights[0]}
    if kind in ("MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"):
        window = tuple(attributes.get("kernel_shape", x.shape[2:]))
        padding = padding_of(attributes, x.shape[2:], window, strides, y.shape[2:])
        if "Max" in kind:
            return npae.MaxPool2D(window, strides, padding), {}
        return npae.AveragePooling2D(window, strides, padding, bool(attributes.get("count_include_pad"))), {}
    if kind == "BatchNormalization":
        layer = npae.BatchNormalization(attributes.get("momentum", 0.9), attributes.get("epsilon", 1e-5))
        return layer, dict(zip(("gamma", "beta", "moving_mean", "moving_variance"), weights))
    if kind == "Gemm":
        kernel = weights[0].T if attributes.get("transB") else weights[0]
        params = {"kernel": attributes.get("alpha", 1.0) * kernel}
        if len(weights) > 1:
            params["bias"] = (
                attributes.get("beta", 1.0) * np.broadcast_to(weights[1], (1, kernel.shape[1]))[0]
            )
        return npae.Dense(kernel.shape[1], use_bias=len(weights) > 1), params
    simple = {
        "Flatten": npae.Flatten,
        "Relu": npae.ReLU,
        "LeakyRelu": lambda: npae.LeakyReLU(attributes.get("alpha", 0.01)),
        "Elu": lambda: npae.ELU(attributes.get("alpha", 1.0)),
        "Sigmoid": npae.Sigmoid,
        "Tanh": npae.Tanh,
    }
    return simple[kind](), {}


@pytest.mark.parametrize("name", [name for name in CASES if name not in NOT_HERE])
def test_a_node_gives_onnx_outputs(name):
    case = CASES[name]
    node = case.model.graph.node[0]
    attributes = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    for inputs, outputs in case.data_sets:
        x = inputs[0].T if attributes.get("transA") else inputs[0]
        layer, params = layer_for(node.op_type, attributes, [x, *inputs[1:]], outputs[0])
        x = np.ascontiguousarray(x.reshape(len(x), -1) if x.ndim == 1 else x)
        layer.build(x.shape[1:])
        assert layer.params.keys() == params.keys()
        for key, value in params.items():
            layer.params[key][...] = value
        y, cache = layer.forward(x, np.random.default_rng(0) if attributes.get("training_mode") else None)
        found = [y.reshape(outputs[0].shape), *layer.moved(cache).values()]
        if "argmax" in name:
            found.append(pixels(cache, layer, x.shape))
        assert len(found) == len(outputs)
        for ours, theirs in zip(found, outputs):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3 if name == FOUR_DIGITS else 1e-5, atol=1e-6)


def pixels(offset, layer, shape):
    """Return the pixels of the maxima, counted row by row, from their places in the windows."""
    _, _, h_out, w_out = offset.shape
    (top, _), (left, _) = layer.padding
    rows = np.arange(h_out)[:, None] * layer.strides[0] - top + offset // layer.pool_size[1]
    columns = np.arange(w_out) * layer.strides[1] - left + offset % layer.pool_size[1]
    return rows * shape[3] + columns


def test_what_does_not_apply_is_still_a_test_of_onnx():
    assert NOT_HERE.keys() <= CASES.keys()
    assert len(CASES) - len(NOT_HERE) >= 50
