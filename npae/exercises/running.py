"""Calls the learner's functions on the cases of a check, and compares their values with the right ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from npae.exercises.case import Case, sizes_of
from npae.exercises.diagnosis import diagnose
from npae.exercises.exercise import Gradients, Values
from npae.exercises.forms import cannot_unpack, kind, of_warnings, stumbled
from npae.exercises.learner import CannotCheck, Functions, LearnerError, MissingFunction, warning_key
from npae.exercises.programs import quietly, right_functions
from npae.exercises.result import Result
from npae.exercises.samples import Sample, order_by_values_or_shapes
from npae.exercises.sentences import remarks, sentence

VALUE_TOLERANCE = 1e-9
FLOAT32_TOLERANCE = 1e-4


class Found(Exception):
    """Something is wrong, and the check ends here; ``result`` says what."""

    def __init__(self, result: Result):
        super().__init__(result.diagnosis)
        self.result = result


class Run:
    """One check of one exercise on one file: what its stages have in common.

    Attributes
    ----------
    exercise : str
    check : Values or Gradients
    functions : Functions
    cases : list of Case
        The worked example first, all in float64.
    promoted : list of str
        Results that came out in float64 for float32 arguments.
    """

    def __init__(self, exercise: str, check: Values | Gradients, functions: Functions, seed: int = 0):
        self.exercise, self.functions = exercise, functions
        self.check: Any = check
        self.rng = np.random.default_rng(seed)
        self.promoted: list[str] = []
        self.changes: list[tuple[str, str, list[str]]] = []
        random = np.random.default_rng(seed + 1)
        given = [("", args) for args in check.cases(random)]
        if check.example is not None:
            given.insert(0, ("example", check.example))
        self.cases = [self.prepared(label, args) for label, args in given]
        self.squares = [self.prepared("", args) for args in (check.square(random) if check.square else ())]

    def of(self, functions: Functions) -> Run:
        """Return the same check, on the same cases, of other functions."""
        other = copy.copy(self)
        other.functions, other.promoted, other.changes = functions, [], []
        return other

    def prepared(self, label: str, args: dict[str, Any]) -> Case:
        """Return the case with what the right program computes; a "dy" in it is no argument of forward."""
        check, args = self.check, dict(args)
        dy = args.pop("dy", None) if isinstance(check, Gradients) else None
        case = Case(args, label)
        right, rest = self._right(case)
        gradients: dict[str, np.ndarray] = {}
        if isinstance(check, Gradients):
            if dy is None:
                dy = self.rng.standard_normal(right[check.output].shape)
            dy = np.array(1.0) if check.backward is None else dy
            with quietly():
                answer = self.of(right_functions(self.exercise)).call_back(np.array(dy), rest, case)
            gradients = {name: np.asarray(one, np.float64) for name, one in zip(check.gradients, answer)}
        return Case(args, label, dy, right, gradients, sizes_of(args, check.axes, right))

    def _right(self, case: Case) -> tuple[dict[str, np.ndarray], Any]:
        """Return the right values by name, and what else the right program returns."""
        with quietly():
            values, rest = self.of(right_functions(self.exercise)).call(case.fresh(np.float64))
        return {name: np.asarray(value, np.float64) for name, value in zip(self.check.outputs, values)}, rest

    @property
    def function(self) -> str:
        """What messages call the function whose values are compared."""
        named = getattr(self.check, "function", None) or getattr(self.check, "forward", None)
        return named if isinstance(named, str) else "the forward pass"

    @property
    def backward_function(self) -> str:
        """What messages call the function whose gradients are compared."""
        backward = getattr(self.check, "backward", None)
        return (
            self.function
            if backward is None
            else backward
            if isinstance(backward, str)
            else "the backward pass"
        )

    def words(self, quantity: str, **more) -> dict:
        """Return what the sentences about a quantity may mention."""
        return {"quantity": quantity, "function": self.function, "forward": self.function, **more}

    def fail(self, key: str, stage: str, quantity: str = "", evidence=(), confident: bool = True, **words):
        """End the check with a diagnosis that needs no hypotheses."""
        words = {**self.words(quantity), **words}
        result = Result(self.exercise, stage=stage, function=words["function"], quantity=quantity)
        result.diagnosis, result.sentence, result.confident = key, sentence(key, words), confident
        result.evidence, result.pointer = list(evidence), self.check.pointers.get(quantity, "")
        result.notes = remarks(key, words)
        raise Found(result)

    def require(self, name) -> None:
        """End the check if the file does not define a function that is given by name."""
        if isinstance(name, str) and not self.functions.has(name):
            raise MissingFunction(name)

    def call(self, case: Case) -> tuple[tuple, Any]:
        """Return (values in the order of the check's outputs, what else came: a cache, or gradients)."""
        check, functions = self.check, self.functions
        if isinstance(check, Values):
            if check.call is None:
                answer = functions[check.function](*case.args.values())
            else:
                answer = self._adapted(check.call, functions, **case.args)
            return self._outputs(answer, case), None
        if isinstance(check.forward, str):
            answer = functions[check.forward](*case.args.values())
        else:
            answer = self._adapted(check.forward, functions, **case.args)
        count = 2 if check.backward is not None else 1 + len(check.gradients)
        expected = (
            f"({check.output}, {'cache' if check.backward is not None else ', '.join(check.gradients)})"
        )
        self._check_tuple(answer, count, expected, self.function, case)
        self.require_array(answer[0], check.output, self.function, case)
        return (answer[0],), answer[1] if check.backward is not None else tuple(answer[1:])

    def call_back(self, dy: np.ndarray, rest: Any, case: Case) -> tuple[Any, ...]:
        """Return one gradient for each name, from an upstream gradient and what came with y."""
        check = self.check
        assert isinstance(check, Gradients)
        if check.backward is None:
            return tuple(rest)
        if isinstance(check.backward, str):
            answer = self.functions[check.backward](dy, rest)
        else:
            answer = self._adapted(check.backward, self.functions, dy, rest)
        names = list(check.gradients)
        if len(names) == 1:
            return (answer,)
        self._check_tuple(answer, len(names), f"({', '.join(names)})", self.backward_function, case)
        return tuple(answer)

    def _adapted(self, adapter: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Call an exercise's own function; where it stumbles over an answer, that is the diagnosis."""
        try:
            return adapter(*arguments, **named)
        except (Found, LearnerError, MissingFunction, CannotCheck):
            raise
        except Exception as error:
            words = stumbled(error, self.functions.last, self.check.returns)
            self.fail("wrong_return", "form", confident=cannot_unpack(error), **words)

    def _outputs(self, answer, case: Case) -> tuple:
        names = self.check.outputs
        if len(names) == 1:
            self.require_array(answer, names[0], self.function, case)
            return (answer,)
        self._check_tuple(answer, len(names), f"({', '.join(names)})", self.function, case)
        for name, value in zip(names, answer):
            self.require_array(value, name, self.function, case)
        return tuple(answer)

    def _check_tuple(self, answer, count: int, expected: str, function: str, case: Case) -> None:
        if not isinstance(answer, (tuple, list)) or len(answer) != count:
            where = [f"case: {case.describe()}"]
            returned = kind(answer)
            self.fail(
                "wrong_return", "form", "", where, expected=expected, returned=returned, function=function
            )

    def require_array(self, value, name: str, function: str, case: Case) -> None:
        """End the check unless a value is an array of real numbers, of whatever shape, or one number."""
        array = isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind in "fiub"
        if not (array or isinstance(value, (int, float))):
            scalar = name in case.right and case.right[name].ndim == 0
            expected = f"a number as {name}" if scalar else f"an array of real numbers as {name}"
            where = [f"case: {case.describe()}"]
            returned = kind(value)
            self.fail(
                "wrong_return", "form", name, where, expected=expected, returned=returned, function=function
            )

    def note_changes(self, case: Case) -> None:
        """Keep what the calls since the last look have changed of their arguments, with the case."""
        where = f"case: {case.describe()}"
        for function, argument in self.functions.changed:
            self.changes.append((function, argument, [where, self.functions.how[function, argument]]))
        self.functions.changed = []

    def judge_changes(self) -> None:
        """End the check if a call has changed an argument that belongs to the caller."""
        for function, argument, evidence in self.changes:
            self.fail("mutated_input", "promise", "", evidence, function=function, changed=argument)

    def compare_values(self) -> None:
        """Compare the results of all cases with the right ones, and end the check where they differ."""
        self.require(getattr(self.check, "function", None) or getattr(self.check, "forward", None))
        samples, narrow = self._value_samples("float64", self.check.tolerance or VALUE_TOLERANCE)
        self.judge(samples)
        self.judge_changes()
        for name in narrow:
            evidence = [f"{name} comes out in float32 for float64 arguments"]
            self.fail("float32_arithmetic", "values", name, evidence)
        self.judge_warnings()
        if "float32" in self.check.dtypes:
            self._compare_float32()
            self.judge_warnings("for arguments of float32, which holds numbers up to 3e38: exp(89) is larger")

    def judge_warnings(self, *evidence: str) -> None:
        """End the check if NumPy has warned, where that is a mistake."""
        key = warning_key(self.warnings())
        if self.check.quiet and key:
            said = of_warnings(self.functions.warned, self.functions.source)
            self.fail(key, "warning", self.check.outputs[0], [*evidence, *said])

    def _value_samples(self, dtype: str, tolerance: float) -> tuple[dict[str, list[Sample]], list[str]]:
        """Return samples by quantity, and which quantities came out in a narrower dtype than float64."""
        samples: dict[str, list[Sample]] = {name: [] for name in self.check.outputs}
        narrow: list[str] = []
        for case in self.cases:
            fresh = case.fresh(np.dtype(dtype))
            right = case.right if dtype == "float64" else self._right(fresh)[0]
            values, _ = self.call(fresh)
            self.note_changes(case)
            for name, value in zip(samples, values):
                value = np.asarray(value)
                limit = tolerance
                if value.dtype.kind == "f" and value.dtype.itemsize < 8 and dtype == "float64":
                    narrow, limit = [*narrow, name], FLOAT32_TOLERANCE
                if dtype == "float32" and value.dtype == np.float64 and value.ndim:
                    self.promoted.append(name)
                axes = tuple(self.check.axes.get(name, "").split())
                samples[name].append(Sample(case, value.astype(np.float64), right[name], limit, axes))
        return samples, list(dict.fromkeys(narrow))

    def _compare_float32(self) -> None:
        samples, _ = self._value_samples("float32", FLOAT32_TOLERANCE)
        for name, some in samples.items():
            if not all(sample.right for sample in some):
                found = diagnose(self.exercise, some, self.words(name), warned=self.warnings())
                self.fail("float32_only", "float32", name, found.evidence if found else ())

    def warnings(self) -> list[str]:
        """Return NumPy's warnings so far."""
        return [message for _, message, _ in self.functions.warned]

    def judge(self, samples: dict[str, list[Sample]], function: str = "") -> None:
        """End the check at the first quantity that is wrong, and say what is to be said of the others.

        Where nothing explains it, an argument that was changed is blamed.
        """
        function = function or self.function
        wrong = [name for name, some in samples.items() if not all(sample.right for sample in some)]
        if not wrong:
            return
        other = order_by_values_or_shapes(samples)
        if other:
            self.fail("wrong_order", "form", "", [other], function=function)
        results = [self._diagnosed(name, samples, function) for name in wrong]
        first = results[0]
        if not first.diagnosis:
            self.judge_changes()
        for name, argument, _ in self.changes[:1]:
            first.also.append(f"{name} changes its argument {argument}, which belongs to the caller")
        same = [one.quantity for one in results[1:] if one.diagnosis == first.diagnosis != ""]
        if same:
            first.also.append(f"the same holds for {' and '.join(same)}")
        rest = [one for one in results[1:] if one.quantity not in same]
        first.also += [one.sentence if one.diagnosis else f"{one.quantity} is wrong, too" for one in rest]
        right = [name for name in samples if name not in wrong]
        if right:
            first.notes.append(f"right already: {', '.join(right)}")
        raise Found(first)

    def _diagnosed(self, name: str, samples: dict[str, list[Sample]], function: str) -> Result:
        check = self.check
        argument = getattr(check, "gradients", {}).get(name, name)
        words = self.words(name, function=function, argument=argument)
        result = diagnose(self.exercise, samples[name], words, self.warnings())
        assert result is not None
        if name not in check.outputs:
            result.stage = "gradient" if result.stage == "values" else result.stage
        result.pointer = check.pointers.get(name, "")
        return result
