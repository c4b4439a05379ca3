"""Edits that only mend: another name, number or index, as it stands elsewhere in the program."""

from __future__ import annotations

import ast
import functools
import re

from npae.exercises.edits.edit import TWIN, loops_around, operator, twin


@operator(ast.Tuple, ast.List, ast.Call, ast.BinOp, ast.Subscript)
def names_of_a_part(place):
    """Use another name wherever one stands in a part of a line, or rows for columns and columns for rows."""
    if isinstance(getattr(place.node, "ctx", None), ast.Store):
        return
    text, inside = ast.unparse(place.node), [n.id for n in ast.walk(place.node) if isinstance(n, ast.Name)]
    if twin(text) != text:
        yield 1.75, twin(text), ""
    made = definitions(place.function)
    for name in dict.fromkeys(inside):
        others = {name: (2.0, f"({twin(made[name])})")} if name in made else {}
        if inside.count(name) > 1 and place.kinds.get(name, "") == "size":
            others = {other: (2.4, other) for other, what in place.kinds.items() if what == "size"} | others
            others |= {one: (1.75, one) for one in place.kinds if one == TWIN.get(name)}
        for cost, other in others.values():
            yield cost, re.sub(rf"(?<!\.)\b{name}\b(?!=)", other, text), ""


@operator(ast.expr)
def as_its_twin(place):
    """Do with rows what is done with columns in the same tuple or index, or the other way round."""
    if isinstance(place.holder, ast.Tuple) and isinstance(getattr(place.node, "ctx", ast.Load()), ast.Load):
        for other in (ast.unparse(one) for one in place.holder.elts if one is not place.node):
            if twin(other) not in (other, place.text) and twin(place.text) != place.text:
                told = f"{place.text} stands where {twin(other)} belongs, beside {other}"
                yield 1.6, twin(other), f"In {{target}}, {told}."


@functools.lru_cache(64)
def definitions(function: ast.FunctionDef) -> dict[str, str]:
    """Return what variables are computed by, where that has other words for rows than for columns."""
    assigned = [one for one in ast.walk(function) if isinstance(one, ast.Assign) and len(one.targets) == 1]
    texts = {ast.unparse(one.targets[0]): ast.unparse(one.value) for one in assigned}
    return {name: text for name, text in texts.items() if name.isidentifier() and twin(text) != text}


@operator(ast.Name)
def indexed(place):
    """Use an entry of an array that is used elsewhere, where a variable stands."""
    if isinstance(place.node.ctx, ast.Load) and place.node.id in place.kinds and place.field != "func":
        some = [one for one in ast.walk(place.function) if isinstance(one, ast.Subscript)]
        of_names = [one for one in some if isinstance(one.value, ast.Name) and isinstance(one.ctx, ast.Load)]
        for text in dict.fromkeys(ast.unparse(one) for one in of_names):
            if not (isinstance(place.holder, ast.Subscript) and place.field == "value"):
                yield 1.75, text, ""


@operator(ast.Slice)
def further_stride(place):
    """Let a slice take every so many entries, over as many times the length."""
    node = place.node
    if node.lower and isinstance(node.upper, ast.BinOp) and not node.step:
        low, op, length = ast.unparse(node.lower), node.upper.op, ast.unparse(node.upper.right)
        if isinstance(op, ast.Add) and ast.unparse(node.upper.left) == low:
            for name in [one for one, what in place.kinds.items() if what == "size"]:
                new = f"{low}:{low} + {name} * {length}:{name}"
                told = f"In {{target}}, the slice {ast.unparse(node)} is to go in steps of {name}: {new}."
                yield 2.25, new, told, f"in steps of {name}"


@operator(ast.Call)
def size_for_length(place):
    """Count all entries, where the rows are counted."""
    if ast.unparse(place.node.func) == "len":
        a = ast.unparse(place.node.args[0])
        told = f"In {{target}}, len({a}) counts the first axis alone; {a}.size is the number of all entries."
        yield 1.5, f"np.size({a})", told


@operator(ast.Call)
def without_keyword(place):
    """Leave a keyword argument out, so that its default counts."""
    for key in place.node.keywords:
        if key.arg and key.arg not in ("axis", "keepdims"):
            rest = [*place.node.args, *(one for one in place.node.keywords if one is not key)]
            told = f"In {{target}}, {ast.unparse(key)} does not belong in {place.text}."
            yield 2.1, f"{ast.unparse(place.node.func)}({', '.join(map(ast.unparse, rest))})", told


@operator(ast.Constant)
def counter_for_number(place):
    """Use the counter of a loop as an index, where a number stands."""
    index = place.holder if isinstance(place.holder, ast.Tuple) else place.node
    indices = (one.slice for one in ast.walk(place.statement) if isinstance(one, ast.Subscript))
    if isinstance(place.node.value, int) and any(one is index for one in indices):
        for name in [one for one, _ in loops_around(place) if one.isidentifier()]:
            told = f"the index {place.text} stands where {name} belongs: it is the same in every step"
            yield 1.25, name, f"In {{target}}, {told} of the loop over {name}."


@operator(ast.Constant)
def argument_for_number(place):
    """Use an argument, where its default stands as a number; or a float, where an integer makes the type."""
    arguments, value = place.function.args, place.node.value
    for one, default in zip(reversed(arguments.args), reversed(arguments.defaults)):
        if place.holder is not arguments and isinstance(value, float) and place.text == ast.unparse(default):
            told = f"{place.text} stands where {one.arg} belongs, which may be another number"
            yield 1, one.arg, f"In {{target}}, {told}."
    if type(value) is int and isinstance(place.holder, (ast.Return, ast.IfExp)):
        told = f"{value} is an integer, and may make integers of all numbers: {float(value)} belongs there"
        yield 1.25, f"{float(value)}", f"In {{target}}, {told}."


@operator(ast.Name)
def kept_result(place):
    """Keep a result that is thrown away."""
    if place.node.id == "_" and isinstance(place.holder, ast.Tuple):
        line = ast.unparse(place.statement).partition("\n")[0].rstrip(":")
        for name in place.kinds:
            yield 1.5, name, f"The line {line} throws away what {name} is to be."


@operator(ast.Call)
def from_zeros(place):
    """Begin with zeros, where something else is copied."""
    func = ast.unparse(place.node.func)
    if isinstance(place.holder, ast.Assign) and func.endswith((".copy", "np.ones_like", "np.array")):
        yield 1.75, f"np.zeros_like({place.text})", f"{{target}} begins as {place.text}, and not as zeros."
