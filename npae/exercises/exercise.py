"""What an exercise is made of, as plain data: a page fills it in, the checker reads it."""

from __future__ import annotations

import copy
import importlib.resources
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npae.exercises.order import ORDER


@dataclass(frozen=True)
class Wrong:
    """The computation behind a certain mistake: a hypothesis that the checker can test.

    Attributes
    ----------
    key : str
        Name of the diagnosis. Several computations may share one.
    compute : callable
        ``compute(c)``, with a `Case`, returns the array that the mistake would give. It may have another
        shape than the right one, hold NaN, or raise an exception: then the hypothesis does not fit.
    sentence : str
        In the learner's terms, what was done; may hold {quantity} and {argument}. Default: that of the key in
        `npae.exercises.sentences`.
    """

    key: str
    compute: Callable[[Case], Any]
    sentence: str = ""


@dataclass(frozen=True)
class Terms:
    """The products of which a quantity is the sum, before they are summed.

    Attributes
    ----------
    compute : callable
        ``compute(c)`` returns an array with one axis for each name in ``axes``.
    axes, summed : str
        Names, separated by blanks, as "n features units"; and those of them over which the sum goes.
    """

    compute: Callable[[Case], np.ndarray]
    axes: str
    summed: str


@dataclass(frozen=True)
class Values:
    """Compares the results of a function with known ones.

    Attributes
    ----------
    function : str
    cases : callable
        ``cases(rng)`` returns dicts of arguments by name, in the order of the function's signature: arrays of
        float64, and anything else, which is handed on as it is. Tiny, with sizes that differ.
    reference : callable
        ``reference(c)`` returns the right array, or a tuple in the order of ``outputs``.
    outputs : tuple of str
        What the results are called.
    example : dict or None
        The worked example of the stub's docstring, as one more case.
    call : callable or None
        ``call(functions, c)`` returns the results, where they are not those of one call of the function.
    axes : dict of str to str
        Names of the axes of arguments and results, as {"x": "n features"}; they name the sizes in hypotheses
        and the places in messages. The axis of the batch is "n".
    sizes : callable or None
        ``sizes(c)`` returns further sizes by name.
    terms, wrong : dict
        By quantity: its `Terms`; its `Wrong` computations.
    square : callable, dict or None
        Like ``cases``, but all sizes that can be taken for each other are equal. Or several such, by the
        diagnosis where the learner's code is right in these cases and in no others, the most general first:
        {"strides_swapped": <sh = sw, the rest rectangular>, "height_for_width": <all equal>}.
    pointers : dict of str to str
        By quantity: where its formula stands.
    quiet : bool
        Whether a warning of NumPy's (overflow, log of 0) is a mistake.
    tolerance : float or None
        For float64, relative; by default 1e-9.
    dtypes : tuple of str
    may_change : tuple of str
        Arguments that the function may change.
    returns : str
        What the function returns, where ``call`` takes it apart: "(param, state)".
    """

    function: str
    cases: Callable[[np.random.Generator], list[dict]]
    reference: Callable[[Case], Any]
    outputs: tuple[str, ...] = ("y",)
    example: dict | None = None
    call: Callable | None = None
    axes: dict[str, str] = field(default_factory=dict)
    sizes: Callable[[Case], dict] | None = None
    terms: dict[str, Terms] = field(default_factory=dict)
    wrong: dict[str, tuple[Wrong, ...]] = field(default_factory=dict)
    square: Callable | dict[str, Callable] | None = None
    pointers: dict[str, str] = field(default_factory=dict)
    quiet: bool = False
    tolerance: float | None = None
    dtypes: tuple[str, ...] = ("float64", "float32")
    may_change: tuple[str, ...] = ()
    returns: str = ""

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that the learner's file has to define."""
        return (self.function,)


@dataclass(frozen=True)
class Gradients:
    """Compares a function's values with known ones, then its gradients with finite differences.

    Those not described here are as in `Values`.

    Attributes
    ----------
    forward : str or callable
        A function ``(*arguments) -> (y, cache)``, or ``forward(functions, c)`` that returns them.
    backward : str, callable or None
        A function ``(dy, cache) -> gradients``, or ``backward(functions, dy, cache, c)``; one array, or a
        tuple in the order of ``gradients``. None: forward itself returns ``(y, *gradients)``, and y is a
        number, as of a loss.
    gradients : dict of str to str
        Name of each gradient, and of the argument that it belongs to.
    output : str
        What y is called.
    differentiate : bool
        False where inputs lie on kinks: then gradients are compared with those that ``right`` computes.
    right : dict of str to callable
    tolerance : float or None
        By default 1e-9 for values and 1e-7 for gradients.
    """

    forward: str | Callable
    backward: str | Callable | None
    gradients: dict[str, str]
    cases: Callable[[np.random.Generator], list[dict]]
    reference: Callable[[Case], Any]
    example: dict | None = None
    output: str = "y"
    axes: dict[str, str] = field(default_factory=dict)
    sizes: Callable[[Case], dict] | None = None
    terms: dict[str, Terms] = field(default_factory=dict)
    wrong: dict[str, tuple[Wrong, ...]] = field(default_factory=dict)
    square: Callable | dict[str, Callable] | None = None
    pointers: dict[str, str] = field(default_factory=dict)
    differentiate: bool = True
    right: dict[str, Callable] = field(default_factory=dict)
    quiet: bool = False
    tolerance: float | None = None
    dtypes: tuple[str, ...] = ("float64", "float32")
    may_change: tuple[str, ...] = ()

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that the learner's file has to define, as far as they are given by name."""
        return tuple(name for name in (self.forward, self.backward) if isinstance(name, str))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The one value of forward."""
        return (self.output,)


@dataclass(frozen=True)
class Property:
    """A fact that must hold where no single array is the right answer: random masks, a loss that falls.

    Attributes
    ----------
    key : str
        The diagnosis where it does not hold.
    sentence : str
        True whenever the test fails.
    test : callable
        ``test(functions)`` returns None where the fact holds, otherwise the evidence: a line or several.
    quantity, pointer : str
    functions : tuple of str
        Functions that the learner's file has to define for it.
    """

    key: str
    sentence: str
    test: Callable[[Any], None | str | list[str]]
    quantity: str = ""
    pointer: str = ""
    functions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise:
    """One step of the path: checks in the order in which they are made, hints, the gentlest first, and slips.

    `npae.exercises.slips` says what slips are; what they predict stands among the ``wrong`` of the checks.
    """

    name: str
    title: str
    checks: tuple[Values | Gradients | Property, ...]
    hints: tuple[str, ...] = ()
    slips: tuple = ()

    @property
    def number(self) -> int:
        """Its place on the path, from 1."""
        return ORDER.index(self.name) + 1

    @property
    def functions(self) -> tuple[str, ...]:
        """Names of all functions that the learner's file has to define."""
        return tuple(dict.fromkeys(name for check in self.checks for name in check.functions))

    @property
    def file(self) -> str:
        """The name of the learner's file, as "05_dense.py"."""
        return f"{self.number:02d}_{self.name}.py"

    @property
    def stub(self):
        """The file as the learner gets it."""
        return importlib.resources.files("npae.exercises") / "stubs" / self.file

    @property
    def solution(self):
        """The file as it may look in the end."""
        return importlib.resources.files("npae.exercises") / "solutions" / self.file

    @property
    def right_programs(self) -> list[str]:
        """The texts of right programs: the solution, then others that are written in another way."""
        further = importlib.resources.files("npae.exercises") / "solutions" / self.file.removesuffix(".py")
        paths = sorted(further.iterdir(), key=lambda path: path.name) if further.is_dir() else []
        return [
            path.read_text(encoding="utf-8") for path in (self.solution, *paths) if path.name.endswith(".py")
        ]


class Case:
    """The arguments of one call, as attributes, and what is known about it.

    Besides the arguments, hypotheses find ``dy``, the upstream gradient; ``y``, what forward returned (also
    under the name of the output, since an argument may be called y); ``want``, the right value of the
    quantity in question; ``true``, those of all quantities by name; ``sizes``, the lengths of the named axes.
    """

    def __init__(self, args: dict[str, Any], label: str = "", **known):
        self.args = args
        self.label = label
        self.known = known

    def __getattr__(self, name: str):
        for place in ("args", "known"):
            found = self.__dict__.get(place, {})
            if name in found:
                return found[name]
        raise AttributeError(f"this case has no {name!r}; it has {', '.join([*self.args, *self.known])}")

    def knowing(self, **more) -> Case:
        """Return the same case with more known about it."""
        return Case(self.args, self.label, **{**self.known, **more})

    def reversed(self) -> Case:
        """Return a copy with other numbers of the same shapes: all arrays backwards."""
        args = {
            k: np.flip(v).copy() if isinstance(v, np.ndarray) else copied(v) for k, v in self.args.items()
        }
        return Case(args, self.label, **self.known)

    def fresh(self, dtype=None) -> Case:
        """Return a copy that may be changed freely; arrays of floats as ``dtype``, where it is given."""
        return Case(copied(self.args, dtype), self.label, **self.known)

    def describe(self) -> str:
        """Return the arguments in a few words: shapes of arrays, other things as they are."""
        parts = []
        for name, value in self.args.items():
            if isinstance(value, np.ndarray):
                parts.append(f"{name} {value.shape}")
            elif isinstance(value, (int, float, str, tuple)) or value is None:
                text = repr(value)
                parts.append(f"{name} = {text}" if len(text) < 30 else name)
        return ", ".join(parts)


def copied(value, dtype=None):
    """Return a copy of arrays, generators and the containers that they are in; the rest as it is."""
    if isinstance(value, np.ndarray):
        return value.astype(dtype if dtype is not None and value.dtype.kind == "f" else value.dtype)
    if isinstance(value, dict):
        return {key: copied(part, dtype) for key, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(copied(part, dtype) for part in value)
    return copy.deepcopy(value) if isinstance(value, np.random.Generator) else value


def away_from(kink: float, x: np.ndarray, gap: float = 0.05) -> np.ndarray:
    """Return x with entries that are nearer than ``gap`` to a kink moved that far away from it."""
    side = np.where(x >= kink, 1.0, -1.0)
    return np.where(np.abs(x - kink) < gap, kink + side * gap, x)
