"""Makes all edits of a program; those of two places that are the same mistake become one edit."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from npae.exercises.edits import arithmetic, calls, statements, variables
from npae.exercises.edits.edit import TWIN, TWIN_NAME, Edit, Operator, Place, twin
from npae.exercises.programs import KEPT, Change, Program, kind

OPERATORS = [
    one
    for module in (arithmetic, calls, variables, statements)
    for one in vars(module).values()
    if isinstance(one, Operator)
]


def all_edits(program: Program, axes: dict[str, str] | None = None) -> list[Edit]:
    """Return every edit of a program, the likeliest first.

    Parameters
    ----------
    program : Program
        It has been watched.
    axes : dict of str to str
        Names of the axes of variables, as {"x": "n inputs"}.
    """
    named = {name: text.split() for name, text in (axes or {}).items()}
    found: list[tuple[Edit, str, tuple[str, str, str]]] = []
    for name, function in program.functions.items():
        if name not in program.held or any(isinstance(node, ast.While) for node in ast.walk(function)):
            continue  # such a loop may have no end once it is edited
        for place in _places(program, name, function, named):
            for operator in OPERATORS:
                if isinstance(place.node, operator.nodes):
                    found += _made(operator, place, name)
    single = [edit for edit, _, _ in found]
    return sorted([*single, *_joint(found)], key=lambda edit: edit.cost)


def _places(program: Program, name: str, function: ast.FunctionDef, axes) -> Iterator[Place]:
    kinds = {n: kind(value) for n, value in program.held.get(name, {}).items()}
    elsewhere = {}
    if "backward" in name:
        for other, held in program.held.items():
            if "forward" in other:
                elsewhere.update({n: kind(v) for n, v in held.items() if n not in kinds})

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
                yield Place(child, node, field_name, place, around, function, kinds, elsewhere, axes)
                yield from below(child, around)

    yield from below(function, function)


def _made(
    operator: Operator, place: Place, function: str
) -> Iterator[tuple[Edit, str, tuple[str, str, str]]]:
    """Yield the operator's edits of a place, each with what has to agree for two to be the same mistake.

    That is the operator, what it exchanges, and the statement; the last may differ within a function.
    """
    around = ast.unparse(place.statement) if not isinstance(place.statement, ast.FunctionDef) else ""
    around = TWIN_NAME.sub(lambda found: min(found.group(), TWIN[found.group()]), around.partition("\n")[0])
    hidden = 0.5 if isinstance(place.statement, ast.Return) and len(place.function.body) > 1 else 0.0
    for cost, text, words, *manner in operator.make(place):
        cost += hidden if isinstance(place.node, ast.Name) else 0.0
        if isinstance(text, str):
            old = ast.unparse(place.node)
            if text == old:
                continue
            try:
                new = _node(text, place.node)
            except SyntaxError:
                continue
            change = Change(place.holder, place.field, place.index, new)
            undo = change.exchange()
            after = ast.unparse(place.statement).partition("\n")[0].rstrip(":")
            undo.exchange()
            told = manner[0] if manner else f"{old}|{text}"
        else:
            new, after, told = text, "", words
            into = "body" if isinstance(place.node, ast.arguments) else place.field
            new = [*new, *place.function.body] if into != place.field else new
            for one in new:
                if not hasattr(one, "lineno"):
                    ast.copy_location(one, new[-1] if hasattr(new[-1], "lineno") else place.function)
                ast.fix_missing_locations(one)
            change = Change(place.holder, into, None, new)
        words = words.replace("{target}", place.target)
        edit = Edit(operator.key, cost, words, (change,), frozenset([function]), after, place.target)
        yield edit, function, (operator.key, min(told, twin(told)), around)


def _node(text: str, like: ast.AST) -> ast.AST:
    try:
        node = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:  # an index, as :, :, i
        node = ast.parse(f"_[{text}]", mode="eval").body.slice
    ast.fix_missing_locations(ast.copy_location(node, like))
    if isinstance(getattr(like, "ctx", None), ast.Store):
        for one in (node, *node.elts) if isinstance(node, ast.Tuple) else (node,):
            one.ctx = ast.Store()
    return node


def _joint(found) -> Iterator[Edit]:
    """Yield one edit for those that are the same mistake: in rows and columns, all of a function, or several."""
    for level in ("statement", "function", "program"):
        groups: dict[tuple, list[Edit]] = {}
        sizes: dict[tuple, set] = {}
        for edit, function, (key, told, around) in found:
            where = ("" if level == "program" else function, "" if level == "function" else around)
            groups.setdefault((key, told, *where), []).append(edit)
            sizes.setdefault((key, told, *where), set()).add(function if level == "program" else around)
        for key, some in groups.items():
            places = [(id(c.holder), c.field, c.index) for edit in some for c in edit.changes]
            enough = len(some) > 1 and len(set(places)) == len(places)
            if enough and (level == "statement" or len(sizes[key]) > 1):
                first = some[0]
                words = list(dict.fromkeys(edit.sentence.rstrip(".") for edit in some))
                words[1:] = [one[0].lower() + one[1:] if one[:3] == "In " else one for one in words[1:]]
                changes = tuple(change for edit in some for change in edit.changes)
                texts = "; ".join(dict.fromkeys(edit.text for edit in some))
                targets = {edit.target for edit in some}
                yield Edit(
                    first.key,
                    first.cost + 0.25,
                    "; ".join(words[:2]) + ".",
                    changes,
                    frozenset().union(*(edit.functions for edit in some)),
                    texts,
                    targets.pop() if len(targets) == 1 else "",
                )
