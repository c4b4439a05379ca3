"""Loads a learner's file and calls its functions: errors by line, NumPy's warnings, arrays by line.

Used in the learner's process, and in npae's own where the file is a right program or an edit of one.
"""

from __future__ import annotations

import builtins
import codecs
import contextlib
import functools
import inspect
import linecache
import sys
import traceback
import types
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .layouts import laid_out
from .listening import Said, listening, patched
from .tracing import Assigned, Held, assigned

MANY_LINES = 6
EDITED = "<edited>"  # the name of the file that edited programs seem to come from


class NotRun(BaseException):
    """The learner's file does not run to its end; ``stage``, ``key``, ``sentence``, ``lines`` as of a result.

    No Exception, since no function of the learner's has raised it.
    """

    def __init__(self, stage: str, key: str, sentence: str, lines: list[str]):
        super().__init__(sentence)
        self.stage, self.key, self.sentence, self.lines = stage, key, sentence, lines


def load(file: Path, imports: Callable = builtins.__import__) -> types.ModuleType:
    """Run a file as it is now and return its module; ``imports`` takes the place of ``__import__`` in it.

    Raises
    ------
    NotRun
    """
    linecache.checkcache(str(file))
    try:
        source = file.read_bytes()
        if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ValueError("it is saved as UTF-16; Python reads UTF-8, so let your editor save it as that")
        compile(source, str(file), "exec", dont_inherit=True)
    except OSError as error:
        raise NotRun("load", "cannot_read", f"{file.name} cannot be read.", [says(error)]) from None
    except (SyntaxError, ValueError) as error:
        sentence = f"{file.name} is not valid Python yet."
        raise NotRun("load", "syntax_error", sentence, syntax_lines(error)) from None
    try:
        return run(source, str(file), imports)
    except BaseException as error:  # SystemExit, too
        lines = [*frames(error, str(file)), says(error), *advice(str(error))]
        if isinstance(error, SystemExit):
            sentence = (
                f"{file.name} calls sys.exit when it is imported; leave that out, or put it into a function."
            )
            raise NotRun("load", "exit", sentence, lines[:-1]) from None
        sentence = f"{file.name} stops with an error when it is imported."
        raise NotRun("load", "import_error", sentence, lines) from None


def run(
    source: str | bytes | list[str], file: str, imports: Callable = builtins.__import__
) -> types.ModuleType:
    """Run the text of a file, or its parts one after the other, and return its module."""
    parts = source if isinstance(source, list) else [source]
    module = types.ModuleType("npae_exercise")
    module.__file__ = file
    module.__dict__["__builtins__"] = {**vars(builtins), "__import__": imports}
    sys.modules[module.__name__] = module  # dataclasses look there
    numba = any("numba" in part if isinstance(part, str) else b"numba" in part for part in parts)
    with patched(fill=not numba):
        for part in parts:
            exec(_compiled(part, file), vars(module))
    return module


@functools.lru_cache(512)  # most parts of an edited program are those of the one before
def _compiled(text: str | bytes, file: str) -> types.CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # of edits; of the file itself, it has been shown
        return compile(text, file, "exec", dont_inherit=True)


def anew(module: Any, plain: bool) -> Any:
    """Return a module as it is before the first call, so that what calls leave in it does not matter.

    Parameters
    ----------
    module : module
    plain : bool
        Let what Numba has compiled be plain Python: it stops where an index is outside of an array.
    """
    file, again = getattr(module, "__file__", None) or "", module
    lines = linecache.getlines(file)
    if lines:
        with contextlib.suppress(Exception, SystemExit):
            again = run("".join(lines), file, module.__builtins__["__import__"])
    compiled = {name: one.py_func for name, one in vars(again).items() if hasattr(one, "py_func")}
    if not (plain and compiled):
        return again
    interpreted = types.ModuleType("npae_interpreted")
    interpreted.__dict__.update(vars(again))
    for name, one in compiled.items():
        made = types.FunctionType(one.__code__, interpreted.__dict__, name, one.__defaults__, one.__closure__)
        interpreted.__dict__[name] = made
    return interpreted


def described(module: Any) -> dict[str, dict[str, Any]]:
    """Return, for every function and class of a module, its parameters and where it stands.

    "own": whether the file itself defines it; "numba": whether Numba compiles it; "compiled": whether it has.
    """
    own, found = getattr(module, "__name__", None), {}
    for name, one in getattr(module, "__dict__", {}).items():
        if callable(one) and not name.startswith("__"):
            inner = getattr(one, "py_func", one)
            found[name] = {
                "own": getattr(one, "__module__", own) == own,
                "class": isinstance(one, type),
                "numba": inner is not one,
                "compiled": _is_compiled(one),
                "parameters": parameters(one),
                "line": getattr(getattr(inner, "__code__", None), "co_firstlineno", 0),
            }
    return found


def _is_compiled(function: Any) -> bool:
    numba = sys.modules.get("numba.core.dispatcher")
    return numba is not None and isinstance(function, numba.Dispatcher) and bool(function.signatures)


def parameters(function: Any) -> list[str]:
    """Return the names of a function's parameters; none where they cannot be had."""
    try:
        return [str(name) for name in inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return []


@dataclass
class Seen:
    """What a call did.

    Attributes
    ----------
    answer : object
    error : BaseException or None
    lines : list of str
        Those of the file that the error went through.
    after : list
        The arguments as they are after the call; None for what an earlier call has returned.
    returned : list of int
        The positions of the arguments that it returned as its only result, or as its first.
    warned : list of (str, int)
        What NumPy warned of, and the line in the file.
    assigned : list of Assigned
    kinds : dict of str to dict of str to Held
        For each function of the file, the kinds of its variables.
    """

    answer: Any = None
    error: BaseException | None = None
    lines: list[str] = field(default_factory=list)
    after: list[Any] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    warned: list[tuple[str, int]] = field(default_factory=list)
    assigned: list[Assigned] = field(default_factory=list)
    kinds: dict[str, dict[str, Held]] = field(default_factory=dict)


AS_IT_IS = ("", ())  # a layout: nothing is laid out otherwise


def observed(
    name: str, args: tuple, kwargs: dict, module: Any, trace: bool = False, layout: tuple = AS_IT_IS
) -> Seen:
    """Call a function of a module, and note what there is to note.

    Parameters
    ----------
    trace : bool
        Also note what the function's lines assign.
    layout : (str, tuple of int)
        One of `layouts.LAYOUTS`, and the positions of the arguments that get it.
    """
    function, file = getattr(module, name), getattr(module, "__file__", None) or ""
    how, places = layout
    if how:
        given = [
            laid_out(one, how) if k in places else one for k, one in enumerate((*args, *kwargs.values()))
        ]
        args, kwargs = tuple(given[: len(args)]), dict(zip(kwargs, given[len(args) :]))
    said, seen = Said(file), Seen(after=[*args, *kwargs.values()])
    numba = any(hasattr(one, "py_func") for one in list(getattr(module, "__dict__", {}).values()))

    def call() -> Any:
        return function(*args, **kwargs)

    try:
        with listening(said, fill=not numba):
            seen.answer = assigned(call, file, seen.assigned, seen.kinds) if trace else call()
        first = seen.answer[0] if isinstance(seen.answer, tuple) and seen.answer else seen.answer
        seen.returned = [k for k, one in enumerate(seen.after) if one is first and one is not None]
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        seen.error, seen.lines = error, frames(error, file)
    seen.warned = said.warned
    return seen


def frames(error: BaseException, file: str) -> list[str]:
    """Return the lines of the learner's file that an exception went through, and no others."""
    lines = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == file:
            name = frame.f_code.co_name
            inside = "" if name == "<module>" else f", in {name}"
            lines.append(f"line {number}{inside}: {linecache.getline(file, number).strip()}")
    if len(lines) > MANY_LINES:  # a recursion without an end
        lines[3:-3] = [f"... {len(lines) - 6} more of the same file ..."]
    return lines


def text_of(error: BaseException, length: int = 3000) -> str:
    """Return what an exception says, on one line; a long text ends with a whole word."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # of a class of the file's own
        text = ""
    return text if len(text) <= length else text[: length - 4].rpartition(" ")[0] + " ..."


def says(error: BaseException) -> str:
    """Return "TypeError: what it says", on one line."""
    return f"{type(error).__name__}: {text_of(error, 300)}".removesuffix(": ")


def place_of(error: BaseException) -> str:
    """Return the file, line and function that raised an error."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{last.filename.rpartition('/')[2]}, line {last.lineno}, in {last.name}"


def advice(message: str) -> list[str]:
    """Return what an error means that the file meets only here."""
    if "EOF when reading a line" in message:
        return ["input() waits for an answer from the keyboard; what a function needs comes as its arguments"]
    return []


def syntax_lines(error: Exception) -> list[str]:
    """Return where the syntax is wrong, the line, and a caret below the place."""
    if not isinstance(error, SyntaxError) or error.lineno is None:
        return [says(error)]
    lines = [f"line {error.lineno}: {error.msg}"]
    if error.text:
        text = error.text.rstrip("\n")
        indent = len(text) - len(text.lstrip())
        lines += ["    " + text.strip(), "    " + " " * max((error.offset or 1) - 1 - indent, 0) + "^"]
    return lines
