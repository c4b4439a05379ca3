"""Names what is wrong with the gradients of a layer of one's own: the same diagnosis, without an exercise.

What the layer is meant to compute is not known: right is what finite differences of its own forward say. So only
mistakes that change a gradient as a whole have a name here.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np

from npae.exercises.case import Case
from npae.exercises.diagnosis import diagnose
from npae.exercises.numeric import TOLERANCE, numeric_gradient
from npae.exercises.result import Result
from npae.exercises.samples import Sample
from npae.exercises.whole_results import ONE, Explanation, predicting
from npae.layers.layer import Layer

BATCHES = (3, 1, 2)
FEW = 150  # elements of an input up to which other input sizes are tried as well


def diagnose_layer(
    layer: Layer, input_shape: tuple[int, ...], rng: int | np.random.Generator = 0, training: bool = False
) -> list[Result]:
    """Return a result for each gradient of a layer that is wrong; none if all are right.

    Parameters
    ----------
    layer : Layer
        Keeps the contract of `npae.layers.layer.Layer`. Copies are built anew, in float64; it stays as it is.
    input_shape : tuple of int
        Of one example; small, and with sizes that differ. Where the layer can be built for other sizes too,
        those are tried as well: they tell a factor 4 from a factor "number of units".
    rng : int or numpy.random.Generator
    training : bool
        Whether noise and dropout are on.

    Raises
    ------
    Exception
        Whatever the layer raises for inputs of ``input_shape``.
    """
    random = np.random.default_rng(rng)
    seed = int(random.integers(2**32))
    samples: dict[str, list[Sample]] = {}
    for number, (shape, batch) in enumerate(_sizes_to_try(tuple(input_shape))):
        try:
            found = _samples(layer, shape, batch, random, seed if training else None)
        except Exception:
            if number < len(BATCHES):
                raise
            continue  # of another size than asked for, which the layer need not take
        for name, sample in found.items():
            samples.setdefault(name, []).append(sample)
    results = []
    _merge_sizes([sample.case for sample in samples["dx"]])
    for name, some in samples.items():
        words = {"quantity": name, "argument": _owner(name), "function": "backward", "forward": "forward"}
        result = diagnose(
            type(layer).__name__, some, words, (), "differences", _flipped(layer, name, seed, training)
        )
        if result is not None:
            result.stage = "gradient"
            results.append(result)
    return results


def _sizes_to_try(shape: tuple[int, ...]) -> list[tuple[tuple[int, ...], int]]:
    """Return (input shape, batch): those of the given shape first."""
    given = [(shape, batch) for batch in BATCHES]
    if np.prod(shape) > FEW:
        return given
    larger = tuple(size + 1 + axis for axis, size in enumerate(shape))
    return [*given, (larger, 4), (tuple(size + 1 for size in shape), 2)]


def _samples(layer: Layer, shape: tuple[int, ...], batch: int, random, seed) -> dict[str, Sample]:
    """Return, by name, the gradients that one built copy gives for one batch, and what differences say."""
    layer = copy.deepcopy(layer)
    layer.build(shape, random, np.float64)
    for value in layer.params.values():
        value[...] = np.where(value == 0, _off_zero(random, value.shape), value)
    x = random.standard_normal((batch, *shape))
    y, cache = layer.forward(x.copy(), _noise(seed))
    y = np.array(y, np.float64)
    dy = random.standard_normal(y.shape)
    dx, grads = layer.backward(dy.copy(), cache)
    case = Case({"x": x, **copy.deepcopy(layer.params)}, "", dy, {"y": y}, {}, _sizes(x, y, layer.params))
    samples = {}
    for name, array, got in [
        ("dx", x, dx),
        *((f'grads["{k}"]', v, grads.get(k)) for k, v in layer.params.items()),
    ]:
        got = np.zeros(array.shape) if got is None else np.asarray(got, np.float64)
        claimed = got if got.shape == array.shape else np.zeros(array.shape)
        want = numeric_gradient(lambda: layer.forward(x.copy(), _noise(seed))[0], array, dy, claimed)
        samples[name] = Sample(case, got, want, TOLERANCE)
    return samples


def _noise(seed: int | None) -> np.random.Generator | None:
    return None if seed is None else np.random.default_rng(seed)


def _off_zero(random: np.random.Generator, shape) -> np.ndarray:
    """Return numbers for parameters that begin as zeros: times 0, no mistake shows."""
    return random.uniform(0.1, 0.4, shape) * random.choice([-1.0, 1.0], shape)


def _sizes(x: np.ndarray, y: np.ndarray, params: dict[str, np.ndarray]) -> dict[str, int]:
    sizes = {"n": len(x), "elements": y.size}
    for name, array in {"y": y, "x": x, **params}.items():
        if array.ndim > 1:
            first = 1 if name in "xy" else 0
            sizes.update({f"{name}.shape[{k}]": array.shape[k] for k in range(first, array.ndim)})
    sizes["features"] = y.size // len(x)
    return sizes


def _merge_sizes(cases: list[Case]) -> None:
    """Keep one name of sizes that are the same in every case, as y.shape[1] and kernel.shape[1] of Dense."""
    kept: set[tuple] = set()
    for name in list(cases[0].sizes):
        values = tuple(case.sizes.get(name) for case in cases)
        if values in kept:
            for case in cases:
                case.sizes.pop(name, None)
        kept.add(values)


def _owner(name: str) -> str:
    """Return whose gradient it is: "x" for "dx", "kernel" for 'grads["kernel"]'."""
    return name[7:-2] if name.startswith("grads") else "x"


def _flipped(layer: Layer, name: str, seed: int, training: bool) -> list[Explanation]:
    """Return that dx is what differences of the forward pass give with a kernel of images flipped."""

    def with_flipped(key: str) -> Callable[[Sample], np.ndarray]:
        def compute(sample: Sample) -> np.ndarray:
            case = sample.case
            if case.args[key].ndim < 4:
                raise ValueError("only kernels of images are flipped")
            other = copy.deepcopy(layer)
            other.build(case.args["x"].shape[1:], np.random.default_rng(0), np.float64)
            for param, value in other.params.items():
                value[...] = np.flip(case.args[param], (-2, -1)) if param == key else case.args[param]
            x, noise = case.args["x"].copy(), seed if training else None
            return numeric_gradient(
                lambda: other.forward(x.copy(), _noise(noise))[0], x, case.dy, sample.want
            )

        return compute

    keys = (list(layer.params) or ["kernel"]) if name == "dx" else ()
    return [predicting("not_flipped", ONE, with_flipped(key)) for key in keys]
