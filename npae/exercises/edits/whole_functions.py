"""Edits that mend a function in several places, or with what stands in a right program."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from npae.exercises.edits.edit import Edit, alike, names
from npae.exercises.programs import Change, Trees
from npae.exercises.worker.tracing import Held

DATA = ("array", "list", "dict")  # kinds of variables


def rearranged(program: Trees, constants: dict[str, float]) -> Iterator[Edit]:
    """Yield the edits that need two places: a copy of what is overwritten later, and where it is used.

    Parameters
    ----------
    program : Trees
    constants : dict of str to float
        Numbers outside of functions, by name.
    """
    for name, function in program.functions.items():
        if name in program.held:
            yield from _copies(name, function, program.held[name])
            yield from _arguments(name, function, constants)
            yield from _as_before(name, function)


def _copies(name: str, function: ast.FunctionDef, held: dict[str, Held]) -> Iterator[Edit]:
    """Copy an argument that holds data before anything else."""
    plain = len(function.args.args) - len(function.args.defaults)
    for number, argument in enumerate(function.args.args):
        if argument.arg in held and not held[argument.arg].kind.startswith(DATA):
            continue
        copy = ast.parse(f"import copy as _copy\n{argument.arg} = _copy.deepcopy({argument.arg})").body
        told = f"{argument.arg}, which belongs to the caller, is changed: there is no copy of it."
        default = function.args.defaults[number - plain] if number >= plain else None
        if default is not None and not isinstance(default, ast.Constant):
            told = f"The default of {argument.arg} is made once and changed: all calls share it."
        change = Change(function, "body", None, [*copy, *function.body])
        yield Edit("copied", 1.5, told, (change,), frozenset([name]))


def _arguments(name: str, function: ast.FunctionDef, constants: dict[str, float]) -> Iterator[Edit]:
    """Use the arguments that have a default wherever that default is written out."""
    arguments = function.args.args
    with_default = list(
        zip(arguments[len(arguments) - len(function.args.defaults) :], function.args.defaults)
    )
    defaults = {one.value: argument.arg for argument, one in with_default if isinstance(one, ast.Constant)}
    changes, used = [], []
    for statement in function.body:
        for holder in ast.walk(statement):
            for field, index, child in _children(holder):
                value = getattr(child, "value", None) if isinstance(child, ast.Constant) else None
                if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load):
                    value = constants.get(child.id)
                if type(value) in (int, float) and value in defaults:
                    argument = ast.copy_location(ast.Name(defaults[value], ast.Load()), child)
                    changes.append(Change(holder, field, index, argument))
                    used.append(argument.id)
    if changes:
        told = "the argument is never looked at, its default is written into the function."
        told = f"{', '.join(dict.fromkeys(used))}: {told}"
        yield Edit("default_for_argument", 1.5, told, tuple(changes), frozenset([name]))


def _as_before(name: str, function: ast.FunctionDef) -> Iterator[Edit]:
    """Use a variable as it was before it got another value."""
    arguments = [one.arg for one in function.args.args]
    writes: dict[str, list[int]] = {argument: [-1] for argument in arguments}
    for number, statement in enumerate(function.body):
        for variable in names(statement, stored=True):
            writes.setdefault(variable, []).append(number)
    for variable, numbers in writes.items():
        for number in sorted(set(numbers))[:-1]:
            keep = ast.parse(f"import copy as _copy\n_kept = _copy.deepcopy({variable})").body
            body = [*function.body[: number + 1], *keep, *function.body[number + 1 :]]
            for statement in [one for one in function.body[number + 1 :] if not isinstance(one, ast.While)]:
                for holder in ast.walk(statement):
                    for field, index, child in _children(holder):
                        if (
                            isinstance(child, ast.Name)
                            and child.id == variable
                            and isinstance(child.ctx, ast.Load)
                        ):
                            kept = ast.copy_location(ast.Name("_kept", ast.Load()), child)
                            changes = (
                                Change(holder, field, index, kept),
                                Change(function, "body", None, body),
                            )
                            line = ast.unparse(statement).partition("\n")[0].rstrip(":")
                            told = (
                                f"{line}: {variable} no longer holds what it held at first; here, its first "
                                "value belongs."
                            )
                            yield Edit("overwritten", 2.0, told, changes, frozenset([name]))


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            yield from ((field, k, one) for k, one in enumerate(value) if isinstance(one, ast.AST))
        elif isinstance(value, ast.AST):
            yield field, None, value


def transplanted(program: Trees, right: Sequence[Trees], quantities: tuple[str, ...]) -> Iterator[Edit]:
    """Yield the edits that compute a variable as a right program computes the one of the same name or kind.

    Parameters
    ----------
    program : Trees
    right : sequence of Trees
    quantities : tuple of str
        Results of the exercise: their formulas are not given away.
    """
    formulas_of_right = _formulas(right)
    for name, function in program.functions.items():
        held = program.held.get(name, {})
        for holder, value, target in _sized(function):
            kind = held[target].kind if target in held else "size"
            formulas = sorted(
                {
                    text
                    for text, variable, what, free in formulas_of_right
                    if (variable == target if target else what == "size")
                    if alike(what, kind) and free <= held.keys()
                }
            )
            if target not in quantities:
                for text in formulas:
                    old = ast.unparse(value)
                    if text != old:
                        new = ast.copy_location(ast.parse(text, mode="eval").body, value)
                        field, index = holder[1:]
                        told = f"In {target or 'a size'}, {old} stands where {text} belongs."
                        cost = 2.5 if kind == "size" else 3.0
                        change = Change(holder[0], field, index, new)
                        yield Edit("formula", cost, told, (change,), frozenset([name]), target=target)


def added_steps(program: Trees, right: Sequence[Trees], quantities: tuple[str, ...]) -> Iterator[Edit]:
    """Yield the edits that put a step of a right program into the function of the same name.

    Parameters
    ----------
    program : Trees
    right : sequence of Trees
    quantities : tuple of str
        Results of the exercise: a step that computes all of one says nothing.
    """
    for name, function in program.functions.items():
        known = {*program.held.get(name, {}), "np"}
        own = {ast.unparse(one) for one in ast.walk(function) if isinstance(one, (ast.Assign, ast.AugAssign))}
        assigned = names(function, stored=True)
        steps = {
            ast.unparse(one)
            for other in right
            for one in ast.walk(other.functions[name] if name in other.functions else ast.Module([], []))
            if isinstance(one, (ast.Assign, ast.AugAssign)) and names(one) <= known
            if isinstance(one, ast.AugAssign) or not {*quantities, *assigned} & names(one, stored=True)
        }
        for text in sorted(steps - own):
            for block in [one for one in ast.walk(function) if isinstance(one, (ast.FunctionDef, ast.For))]:
                for k in range(1, len(block.body) + 1):
                    if not isinstance(block.body[k - 1], ast.Return):
                        body = [*block.body[:k], *ast.parse(text).body, *block.body[k:]]
                        change = Change(block, "body", None, body)
                        yield Edit(
                            "statement", 2.25, f"A step is missing: {text}.", (change,), frozenset([name])
                        )


def _sized(function: ast.FunctionDef) -> Iterator[tuple[tuple, ast.expr, str]]:
    """Yield what is assigned to a variable, and formulas in tuples, with where they stand."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Name):
                yield (node, "value", None), node.value, target.id
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for k, (one, value) in enumerate(zip(target.elts, node.value.elts)):
                    if isinstance(one, ast.Name):
                        yield (node.value, "elts", k), value, one.id
        elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            for k, one in enumerate(node.elts):
                if isinstance(one, ast.BinOp):
                    yield (node, "elts", k), one, ""


def _formulas(right: Sequence[Trees]) -> list[tuple[str, str, str, set[str]]]:
    """Return what computes variables of right programs: its text, the variable, its kind, names in it."""
    found = []
    for program in right:
        for other, body in program.functions.items():
            for _, value, name in _sized(body):
                one = program.held.get(other, {}).get(name)
                if one is not None:
                    found.append((ast.unparse(value), name, one.kind, names(value) - {"np"}))
    return found
