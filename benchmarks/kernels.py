"""Times the three versions of every kernel of the recipes, and compares them with the peak of one core.

The shapes are those of training: a shard of the recipe's batch. Arithmetic is measured in GFLOP/s, a
multiply-add as two operations, and compared with multiply-adds in registers. Kernels that only move numbers
are measured in GB/s, read plus written, and compared with a copy of equally many bytes. An in-place kernel
like Adam may exceed 100 % of that copy, since its arrays fit a smaller cache.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks import blocks, results, roofline
from benchmarks.tasks import TIMED, build_model, loss_name, paddings, shapes
from benchmarks.timing import best_seconds, pin, seconds
from npae.kernels import adam, conv2d, conv2d_transpose, dense, im2col, losses, max_pool2d, up_sampling2d
from npae.kernels.blas import single_threaded_blas
from npae.layers import Conv2D, Conv2DTranspose, Dense, Layer, MaxPool2D, UpSampling2D
from npae.model import Sequential
from npae.objectives.losses import fuse, get_loss
from npae.recipes import get_recipe
from npae.training.shards import shard_size

SORTS = ("loops", "numpy", "numba")
LOOPS_LIMIT = 1_000_000  # operations: plain Python takes about half a second for them


@dataclass(frozen=True)
class Work:
    """One kernel on one geometry.

    Attributes
    ----------
    recipe, layer : str
    shape : str
        Input and output without the batch axis.
    what : str
        "forward", "both gradients" ...
    module, function : ``module.function_numba(*arguments(n))`` computes it for n images.
    arguments : callable
    amount : callable
        ``amount(n)`` is the number of floating-point operations, or of bytes read and written.
    arithmetic : bool
        Whether ``amount`` counts operations.
    n : int
        The size of a shard.
    """

    recipe: str
    layer: str
    shape: str
    what: str
    module: ModuleType
    function: str
    arguments: Callable[[int], tuple]
    amount: Callable[[int], int]
    arithmetic: bool
    n: int

    def speed(self, version: str, rounds: int) -> float:
        """Return billions of operations or bytes per second; NaN if the loops would take too long."""
        function = getattr(self.module, f"{self.function}_{version}")
        if version == "loops":
            arguments = self.arguments(1)
            if self.amount(1) > LOOPS_LIMIT:
                return math.nan
            return self.amount(1) / seconds(lambda: function(*arguments), 0) / 1e9
        arguments = self.arguments(self.n)
        return self.amount(self.n) / best_seconds(lambda: function(*arguments), rounds) / 1e9

    def peak(self, arithmetic: float) -> float:
        """Return the peak of the machine for such work; ``arithmetic`` is the peak of arithmetic."""
        return (arithmetic if self.arithmetic else roofline.copy_peak(self.amount(self.n))) / 1e9


def main(arguments: Sequence[str] | None = None) -> int:
    """Time the kernels, and record each result at once."""
    parser = results.parser(
        "kernels", "Compare the versions of every kernel with the machine's measured peak, on one core."
    )
    parser.add_argument("--recipes", nargs="+", choices=TIMED, default=TIMED, metavar="NAME")
    parser.add_argument("--no-loops", action="store_true", help="leave out the definition in plain Python")
    options = parser.parse_args(arguments)
    result = results.facts("kernels", arguments, seed=0)
    results.warn_if_busy(result)
    print(blocks.description(result))
    pin(1)
    sorts = SORTS[options.quick or options.no_loops :]
    with single_threaded_blas():
        peak = roofline.peak(options.quick)
        result["peaks"] = {
            "GFLOP/s in registers": peak.registers / 1e9,
            "GFLOP/s in a matrix product": peak.product / 1e9,
            "GB/s copied": roofline.copy_peak(1 << 28) / 1e9,
        }
        result |= {"sorts": sorts, "works": []}
        for work in (work for recipe in options.recipes for work in works(recipe)):
            result["works"].append(
                {
                    **{name: getattr(work, name) for name in ("recipe", "layer", "shape", "what")},
                    "images": work.n,
                    "kernel": f"{work.module.__name__.rsplit('.', 1)[1]}.{work.function}",
                    "unit": "GFLOP/s" if work.arithmetic else "GB/s",
                    "peak": work.peak(peak.best),
                    **{sort: work.speed(sort, 1 if options.quick else 7) for sort in sorts},
                }
            )
            path = results.write(f"kernels/{results.slug()}", result, results.folder_of(options))
    print(f"\n{blocks.kernels_table(result)}\n\n{path}")
    return 0


def works(name: str) -> Iterator[Work]:
    """Yield the work of every layer of a recipe, of its loss and of its optimiser, at the size of a shard."""
    recipe = get_recipe(name)
    built = build_model(name)
    n = shard_size(built, recipe.batch_size)
    model, loss = fuse(built, get_loss(loss_name(name)))
    assert isinstance(model, Sequential)
    for layer_name, layer in model.leaves():
        before, after = shapes(layer)
        text = f"{_shape(before)} -> {_shape(after)}"
        if layer.params:
            text += f", {_shape(layer.params['kernel'].shape)}"
        for what, module, function, arguments, amount, arithmetic in _LAYERS[type(layer)](layer):
            yield Work(name, layer_name, text, what, module, function, arguments, amount, arithmetic, n)
    _, shape = shapes(model)

    def outputs(n: int) -> tuple[Any, ...]:
        return _values(n, *shape), abs(_values(n, *shape)).clip(0, 1), n * math.prod(shape)

    moved = _moved(3 * math.prod(shape))
    yield Work(name, "loss", _shape(shape), "both", losses, _LOSSES[loss.name], outputs, moved, False, n)
    size = sum(value.size for value in model.params.values())

    def parameters(_: int) -> tuple[Any, ...]:
        return *(abs(_values(size)) for _ in range(4)), 1, 1e-3, 0.9, 0.999, 1e-7

    moved = _moved(7 * size, 0)
    yield Work(name, "adam", str(size), "update", adam, "update", parameters, moved, False, n)


# What, module, function, arguments of n images, amount of n images, whether that counts operations.
Pieces = Iterator[tuple[str, ModuleType, str, Callable[[int], tuple[Any, ...]], Callable[[int], int], bool]]


def _convolution(layer: Conv2D) -> Pieces:
    window, (before, after) = layer.kernel_size, shapes(layer)
    c_in, *size = before
    geometry = (layer.strides, paddings(before, window, layer))
    x = _inputs(before)
    yield from _there_and_back(layer, conv2d, geometry)
    columns = (c_in * math.prod(window), math.prod(after[1:]))
    moved = _moved(math.prod(columns) + math.prod(before))
    yield "im2col", im2col, "im2col", lambda n: (x(n), window, *geometry), moved, False
    yield (
        "col2im",
        im2col,
        "col2im",
        lambda n: (_values(n, *columns), (n, c_in, *size), window, *geometry),
        moved,
        False,
    )


def _transposed_convolution(layer: Conv2DTranspose) -> Pieces:
    _, after = shapes(layer)
    geometry = (layer.strides, paddings(after, layer.kernel_size, layer))
    yield from _there_and_back(layer, conv2d_transpose, geometry, after[1:])


def _there_and_back(
    layer: Conv2D | Conv2DTranspose, module: ModuleType, geometry: tuple, *size: tuple
) -> Pieces:
    kernel, bias, activation = layer.params["kernel"], layer.params["bias"], layer.activation
    x, y = map(_inputs, shapes(layer))

    def amount(n: int) -> int:
        return 2 * n * layer.multiply_adds()

    def ahead(n: int) -> tuple[Any, ...]:
        return x(n), kernel, bias, *geometry, *size, activation

    def back(n: int) -> tuple[Any, ...]:
        return y(n), x(n), y(n), kernel, *geometry, activation

    yield "forward", module, "forward", ahead, amount, True
    yield "both gradients", module, "backward", back, lambda n: 2 * amount(n), True


def _dense(layer: Dense) -> Pieces:
    kernel, bias, activation = layer.params["kernel"], layer.params["bias"], layer.activation
    before, after = shapes(layer)
    x, y = _inputs(before), _inputs(after)

    def back(n: int) -> tuple[Any, ...]:
        return y(n), x(n), y(n), kernel, activation

    yield "forward", dense, "forward", lambda n: (x(n), kernel, bias, activation), _times(2, kernel), True
    yield "both gradients", dense, "backward", back, _times(4, kernel), True


def _max_pool(layer: MaxPool2D) -> Pieces:
    before, after = shapes(layer)
    window, strides = layer.pool_size, layer.strides
    pads = paddings(before, window, layer)
    x, dy = _inputs(before), _inputs(after)

    def offset(n: int) -> np.ndarray:
        return max_pool2d.forward_numpy(x(n), window, strides, pads)[1]

    def moved(n: int) -> int:
        return x(n).nbytes + dy(n).nbytes + offset(n).nbytes

    def back(n: int) -> tuple[Any, ...]:
        return dy(n), offset(n), (n, *before), window, strides, pads

    yield "forward", max_pool2d, "forward", lambda n: (x(n), window, strides, pads), moved, False
    yield "gradient", max_pool2d, "backward", back, moved, False


def _up_sampling(layer: UpSampling2D) -> Pieces:
    before, after = shapes(layer)
    moved = _moved(math.prod(before) + math.prod(after))
    x, dy = _inputs(before), _inputs(after)
    yield "forward", up_sampling2d, "forward", lambda n: (x(n), layer.size), moved, False
    yield "gradient", up_sampling2d, "backward", lambda n: (dy(n), layer.size), moved, False


_LAYERS: dict[type[Layer], Callable] = {
    Conv2D: _convolution,
    Conv2DTranspose: _transposed_convolution,
    Dense: _dense,
    MaxPool2D: _max_pool,
    UpSampling2D: _up_sampling,
}


# Recipes with binary cross-entropy end in a sigmoid, so their loss takes logits.
_LOSSES = {"mse": "mean_squared_error", "binary_crossentropy": "binary_crossentropy_from_logits"}


def _inputs(shape: tuple[int, ...]) -> Callable[[int], np.ndarray]:
    return lambda n: _values(n, *shape)


def _values(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def _times(count: int, kernel: np.ndarray) -> Callable[[int], int]:
    return lambda n: count * n * kernel.size


def _moved(numbers: int, per_image: int = 1) -> Callable[[int], int]:
    return lambda n: 4 * numbers * (n if per_image else 1)


def _shape(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))


if __name__ == "__main__":
    sys.exit(main())
