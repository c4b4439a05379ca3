"""What the expressions of a program have as values in a case: of right programs, and of the learner's."""

from __future__ import annotations

import ast
import copy
import functools
from typing import Any

import numpy as np

from npae.exercises.edits.edit import names
from npae.exercises.observing import Observer
from npae.exercises.programs import quietly
from npae.exercises.worker.tracing import NOTED

METHODS: tuple[str, ...] = (
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "any",
    "all",
    "reshape",
    "transpose",
    "swapaxes",
    "ravel",
)
METHODS += (
    "flatten",
    "astype",
    "copy",
    "argmax",
    "argmin",
    "var",
    "std",
    "dot",
    "repeat",
    "squeeze",
    "cumsum",
)
PLAIN = ("len", "range", "abs", "max", "min", "float", "int", "round", "tuple", "list", "enumerate", "zip")
CHANGES = ("np.add.at", "np.put", "np.copyto", "np.place", "np.random", "np.put_along_axis")
STAYS = (ast.Constant, ast.Slice, ast.Starred, ast.Tuple, ast.JoinedStr, ast.Lambda, ast.NamedExpr)
CLOSED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.JoinedStr, ast.Delete)


class RightFunction:
    """A function of a right program, with what a case has left in its variables."""

    def __init__(self, function: ast.FunctionDef, space: dict[str, Any]):
        self.space = space
        self.stored = [
            one for one in ast.walk(function) if isinstance(one, (ast.Assign, ast.AugAssign, ast.For))
        ]
        self.values: dict[int, Any] = {}
        self.nodes = [one for one in ast.walk(function) if isinstance(one, ast.expr)]
        self.loops = [one.iter for one in ast.walk(function) if isinstance(one, ast.For)]
        with quietly():
            for node in self.nodes:
                if not isinstance(getattr(node, "ctx", None), ast.Store) and is_pure(node):
                    try:
                        code = compile(ast.Expression(node), "<right>", "eval")
                        self.values[id(node)] = eval(code, space)  # of a right program
                    except Exception:
                        continue

    @functools.cached_property
    def definitions(self) -> dict[str, ast.expr]:
        """What variables are computed by, where one expression does it."""
        found: dict[str, list[ast.expr | None]] = {}
        for one in self.stored:
            pairs: list[tuple[Any, Any]] = [(getattr(one, "target", one), None)]
            if isinstance(one, ast.Assign):
                pairs = [(one.targets[0], one.value)]
                if all(isinstance(side, ast.Tuple) for side in pairs[0]):
                    pairs = list(zip(pairs[0][0].elts, pairs[0][1].elts))
            for target, value in pairs:
                plain = isinstance(target, ast.Name)
                for name in names(target, stored=True):
                    found.setdefault(name, []).append(value if plain else None)
        return {name: some[0] for name, some in found.items() if len(some) == 1 and some[0] is not None}


def is_pure(node: ast.AST) -> bool:
    """Whether an expression may be evaluated once more: it changes nothing, and draws nothing."""
    for one in ast.walk(node):
        if isinstance(one, (ast.Lambda, ast.NamedExpr, ast.Yield, ast.Await)):
            return False
        if isinstance(one, ast.Call):
            text = ast.unparse(one.func)
            of_numpy = text.startswith("np.") and not text.startswith(CHANGES)
            method = isinstance(one.func, ast.Attribute) and one.func.attr in METHODS
            if not (of_numpy or method or text in PLAIN):
                return False
    return True


def right_functions_after(observer: Observer, case: int) -> list[RightFunction]:
    """Return the functions of all right programs as a case has left them."""
    if case not in observer.right_values:
        found = []
        for program in observer.programs:
            module = program.module()
            kinds = observer.kinds(module, case)
            for name, function in program.functions.items():
                if name in kinds:
                    held = {n: one.value for n, one in kinds[name].items() if one.value is not None}
                    for space in (held, _last(held, -1), _last(held, (..., -1))):
                        found.append(RightFunction(function, {**vars(module), **space}))
        observer.right_values[case] = found
    return observer.right_values[case]


def _last(held: dict[str, Any], index: Any) -> dict[str, Any]:
    """Return variables with the last row, or column, of arrays: what the last step of a loop looks at."""
    arrays = {
        name: one for name, one in held.items() if isinstance(one, np.ndarray) and one.ndim and one.size
    }
    return {**held, **{name: one[index] for name, one in arrays.items()}}


class _Noting(ast.NodeTransformer):
    """Lets every expression that has a name for it leave its value in a variable of that name."""

    def generic_visit(self, node: Any) -> ast.AST:
        """Go on below, but not into functions within expressions, nor into what is called."""
        if isinstance(node, CLOSED):
            return node
        if isinstance(node, ast.FunctionDef):
            node.body = [self.visit(one) for one in node.body]
        elif isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                node.func.value = self.visit(node.func.value)
            node.args = [self.visit(one) for one in node.args]
            for key in node.keywords:
                key.value = self.visit(key.value)
        elif isinstance(node, ast.AugAssign):
            node.value = self.visit(node.value)
        else:
            super().generic_visit(node)
        name = getattr(node, "noted", "")
        return ast.NamedExpr(ast.Name(name, ast.Store()), node) if name else node


def noted(tree: ast.Module) -> str:
    """Return the text of a program that leaves the values of its expressions; nodes get their names."""
    for number, node in enumerate(ast.walk(tree)):
        stored = isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))
        plain = isinstance(node, ast.expr) and not isinstance(node, STAYS) and not stored
        if plain and not (isinstance(node, ast.Name) and node.id == "np"):
            node.noted = f"{NOTED}{number}"  # type: ignore[attr-defined]
    return ast.unparse(ast.fix_missing_locations(_Noting().visit(copy.deepcopy(tree))))
