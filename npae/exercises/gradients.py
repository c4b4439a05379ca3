"""Compares the learner's gradients with finite differences of the learner's own forward, entry by entry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from npae.exercises.exercise import Case, copied
from npae.exercises.hypotheses import Sample
from npae.exercises.learner import LearnerError, unchanged
from npae.exercises.numeric import TOLERANCE, numeric_gradient
from npae.exercises.running import FLOAT32_TOLERANCE, Found, Run


def compare_gradients(run: Run) -> None:
    """End the check where a gradient is wrong, in float64 or float32, or a call depends on earlier ones."""
    run.require(run.check.backward)
    known = [_backward_of(run, case) for case in run.cases]
    against = "differences" if run.check.differentiate else "right"
    samples = _samples(run, known, own_forward=True)
    run.judge(samples, against, _name(run), steady=lambda: _judge_again(run, *known[0]))
    run.judge_changes()
    for name, gots in _by_name(run, known).items():
        if any(got.dtype.itemsize < 8 for got in gots if got.dtype.kind == "f"):
            evidence = [f"{name} comes out in float32 for float64 arguments"]
            run.fail("float32_arithmetic", "gradient", name, evidence, function=_name(run))
    if run.check.backward is not None:
        _check_cache(run)
    if "float32" in run.check.dtypes:
        _compare_float32(run, known)


def _judge_again(run: Run, case: Case, first: tuple) -> None:
    """End the check if the gradients of a case are others when they are computed anew, after other calls."""
    _, again = _backward_of(run, case, dy=case.dy)
    if not _same(again, first):
        evidence = ["given the same arguments again, after other calls, it gives another answer"]
        run.fail("hidden_state", "promise", "", evidence, function=_name(run))


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
        for own, word in ((True, "own"), (False, "asked")):
            samples = _samples(run, known, own_forward=own)
            found += [word] if all(sample.right for some in samples.values() for sample in some) else []
    except (Found, LearnerError, ValueError, TypeError, FloatingPointError):
        pass
    return "both" if len(found) == 2 else "".join(found)


def _name(run: Run) -> str:
    backward = run.check.backward
    return (
        run.function if backward is None else backward if isinstance(backward, str) else "the backward pass"
    )


def _backward_of(run: Run, case: Case, dtype=np.float64, dy=None) -> tuple[Case, tuple]:
    """Return the case, with dy and y known, and the gradients that the learner's backward gives for it."""
    fresh = case.fresh(dtype)
    values, rest = run.call(fresh)
    y = np.asarray(values[0], np.float64)
    if run.check.backward is None:
        dy, gradients = np.array(1.0), rest
    else:
        dy = case.known.get("given_dy", run.rng.standard_normal(y.shape)) if dy is None else dy
        gradients = backward_of(run, np.array(dy, dtype), rest, fresh)
    for name, gradient in zip(run.check.gradients, gradients):
        run._check_array(gradient, name, _name(run), case)
    run.note_changes(case)
    known = run.sized(case.knowing(**{"dy": dy, "y": y, run.check.output: y}), case.sizes)
    return known, tuple(np.asarray(gradient) for gradient in gradients)


def backward_of(run: Run, dy, cache, case: Case) -> tuple:
    """Return what the learner's backward gives for an upstream gradient and a cache, one for each name."""
    backward, names = run.check.backward, list(run.check.gradients)
    if isinstance(backward, str):
        answer = getattr(run.functions, backward)(dy, cache)
    else:
        answer = run._adapted(backward, run.functions, dy, cache, case)
    if len(names) == 1:
        return (answer,)
    run._check_tuple(answer, len(names), f"({', '.join(names)})", _name(run), case)
    return tuple(answer)


def _by_name(run: Run, known) -> dict[str, list[np.ndarray]]:
    names = list(run.check.gradients)
    return {name: [gradients[k] for _, gradients in known] for k, name in enumerate(names)}


def _samples(run: Run, known: list[tuple[Case, tuple]], own_forward: bool) -> dict[str, list[Sample]]:
    """Return samples by gradient, against differences of the learner's forward or of the right one."""
    check = run.check
    samples: dict[str, list[Sample]] = {name: [] for name in check.gradients}
    for case, gradients in known:
        right = {}
        for (name, argument), got in zip(check.gradients.items(), gradients):
            if check.differentiate:
                right[name] = _differences(run, case, argument, got, own_forward)
            else:
                right[name] = np.asarray(check.right[name](case), np.float64)
        case = case.knowing(true={**case.true, **right})
        for (name, argument), got in zip(check.gradients.items(), gradients):
            limit = check.tolerance or TOLERANCE
            if got.dtype.kind == "f" and got.dtype.itemsize < 8:
                limit = max(limit, FLOAT32_TOLERANCE)
            axes = tuple(check.axes.get(argument, "").split())
            samples[name].append(Sample(case, got.astype(np.float64), right[name], limit, axes))
    return samples


def _differences(run: Run, case: Case, argument: str, got: np.ndarray, own_forward: bool) -> np.ndarray:
    moving = case.fresh(np.float64)
    array = moving.args[argument]

    def own():
        values, _ = run.call(moving.fresh())
        return np.asarray(values[0], np.float64)

    def asked():
        with np.errstate(all="ignore"):
            return run.reference(moving)[run.check.output]

    values: Callable = own if own_forward else asked
    claimed = got.astype(np.float64) if got.shape == array.shape else np.zeros(array.shape)
    numeric = numeric_gradient(values, array, case.dy, claimed)
    run.functions.changed = []
    return numeric


def _check_cache(run: Run) -> None:
    """End the check if backward spoils its cache, or results change with a later call of forward."""
    first = run.cases[-1]
    (y,), cache = run.call(first.fresh())
    dy = run.rng.standard_normal(np.shape(y))
    kept_y = copied(np.asarray(y))
    gradients = backward_of(run, dy.copy(), cache, first.fresh())
    kept = copied(tuple(gradients))
    again = backward_of(run, dy.copy(), cache, first.fresh())
    if not _same(again, kept):
        evidence = ["called twice with the same dy and the same cache, it gives two different answers"]
        run.fail("aliased_cache", "promise", "", evidence, function=_name(run))
    run.call_with_others(first)
    if not unchanged(np.asarray(run.functions.now(y)), kept_y):
        evidence = [
            f"a second call, for another example, changes the {run.check.output} that the first returned"
        ]
        run.fail("hidden_state", "promise", "", evidence)
    try:
        third = backward_of(run, dy.copy(), cache, first.fresh())
    except LearnerError:
        third = None
    if third is None or not _same(third, kept):
        evidence = [
            "after a call of forward for other numbers, the cache of the first call gives another answer"
        ]
        run.fail("hidden_state", "promise", "", evidence, function=_name(run))


def _same(gradients, kept) -> bool:
    arrays = [(np.asarray(a), np.asarray(b)) for a, b in zip(gradients, kept)]
    return all(a.shape == b.shape and np.allclose(a, b, 1e-9, 1e-12, equal_nan=True) for a, b in arrays)


def _compare_float32(run: Run, known: list[tuple[Case, tuple]]) -> None:
    """End the check if float32 gradients are further from those in float64 than rounding goes."""
    for case, right in known:
        about, gradients = _backward_of(run, case, np.float32, case.dy)
        for name, got, want in zip(run.check.gradients, gradients, right):
            if got.dtype == np.float64:
                run.note(f"{name} comes out in float64 for float32 arguments: right, but slower in training")
            sample = Sample(about, got.astype(np.float64), want.astype(np.float64), FLOAT32_TOLERANCE)
            if not sample.right:
                evidence = [f"case: {case.describe()}"]
                run.fail("float32_only", "float32", name, evidence, function=_name(run))
