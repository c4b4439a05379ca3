"""Every kernel that the recipes use, in its three versions, beside the peak that one core reaches meanwhile.

Shapes are those of training: a shard of the recipe's batch. Arithmetic is counted in GFLOP/s, a multiply-add
as two, and compared with multiply-adds in registers. Kernels that only move numbers are counted in GB/s, read
plus written, and compared with a copy of as many bytes. That copy is no limit to a kernel that writes
to where it read, like Adam, whose arrays fit a smaller cache: it may come out above 100 %.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from benchmarks import report, roofline
from benchmarks.tasks import TIMED, build_model
from benchmarks.timing import best_seconds, describe_machine, pin, seconds
from npae.geometry import window_pads
from npae.kernels import adam, conv2d, conv2d_transpose, dense, im2col, losses, max_pool2d, up_sampling2d
from npae.kernels.blas import single_threaded_blas
from npae.layers import Conv2D, Conv2DTranspose, Dense, Layer, MaxPool2D, UpSampling2D
from npae.objectives.losses import fuse, get_loss
from npae.recipes import get_recipe
from npae.training.shards import shard_size

VERSIONS = ("loops", "numpy", "numba")
LOOPS_LIMIT = 1_000_000  # operations: what plain Python does in about half a second


@dataclass(frozen=True)
class Work:
    """One kernel on one geometry.

    Attributes
    ----------
    recipe, layer : str
    shape : str
        Input and output without the batch axis.
    what : str
        "forward", "input gradient" ...
    module, function : where it is: ``module.function_numba(*arguments(n))`` does it for n images.
    arguments : callable
    amount : callable
        Of n: floating-point operations, or bytes read and written.
    arithmetic : bool
        Which of the two.
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
        """Return billions of operations or bytes a second; NaN where the loops would take too long."""
        function = getattr(self.module, f"{self.function}_{version}")
        if version == "loops":
            arguments = self.arguments(1)
            if self.amount(1) > LOOPS_LIMIT:
                return math.nan
            return self.amount(1) / seconds(lambda: function(*arguments), 0) / 1e9
        arguments = self.arguments(self.n)
        return self.amount(self.n) / best_seconds(lambda: function(*arguments), rounds) / 1e9

    def peak(self) -> float:
        """Return the speed that the machine reaches on such work, in the same unit."""
        return (roofline.fma_peak() if self.arithmetic else roofline.copy_peak(self.amount(self.n))) / 1e9


def main(arguments: list[str] | None = None) -> int:
    """Time the kernels, print the table and write the CSV."""
    parser = report.parser(
        "kernels", "Every kernel's versions beside the machine's measured peak, on one core."
    )
    parser.add_argument("--recipes", nargs="+", choices=TIMED, default=TIMED, metavar="NAME")
    parser.add_argument("--no-loops", action="store_true", help="leave out the definition in plain Python")
    options = parser.parse_args(arguments)
    print(describe_machine())
    pin(1)
    versions = VERSIONS[options.quick or options.no_loops :]
    rows, records = [], []
    with single_threaded_blas():
        print(
            f"peak of one core: {roofline.fma_peak() / 1e9:.1f} GFLOP/s in registers, "
            f"{roofline.sgemm_peak() / 1e9:.1f} in a matrix product, "
            f"{roofline.copy_peak(1 << 28) / 1e9:.1f} GB/s copied\n"
        )
        for work in (work for recipe in options.recipes for work in works(recipe)):
            speeds = {version: work.speed(version, 1 if options.quick else 7) for version in versions}
            share = speeds["numba"] / work.peak()
            unit = "GFLOP/s" if work.arithmetic else "GB/s"
            name = f"{work.module.__name__.rsplit('.', 1)[1]}.{work.function}"
            columns = [work.recipe, work.layer, work.shape, work.n, work.what]
            rows.append([*columns, *map(report.number, speeds.values()), unit, f"{share:.0%}"])
            records.append(
                dict(zip(("recipe", "layer", "shape", "images", "what"), columns), kernel=name, unit=unit)
            )
            records[-1] |= speeds | {"peak": work.peak(), "share": share}
    header = ["recipe", "layer", "shape", "images", "what", *versions, "unit", "of peak"]
    print(report.table(header, rows, left=3))
    print(f"\n{report.write_csv(options.out / 'kernels.csv', records)}")
    return 0


def works(recipe: str) -> Iterator[Work]:
    """Yield the work of every layer of a recipe, of its loss and of its optimiser, at the size of a shard."""
    recipe = get_recipe(recipe)
    model = build_model(recipe.name)
    n = shard_size(model, recipe.batch_size)
    model, loss = fuse(model, get_loss(recipe.loss))
    for name, layer in model.leaves():
        shape = f"{_shape(layer.input_shape)} -> {_shape(layer.output_shape)}"
        if layer.params:
            shape += f", {_shape(layer.params['kernel'].shape)}"
        for what, module, function, arguments, amount, arithmetic in _LAYERS[type(layer)](layer):
            yield Work(recipe.name, name, shape, what, module, function, arguments, amount, arithmetic, n)
    shape = model.output_shape
    function = _LOSSES[loss.name]
    targets = lambda n: (_values(n, *shape), abs(_values(n, *shape)).clip(0, 1), n * math.prod(shape))
    yield Work(
        recipe.name,
        "loss",
        _shape(shape),
        "both",
        losses,
        function,
        targets,
        _moved(3 * math.prod(shape)),
        False,
        n,
    )
    size = sum(value.size for value in model.params.values())
    flat = lambda _: (*(abs(_values(size)) for _ in range(4)), 1, 1e-3, 0.9, 0.999, 1e-7)
    yield Work(recipe.name, "adam", str(size), "update", adam, "update", flat, _moved(7 * size, 0), False, n)


def _convolution(layer: Conv2D):
    kernel, bias, window = layer.params["kernel"], layer.params["bias"], layer.kernel_size
    c_in, *size = layer.input_shape
    geometry = (layer.strides, window_pads(size, window, layer.strides, layer.padding))
    x, dz = _inputs(layer.input_shape), _inputs(layer.output_shape)
    for piece in (
        ("forward", conv2d, "forward", lambda n: (x(n), kernel, bias, *geometry, layer.activation)),
        ("input gradient", conv2d, "input_gradient", lambda n: (dz(n), kernel, tuple(size), *geometry)),
        ("kernel gradient", conv2d, "kernel_gradient", lambda n: (dz(n), x(n), window, *geometry)),
    ):
        yield *piece, lambda n: 2 * n * layer.multiply_adds(), True
    columns = (c_in * math.prod(window), math.prod(layer.output_shape[1:]))
    for piece in (
        ("im2col", im2col, "im2col", lambda n: (x(n), window, *geometry)),
        ("col2im", im2col, "col2im", lambda n: (_values(n, *columns), (n, c_in, *size), window, *geometry)),
    ):
        yield *piece, _moved(math.prod(columns) + math.prod(layer.input_shape)), False


def _transposed_convolution(layer: Conv2DTranspose):
    kernel, bias, window = layer.params["kernel"], layer.params["bias"], layer.kernel_size
    size, activation = layer.output_shape[1:], layer.activation
    geometry = (layer.strides, window_pads(size, window, layer.strides, layer.padding))
    x, dz = _inputs(layer.input_shape), _inputs(layer.output_shape)
    for piece in (
        ("forward", conv2d_transpose, "forward", lambda n: (x(n), kernel, bias, *geometry, size, activation)),
        ("input gradient", conv2d, "forward", lambda n: (dz(n), kernel, None, *geometry)),
        ("kernel gradient", conv2d, "kernel_gradient", lambda n: (x(n), dz(n), window, *geometry)),
    ):
        yield *piece, lambda n: 2 * n * layer.multiply_adds(), True


def _dense(layer: Dense):
    kernel, bias, activation = layer.params["kernel"], layer.params["bias"], layer.activation
    x, y = _inputs(layer.input_shape), _inputs(layer.output_shape)
    ahead = lambda n: (x(n), kernel, bias, activation)
    back = lambda n: (y(n), x(n), y(n), kernel, activation)
    yield "forward", dense, "forward", ahead, lambda n: 2 * n * kernel.size, True
    yield "both gradients", dense, "backward", back, lambda n: 4 * n * kernel.size, True


def _max_pool(layer: MaxPool2D):
    window, strides = layer.pool_size, layer.strides
    pads = window_pads(layer.input_shape[1:], window, strides, layer.padding)
    x, dy = _inputs(layer.input_shape), _inputs(layer.output_shape)
    offset = lambda n: max_pool2d.forward_numpy(x(n), window, strides, pads)[1]
    moved = lambda n: x(n).nbytes + dy(n).nbytes + offset(n).nbytes
    back = lambda n: (dy(n), offset(n), (n, *layer.input_shape), window, strides, pads)
    yield "forward", max_pool2d, "forward", lambda n: (x(n), window, strides, pads), moved, False
    yield "gradient", max_pool2d, "backward", back, moved, False


def _up_sampling(layer: UpSampling2D):
    moved = _moved(math.prod(layer.input_shape) + math.prod(layer.output_shape))
    x, dy = _inputs(layer.input_shape), _inputs(layer.output_shape)
    yield "forward", up_sampling2d, "forward", lambda n: (x(n), layer.size), moved, False
    yield "gradient", up_sampling2d, "backward", lambda n: (dy(n), layer.size), moved, False


_LAYERS: dict[type[Layer], Callable] = {
    Conv2D: _convolution,
    Conv2DTranspose: _transposed_convolution,
    Dense: _dense,
    MaxPool2D: _max_pool,
    UpSampling2D: _up_sampling,
}


# The recipes that use cross-entropy end in a sigmoid, and are trained from logits.
_LOSSES = {"mse": "mean_squared_error", "binary_crossentropy": "binary_crossentropy_from_logits"}


def _inputs(shape: tuple[int, ...]) -> Callable[[int], np.ndarray]:
    return lambda n: _values(n, *shape)


def _values(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def _moved(numbers: int, per_image: int = 1) -> Callable[[int], int]:
    return lambda n: 4 * numbers * (n if per_image else 1)


def _shape(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))


if __name__ == "__main__":
    sys.exit(main())
