"""Names what is wrong with the gradients of a layer of one's own: the same diagnosis, without an exercise.

What the layer is meant to compute is not known: right is what finite differences of its own forward say. So
only mistakes that change a gradient as a whole have a name here.
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
from npae.gradcheck import LayerCheck, Report, compare_layer
from npae.layers.layer import Layer

BATCHES = (3, 1, 2)
FEW = 150  # elements of an input up to which other input sizes are tried as well


def diagnose_layer(
    layer: Layer, input_shape: tuple[int, ...], rng: int | np.random.Generator = 0
) -> tuple[Report, list[Result]]:
    """Check a layer, and return the report with a result for each gradient that is wrong.

    Parameters
    ----------
    layer : Layer
        Keeps the contract of `npae.layers.layer.Layer`. Copies are built anew, in float64; it stays as it is.
    input_shape : tuple of int
        Of one example; small, and with sizes that differ. Where the layer can be built for other sizes too,
        those are tried as well: they tell a factor 4 from a factor "number of units".
    rng : int or numpy.random.Generator

    Raises
    ------
    Exception
        Whatever the layer raises for inputs of ``input_shape``.
    """
    random = np.random.default_rng(rng)
    checks: list[LayerCheck] = []
    for number, (shape, batch) in enumerate(_sizes_to_try(tuple(input_shape))):
        try:
            checks.append(compare_layer(layer, shape, batch, random))
        except Exception:
            if number < len(BATCHES):
                raise
            continue  # of another size than asked for, which the layer need not take
        if not checks[0].report.arrays:
            return checks[0].report, []
    cases = [_case(check) for check in checks]
    _merge_sizes(cases)
    results = []
    for key in checks[0].compared:
        name = "dx" if key == "input" else f'grads["{key}"]'
        samples = [_sample(case, *check.compared[key]) for case, check in zip(cases, checks)]
        argument = "x" if key == "input" else key
        words = {"quantity": name, "argument": argument, "function": "backward", "forward": "forward"}
        further = _flipped(layer) if key == "input" else ()
        result = diagnose(type(layer).__name__, samples, words, (), "differences", further)
        if result is not None:
            result.stage = "gradient"
            results.append(result)
    return checks[0].report, results


def _sizes_to_try(shape: tuple[int, ...]) -> list[tuple[tuple[int, ...], int]]:
    """Return (input shape, batch): those of the given shape first."""
    given = [(shape, batch) for batch in BATCHES]
    if np.prod(shape) > FEW:
        return given
    larger = tuple(size + 1 + axis for axis, size in enumerate(shape))
    return [*given, (larger, 4), (tuple(size + 1 for size in shape), 2)]


def _case(check: LayerCheck) -> Case:
    args = {"x": check.x, **check.params}
    return Case(args, "", check.dy, {"y": check.y}, {}, _sizes(check.x, check.y, check.params))


def _sample(case: Case, got: np.ndarray | None, want: np.ndarray) -> Sample:
    given = np.zeros(want.shape) if got is None else np.asarray(got, np.float64)
    return Sample(case, given, want, TOLERANCE)


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


def _flipped(layer: Layer) -> list[Explanation]:
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
            x = case.args["x"].copy()
            return numeric_gradient(lambda: other.forward(x.copy(), None)[0], x, case.dy, sample.want)

        return compute

    return [predicting("not_flipped", ONE, with_flipped(key)) for key in list(layer.params) or ["kernel"]]
