"""Right programs of an exercise as syntax trees, and what becomes of one where a part of it is exchanged."""

from __future__ import annotations

import ast
import contextlib
import functools
import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from npae.exercises.learner import Functions
from npae.exercises.texts import right_texts
from npae.exercises.worker.calls import EDITED
from npae.exercises.worker.tracing import Held, held

KEPT = "_of_forward"  # where edited programs find what a forward function computed, its cache or not
UNSAFE = ("as_strided", "add.at")  # edited, they may read and write outside of the array, and Python ends


@dataclass(frozen=True)
class Change:
    """One place of a syntax tree, and the node, or the list of statements, that takes its place.

    Attributes
    ----------
    holder : ast.AST
    field : str
    index : int or None
        In the list that the field is; None for the whole field.
    made : object
        The node or the statements, or a function that makes them when they are asked for: most edits are
        never tried.
    """

    holder: ast.AST
    field: str
    index: int | None
    made: Any

    @functools.cached_property
    def new(self) -> Any:
        """The node, or the list of statements; making it may raise a SyntaxError."""
        return self.made() if callable(self.made) else self.made

    def exchange(self) -> Change:
        """Make the change, and return the one that undoes it."""
        if self.index is None:
            old = getattr(self.holder, self.field)
            setattr(self.holder, self.field, self.new)
        else:
            some = getattr(self.holder, self.field)
            old, some[self.index] = some[self.index], self.new
        return Change(self.holder, self.field, self.index, old)


@contextlib.contextmanager
def exchanged(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Make changes for a while; what is yielded undoes them.

    Raises
    ------
    SyntaxError
        Where one of them makes no program; then none is made.
    """
    for change in changes:
        change.new  # noqa: B018
    undo = [change.exchange() for change in changes]
    try:
        yield undo
    finally:
        for change in reversed(undo):
            change.exchange()


class Trees(Protocol):
    """What edits are made from: functions as syntax trees, and for each of them what its variables hold."""

    functions: dict[str, ast.FunctionDef]
    held: dict[str, dict[str, Held]]


@dataclass
class Program:
    """A right program: its functions as trees, and what its variables hold.

    Attributes
    ----------
    exercise : str
    functions : dict of str to ast.FunctionDef
        Without docstrings and decorators.
    codes : list of (name, code)
        Everything at the top level, compiled; a function under its name, anything else under "".
    held : dict of str to dict
        For each function: what each variable holds, as the last call that was watched left it.
    """

    exercise: str
    functions: dict[str, ast.FunctionDef]
    codes: list[tuple[str, Any]]
    held: dict[str, dict[str, Held]] = field(default_factory=dict)

    def module(self, changes: tuple[Change, ...] = (), functions=()) -> types.ModuleType:
        """Return the program as a module, with some places of some functions changed.

        Raises
        ------
        SyntaxError, ValueError, TypeError
            Where a change makes no program.
        """
        edited = {}
        if changes:
            with exchanged(changes):
                edited = {name: _compiled(self.functions[name]) for name in functions}
        module = types.ModuleType("npae_edited")
        module.__file__ = EDITED
        module.__dict__[KEPT] = {}
        for name, code in self.codes:
            exec(edited.get(name, code), module.__dict__)
        return module

    def watch(self, call) -> None:
        """Note what the variables of every function hold while ``call(module)`` uses the program."""
        module = self.module()
        names = {function: name for name, function in _codes_of(module).items()}

        def local(frame, event, _):
            if event == "return":
                self.held[names[frame.f_code]] = {n: held(v) for n, v in frame.f_locals.items()}
            return local

        def entered(frame, event, _):
            return local if frame.f_code in names else None

        before = sys.gettrace()
        sys.settrace(entered)
        try:
            call(module)
        finally:
            sys.settrace(before)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep back all warnings: edited programs divide by 0, and right ones may, where it does no harm."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@functools.cache
def right_programs(exercise: str) -> list[Program]:
    """Return the right programs of an exercise that may be edited, the plainest first."""
    texts = right_texts(exercise).values()
    return [program_of(exercise, text) for text in texts if not any(name in text for name in UNSAFE)]


@functools.cache
def right_functions(exercise: str) -> Functions:
    """Return the functions of the first right program: what they compute is right."""
    return Functions(program_of(exercise, right_texts(exercise)["right.py"]).module())


def program_of(exercise: str, text: str) -> Program:
    """Return a program of an exercise, from its text.

    Raises
    ------
    SyntaxError
        If it is none.
    """
    tree = ast.parse(text)
    functions, codes = {}, []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []  # the compiler of Numba takes a second for each edit
            if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
                del node.body[0]
            if "forward" in node.name:
                _keep_variables(node)
            functions[node.name] = node
            codes.append((node.name, _compiled(node)))
        elif isinstance(node, (ast.Import, ast.ImportFrom, ast.Assign)):
            codes.append(("", _compiled(node)))
    return Program(exercise, functions, codes)


def _keep_variables(function: ast.FunctionDef) -> None:
    """Let a forward function put all its variables where backward functions of edited programs find them."""
    for node in ast.walk(function):
        for some in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(some, list) and some and isinstance(some[-1], ast.Return):
                keep = ast.parse(f"{KEPT}.update(locals())").body[0]
                some.insert(-1, ast.fix_missing_locations(ast.copy_location(keep, some[-1])))


def _compiled(node: ast.stmt):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        return compile(ast.Module([node], []), EDITED, "exec")


def _codes_of(module: types.ModuleType) -> dict:
    return {n: f.__code__ for n, f in vars(module).items() if isinstance(f, types.FunctionType)}
