"""Finds in the text of a program what its calls share, or draw: why results depend on more than arguments."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from npae.exercises.edits.edit import names

MADE = (ast.List, ast.Dict, ast.Set, ast.Call, ast.ListComp, ast.DictComp)  # what can be changed later
NUMBERS = ("np.finfo", "float", "int", "np.float", "np.sqrt", "np.log")  # of calls: what nothing changes
RANDOM = re.compile(r"(?:np\.|numpy\.)?random\.\w+")


def reasons(source: str) -> list[str]:
    """Return in words what calls of a program's functions have in common, or draw, as far as it is seen."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    nodes = list(ast.walk(tree))
    functions = [one for one in nodes if isinstance(one, ast.FunctionDef)]
    return [*(said for one in functions for said in _of_function(one)), *_outside(tree, nodes, functions)]


def _of_function(function: ast.FunctionDef) -> Iterator[str]:
    arguments = function.args
    pairs = [*zip(reversed(arguments.args), reversed(arguments.defaults))]
    for argument, default in [*pairs, *zip(arguments.kwonlyargs, arguments.kw_defaults)]:
        if isinstance(default, MADE):
            text = f"{argument.arg}={ast.unparse(default)}"
            yield f"the default {text} of {function.name} is made once, and all calls share it"
    if any("cache" in ast.unparse(one) for one in function.decorator_list):
        yield f"{function.name} keeps its results, and returns them again"
    calls = [RANDOM.match(ast.unparse(one.func)) for one in ast.walk(function) if isinstance(one, ast.Call)]
    for text in dict.fromkeys(one[0] for one in calls if one):
        yield f"{function.name} draws random numbers of its own, by {text}"


def _outside(tree: ast.Module, nodes: list[ast.AST], functions: list[ast.FunctionDef]) -> Iterator[str]:
    """Yield what functions change outside of them, declare global, or keep as attributes of a function."""
    inside = [part for one in functions for part in ast.walk(one)]
    stores = [
        one.value for one in inside if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Store)
    ]
    calls = [one.func for one in inside if isinstance(one, ast.Call)]
    asked = [one.value for one in calls if isinstance(one, ast.Attribute)]  # as calls in calls.append(x)
    changed = {getattr(one, "id", getattr(one, "attr", "")) for one in (*stores, *asked)}
    shared = dict.fromkeys(name for one in nodes if isinstance(one, ast.Global) for name in one.names)
    for body in [tree.body, *(one.body for one in nodes if isinstance(one, ast.ClassDef))]:
        for one in body:
            value = getattr(one, "value", None)
            if isinstance(value, MADE) and not ast.unparse(value).startswith(NUMBERS):
                shared |= dict.fromkeys(names(one, stored=True) & changed)
    called = {one.name for one in functions}
    of_functions = [
        one for one in inside if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store)
    ]
    shared |= dict.fromkeys(ast.unparse(one) for one in of_functions if names(one.value) & called)
    for name in shared:
        yield f"{name} is the same for all calls: a later call finds what an earlier one left there"
