"""The learner's file, loaded; and its functions, watched while the checker calls them."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import inspect
import linecache
import traceback
import types
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from npae.exercises.case import copied

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


class Functions:
    """The learner's functions as attributes; calls notice errors, warnings and arguments that are changed.

    Attributes
    ----------
    module : object
        Whatever has the functions as attributes; as a rule the module made from the learner's file.
    changed : list of (function, argument)
        Arguments that a call left changed; ``how`` has it in words, for each of these pairs. What an earlier
        call returned (a cache, a state) does not count.
    warned : list of (function, message)
        NumPy's warnings during calls.
    last : object
        What the last call returned.
    """

    def __init__(self, module: Any):
        self.module = module
        self.changed: list[tuple[str, str]] = []
        self.how: dict[tuple[str, str], str] = {}
        self.warned: list[tuple[str, str]] = []
        self.last: Any = None
        self._returned: dict[int, Any] = {}

    def __getattr__(self, name: str):
        function = getattr(self.module, name, None)
        if not callable(function):
            raise MissingFunction(name)
        return lambda *args, **kwargs: self._watched(name, function, args, kwargs)

    def has(self, name: str) -> bool:
        """Whether the file defines a function of that name."""
        return callable(getattr(self.module, name, None))

    def defined(self) -> list[str]:
        """Return the names of the functions that the file itself defines."""
        own = getattr(self.module, "__name__", None)
        found = getattr(self.module, "__dict__", {}).items()
        return [name for name, one in found if callable(one) and getattr(one, "__module__", own) == own]

    def classes(self) -> list[str]:
        """Return the names of the classes that the file itself defines."""
        return [name for name in self.defined() if isinstance(getattr(self.module, name), type)]

    def forget(self) -> None:
        """Start noticing anew."""
        self.changed, self.warned, self._returned = [], [], {}

    def _watched(self, name, function, args, kwargs):
        given = [*args, *kwargs.values()]
        before = [None if id(value) in self._returned else copied(value) for value in given]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                answer = function(*args, **kwargs)
            except (Exception, SystemExit) as error:
                shapes = ", ".join(_shape(value) for value in given)
                raise LearnerError(name, shapes, self._frames(error)) from error
        self.warned += [(name, str(one.message)) for one in caught if one.category is RuntimeWarning]
        for position, (now, then) in enumerate(zip(given, before)):
            if then is not None and not unchanged(now, then):
                argument = _argument_name(function, position, args, kwargs)
                self.changed.append((name, argument))
                self.how[name, argument] = change_of(argument, now, then)
        for part in (answer, *(answer if isinstance(answer, (tuple, list)) else ())):
            self._returned[id(part)] = part
        self.last = answer
        return answer

    def _frames(self, error: BaseException) -> list[str]:
        """Return the lines of the learner's own file that led to an error, the last one where it happened."""
        file = getattr(self.module, "__file__", None)
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
        return [f"line {frame.lineno}, in {frame.name}: {frame.line}" for frame in frames[-4:]]


def load(path_or_module: str | Path | Any) -> Functions:
    """Return the functions of a file, or of anything that has them as attributes.

    Raises
    ------
    LoadError
        If the file is not there or cannot be run.
    """
    if not isinstance(path_or_module, (str, Path)):
        return Functions(path_or_module)
    path = Path(path_or_module)
    loader = _Loader("npae_exercise", str(path))
    spec = importlib.util.spec_from_file_location("npae_exercise", path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    functions = Functions(module)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise LoadError([f"line {error.lineno}: {line}", f"{type(error).__name__}: {error.msg}"]) from error
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise LoadError([*functions._frames(error), said]) from error
    return functions


def load_text(text: str, name: str = "answer") -> Functions:
    """Return the functions of a file whose text is given."""
    file = f"<{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    module = types.ModuleType("npae_exercise")
    module.__file__ = file
    exec(compile(text, file, "exec"), module.__dict__)
    return Functions(module)


@contextlib.contextmanager
def heard_anyway() -> Iterator[list[str]]:
    """Yield a list of what NumPy would warn of, however the code meanwhile silences its warnings."""
    heard: list[str] = []
    patches = {"__enter__": lambda self: self, "__exit__": lambda self, *error: None}
    own = {name: getattr(np.errstate, name) for name in patches}
    seterr, before = np.seterr, np.seterr(all="call", under="ignore")
    called = np.seterrcall(lambda what, flag: heard.append(what))
    try:
        for name, patch in patches.items():
            setattr(np.errstate, name, patch)
        np.seterr = lambda **settings: before
        yield heard
    finally:
        np.seterr = seterr
        for name, method in own.items():
            setattr(np.errstate, name, method)
        np.seterrcall(called)
        np.seterr(**before)


def loaded_anew(module):
    """Return a module as it is before the first call, so that what calls leave in it does not matter."""
    lines = linecache.getlines(getattr(module, "__file__", None) or "")
    if not lines:
        return module
    again = types.ModuleType(module.__name__)
    again.__file__ = module.__file__
    again.__dict__["__builtins__"] = module.__dict__.get("__builtins__", __builtins__)
    try:
        exec(compile("".join(lines), module.__file__, "exec"), again.__dict__)
    except (Exception, SystemExit):
        return module
    return again


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads the file as it is now: no compiled copy is read, and none left behind in the learner's folder."""

    def get_code(self, fullname):
        linecache.checkcache(self.path)
        return self.source_to_code(self.get_data(self.path), self.path)


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


def _argument_name(function, position: int, args, kwargs) -> str:
    if position >= len(args):
        return list(kwargs)[position - len(args)]
    try:
        return list(inspect.signature(function).parameters)[position]
    except (TypeError, ValueError, IndexError):
        return f"argument {position + 1}"


def _shape(value) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return type(value).__name__ if isinstance(value, (dict, list, tuple)) else repr(value)[:30]
