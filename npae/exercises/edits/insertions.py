"""Edits that only mend: they put in what was left out, bring back what was overwritten, or take away."""

from __future__ import annotations

import ast
import itertools
import re

from npae.exercises.edits.edit import loops_around, operator, plain

SIGNS: dict[type, str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}


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
            yield 2.8, f"({a}) + {name}", ""
            yield 2.8, f"({a}) - {name}", ""
            yield 2.8, f"({a}) * (1 - {name})", ""
            yield 2.9, f"({a}) * (1 - {name} ** 2)", ""
        elif what == "size":
            yield 2.5, f"({a}) * {name}", ""
            yield 2.4, f"({a}) / {name}", ""


@operator(ast.Call)
def not_averaged(place):
    """Divide each entry by their number, where the mean is taken."""
    node = place.node
    if isinstance(node.func, ast.Attribute) and node.func.attr == "mean":
        a = ast.unparse(
            node.args[0] if ast.unparse(node.func.value) == "np" and node.args else node.func.value
        )
        told = (
            f"In {{target}}, the mean of {plain(a)} stands where each entry belongs, divided by their number."
        )
        yield 1.75, f"{a} / np.size({a})", told


@operator(ast.AugAssign)
def assign_not_add(place):
    """Add with np.add.at, where an array of indices may name a place several times."""
    node, target = place.node, ast.unparse(place.node.target)
    if isinstance(node.op, ast.Add) and isinstance(node.target, ast.Subscript):
        a, value = ast.unparse(node.target.value), ast.unparse(node.value)
        told = f"{target} += ... adds once for each place, however often the place occurs in an array of "
        told += "indices. np.add.at adds every time."
        yield 1.25, f"np.add.at({a}, np.s_[{target[len(a) + 1 : -1]}], {value})", told


@operator(ast.If)
def unconditional(place):
    """Do always what is done on a condition."""
    if place.field in ("body", "orelse"):
        told = f'What stands below "if {ast.unparse(place.node.test)}" is to be done in any case.'
        yield 2, "\n".join(map(ast.unparse, place.node.body)), told


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


@operator(ast.AugAssign)
def in_place(place):
    """Make a new array, where one is changed that may have another name as well."""
    target = ast.unparse(place.node.target)
    if place.kind_of(place.node.target).startswith("array") and type(place.node.op) in SIGNS:
        sign, value = SIGNS[type(place.node.op)], ast.unparse(place.node.value)
        told = f"{target} is changed in place, with {sign}=: what else holds this array changes with it."
        yield 1.25, f"{target} = {target} {sign} ({value})", told


@operator(ast.Assign)
def separate(place):
    """Make the value of each of several variables anew."""
    if len(place.node.targets) > 1:
        names = [ast.unparse(one) for one in place.node.targets]
        told = f"{' and '.join(names)} are one array: what is written into the one is in the other as well."
        yield 1.25, "\n".join(f"{name} = {ast.unparse(place.node.value)}" for name in names), told


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
        if a.isidentifier() and isinstance(place.holder, ast.BinOp) and isinstance(place.holder.op, ast.Mult):
            yield 2.25, f"({a} > 0)", ""
        if place.field == "value" or isinstance(place.statement, ast.Return):
            others = {kind: one for one, kind in reversed(place.kinds.items()) if kind.startswith("array")}
            for name in [one for kind, one in others.items() if kind != what]:
                yield 2.3, f"{a}.reshape({name}.shape)", f"In {{target}}, {a} is to have the shape of {name}."
        yield 2.25, f"{a}.sum()", ""
        yield 2.25, f"np.exp({a})", ""
        yield 2.5, f"{a}.reshape(-1)", ""


@operator(ast.Name, ast.Call, ast.Attribute, ast.Subscript)
def not_copied(place):
    """Copy an array where it gets another name, or is returned."""
    listed = isinstance(place.holder, ast.Call) and ast.unparse(place.holder.func).endswith(".append")
    if place.field == "value" and isinstance(place.holder, (ast.Assign, ast.Return)) or listed:
        a = ast.unparse(place.node)
        if not a.startswith(("np.zeros", "np.ones", "np.empty")):
            told = f"{{target}} is {a} itself, and not a copy: what is written into the one is in the other."
            if listed:
                told = f"{ast.unparse(place.holder.func.value)} holds {a} itself, each time, and no copies."
            yield 1.5, f"np.array({a})", told


@operator(ast.Assign)
def accumulated(place):
    """Add to a variable in every step of a loop."""
    target, value = ast.unparse(place.node.targets[0]), ast.unparse(place.node.value)
    if isinstance(place.holder, ast.For) and target.isidentifier() and len(place.node.targets) == 1:
        told = f"{target} is assigned with =, where contributions add up: only the last one is left."
        yield 2, f"{target} = {value} + ({target} if '{target}' in locals() else 0)", told


@operator(ast.Name, ast.Subscript)
def once_for_all_steps(place):
    """Add a term once, where it is added in every step of loops."""
    holder = place.holder
    if not isinstance(place.statement, ast.AugAssign) or not isinstance(holder, (ast.BinOp, ast.AugAssign)):
        return
    if isinstance(holder, ast.AugAssign) and place.field != "value" or not isinstance(holder.op, ast.Add):
        return
    loops, a = loops_around(place), ast.unparse(place.node)
    for count in range(1, len(loops) + 1):
        for some in itertools.combinations(loops, count):
            over = ", ".join(name for name, _ in some)
            told = (
                f"In {{target}}, {a} is added in every step of the loops over {over}: it is to be added once."
            )
            yield 2.5, f"{a} / ({' * '.join(f'({size})' for _, size in some)})", told


@operator(ast.Assign)
def twin_step(place):
    """Do with an array what is done with another one of its kind."""
    target = place.node.targets[0]
    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        a, line = target.value.id, ast.unparse(place.node)
        for name, what in place.kinds.items():
            if name != a and what == place.kinds.get(a):
                further = re.sub(rf"\b{a}\b", name, line)
                yield 2, f"{line}\n{further}", f"Besides {line}, a step is missing: {further}."


@operator(ast.Call, ast.Subscript, ast.BinOp)
def unwrapped(place):
    """Take the first argument or the owner of a call, an array without its index, a name in an index."""
    node = place.node
    if isinstance(getattr(node, "ctx", None), ast.Store):
        return
    if isinstance(node, ast.BinOp):
        if isinstance(place.holder, (ast.Slice, ast.Tuple)):
            for name in {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}:
                told = f"In {{target}}, {ast.unparse(node)} stands where {name} belongs."
                yield 2.25, name, told, f"only {name}"
        return
    text = ast.unparse(node.func if isinstance(node, ast.Call) else node.value)
    if isinstance(node, ast.Subscript):
        name, a = "index", text
        if place.kind_of(node.slice).startswith("array") and place.kind_of(node.value).startswith("array"):
            told = (
                f"In {{target}}, {ast.unparse(node)} has only the chosen entries, in a row; the others are "
            )
            yield 2.2, f"{a} * {ast.unparse(node.slice)}", f"{told}to be there as zeros."
        if "::-1" in ast.unparse(node.slice):
            told = f"In {{target}}, {a} is turned round by {ast.unparse(node)}; it is to stay as it is."
            yield 2, a, told
    elif isinstance(node.func, ast.Attribute) and not text.startswith("np."):
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
