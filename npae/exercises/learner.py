"""The learner's functions, watched while the checker calls them, wherever they run."""

from __future__ import annotations

import linecache
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from npae.exercises.case import copied
from npae.exercises.process import Process
from npae.exercises.worker import calls
from npae.exercises.worker.layouts import has_axes
from npae.exercises.worker.tracing import Assigned, Held

WARNING_KEYS = (
    ("divide by zero encountered in log", "log_of_zero"),
    ("divide by zero", "division_by_zero"),
    ("overflow", "overflow"),
    ("invalid value", "invalid_value"),
)


class LearnerError(Exception):
    """A function of the learner's raised an exception, which is the ``__cause__`` of this one."""

    def __init__(self, function: str, arguments: str, lines: list[str]):
        super().__init__(function)
        self.function = function
        self.arguments = arguments
        self.lines = lines


class MissingFunction(LookupError):
    """The file defines no function of the name that is the message."""


class CannotCheck(Exception):
    """Raised by a page where this machine lacks what the check needs; the message says what."""


class Here:
    """A program in this process: a module, or anything that has functions as attributes."""

    def __init__(self, module: Any):
        self.module, self.file = module, getattr(module, "__file__", None) or ""

    def has(self, name: str) -> bool:
        """Whether there is a function of that name."""
        return callable(getattr(self.module, name, None))

    def described(self) -> dict[str, dict[str, Any]]:
        """Return what functions and classes there are; see `npae.exercises.worker.calls.described`."""
        return calls.described(self.module)

    def call(self, name: str, args: tuple, kwargs: dict, trace: bool, layout: tuple) -> calls.Seen:
        """Return what a call of a function does; see `npae.exercises.worker.calls.observed`."""
        return calls.observed(name, args, kwargs, self.module, trace, layout)

    def now(self, value: Any) -> Any:
        """Return what something that a call has returned holds by now."""
        return value

    def anew(self, plain: bool) -> Here:
        """Return the program as it is before the first call; ``plain``: with nothing compiled by Numba."""
        return Here(calls.anew(self.module, plain))

    def edited(self, text: list[str]) -> Here | None:
        """Return the program of another text, in the place of the one before; None if it does not run."""
        try:
            return Here(calls.run(text, calls.EDITED))
        except (Exception, SystemExit):
            return None

    def beside(self, text: str) -> Here:
        """Return a program of this text that runs under the same conditions."""
        return Here(calls.run(text, "<beside>"))

    def quickest(self, name: str, args: tuple, seconds: float) -> float:
        """Return the time of the quickest of many calls within some seconds."""
        function, best, end = getattr(self.module, name), np.inf, time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            function(*args)
            best = min(best, time.perf_counter() - start)
        return best


class There:
    """A program in the learner's process, as it was loaded first or once more; methods as of `Here`."""

    def __init__(self, process: Process, module: int = 0):
        self.process, self.number, self.file = process, module, str(process.file)
        self.now, self.described, self.quickest = process.now, process.described, process.quickest

    def has(self, name: str) -> bool:
        return name in self.process.functions

    def call(self, name: str, args: tuple, kwargs: dict, trace: bool, layout: tuple) -> calls.Seen:
        return self.process.call(name, args, kwargs, module=self.number, trace=trace, layout=layout)

    def anew(self, plain: bool) -> There:
        return There(self.process, self.process.anew(plain))

    def edited(self, text: list[str]) -> There | None:
        return There(self.process, -1) if self.process.edited(text) else None

    def beside(self, text: str) -> There:
        return There(self.process.beside(text))


class Functions:
    """The learner's functions by name; calls notice errors, warnings and arguments that are changed.

    Attributes
    ----------
    program : Here or There
        Or a module, or anything else that has functions as attributes.
    changed : list of (function, argument)
        Arguments that a call left changed; ``how`` has it in words, for each of these pairs. What an earlier
        call returned (a cache, a state) does not count.
    warned : list of (function, message, line)
        NumPy's warnings during calls.
    last : object
        What the last call returned.
    owned : dict of (function, argument) to set of bool
        Whether calls returned an array of their own, or this argument itself.
    assigned : list of Assigned, or None
        Arrays that the functions' lines made, if they are asked for; ``kinds``: of the functions' variables.
    """

    def __init__(self, program: Any):
        self.program: Here | There = program if isinstance(program, (Here, There)) else Here(program)
        self.changed: list[tuple[str, str]] = []
        self.how: dict[tuple[str, str], str] = {}
        self.warned: list[tuple[str, str, int]] = []
        self.last: Any = None
        self.owned: dict[tuple[str, str], set[bool]] = {}
        self.assigned: list[Assigned] | None = None
        self.kinds: dict[str, dict[str, Held]] = {}
        self._layout, self._laid = ("", ""), dict[str, None]()
        self._returned: dict[int, Any] = {}
        self._answers: list[tuple[str, Any, Any]] | None = None  # of which function, the part, a copy of it
        self._handed_back: set[int] = set()
        self._known: dict[str, dict[str, Any]] | None = None

    def __getitem__(self, name: str) -> Callable:
        if not self.has(name):
            raise MissingFunction(name)
        return lambda *args, **kwargs: self._watched(name, args, kwargs)

    @property
    def source(self) -> str:
        """The text of the file, "" if there is none."""
        return "".join(linecache.getlines(self.program.file))

    def known(self) -> dict[str, dict[str, Any]]:
        """Return what the file defined when that was first asked."""
        if self._known is None:
            self._known = self.program.described()
        return self._known

    def has(self, name: str) -> bool:
        """Whether the file defines a function of that name."""
        return self.program.has(name)

    def defined(self) -> list[str]:
        """Return the names of the functions that the file itself defines."""
        return [name for name, about in self.known().items() if about["own"]]

    def classes(self) -> list[str]:
        """Return the names of the classes that the file itself defines."""
        return [name for name in self.defined() if self.known()[name]["class"]]

    def compiled(self) -> list[str]:
        """Return the names of the functions that Numba has compiled by now."""
        return [name for name, about in self.program.described().items() if about["compiled"]]

    def forget(self) -> None:
        """Start noticing anew."""
        self.changed, self.warned, self._returned, self.assigned = [], [], {}, None
        self._answers, self._handed_back, self.owned = None, set(), {}

    def traced(self) -> list[Assigned]:
        """Note from now on what arrays the functions' lines make, and return the list that they go into."""
        self.assigned = []
        return self.assigned

    def now(self, value: Any) -> Any:
        """Return what something that a call has returned holds by now."""
        return self.program.now(value)

    def remember(self) -> None:
        """Note from now on what the functions return, for `altered`."""
        self._answers = []

    @contextmanager
    def laid_out(self, how: str, argument: str = "") -> Iterator[dict[str, None]]:
        """Lay out an argument otherwise in memory, in all calls of the block; "" is all arguments.

        Parameters
        ----------
        how : str
            One of `npae.exercises.worker.layouts.LAYOUTS`.
        argument : str

        Yields
        ------
        The names of the arguments that have been laid out so, as keys.
        """
        self._layout, self._laid = (how, argument), {}
        try:
            yield self._laid
        finally:
            self._layout = "", ""

    def altered(self) -> str:
        """Return the function of which an earlier result has changed since, "" if there is none.

        A cache or a state may: what has been handed back to the functions is their own.
        """
        kept = [one for one in self._answers or () if id(one[1]) not in self._handed_back]
        return next((name for name, part, then in kept if not unchanged(self.now(part), then)), "")

    def _watched(self, name: str, args: tuple, kwargs: dict) -> Any:
        given = [*args, *kwargs.values()]
        self._handed_back |= {id(value) for value in given} & self._returned.keys()
        before = [None if id(value) in self._returned else copied(value) for value in given]
        layout = self._layout[0], self._places_to_lay_out(name, args, kwargs) if self._layout[0] else ()
        seen = self.program.call(name, args, kwargs, self.assigned is not None, layout)
        if self.assigned is not None:
            self.assigned += seen.assigned
            self.kinds |= seen.kinds
        if seen.error is not None:
            shapes = ", ".join(_shape(value) for value in given)
            raise LearnerError(name, shapes, seen.lines) from seen.error
        self.warned += [(name, text, line) for text, line in seen.warned]
        for position, (now, then) in enumerate(zip(seen.after, before)):
            if then is not None and not unchanged(now, then):
                argument = self._argument(name, position, args, kwargs)
                self.changed.append((name, argument))
                self.how[name, argument] = change_of(argument, now, then)
        for position, value in enumerate(given):
            if isinstance(value, np.ndarray):
                argument = self._argument(name, position, args, kwargs)
                self.owned.setdefault((name, argument), set()).add(position not in seen.returned)
        answer = seen.answer
        for part in (answer, *(answer if isinstance(answer, (tuple, list)) else ())):
            self._returned[id(part)] = part
        if self._answers is not None:
            parts = answer if isinstance(answer, (tuple, list)) else [answer]
            self._answers += [(name, part, copied(part)) for part in parts]
        self.last = answer
        return answer

    def _places_to_lay_out(self, name: str, args: tuple, kwargs: dict) -> tuple[int, ...]:
        """Return which arguments are to be laid out otherwise: none that an earlier call returned."""
        only = self._layout[1]
        given = enumerate((*args, *kwargs.values()))
        new = [k for k, one in given if id(one) not in self._returned and has_axes(one)]
        names = {k: self._argument(name, k, args, kwargs) for k in new}
        places = tuple(k for k in new if only in ("", names[k]))
        self._laid |= dict.fromkeys(names[k] for k in places)
        return places

    def _argument(self, name: str, position: int, args: tuple, kwargs: dict) -> str:
        if position >= len(args):
            return list(kwargs)[position - len(args)]
        names = self.known()[name]["parameters"]
        return names[position] if position < len(names) else f"argument {position + 1}"


def load(path_or_module: str | Path | Any) -> Functions:
    """Return the functions of a file, or of anything that has them as attributes, in this process.

    Raises
    ------
    NotRun
        If the file is not there or cannot be run.
    """
    if isinstance(path_or_module, Functions):
        return path_or_module
    is_path = isinstance(path_or_module, (str, Path))
    return Functions(calls.load(Path(path_or_module)) if is_path else path_or_module)


def load_text(text: str, name: str = "answer") -> Functions:
    """Return the functions of a file whose text is given, in this process."""
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    return Functions(calls.run(text, file))


def unchanged(now: Any, then: Any) -> bool:
    """Whether a copy that was made of arguments still equals them."""
    if isinstance(then, np.ndarray):
        return isinstance(now, np.ndarray) and np.array_equal(now, then, equal_nan=then.dtype.kind in "fc")
    if isinstance(then, dict):
        return now.keys() == then.keys() and all(unchanged(now[key], then[key]) for key in then)
    if type(then) in (list, tuple):
        return len(now) == len(then) and all(unchanged(a, b) for a, b in zip(now, then))
    return now is then if callable(then) else True


def change_of(name: str, now: Any, then: Any) -> str:
    """Return in words what of an argument was changed: the entry that changed most, and by how much."""
    if not (isinstance(then, np.ndarray) and isinstance(now, np.ndarray) and now.shape == then.shape):
        return f"{name} does not hold what it held before the call"
    with np.errstate(all="ignore"):
        moved = np.abs(now.astype(np.float64) - then.astype(np.float64))
    index = np.unravel_index(int(np.argmax(np.where(np.isnan(moved), np.inf, moved))), moved.shape)
    place = f"{name}[{', '.join(map(str, map(int, index)))}]" if index else name
    was, now_is = float(then[index]), float(now[index])
    if not abs(now_is - was) <= 1e-9 * abs(was):
        return f"{place} was {was:.5g} before the call, and is {now_is:.5g} after it"
    rounding = "what is added and taken away again leaves a rounding error behind"
    return f"{place} was {was!r} before the call, and is {now_is!r} after it: {rounding}"


def warning_key(messages: list[str]) -> str:
    """Return the diagnosis that NumPy's warnings amount to, or ""."""
    return next((key for text, key in WARNING_KEYS if any(text in message for message in messages)), "")


def _shape(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return type(value).__name__ if isinstance(value, (dict, list, tuple)) else repr(value)[:30]
