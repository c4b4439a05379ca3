"""Edits that mend a program: they put in what was left out, or bring back what was overwritten."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from npae.exercises.edits.edit import Edit, alike, counter, operator
from npae.exercises.programs import Change, Trees
from npae.exercises.worker.tracing import Held

DATA = ("array", "list", "dict")  # kinds of variables


@operator(ast.Name, ast.Call, ast.BinOp, ast.Subscript)
def further_operand(place):
    """Multiply, divide, add or subtract one thing more."""
    inside = isinstance(place.holder, (ast.BinOp, ast.UnaryOp, ast.Return, ast.Assign, ast.AugAssign))
    inside |= isinstance(place.holder, ast.Call) and place.field == "args"
    inside |= isinstance(place.holder, ast.Tuple) and isinstance(place.statement, ast.Return)
    if not inside or isinstance(getattr(place.node, "ctx", None), ast.Store):
        return
    if isinstance(place.node, ast.Name) and place.kinds.get(place.node.id, "array") == "size":
        return
    a = ast.unparse(place.node)
    for name, what in place.kinds.items():
        if what.startswith("array") and name != a:
            yield 2.6, f"({a}) * {name}", ""
            yield 2.7, f"({a}) / {name}", ""
            yield 2.8, f"({a}) + {name}", ""
            yield 2.8, f"({a}) - {name}", ""
            yield 2.8, f"({a}) * (1 - {name})", ""
            yield 2.9, f"({a}) * (1 - {name} ** 2)", ""
        elif what == "size":
            yield 2.8, f"({a}) * {name}", ""
            yield 2.8, f"({a}) / {name}", ""


@operator(ast.BinOp)
def other_brackets(place):
    """Set brackets around the other two of three things."""
    node = place.node
    for inner, outer in ((node.left, node.right), (node.right, node.left)):
        if not isinstance(inner, ast.BinOp):
            continue
        a, b, c = inner.left, inner.right, outer
        new = (
            ast.BinOp(a, inner.op, ast.BinOp(b, node.op, c))
            if inner is node.left
            else ast.BinOp(ast.BinOp(c, node.op, a), inner.op, b)
        )
        text = ast.unparse(new)
        told = f"In {{target}}, brackets are in the wrong place: {ast.unparse(node)} is to be {text}."
        yield 1.5, text, told


@operator(ast.Assign)
def separate(place):
    """Make the value of each of several variables anew."""
    node = place.node
    if len(node.targets) > 1 and place.index is not None:
        some, value = list(getattr(place.holder, place.field)), ast.unparse(node.value)
        names = [ast.unparse(one) for one in node.targets]
        made = [one for name in names for one in ast.parse(f"{name} = {value}").body]
        told = f"{' and '.join(names)} are one array: what is written into the one is in the other as well."
        yield 1.25, [*some[: place.index], *made, *some[place.index + 1 :]], told


@operator(ast.Call)
def axes_exchanged(place):
    """Exchange two axes, where an array is read in another shape."""
    node = place.node
    if not (isinstance(node.func, ast.Attribute) and node.func.attr == "reshape"):
        return
    module = ast.unparse(node.func.value) == "np"
    owner = node.args[0] if module and node.args else node.func.value
    a, sizes = ast.unparse(owner), len(node.args) - module
    for k, m in itertools.combinations(range(max(sizes, 2)), 2):
        told = f"In {{target}}, {a} is reshaped, which moves no entry: axes {k} and {m} are to be exchanged."
        yield 1.75, f"({a}).swapaxes({k}, {m})", told


@operator(ast.Name)
def further_step(place):
    """Multiply a counter by a size, in an index."""
    if place.kind_of(place.node) == "size" and isinstance(place.holder, (ast.Slice, ast.BinOp)):
        indices = (one.slice for one in ast.walk(place.statement) if isinstance(one, ast.Subscript))
        if any(one is place.node for index in indices for one in ast.walk(index)):
            for name, what in place.kinds.items():
                if what == "size" and name != place.node.id:
                    yield 2.5, f"{place.node.id} * {name}", ""


@operator(ast.Name, ast.Call)
def turned(place):
    """Transpose a matrix, sum or average an array that is left as it is, or make it a copy."""
    if not isinstance(getattr(place.node, "ctx", ast.Load()), ast.Load) or place.field == "func":
        return
    if isinstance(place.holder, (ast.Attribute, ast.Tuple)) and not isinstance(place.statement, ast.Return):
        return
    a, what = ast.unparse(place.node), place.kind_of(place.node)
    if a.startswith(("np.zeros", "np.ones", "np.empty", "range", "len")):
        return
    if what == "array 2":
        yield 1.5, f"{a}.T", ""
    if what.startswith("array") and what != "array 0" or isinstance(place.node, ast.Call):
        for axis in range(int(what[6:]) if what else 2):
            yield 2.25, f"{a}.sum({axis})", ""
            yield 2.4, f"{a}.sum({axis}, keepdims=True)", ""
            yield 2.4, f"{a}.mean({axis})", ""
        yield 2.25, f"{a}.sum()", ""
        yield 2.5, f"{a}.reshape(-1)", ""


@operator(ast.Name, ast.Call, ast.Attribute, ast.Subscript)
def not_copied(place):
    """Copy an array where it gets another name, or is returned."""
    if place.field == "value" and isinstance(place.holder, (ast.Assign, ast.Return)):
        a = ast.unparse(place.node)
        if not a.startswith(("np.zeros", "np.ones", "np.empty")):
            told = f"{{target}} is {a} itself, and not a copy: what is written into the one is in the other."
            yield 1.5, f"np.array({a})", told


@operator(ast.Assign)
def accumulated(place):
    """Add to a variable in every step of a loop."""
    node = place.node
    if place.index is None or not isinstance(place.holder, ast.For) or len(node.targets) != 1:
        return
    target, value = ast.unparse(node.targets[0]), ast.unparse(node.value)
    some = list(getattr(place.holder, place.field))
    if isinstance(node.targets[0], ast.Name):
        some[place.index] = ast.parse(
            f"{target} = {value} + ({target} if '{target}' in locals() else 0)"
        ).body[0]
        yield 2, some, f"{target} is assigned with =, where contributions add up: only the last one is left."


@operator(ast.Name, ast.Subscript)
def once_for_all_steps(place):
    """Add a term once, where it is added in every step of loops."""
    holder = place.holder
    if not isinstance(place.statement, ast.AugAssign) or not isinstance(holder, (ast.BinOp, ast.AugAssign)):
        return
    if isinstance(holder, ast.AugAssign) and place.field != "value" or not isinstance(holder.op, ast.Add):
        return
    loops = [
        (counter(loop), ast.unparse(loop.iter.args[0]))
        for loop in ast.walk(place.function)
        if isinstance(loop, ast.For)
        and any(one is place.statement for one in ast.walk(loop))
        and isinstance(loop.iter, ast.Call)
        and ast.unparse(loop.iter.func) == "range"
        and len(loop.iter.args) == 1
    ]
    a = ast.unparse(place.node)
    for count in range(1, len(loops) + 1):
        for some in itertools.combinations(loops, count):
            over = ", ".join(name for name, _ in some)
            told = (
                f"In {{target}}, {a} is added in every step of the loops over {over}: it is to be added once."
            )
            yield 2.5, f"{a} / ({' * '.join(f'({size})' for _, size in some)})", told


@operator(ast.Call)
def unclipped(place):
    """Limit an array on one side only, where it is limited on both."""
    node = place.node
    if ast.unparse(node.func) == "np.clip" and len(node.args) == 3:
        a, low, high = (ast.unparse(one) for one in node.args)
        yield 1.75, f"np.maximum({a}, {low})", f"In {{target}}, {a} is cut off at {high} as well."
        yield 1.75, f"np.minimum({a}, {high})", f"In {{target}}, {a} is cut off at {low} as well."


@operator(ast.Call)
def unwrapped(place):
    """Take the first argument, or the owner, of a call in place of its result."""
    node = place.node
    text = ast.unparse(node.func)
    if isinstance(node.func, ast.Attribute) and not text.startswith("np."):
        name, a = node.func.attr, ast.unparse(node.func.value)
    elif node.args:
        name, a = text, ast.unparse(node.args[0])
    else:
        return
    told = f"In {{target}}, {ast.unparse(node)} stands where {a} belongs."
    yield 2.25, a, told, f"without {name.removeprefix('np.')}"


@operator(ast.Call)
def in_float64(place):
    """Make arrays of float64, whatever is asked for."""
    node = place.node
    name = ast.unparse(node.func).removeprefix("np.")
    told = (
        "{target} is made of numbers of another type than float64: what is put into it is cut to that type."
    )
    if (
        name in ("zeros", "empty", "ones", "full", "zeros_like", "empty_like", "array", "asarray")
        and node.args
    ):
        given = [ast.unparse(one) for one in node.args[: 2 if name == "full" else 1]]
        yield 2, f"np.{name}({', '.join(given)}, dtype=np.float64)", told, "float64"
    elif name.endswith((".copy", ".astype")):
        yield 2, f"{ast.unparse(node.func.value)}.astype(np.float64)", told, "float64"


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
        names = ", ".join(dict.fromkeys(used))
        told = f"{names}: the argument is never looked at, its default is written into the function."
        yield Edit("default_for_argument", 1.5, told, tuple(changes), frozenset([name]))


def _as_before(name: str, function: ast.FunctionDef) -> Iterator[Edit]:
    """Use a variable as it was before it got another value."""
    arguments = [one.arg for one in function.args.args]
    writes: dict[str, list[int]] = {argument: [-1] for argument in arguments}
    for number, statement in enumerate(function.body):
        for one in ast.walk(statement):
            if isinstance(one, (ast.AugAssign, ast.Name, ast.Subscript)):
                target: Any = one.target if isinstance(one, ast.AugAssign) else one
                stored = isinstance(getattr(target, "ctx", None), ast.Store)
                while isinstance(target, ast.Subscript):
                    target = target.value
                if stored and isinstance(target, ast.Name):
                    writes.setdefault(target.id, []).append(number)
    for variable, numbers in writes.items():
        for number in sorted(set(numbers))[:-1]:
            keep = ast.parse(f"import copy as _copy\n_kept = _copy.deepcopy({variable})").body
            body = [*function.body[: number + 1], *keep, *function.body[number + 1 :]]
            for statement in function.body[number + 1 :]:
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
    for name, function in program.functions.items():
        held = program.held.get(name, {})
        for holder, value, target in _sized(function):
            kind = held[target].kind if target in held else "size"
            formulas = _formulas(right, name, target, kind, set(held))
            if target not in quantities:
                for text in formulas:
                    old = ast.unparse(value)
                    if text != old:
                        new = ast.copy_location(ast.parse(text, mode="eval").body, value)
                        field, index = holder[1:]
                        told = f"In {target or 'a size'}, {old} stands where {text} belongs."
                        cost = 2.5 if kind == "size" else 3.0
                        yield Edit(
                            "formula", cost, told, (Change(holder[0], field, index, new),), frozenset([name])
                        )


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
        assigned = _stored(function)
        steps = {
            ast.unparse(one)
            for other in right
            for one in ast.walk(other.functions[name] if name in other.functions else ast.Module([], []))
            if isinstance(one, (ast.Assign, ast.AugAssign)) and _names(one) <= known
            if isinstance(one, ast.AugAssign) or not {*quantities, *assigned} & _stored(one)
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


def _stored(node: ast.AST) -> set[str]:
    names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in names if isinstance(one.ctx, ast.Store)}


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


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


def _formulas(
    right: Sequence[Trees], function: str, target: str, kind: str, known: set[str]
) -> Iterator[str]:
    found = set()
    for program in right:
        for other, body in program.functions.items():
            for _, value, name in _sized(body):
                one = program.held.get(other, {}).get(name)
                same = name == target if target else one is not None and one.kind == "size"
                free = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)} - {"np"}
                if same and one is not None and alike(one.kind, kind) and free <= known:
                    found.add(ast.unparse(value))
    yield from sorted(found)
