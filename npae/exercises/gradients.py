"""Compares the learner's gradients with the right ones; where forward is wrong, with differences of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from npae.exercises.case import Case
from npae.exercises.learner import LearnerError
from npae.exercises.numeric import TOLERANCE, numeric_gradient
from npae.exercises.running import FLOAT32_TOLERANCE, Found, Run
from npae.exercises.samples import Sample

Known = list[tuple[Case, tuple[np.ndarray, ...]]]


def compare_gradients(run: Run) -> Known:
    """End the check where a gradient is wrong in float64; return all of them, with their cases."""
    run.require(run.check.backward)
    known = [_backward_of(run, case) for case in run.cases]
    samples = _samples(run, known)
    run.judge(samples, run.backward_function)
    run.judge_changes()
    for name, gots in _by_name(run, known).items():
        if any(got.dtype.itemsize < 8 for got in gots if got.dtype.kind == "f"):
            evidence = [f"{name} comes out in float32 for float64 arguments"]
            run.fail("float32_arithmetic", "gradient", name, evidence, function=run.backward_function)
    return known


def relation_to_forward(run: Run) -> str:
    """Return whose gradients they are: those of the learner's forward ("own"), of the right one ("asked").

    Or of both alike ("both"), or of neither ("").
    """
    backward = run.check.backward
    if isinstance(backward, str) and not run.functions.has(backward):
        return ""
    found = []
    try:
        known = [_backward_of(run, case) for case in run.cases]
        for own, word in ((run, "own"), (None, "asked")):
            samples = _samples(run, known, own)
            found += [word] if all(sample.right for some in samples.values() for sample in some) else []
    except (Found, LearnerError, ValueError, TypeError, FloatingPointError):
        pass
    return "both" if len(found) == 2 else "".join(found)


def _backward_of(run: Run, case: Case, dtype: Any = np.float64) -> tuple[Case, tuple[np.ndarray, ...]]:
    """Return the case, and the gradients that the learner's backward gives for it."""
    fresh = case.fresh(dtype)
    _, rest = run.call(fresh)
    gradients = run.call_back(np.array(case.dy, dtype), rest, fresh)
    for name, gradient in zip(run.check.gradients, gradients):
        run.require_array(gradient, name, run.backward_function, case)
    run.note_changes(case)
    return case, tuple(np.asarray(gradient) for gradient in gradients)


def _by_name(run: Run, known) -> dict[str, list[np.ndarray]]:
    names = list(run.check.gradients)
    return {name: [gradients[k] for _, gradients in known] for k, name in enumerate(names)}


def _samples(run: Run, known: Known, own: Run | None = None) -> dict[str, list[Sample]]:
    """Return samples by gradient, against the right gradients, or against differences of a forward pass."""
    check = run.check
    samples: dict[str, list[Sample]] = {name: [] for name in check.gradients}
    for case, gradients in known:
        for (name, argument), got in zip(check.gradients.items(), gradients):
            limit = check.tolerance or TOLERANCE
            if got.dtype.kind == "f" and got.dtype.itemsize < 8:
                limit = max(limit, FLOAT32_TOLERANCE)
            right = case.gradients[name] if own is None else differences(own, case, argument, got)
            axes = tuple(check.axes.get(argument, "").split())
            samples[name].append(Sample(case, got.astype(np.float64), right, limit, axes))
    return samples


def differences(run: Run, case: Case, argument: str, got: np.ndarray) -> np.ndarray:
    """Return the gradient by an argument, from finite differences of the forward pass of a run."""
    moving = case.fresh(np.float64)
    array = moving.args[argument]

    def value() -> np.ndarray:
        values, _ = run.call(moving.fresh())
        return np.asarray(values[0], np.float64)

    claimed = got.astype(np.float64) if got.shape == array.shape else np.zeros(array.shape)
    numeric = numeric_gradient(value, array, case.dy, claimed)
    run.functions.changed = []
    return numeric


def compare_float32(run: Run, known: Known) -> None:
    """End the check if float32 gradients are further from those in float64 than rounding goes."""
    if "float32" not in run.check.dtypes:
        return
    for case, right in known:
        about, gradients = _backward_of(run, case, np.float32)
        for name, got, want in zip(run.check.gradients, gradients, right):
            if got.dtype == np.float64:
                run.promoted.append(name)
            sample = Sample(about, got.astype(np.float64), want.astype(np.float64), FLOAT32_TOLERANCE)
            if not sample.right:
                evidence = [f"case: {case.describe()}"]
                run.fail("float32_only", "float32", name, evidence, function=run.backward_function)
    run.judge_warnings()
