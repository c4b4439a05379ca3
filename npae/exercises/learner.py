"""The learner's functions, watched while the checker calls them, wherever they run."""

from __future__ import annotations

import functools
import linecache
import time
import types
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from npae.exercises.exercise import copied
from npae.exercises.process import Process, Reply
from npae.exercises.worker import calls
from npae.exercises.worker.tracing import Assigned

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


class LoadError(Exception):
    """The learner's file cannot be loaded; ``lines`` tell where, the ``__cause__`` why."""

    def __init__(self, lines: list[str]):
        super().__init__("the file cannot be loaded")
        self.lines = lines


class MissingFunction(AttributeError):
    """The file defines no function of the name that is the message."""


class CannotCheck(Exception):
    """Raised by a page where this machine lacks what the check needs; the message says what."""


class Program(Protocol):
    """Functions that can be called, here or in a process of their own."""

    file: str

    def has(self, name: str) -> bool:
        """Whether it has a function of that name."""

    def described(self) -> dict[str, dict[str, Any]]:
        """Return what functions and classes there are; see `npae.exercises.worker.calls.described`."""

    def call(self, name: str, args: tuple, kwargs: dict, trace: bool) -> tuple[Reply, BaseException | None]:
        """Return what a call does, and the exception that it raises."""

    def now(self, value: Any) -> Any:
        """Return what something that a call has returned holds by now."""

    def anew(self, plain: bool) -> Program:
        """Return the program as it is before the first call; ``plain``: with nothing compiled by Numba."""

    def beside(self, text: str) -> Program:
        """Return a program of this text that runs under the same conditions."""

    def quickest(self, name: str, args: tuple, seconds: float) -> float:
        """Return the time of the quickest of many calls within some seconds."""


class Here:
    """A program in this process: a module, or anything that has functions as attributes."""

    def __init__(self, module: Any):
        self.module, self.file = module, getattr(module, "__file__", None) or ""

    def has(self, name):
        return callable(getattr(self.module, name, None))

    def described(self):
        return calls.described(self.module)

    def call(self, name, args, kwargs, trace=False):
        seen = calls.observed(getattr(self.module, name), args, kwargs, self.module, trace)
        error = seen.error
        told = error and (type(error).__name__, calls.text_of(error), calls.frames(error, self.file), False)
        return Reply(seen.answer, [*args, *kwargs.values()], seen.warned, told, seen.assigned), error

    def now(self, value):
        return value

    def anew(self, plain):
        return Here(calls.anew(self.module, plain))

    def beside(self, text):
        return load_text(text).program

    def quickest(self, name, args, seconds):
        function, best = getattr(self.module, name), np.inf
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            start = time.perf_counter()
            function(*args)
            best = min(best, time.perf_counter() - start)
        return best


class There:
    """A program in the learner's process: the file as it was loaded first, or once more."""

    def __init__(self, process: Process, module: int = 0):
        self.process, self.number, self.file = process, module, str(process.file)

    def has(self, name):
        return name in self.process.functions

    def described(self):
        return self.process.described()

    def call(self, name, args, kwargs, trace=False):
        reply = self.process.call(name, args, kwargs, self.number, trace)
        if reply.error is None:
            return reply, None
        kind, text, _, unwritten = reply.error
        return reply, _kind(kind, unwritten)(*[text] * bool(text))

    def now(self, value):
        return self.process.now(value)

    def anew(self, plain):
        return There(self.process, self.process.anew(plain))

    def beside(self, text):
        return There(self.process.beside(text))

    def quickest(self, name, args, seconds):
        return self.process.quickest(name, args, seconds)


@functools.cache
def _kind(name: str, unwritten: bool) -> type[Exception]:
    """Return a class for exceptions like one that was raised in another process."""
    return type(name, (NotImplementedError if unwritten else Exception,), {})


class Functions:
    """The learner's functions as attributes; calls notice errors, warnings and arguments that are changed.

    Attributes
    ----------
    program : Program
    changed : list of (function, argument)
        Arguments that a call left changed; ``how`` has it in words, for each of these pairs. What an earlier
        call returned (a cache, a state) does not count.
    warned : list of (function, message, line)
        NumPy's warnings during calls.
    last : object
        What the last call returned.
    assigned : list of Assigned, or None
        Arrays that the functions' lines made, if they are asked for.
    """

    def __init__(self, program: Any):
        self.program: Program = program if isinstance(program, (Here, There)) else Here(program)
        self.changed: list[tuple[str, str]] = []
        self.how: dict[tuple[str, str], str] = {}
        self.warned: list[tuple[str, str, int]] = []
        self.last: Any = None
        self.assigned: list[Assigned] | None = None
        self._returned: dict[int, Any] = {}
        self._known: dict[str, dict[str, Any]] | None = None

    def __getattr__(self, name: str):
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

    def traced(self) -> list[Assigned]:
        """Note from now on what arrays the functions' lines make, and return the list that they go into."""
        self.assigned = []
        return self.assigned

    def now(self, value: Any) -> Any:
        """Return what something that a call has returned holds by now."""
        return self.program.now(value)

    def _watched(self, name: str, args: tuple, kwargs: dict) -> Any:
        given = [*args, *kwargs.values()]
        before = [None if id(value) in self._returned else copied(value) for value in given]
        reply, error = self.program.call(name, args, kwargs, self.assigned is not None)
        if self.assigned is not None:
            self.assigned += reply.assigned
        if error is not None:
            shapes = ", ".join(_shape(value) for value in given)
            raise LearnerError(name, shapes, reply.error[2]) from error
        self.warned += [(name, text, line) for text, line in reply.warned]
        for position, (now, then) in enumerate(zip(reply.after, before)):
            if then is not None and not unchanged(now, then):
                argument = self._argument(name, position, args, kwargs)
                self.changed.append((name, argument))
                self.how[name, argument] = change_of(argument, now, then)
        answer = reply.answer
        for part in (answer, *(answer if isinstance(answer, (tuple, list)) else ())):
            self._returned[id(part)] = part
        self.last = answer
        return answer

    def _argument(self, name: str, position: int, args: tuple, kwargs: dict) -> str:
        if position >= len(args):
            return list(kwargs)[position - len(args)]
        names = self.known()[name]["parameters"]
        return names[position] if position < len(names) else f"argument {position + 1}"


def load(path_or_module: str | Path | Any) -> Functions:
    """Return the functions of a file, or of anything that has them as attributes, in this process.

    Raises
    ------
    LoadError
        If the file is not there or cannot be run.
    """
    if not isinstance(path_or_module, (str, Path)):
        return path_or_module if isinstance(path_or_module, Functions) else Functions(path_or_module)
    try:
        return Functions(calls.load(Path(path_or_module)))
    except calls.CannotLoad as error:
        raise LoadError(error.lines) from error.__cause__


def load_text(text: str, name: str = "answer") -> Functions:
    """Return the functions of a file whose text is given."""
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    module = types.ModuleType("npae_exercise")
    module.__file__ = file
    exec(compile(text, file, "exec", dont_inherit=True), module.__dict__)
    return Functions(module)


def unchanged(now, then) -> bool:
    """Whether a copy that was made of arguments still equals them."""
    if isinstance(then, np.ndarray):
        return isinstance(now, np.ndarray) and np.array_equal(now, then, equal_nan=then.dtype.kind in "fc")
    if isinstance(then, dict):
        return now.keys() == then.keys() and all(unchanged(now[key], then[key]) for key in then)
    if type(then) in (list, tuple):
        return len(now) == len(then) and all(unchanged(a, b) for a, b in zip(now, then))
    return now is then if callable(then) else True


def change_of(name: str, now, then) -> str:
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


def _shape(value) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return type(value).__name__ if isinstance(value, (dict, list, tuple)) else repr(value)[:30]
