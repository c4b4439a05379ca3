"""Edits that put an expression of a right program, in the learner's names, where another one stands.

Names are matched by what they hold in a case that is wrong. An expression whose value no right program has is
exchanged for one that right programs have.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from npae.exercises.edits.edit import Operator, Place, names
from npae.exercises.right_values import PLAIN, STAYS, RightFunction
from npae.exercises.values import Values, array_of
from npae.exercises.worker.tracing import NOTED, Held
from npae.exercises.written import Written

PLAIN_STEPS = (ast.Assign, ast.AugAssign, ast.Return)
LIKE = 0.5  # of the names and characters of two expressions, for the one to be told beside the other
LONGEST = 90  # characters of an expression that is put in
MOST_TEXTS = 4  # expressions of one value that are tried
DEEPEST = 3  # definitions within definitions
LIKELIEST, LIKELY, ANOTHER_SHAPE, RIGHT_ELSEWHERE, OF_LOOPS = 1.5, 2.0, 0.5, 0.4, 1.6  # costs
LETTER = 0.01  # and for each character


class Untold(Exception):
    """An expression of a right program has something in it that the learner's program does not have."""


class Substitutions:
    """Makes edits of a learner's program out of what right programs compute in a case.

    Parameters
    ----------
    program : Written
        The learner's.
    kinds : dict of str to dict of str to Held
        What the variables of its functions hold after the case, and its expressions: see `noted`.
    functions : list of RightFunction
    """

    def __init__(self, program: Written, kinds: dict[str, dict[str, Held]], functions: list[RightFunction]):
        self._kinds = kinds
        self._known, self._envs = Values(), dict[tuple[str, int], _Env]()
        self._told: dict[tuple[int, int, int], str] = {}
        self._loops = [(one, loop) for one in functions for loop in one.loops]
        for one in functions:
            for node in one.nodes:
                if id(node) in one.values:
                    self._known.add(one.values[id(node)], (one, node))
        self._parents = {
            id(child): node
            for function in program.functions.values()
            for node in ast.walk(function)
            for child in ast.iter_child_nodes(node)
        }
        self._written_to = {one for function in program.functions.values() for one in _written_to(function)}
        self.operator = Operator("substituted", (ast.expr,), self._make)

    def _value(self, function: str, node: ast.AST) -> Any:
        if id(node) in self._written_to:
            return None
        held = self._kinds.get(function, {}).get(getattr(node, "noted", ""))
        return held.value if held is not None else None

    def _is_known(self, function: str, node: ast.AST) -> bool:
        return self._known.group(self._value(function, node)) is not None

    def _make(self, place: Place) -> Iterator[tuple]:
        """Yield what right programs compute, in the place of an expression."""
        node, function = place.node, place.function.name
        if isinstance(place.holder, ast.For) and place.field == "iter":
            for right, loop in self._loops:
                yield from self._texts(place, right, loop, OF_LOOPS)
        value = self._value(function, node)
        if array_of(value) is None or isinstance(node, STAYS) or ast.unparse(node).startswith("np.zeros"):
            return
        known, cost = self._is_known(function, node), LIKELY
        named = isinstance(node, ast.Name)  # what makes it wrong, stands elsewhere
        parent = self._parents.get(id(node))
        while isinstance(parent, (ast.keyword, ast.Tuple)):
            parent = self._parents.get(id(parent))
        if not (known or named) and self._first_unknown(function, node) is node:
            cost = LIKELIEST
        if isinstance(value, int) and isinstance(node, (ast.BinOp, ast.Call)):
            yield from ((LIKELY, number, "") for number in "01")
        if known and isinstance(parent, ast.expr):
            if self._is_known(function, parent):
                return
            first = self._first_unknown(function, parent) is parent
            cost = LIKELIEST + 0.1 if first else LIKELY + RIGHT_ELSEWHERE
        whole = isinstance(place.holder, ast.stmt) or isinstance(
            self._parents.get(id(place.holder)), ast.Return
        )
        for shaped in (True, False) if whole and not known else (True,):
            for group in self._known.groups(value, shaped):
                for right, other in group.things[: 1 if named else MOST_TEXTS]:
                    yield from self._texts(place, right, other, cost + ANOTHER_SHAPE * (not shaped))

    def _texts(self, place: Place, right: RightFunction, node: ast.expr, cost: float) -> Iterator[tuple]:
        text = self._text(self._env(place.function, place.statement), right, node)
        if text and (text.isidentifier() or not isinstance(place.node, ast.Name)):
            yield cost + LETTER * (len(text) + len(ast.unparse(place.node))), text, ""

    def _text(self, env: _Env, right: RightFunction, node: ast.expr) -> str:
        """Return an expression in the learner's names; "" if there is none, or it is long."""
        if (id(env), id(right), id(node)) not in self._told:
            try:
                text = ast.unparse(_Telling(right, env).told(node))
            except Untold:
                text = ""
            self._told[id(env), id(right), id(node)] = text if len(text) <= LONGEST else ""
        return self._told[id(env), id(right), id(node)]

    def first_wrong(self, program: Written) -> str:
        """Return in words the first expression whose value no right program has, of those that may be wrong.

        With the expression of a right program that is the likest to it, and has a value of the same shape.
        """
        for function in program.functions.values():
            some = [
                one
                for one in ast.walk(function)
                if id(one) in program.suspects and isinstance(one, PLAIN_STEPS)
            ]
            for statement in sorted(some, key=lambda one: one.lineno):
                node = self._first_unknown(function.name, statement)
                if node is not None:
                    text, env = ast.unparse(node), self._env(function, statement)
                    found = [
                        self._text(env, right, other)
                        for group in self._known.groups(self._value(function.name, node), True)
                        for right, other in group.things[:MOST_TEXTS]
                    ]
                    likest = max(found, key=lambda one: _likeness(text, one), default="")
                    near = (
                        f"; the likest that they have is {likest}" if _likeness(text, likest) > LIKE else ""
                    )
                    where = f"{text} in line {statement.lineno}"
                    return f"{where} is the first value that no right program has{near}."
        return ""

    def _first_unknown(self, function: str, node: ast.AST) -> ast.expr | None:
        for child in ast.iter_child_nodes(node):
            found = self._first_unknown(function, child)
            if found is not None:
                return found
        made = ast.unparse(node).startswith(
            ("np.zeros", "np.empty", "np.ones", "np.full")
        )  # and filled later
        unknown = (
            isinstance(node, ast.expr) and not made and array_of(self._value(function, node)) is not None
        )
        return node if unknown and not self._is_known(function, node) else None  # type: ignore[return-value]

    def _env(self, function: ast.FunctionDef, statement: ast.AST) -> _Env:
        """Return what may stand in a statement: its function's arguments, and what was computed before."""
        where = function.name, getattr(statement, "lineno", 0)
        if where not in self._envs:
            lines: dict[str, int] = {}
            for one in ast.walk(function):
                if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                    lines[one.id] = min(one.lineno, lines.get(one.id, one.lineno))
            lines |= {one.arg: -1 for one in function.args.args}
            held = self._kinds.get(function.name, {})
            usable = [n for n in held if lines.get(n, where[1]) < where[1] and not n.startswith(NOTED)]
            self._envs[where] = _Env({n: held[n] for n in usable})
        return self._envs[where]


def _written_to(function: ast.FunctionDef) -> set[int]:
    """Return the expressions whose arrays are written to later: what they were, is not known any more."""
    nodes = list(ast.walk(function))
    made = [one for one in nodes if isinstance(one, (ast.AugAssign, ast.Assign))]
    targets = [one.targets[0] if isinstance(one, ast.Assign) else one.target for one in made]
    parts = {name for one in targets if not isinstance(one, ast.Name) for name in names(one, stored=True)}
    parts |= {
        one.target.id for one in made if isinstance(one, ast.AugAssign) and isinstance(one.target, ast.Name)
    }
    plain = [one for one, target in zip(made, targets) if isinstance(target, (ast.Name, ast.Tuple))]
    found = [one.value for one in plain if isinstance(one, ast.Assign) and parts & names(one, stored=True)]
    return {id(part) for value in found for part in (value, *getattr(value, "elts", ()))}


def _likeness(one: str, other: str) -> float:
    """Return how much of two expressions is the same, in names and in characters."""
    some, others = (set(re.findall(r"[A-Za-z_]\w*", text)) for text in (one, other))
    alike = len(some & others) / max(len(some | others), 1)
    return min(alike, difflib.SequenceMatcher(None, one, other, autojunk=False).ratio())


class _Env:
    """The variables that a statement can use, by what they hold."""

    def __init__(self, held: dict[str, Held]):
        self.names, self._values = {*held}, Values()
        for name, one in held.items():
            self._values.add(one.value, name)
        for name, one in held.items():
            if isinstance(one.value, np.ndarray):
                for axis, length in enumerate(one.value.shape):
                    self._values.add(length, f"{name}.shape[{axis}]")
            elif isinstance(one.value, (tuple, list, dict)):
                pairs = one.value.items() if isinstance(one.value, dict) else enumerate(one.value)
                for key, value in pairs:
                    self._values.add(value, f"{name}[{key!r}]")

    def told(self, value: Any, name: str) -> str:
        """Return what holds a value, the variable of that name if it does; "" if nothing does."""
        group = self._values.group(value)
        found = group.things if group else [""]
        return name if name in found else found[0]


class _Telling:
    """Says an expression of a right program in the names of another one."""

    def __init__(self, right: RightFunction, env: _Env):
        self.right, self.env = right, env

    def told(self, node: ast.expr) -> ast.expr:
        """Return the expression in the other names.

        Raises
        ------
        Untold
        """
        bound = {
            one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
        }
        return self._told(node, bound, 0)

    def _told(self, node: Any, bound: set[str], depth: int) -> Any:
        if isinstance(node, ast.Name):
            return self._name(node, bound, depth)
        value = self.right.values.get(id(node))
        if isinstance(value, np.ndarray) and value.size > 1:
            found = self.env.told(value, "")
            if found:
                return ast.parse(found, mode="eval").body
        if not isinstance(node, ast.AST):
            return node
        fields = {}
        for name, part in ast.iter_fields(node):
            some = isinstance(part, list)
            fields[name] = (
                [self._told(one, bound, depth) for one in part] if some else self._told(part, bound, depth)
            )
        return type(node)(**fields)

    def _name(self, node: ast.Name, bound: set[str], depth: int) -> ast.expr:
        if node.id == "np" or node.id in bound or node.id in PLAIN and node.id in vars(builtins):
            return node
        value = self.right.space.get(node.id)
        found = self.env.told(value, node.id)
        if found:
            return ast.parse(found, mode="eval").body
        definition = self.right.definitions.get(node.id)
        if definition is not None and depth < DEEPEST:
            return self._told(definition, bound, depth + 1)
        if array_of(value) is None and node.id in self.env.names:
            return node
        raise Untold
