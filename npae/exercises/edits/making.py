"""Makes all edits of a program; those of two places that are the same mistake become one edit."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from npae.exercises.edits import arithmetic, calls, exchanges, insertions, statements, variables
from npae.exercises.edits.edit import TWIN, TWIN_NAME, Edit, Operator, Place, names, twin
from npae.exercises.programs import KEPT, Change, Trees
from npae.exercises.worker.tracing import Held

OPERATORS = [
    one
    for module in (arithmetic, calls, variables, statements)
    for one in vars(module).values()
    if isinstance(one, Operator)
]
INSERTIONS = [  # they only mend
    one for module in (insertions, exchanges) for one in vars(module).values() if isinstance(one, Operator)
]


@dataclass(frozen=True)
class _Found:
    """An edit, and what has to agree for two of them to be one mistake: what is exchanged, and where."""

    edit: Edit
    function: str
    manner: str
    around: str


def all_edits(
    program: Trees,
    axes: dict[str, str] | None = None,
    operators: list[Operator] = OPERATORS,
    where: Callable[[Place], bool] | None = None,
) -> list[Edit]:
    """Return every edit of a program, the likeliest first.

    Parameters
    ----------
    program : Trees
        It has been watched.
    axes : dict of str to str
        Names of the axes of variables, as {"x": "n inputs"}.
    operators : list of Operator
    where : callable, optional
        ``where(place)`` returns whether to make edits there.
    """
    named = {name: text.split() for name, text in (axes or {}).items()}
    for held in program.held.values():
        named = {**_named_by_shape(held, named), **named}
    found: list[_Found] = []
    for name, function in program.functions.items():
        if name not in program.held:
            continue
        ending = {
            one for node in ast.walk(function) if isinstance(node, ast.While) for one in names(node.test)
        }
        around: dict[int, str] = {}
        for place in _places(program, name, function, named):
            if (where is None or where(place)) and not (ending and _decides(place.statement, ending)):
                number = id(place.statement)
                if number not in around:
                    around[number] = _around(place.statement)
                for operator in operators:
                    if isinstance(place.node, operator.nodes):
                        found += _made(operator, place, name, around[number])
    return sorted([*(one.edit for one in found), *_joint(found)], key=lambda edit: edit.cost)


def _decides(statement: ast.stmt, ending: set[str]) -> bool:
    """Return whether a loop may have no end once a statement is edited."""
    if isinstance(statement, (ast.While, ast.FunctionDef)):
        return True
    return bool(names(statement, stored=not isinstance(statement, ast.Expr)) & ending)


def _named_by_shape(held: dict[str, Held], axes: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the names of the axes of variables that have the shape of one whose axes have names."""
    arrays = {name: one.shape for name, one in held.items() if one.shape is not None}
    shapes: dict[tuple[int, ...], list[str]] = {}
    for name, shape in arrays.items():
        if len(axes.get(name, ())) == len(shape) == len(set(shape)) > 0:
            shapes[shape] = axes[name]
    return {name: shapes[shape] for name, shape in arrays.items() if shape in shapes}


def _places(program: Trees, name: str, function: ast.FunctionDef, axes) -> Iterator[Place]:
    kinds = {n: one.kind for n, one in program.held.get(name, {}).items()}
    elsewhere = {}
    if "backward" in name:
        for other, held in program.held.items():
            if "forward" in other:
                elsewhere.update({n: one.kind for n, one in held.items() if n not in kinds})

    slices = [one.slice for one in ast.walk(function) if isinstance(one, ast.Subscript)]
    parts = [part for index in slices for part in (index.elts if isinstance(index, ast.Tuple) else [index])]
    indices = sorted(
        {one.id for one in parts if isinstance(one, ast.Name) and kinds.get(one.id) == "array 1"}
    )
    made = [one for one in ast.walk(function) if isinstance(one, ast.Assign)]
    empty = [one for one in made if ast.unparse(one.value).startswith(("np.zeros", "np.empty"))]
    blank = {name for one in empty for name in names(one, stored=True)}
    inside = function, kinds, elsewhere, axes, indices, blank

    def below(node, statement):
        for field_name, value in ast.iter_fields(node):
            some = value if isinstance(value, list) else [value]
            for index, child in enumerate(some):
                if not isinstance(child, ast.AST) or field_name in (
                    "annotation",
                    "returns",
                    "ctx",
                    "op",
                    "ops",
                ):
                    continue
                if isinstance(child, ast.Expr) and ast.unparse(child).startswith(KEPT):
                    continue
                around = child if isinstance(child, ast.stmt) else statement
                place = index if isinstance(value, list) else None
                yield Place(child, node, field_name, place, around, *inside)
                yield from below(child, around)

    yield from below(function, function)


def _around(statement: ast.stmt) -> str:
    """Return what two statements have in common that do the same to rows and to columns."""
    text = ast.unparse(statement) if not isinstance(statement, ast.FunctionDef) else ""
    return TWIN_NAME.sub(lambda found: min(found.group(), TWIN[found.group()]), text.partition("\n")[0])


def _made(operator: Operator, place: Place, function: str, around: str) -> Iterator[_Found]:
    """Yield the operator's edits of a place."""
    hidden = 0.5 if isinstance(place.statement, ast.Return) and len(place.function.body) > 1 else 0.0
    statement = isinstance(place.node, ast.stmt)
    for cost, text, words, *manner in operator.make(place):
        cost += hidden if isinstance(place.node, ast.Name) else 0.0
        if isinstance(text, str) and statement:
            if place.index is None:
                continue
            some, k = list(getattr(place.holder, place.field)), place.index
            text = functools.partial(_block, some[:k], text, some[k + 1 :])
        if isinstance(text, str):
            if text == place.text:
                continue
            made: Any = functools.partial(_node, text, place.node)
            change = Change(place.holder, place.field, place.index, made)
            told = manner[0] if manner else f"{place.text}|{text}"
        else:
            new, told = text, words
            into = "body" if isinstance(place.node, ast.arguments) else place.field
            new = [*new, *place.function.body] if into != place.field else new
            change = Change(place.holder, into, None, functools.partial(_located, new, place.function))
        words = words.replace("{target}", place.target)
        lines = (place.statement,) if isinstance(text, str) else ()
        edit = Edit(operator.key, cost, words, (change,), frozenset([function]), lines, place.target)
        yield _Found(edit, function, min(told, twin(told)), around)


def _block(before: list[ast.stmt], text: str, after: list[ast.stmt]) -> list[ast.stmt]:
    return [*before, *ast.parse(text).body, *after]


def _located(made: Any, function: ast.FunctionDef) -> list[ast.stmt]:
    """Return statements, or what a function returns, with the lines of those around them."""
    some = made() if callable(made) else made
    for one in some:
        if not hasattr(one, "lineno"):
            ast.copy_location(one, some[-1] if hasattr(some[-1], "lineno") else function)
        ast.fix_missing_locations(one)
    return some


def _node(text: str, like: ast.AST) -> ast.AST:
    node: Any
    try:
        node = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:  # an index, as :, :, i
        index: Any = ast.parse(f"_[{text}]", mode="eval").body
        node = index.slice
    ast.fix_missing_locations(ast.copy_location(node, like))
    if isinstance(getattr(like, "ctx", None), ast.Store):
        some: list[Any] = [node, *node.elts] if isinstance(node, ast.Tuple) else [node]
        for one in some:
            one.ctx = ast.Store()
    return node


def _joint(found: list[_Found]) -> Iterator[Edit]:
    """Yield one edit for those that are one mistake: in rows and columns, in a function, or in several."""
    for level in ("statement", "function", "program"):
        groups: dict[tuple[str, ...], list[_Found]] = {}
        for one in found:
            where = "" if level == "program" else one.function, "" if level == "function" else one.around
            groups.setdefault((one.edit.key, one.manner, *where), []).append(one)
        for some in groups.values():
            edits = [one.edit for one in some]
            changes = tuple(change for edit in edits for change in edit.changes)
            apart = len({(id(one.holder), one.field, one.index) for one in changes}) == len(changes) > 1
            spread = {one.function if level == "program" else one.around for one in some}
            if apart and (level == "statement" or len(spread) > 1):
                words = list(dict.fromkeys(edit.sentence.rstrip(".") for edit in edits))[:2]
                words[1:] = [text[0].lower() + text[1:] if text[:3] == "In " else text for text in words[1:]]
                targets = {edit.target for edit in edits}
                renamed = (
                    edits[0].key == "exchanged" and level != "statement"
                )  # in one line, and back in another
                yield Edit(
                    edits[0].key,
                    edits[0].cost + (1.25 if renamed else 0.25),
                    "; ".join(words) + ".",
                    changes,
                    frozenset().union(*(edit.functions for edit in edits)),
                    tuple(line for edit in edits for line in edit.lines),
                    targets.pop() if len(targets) == 1 else "",
                )
