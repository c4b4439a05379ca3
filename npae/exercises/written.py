"""A learner's program as a syntax tree: its functions, its text with edits, what goes into its results."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, field

from npae.exercises.edits.edit import Edit, names
from npae.exercises.programs import exchanged
from npae.exercises.worker.tracing import Held

WRITES = re.compile(r"^np\.(?:\w+\.at|copyto|put|place|put_along_axis)\((\w+)")
COMPILERS = ("jit", "vectorize", "stencil")  # in a decorator: edits run as plain Python


@dataclass
class Written:
    """A learner's program: the tree of its text, its functions, the kinds of their variables, suspects."""

    tree: ast.Module
    functions: dict[str, ast.FunctionDef]
    held: dict[str, dict[str, Held]] = field(default_factory=dict)
    suspects: set[int] = field(default_factory=set)  # the identities of statements
    users: set[int] = field(default_factory=set)  # and of those that read what these make

    def __post_init__(self):
        self._parts = [ast.unparse(node) for node in self.tree.body]
        self._part_of: dict[int, int] = {}
        self._statement_of: dict[int, tuple[ast.FunctionDef, int]] = {}
        self._bodies: dict[int, list[str]] = {}
        used = {name: names(function) for name, function in self.functions.items()}
        self.helpers = {name for name in used if any(name in used[other] for other in used if other != name)}
        for number, node in enumerate(self.tree.body):
            for one in (node, *(node.body if isinstance(node, ast.ClassDef) else ())):
                self._part_of[id(one)] = number
            if isinstance(node, ast.FunctionDef):
                self._bodies[id(node)] = [_indented(one) for one in node.body]
                for k, statement in enumerate(node.body):
                    self._statement_of.update((id(one), (node, k)) for one in ast.walk(statement))

    def text(self) -> list[str]:
        """Return the parts of the program, as they were at the start."""
        return list(self._parts)

    def edited(self, edit: Edit) -> list[str]:
        """Return the parts with an edit in them.

        Raises
        ------
        SyntaxError
            Where the edit makes no program.
        """
        with exchanged(edit.changes):
            parts = self.text()
            places = [self._statement_of.get(id(change.holder)) for change in edit.changes]
            if places[0] and len({place and place[0] for place in places}) == 1:  # within a function
                function = places[0][0]
                body = list(self._bodies[id(function)])
                for k in {place[1] for place in places if place}:
                    body[k] = _indented(function.body[k])
                head = f"def {function.name}({ast.unparse(function.args)}):"
                parts[self._part_of[id(function)]] = "\n".join([head, *body])
                return parts
            for number in {self._part_of[id(self.functions[name])] for name in edit.functions}:
                parts[number] = ast.unparse(self.tree.body[number])
            return parts


def _indented(statement: ast.stmt) -> str:
    return textwrap.indent(ast.unparse(statement), "    ")


def written(source: str) -> Written:
    """Return a program from its text, without docstrings, and without the compiler's decorators.

    Raises
    ------
    SyntaxError
        If it is none.
    """
    tree = ast.parse(source)
    functions: dict[str, ast.FunctionDef] = {}
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1 and _is_text(body[0]):
            del body[0]
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = [
                one for one in node.decorator_list if not any(name in ast.unparse(one) for name in COMPILERS)
            ]
    for node in tree.body:
        for one in node.body if isinstance(node, ast.ClassDef) else [node]:
            if isinstance(one, ast.FunctionDef):
                functions[one.name] = one
    return Written(tree, functions)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def idle_statements(function: ast.FunctionDef, positions: list[int]) -> set[int]:
    """Return the statements whose results go into none of some of the things that a function returns."""
    returns = [one for one in ast.walk(function) if isinstance(one, ast.Return)]
    last = returns[-1].value if len(returns) == 1 else None
    if not isinstance(last, ast.Tuple) or not positions or max(positions) >= len(last.elts):
        return set()
    needed = {name for k in positions for name in names(last.elts[k])}
    assigns = [one for one in ast.walk(function) if isinstance(one, (ast.Assign, ast.AugAssign))]
    others = [one for one in ast.walk(function) if isinstance(one, (ast.For, ast.While, ast.Expr, ast.If))]
    needed |= {name for one in others for name in names(getattr(one, "iter", getattr(one, "test", one)))}
    while True:
        more = {name for one in assigns if names(one, stored=True) & needed for name in names(one)}
        if more <= needed:
            return {id(one) for one in assigns if not names(one, stored=True) & needed}
        needed |= more


def weightiest(program: Written, found: list[Edit]) -> list[Edit]:
    """Return edits without those of statements that another one takes away, or lets serve nothing."""
    gone = {id(edit): _taken_away(program, edit) for edit in found}
    inside = {id(edit): {id(line) for line in edit.lines} or gone[id(edit)] for edit in found}

    def is_served(edit: Edit, other: Edit) -> bool:
        """Whether another edit takes away what an edit changes, and more than that edit does."""
        return inside[id(edit)] <= gone[id(other)] and gone[id(edit)] < gone[id(other)]

    return [edit for edit in found if not any(is_served(edit, other) for other in found)]


def _taken_away(program: Written, edit: Edit) -> set[int]:
    """Return the statements that serve a program, and no longer with an edit."""
    before = _all_serving(program)
    with exchanged(edit.changes):
        return before - _all_serving(program)


def _all_serving(program: Written) -> set[int]:
    """Return the statements of all functions that are still called, as far as their results are used."""
    serving = {name: _serving(function) for name, function in program.functions.items()}
    used = {name: set().union(*map(_used, some)) for name, some in serving.items()}
    called = {name for name in used if any(name in used[other] for other in used if other != name)}
    return {
        id(one) for name in used if name in called or name not in program.helpers for one in serving[name]
    }


def _serving(function: ast.FunctionDef) -> list[ast.stmt]:
    """Return the statements of a function whose results are used by others."""
    some = [one for one in ast.walk(function) if isinstance(one, ast.stmt) and one is not function]
    while True:
        used = [(id(one), name) for one in some for name in _used(one)]
        idle = {
            id(one)
            for one in some
            if (made := _made(one)) and not any(name in made and id(one) != user for user, name in used)
        }
        if not idle:
            return some
        some = [one for one in some if id(one) not in idle]


def _made(statement: ast.stmt) -> set[str]:
    """Return the variables that a plain statement writes to, also as np.add.at does; none of any other."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        written_to = WRITES.search(ast.unparse(statement.value))
        return {written_to[1]} if written_to else set()
    return names(statement, stored=True) if isinstance(statement, (ast.Assign, ast.AugAssign)) else set()


def _used(statement: ast.stmt) -> set[str]:
    """Return the names that a statement reads, without those in the statements in it."""
    inside = {
        id(node)
        for one in ast.iter_child_nodes(statement)
        if isinstance(one, ast.stmt)
        for node in ast.walk(one)
    }
    nodes = [one for one in ast.walk(statement) if isinstance(one, ast.Name) and id(one) not in inside]
    return {one.id for one in nodes if isinstance(one.ctx, ast.Load)}
