"""Edits that copy an argument before anything is done to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from npae.exercises.edits.edit import Edit
from npae.exercises.programs import Change, Trees

DATA = ("array", "list", "dict")  # kinds of variables


def copies(program: Trees) -> Iterator[Edit]:
    """Yield the edits that copy an argument that holds data, as the first step of a function."""
    for name, function in program.functions.items():
        plain = len(function.args.args) - len(function.args.defaults)
        for number, argument in enumerate(function.args.args if name in program.held else ()):
            held = program.held[name].get(argument.arg)
            if held is not None and not held.kind.startswith(DATA):
                continue
            copy = ast.parse(f"import copy as _copy\n{argument.arg} = _copy.deepcopy({argument.arg})").body
            told = f"{argument.arg}, which belongs to the caller, is changed: there is no copy of it."
            default = function.args.defaults[number - plain] if number >= plain else None
            if default is not None and not isinstance(default, ast.Constant):
                told = f"The default of {argument.arg} is made once and changed: all calls share it."
            change = Change(function, "body", None, [*copy, *function.body])
            yield Edit("copied", 1.5, told, (change,), frozenset([name]))
