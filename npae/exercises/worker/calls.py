"""Loads a learner's file and calls its functions: errors by line, NumPy's warnings, arrays by line.

Used in the learner's process, and in npae's own where the file is a right program or an edit of one.
"""

from __future__ import annotations

import builtins
import codecs
import inspect
import linecache
import sys
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .listening import Said, listening, patched
from .tracing import Assigned, assigned

MANY_LINES = 6


class CannotLoad(Exception):
    """The file cannot be run: ``key``, ``sentence`` and ``lines`` say why."""

    def __init__(self, key: str, sentence: str, lines: list[str]):
        super().__init__(sentence)
        self.key, self.sentence, self.lines = key, sentence, lines


def load(file: Path, imports: Callable | None = None) -> types.ModuleType:
    """Run a file as it is now and return its module.

    Parameters
    ----------
    file : Path
    imports : callable, optional
        Takes the place of ``__import__`` in the file.

    Raises
    ------
    CannotLoad
    """
    module = types.ModuleType("npae_exercise")
    module.__file__ = str(file)
    if imports is not None:
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": imports}
    linecache.checkcache(str(file))
    try:
        source = file.read_bytes()
        if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise ValueError("it is saved as UTF-16; Python reads UTF-8, so let your editor save it as that")
        code = compile(source, str(file), "exec", dont_inherit=True)
    except OSError as error:
        raise CannotLoad("cannot_read", f"{file.name} cannot be read.", [says(error)]) from error
    except (SyntaxError, ValueError) as error:
        sentence = f"{file.name} is not valid Python yet."
        raise CannotLoad("syntax_error", sentence, syntax_lines(error)) from error
    sys.modules[module.__name__] = module  # dataclasses look there
    try:
        with patched(fill=b"numba" not in source):
            exec(code, vars(module))
    except BaseException as error:  # SystemExit, too
        lines = [*frames(error, str(file)), says(error)]
        if isinstance(error, SystemExit):
            sentence = "{} calls sys.exit when it is imported; leave that out, or put it into a function."
            raise CannotLoad("exit", sentence.format(file.name), lines[:-1]) from error
        sentence = f"{file.name} stops with an error when it is imported."
        raise CannotLoad("import_error", sentence, [*lines, *advice(str(error))]) from error
    return module


def anew(module: Any, plain: bool) -> Any:
    """Return a module as it is before the first call, so that what calls leave in it does not matter.

    Parameters
    ----------
    module : module
    plain : bool
        Let what Numba has compiled be plain Python: it stops where an index is outside of an array.
    """
    file = getattr(module, "__file__", None) or ""
    lines = linecache.getlines(file)
    if not lines:
        return interpreted(module) if plain else module
    again = types.ModuleType(module.__name__)
    again.__file__ = file
    again.__dict__["__builtins__"] = module.__dict__.get("__builtins__", builtins)
    try:
        with patched(fill=not has_numba(module)):
            exec(compile("".join(lines), file, "exec", dont_inherit=True), again.__dict__)
    except (Exception, SystemExit):
        again = module
    return interpreted(again) if plain else again


def interpreted(module: Any) -> Any:
    """Return a module in which what Numba has compiled is plain Python."""
    functions = {name: one.py_func for name, one in vars(module).items() if hasattr(one, "py_func")}
    if not functions:
        return module
    plain = types.ModuleType("npae_interpreted")
    plain.__dict__.update(vars(module))
    for name, one in functions.items():
        made = types.FunctionType(one.__code__, plain.__dict__, name, one.__defaults__, one.__closure__)
        plain.__dict__[name] = made
    return plain


def described(module: Any) -> dict[str, dict[str, Any]]:
    """Return, for every function and class of a module, its parameters and where it stands.

    "own": whether the file itself defines it; "numba": whether Numba compiles it; "compiled": whether it has.
    """
    own = getattr(module, "__name__", None)
    found = {}
    for name, one in list(getattr(module, "__dict__", {}).items()) or _attributes(module):
        if callable(one) and not name.startswith("__"):
            inner = getattr(one, "py_func", one)
            code = getattr(inner, "__code__", None)
            found[name] = {
                "own": getattr(one, "__module__", own) == own,
                "class": isinstance(one, type),
                "compiled": _is_compiled(one),
                "numba": inner is not one,
                "line": int(code.co_firstlineno) if isinstance(code, types.CodeType) else 0,
                "parameters": parameters(one),
            }
    return found


def _attributes(holder: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(holder, name)) for name in dir(holder)]


def _is_compiled(function: Any) -> bool:
    dispatcher = sys.modules.get("numba.core.dispatcher")
    return (
        dispatcher is not None and isinstance(function, dispatcher.Dispatcher) and bool(function.signatures)
    )


def parameters(function: Any) -> list[str]:
    """Return the names of a function's parameters; none where they cannot be had."""
    try:
        return [str(name) for name in inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return []


def has_numba(module: Any) -> bool:
    """Whether anything in a module is compiled by Numba."""
    return any(hasattr(one, "py_func") for one in list(getattr(module, "__dict__", {}).values()))


@dataclass
class Seen:
    """What a call did: its answer or its error, and what NumPy warned of with the line it happened in."""

    answer: Any
    error: BaseException | None
    warned: list[tuple[str, int]]
    assigned: list[Assigned]


def observed(function: Callable, args: tuple, kwargs: dict, module: Any, trace: bool = False) -> Seen:
    """Call a function of a module, and note what there is to note.

    Parameters
    ----------
    function : callable
    args, kwargs : tuple, dict
    module : object
        The lines of warnings and arrays are those of its file.
    trace : bool
        Whether to note what its lines put into variables.
    """
    file = getattr(module, "__file__", None) or ""
    said, arrays, answer = Said(file), [], None

    def call() -> Any:
        return function(*args, **kwargs)

    try:
        with listening(said, fill=not has_numba(module)):
            answer = assigned(call, file, arrays) if trace else call()
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        return Seen(None, error, said.warned, arrays)
    return Seen(answer, None, said.warned, arrays)


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
