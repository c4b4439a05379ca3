"""Times one convolution, from plain loops to the fast kernel, and the same layer of the peers.

Everything runs on one core, on the recipe's batch; npae's versions compute it shard by shard, as in training.
Each version is first compared with the NumPy version, then timed: the forward pass (with bias and
activation), and a forward and a backward pass together.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import blocks, results, roofline
from benchmarks.contestants import ROOT, present, versions
from benchmarks.results import Result
from benchmarks.tasks import TIMED, build_model, paddings, shapes
from benchmarks.timing import best_seconds, pin, thread_environment
from npae.kernels import activations, conv2d
from npae.kernels.blas import single_threaded_blas
from npae.kernels.im2col import col2im_numba, im2col_numba
from npae.layers import Conv2D
from npae.model import Sequential
from npae.recipes import get_recipe
from npae.training.shards import shard_size

PEERS = {"pytorch": "PyTorch", "keras-tensorflow": "TensorFlow", "keras-jax": "JAX"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Time all versions; return 1 if a peer failed, and raise ValueError if a version is wrong."""
    options = _options(arguments)
    layer, n, shard = find_layer(options.recipe, options.layer)
    if options.as_peer:
        return _be_a_peer(options.as_peer, layer, n, 1 if options.quick else 10)
    result = results.facts("ladder", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    names, notes = present(options.peers)
    pin(1)
    with single_threaded_blas():
        rungs = _climb(layer, n, shard, options.quick)
        peak = roofline.peak(options.quick)
    result |= {
        "layer": f"{options.layer} of {options.recipe}: {_describe(layer)}, {n} images",
        "unit": "GFLOP/s",
        "peak": {"GFLOP/s": peak.best / 1e9, "of": peak.of},
        "registers": peak.registers / 1e9,
        "product": peak.product / 1e9,
        "contestants": notes,
        "rungs": rungs,
    }
    failed = False
    path = results.write(f"ladder/{results.slug()}", result, results.folder_of(options))
    for name in names[1:]:
        answer = _ask_peer(name, options)
        failed |= "left_out" in answer
        notes[name] = {key: answer[key] for key in ("versions", "left_out") if key in answer}
        if "seconds" in answer:
            rungs.append({"name": PEERS[name], "adds": "", **_speeds(layer, n, answer["seconds"])})
        results.write(f"ladder/{results.slug()}", result, results.folder_of(options))
    print(f"\n{blocks.ladder_table(result)}\n\n{path}")
    return int(failed)


def find_layer(recipe: str, name: str) -> tuple[Conv2D, int, int]:
    """Return a recipe's convolution, the recipe's batch size, and the size of a shard.

    Raises
    ------
    ValueError
        If the recipe has no convolution of that name.
    """
    model = build_model(recipe)
    convolutions = {key: layer for key, layer in model.leaves() if isinstance(layer, Conv2D)}
    if name not in convolutions:
        raise ValueError(
            f"{recipe} has no convolution {name!r}; expected one of {', '.join(convolutions) or 'none'}"
        )
    batch_size = get_recipe(recipe).batch_size
    return convolutions[name], batch_size, shard_size(model, batch_size)


def _climb(layer: Conv2D, n: int, shard: int, quick: bool) -> list[Result]:
    """Return npae's versions: name, what each adds, GFLOP/s."""
    x, dy = _draw(layer, n)
    rungs: list[tuple[str, str, Callable, Callable, int]] = [
        ("loops", "the definition, in plain Python", conv2d.forward_loops, conv2d.backward_loops, 1),
        (
            "im2col, NumPy",
            "one matrix product instead of loops",
            conv2d.forward_numpy,
            conv2d.backward_numpy,
            shard,
        ),
        ("im2col, Numba", "columns copied by compiled loops", forward_columns, backward_columns, shard),
        (
            "fast kernel",
            "no columns: register blocks, one fused pass",
            conv2d.forward_numba,
            conv2d.backward_numba,
            shard,
        ),
    ]
    climbed = []
    for name, idea, forward, backward, size in rungs:
        count = 1 if size == 1 else n
        passes = _passes(layer, forward, backward, x[:count], dy[:count], size)
        _verify(layer, name, forward, backward, x[:1], dy[:1])
        rounds, at_least = (1, 0) if quick or count == 1 else (7, 0.02)
        taken = [best_seconds(one_pass, rounds, at_least) for one_pass in passes]
        climbed.append({"name": name, "adds": idea, **_speeds(layer, count, taken)})
    return climbed


def forward_columns(x, kernel, bias, strides, pads, activation):
    """As `conv2d.forward_numpy`, with compiled loops that copy the columns."""
    columns = im2col_numba(x, kernel.shape[2:], strides, pads)
    z = kernel.reshape(len(kernel), -1) @ columns + bias[:, None]
    h_out = (x.shape[2] + sum(pads[0]) - kernel.shape[2]) // strides[0] + 1
    return activations.forward_numba(z.reshape(len(x), len(kernel), h_out, -1), activation)


def backward_columns(dy, x, y, kernel, strides, pads, activation):
    """As `conv2d.backward_numpy`, with compiled loops that copy the columns and add them."""
    window = kernel.shape[2:]
    dz = activations.backward_numba(dy, y, activation).reshape(*dy.shape[:2], -1)
    dx = col2im_numba(kernel.reshape(len(kernel), -1).T @ dz, x.shape, window, strides, pads)
    dkernel = np.tensordot(dz, im2col_numba(x, window, strides, pads), axes=((0, 2), (0, 2)))
    return dx, dkernel.reshape(kernel.shape), dz.sum(axis=(0, 2))


def _passes(layer: Conv2D, forward: Callable, backward: Callable, x, dy, size: int) -> list[Callable]:
    kernel, bias, *geometry = _arguments(layer)
    shards = [slice(start, start + size) for start in range(0, len(x), size)]

    def ahead():
        for part in shards:
            forward(x[part], kernel, bias, *geometry)

    def ahead_and_back():
        for part in shards:
            y = forward(x[part], kernel, bias, *geometry)
            backward(dy[part], x[part], y, kernel, *geometry)

    return [ahead, ahead_and_back]


def _verify(layer: Conv2D, name: str, forward: Callable, backward: Callable, x, dy) -> None:
    kernel, bias, *geometry = _arguments(layer)
    expected = conv2d.forward_numpy(x, kernel, bias, *geometry)
    found = [forward(x, kernel, bias, *geometry), *backward(dy, x, expected, kernel, *geometry)]
    for a, b in zip(found, [expected, *conv2d.backward_numpy(dy, x, expected, kernel, *geometry)]):
        if np.abs(a - b).max() > 1e-4 * np.abs(b).max():
            raise ValueError(f"the results of {name!r} differ from the NumPy version's")


def _ask_peer(name: str, options: argparse.Namespace) -> Result:
    """Return the "seconds" and "versions" of a peer, or "left_out" with the reason."""
    command = [sys.executable, "-m", "benchmarks.ladder", "--as-peer", name, "--recipe", options.recipe]
    command += ["--layer", options.layer, *(["--quick"] if options.quick else [])]
    process = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=thread_environment(1))
    if process.returncode:
        reason = f"it failed: {(process.stderr.strip() or '?').splitlines()[-1]}"
        print(f"{name}: left out, {reason}")
        return {"left_out": reason}
    return json.loads(process.stdout.splitlines()[-1])


def _be_a_peer(name: str, layer: Conv2D, n: int, rounds: int) -> int:
    pin(1)
    model = Sequential([layer])
    model.input_shape, model.output_shape = layer.input_shape, layer.output_shape
    x, dy = _draw(layer, n)
    if name == "pytorch":
        passes, output = _pytorch_passes(model, x, dy)
    else:
        os.environ["KERAS_BACKEND"] = name.removeprefix("keras-")
        passes, output = _keras_passes(model, np.moveaxis(x, 1, -1), np.moveaxis(dy, 1, -1))
    expected, _ = model.forward(x)
    if np.abs(output - expected).max() > 1e-4 * np.abs(expected).max():
        raise ValueError(f"the results of {name} differ from npae's")
    taken = [best_seconds(one_pass, rounds, 0.02) for one_pass in passes]
    print(json.dumps({"seconds": taken, "versions": versions(name)}))
    return 0


def _pytorch_passes(model: Sequential, x, dy):
    import torch

    from benchmarks.pytorch_twin import pytorch_twin

    torch.set_num_threads(1)
    twin, x, dy = pytorch_twin(model), torch.tensor(x, requires_grad=True), torch.tensor(dy)

    def ahead():
        with torch.no_grad():
            return twin(x)

    return [ahead, lambda: torch.autograd.grad(twin(x), [x, *twin.parameters()], dy)], ahead().numpy()


def _keras_passes(model: Sequential, x, dy):
    from benchmarks.keras_peer import keras_twin

    twin = keras_twin(model, from_logits=False)
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        import tensorflow as tf

        x, dy = tf.constant(x), tf.constant(dy)

        @tf.function
        def ahead_and_back(x, dy):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = twin(x)
            return tape.gradient(y, [x, *twin.trainable_variables], dy)

        ahead = tf.function(twin)
        passes = [lambda: ahead(x).numpy(), lambda: ahead_and_back(x, dy)[0].numpy()]
    else:
        import jax

        x, dy = jax.numpy.asarray(x), jax.numpy.asarray(dy)
        weights = [v.value for v in twin.trainable_variables]
        ahead = jax.jit(lambda weights, x: twin.stateless_call(weights, [], x)[0])
        back = jax.jit(lambda weights, x, dy: jax.vjp(ahead, weights, x)[1](dy))
        passes = [
            lambda: ahead(weights, x).block_until_ready(),
            lambda: jax.block_until_ready(back(weights, x, dy)),
        ]
    return passes, np.moveaxis(np.asarray(passes[0]()), -1, 1)


def draw(result: Result, path: Path) -> Path:
    """Draw a recorded result as bars, with the peak."""
    from benchmarks import charts

    rungs = [(r["name"], r["adds"], (r["forward"], r["both"])) for r in result["rungs"]]
    where, what = result["layer"].split(": ")
    note = f"{where}; {blocks.description(result)}"
    lines = {"multiply-adds in registers": result["registers"], "matrix product": result["product"]}
    title, series = f"One convolution on one core: {what}", ("forward", "forward and backward")
    return charts.ladder(path, title, note, rungs, series, lines, result["unit"])


def _speeds(layer: Conv2D, n: int, taken: Sequence[float]) -> dict[str, float]:
    flops = 2 * n * layer.multiply_adds()
    return {"forward": flops / taken[0] / 1e9, "both": 3 * flops / taken[1] / 1e9}


def _arguments(layer: Conv2D) -> tuple[Any, ...]:
    pads = paddings(shapes(layer)[0], layer.kernel_size, layer)
    return layer.params["kernel"], layer.params["bias"], layer.strides, pads, layer.activation


def _draw(layer: Conv2D, n: int) -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    return [rng.standard_normal((n, *shape), np.float32) for shape in shapes(layer)]


def _describe(layer: Conv2D) -> str:
    (c_in, h, w), (kh, kw) = shapes(layer)[0], layer.kernel_size
    return f"{c_in} to {layer.filters} channels, {kh}x{kw}, on {h}x{w}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = results.parser("ladder", "Time one convolution, from plain loops to the fast kernel, and peers.")
    parser.add_argument("--recipe", choices=TIMED, default="conv", metavar="NAME")
    parser.add_argument(
        "--layer", default="encoder/conv2d_1", metavar="NAME", help="a Conv2D, with its name in summary()"
    )
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS), metavar="NAME")
    parser.add_argument(
        "--as-peer", choices=list(PEERS), help="internal: time a peer and print its seconds as JSON"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
