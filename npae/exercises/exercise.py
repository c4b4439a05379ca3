"""What an exercise is made of, as plain data: ``path/NAME/exercise.py`` fills it in, the checker reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npae.exercises.order import ORDER, file_name

Cases = Callable[[np.random.Generator], list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True)
class _Compared:
    """What is compared with a right program.

    Attributes
    ----------
    cases : callable
        ``cases(rng)`` returns dicts of arguments by name, in the order of the function's signature: arrays of
        float64, and anything else, which is handed on as it is. Tiny, with sizes that differ.
    example : dict or None
        The worked example of the text, as one more case.
    axes : dict of str to str
        Names of the axes of arguments and results, as {"x": "n features"}; the axis of the batch is "n".
    square : callable or None
        Like ``cases``, with sizes that are equal: there, a wrong transpose gives numbers, and not an error.
    pointers : dict of str to str
        By quantity: where its formula stands.
    quiet : bool
        Whether a warning of NumPy's (overflow, log of 0) is a mistake.
    tolerance : float or None
        For float64, relative; by default 1e-9.
    dtypes : tuple of str
    returns : str
        What the function returns, where a callable takes it apart: "(param, state)".
    """

    cases: Cases
    example: dict[str, Any] | None = None
    axes: dict[str, str] = field(default_factory=dict)
    square: Cases | None = None
    pointers: dict[str, str] = field(default_factory=dict)
    quiet: bool = False
    tolerance: float | None = None
    dtypes: tuple[str, ...] = ("float64", "float32")
    returns: str = ""


@dataclass(frozen=True, kw_only=True)
class Values(_Compared):
    """Compares what a function returns with what the right program returns.

    Attributes
    ----------
    function : str
    outputs : tuple of str
        What the results are called.
    call : callable or None
        ``call(functions, **arguments)`` returns the results, where they are not those of one call.
    """

    function: str
    outputs: tuple[str, ...] = ("y",)
    call: Callable[..., Any] | None = None

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that the learner's file has to define."""
        return (self.function,)

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of all that is compared."""
        return self.outputs


@dataclass(frozen=True, kw_only=True)
class Gradients(_Compared):
    """Compares a function's value, then its gradients, with those of the right program.

    Attributes
    ----------
    forward : str or callable
        A function ``(*arguments) -> (y, cache)``, or ``forward(functions, **arguments)`` that returns them.
    backward : str, callable or None
        A function ``(dy, cache) -> gradients``, or ``backward(functions, dy, cache)``; one array, or a tuple
        in the order of ``gradients``. None: forward itself returns ``(y, *gradients)``, as of a loss.
    gradients : dict of str to str
        Name of each gradient, and of the argument that it belongs to.
    cases
        An argument "dy" is the upstream gradient.
    output : str
        What y is called.
    smooth : bool
        False where inputs lie on kinks, as ties of a maximum: there, finite differences say nothing.
    """

    forward: str | Callable[..., Any]
    backward: str | Callable[..., Any] | None
    gradients: dict[str, str]
    output: str = "y"
    smooth: bool = True

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that the learner's file has to define, as far as they are given by name."""
        return tuple(name for name in (self.forward, self.backward) if isinstance(name, str))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The one value of forward."""
        return (self.output,)

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of all that is compared."""
        return (self.output, *self.gradients)


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
        ``test(functions)`` returns None where the fact holds, otherwise the evidence (a line or several), or
        a `Result`.
    quantity, pointer : str
    functions : tuple of str
        Functions that the learner's file has to define for it.
    compared : Values or None
        A comparison that fails as the test does: mistakes are looked for by it, as it says how near a
        program comes.
    again : bool
        Whether the test is also made with arrays that are not contiguous in memory: not where it takes long.
    """

    key: str
    sentence: str
    test: Callable[[Any], Any]
    quantity: str = ""
    pointer: str = ""
    functions: tuple[str, ...] = ()
    compared: Values | None = None
    again: bool = True


Check = Values | Gradients | Property


@dataclass(frozen=True)
class Exercise:
    """One step of the path: checks in the order in which they are made, and hints, the gentlest first.

    Its name is that of its folder.
    """

    title: str
    checks: tuple[Check, ...]
    hints: tuple[str, ...] = ()
    name: str = ""

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
        return file_name(self.name)
