"""Edits of calls: another function, another axis, another order of reading."""

from __future__ import annotations

import ast
import itertools
import re

from npae.exercises.edits.edit import atom, operator

AXES = (
    "",
    "0",
    "1",
    "2",
    "3",
    "-1",
    "(0, 1)",
    "(2, 3)",
    "(0, 2)",
    "(1, 2)",
    "(0, 1, 2)",
    "(0, 2, 3)",
    "(1, 2, 3)",
)
REDUCTIONS = ("sum", "mean", "max", "min", "prod", "argmax", "argmin", "std", "var")


# Functions of NumPy that are confused with each other.
FAMILIES = (
    ("exp", "exp2", "expm1"), ("log", "log2", "log10", "log1p"), ("tanh", "tan", "sinh", "cosh", "arctan"),
    ("sqrt", "square", "cbrt"), ("maximum", "minimum"), ("zeros", "ones"), ("zeros_like", "ones_like"),
    ("sum", "mean", "max", "min", "prod", "median"), ("argmax", "argmin"),
    ("floor", "ceil", "round", "rint", "trunc"),
    ("standard_normal", "random", "standard_exponential"), ("repeat", "tile"), ("permutation", "integers"),
    ("sin", "cos"), ("var", "std"), ("cumsum", "sum"), ("dot", "outer", "inner"),
)  # fmt: skip
FUNCTIONS = {
    name: tuple(dict.fromkeys(other for some in FAMILIES if name in some for other in some if other != name))
    for name in dict.fromkeys(name for some in FAMILIES for name in some)
}
FUNCTIONS["maximum"] = (*FUNCTIONS["maximum"], "max")


SAID = {
    ("sum", "mean"): "averages where it is to add up", ("mean", "sum"): "adds up where it is to average",
    ("floor", "rint"): "rounds to the nearest number, up or down",
    ("maximum", "max"): "takes the largest entry along an axis, where every entry is compared with a number",
}  # fmt: skip


@operator(ast.Call)
def other_function(place):
    """Call a function that is confused with the right one."""
    node = place.node
    if isinstance(node.func, ast.Attribute):
        name, owner = node.func.attr, atom(node.func.value)
        rest = ", ".join(ast.unparse(part) for part in (*node.args, *node.keywords))
        for other in FUNCTIONS.get(name, ()):
            if other == "tile" and len(node.args) > 1 and node.keywords:
                axis = ast.unparse(node.keywords[0].value)
                a, count = (ast.unparse(part) for part in node.args[:2])
                text = f"np.concatenate([{a}] * {count}, axis={axis})"
                yield (
                    1,
                    text,
                    "In {target}, whole copies stand side by side, as np.tile makes them; each entry is to "
                    "be repeated in its place.",
                )
                continue
            said = SAID.get((name, other), f"np.{other} stands where {name} belongs")
            said = f"{name} became {other}, which {said}" if (name, other) in SAID else said
            yield 1.5, f"{owner}.{other}({rest})", f"In {{target}}, {said}."
        if (
            owner == "np"
            and node.args
            and name not in ("zeros", "empty", "arange", "ndindex", "einsum", "pad")
        ):
            a = ast.unparse(node.args[0])
            yield 1.5, f"({a})", f"In {{target}}, np.{name} is missing: {a} itself stands there."
        if owner != "np" and name in ("copy", "astype", "T"):
            yield 1, owner, f"In {{target}}, {owner} is not copied: both names are one array."
    if (
        isinstance(node.func, ast.Name)
        and node.func.id in ("dict", "list", "reversed", "sorted")
        and node.args
    ):
        told = {"reversed": "are not taken from the last to the first", "sorted": "are not sorted"}
        a = ast.unparse(node.args[0])
        yield 1, a, f"{a} {told.get(node.func.id, 'is not copied: both names are one ' + node.func.id)}."


@operator(ast.Call)
def other_axis(place):
    """Reduce along another axis or along all of them, or with another keepdims."""
    node = place.node
    if not (isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS):
        return
    axis = next((key for key in node.keywords if key.arg == "axis"), None)
    given = [ast.unparse(part) for part in node.args]
    others = [ast.unparse(key) for key in node.keywords if key.arg != "axis"]
    func = ast.unparse(node.func)
    of_np = ast.unparse(node.func.value) == "np"
    if axis is None and (of_np and len(node.args) != 1 or not of_np and node.args):
        return
    now = ast.unparse(axis.value) if axis else ""
    what, keeps = given[0] if of_np else atom(node.func.value), "keepdims=True"
    kind = place.kinds.get(what, "")
    own = int(kind[6:]) if kind.startswith("array") else 0
    most = max((int(one[6:]) for one in place.kinds.values() if one.startswith("array")), default=4)
    most = max(own or most, 2)  # seen once; it may have other numbers of axes in other calls
    for other in AXES:
        numbers = [int(part) for part in re.findall(r"-?\d", other)]
        if other == now or max(numbers, default=0) >= most or 1 < len(numbers) == own:
            continue
        named = "the last axis" if other == "-1" else " and ".join(place.axis(what, k) for k in numbers)
        place_words = f"over {named}" if other else "over everything"
        told = f"In {{target}}, the {node.func.attr} of {what} is taken {place_words}."
        along = [*given, *([f"axis={other}"] if other else [])]
        cost = {"": 1.4, "-1": 1.6}.get(other, 1.5)
        yield cost, f"{func}({', '.join([*along, *others])})", told, f"along {other}"
        kept = [one for one in others if one != keeps] + [keeps] * (keeps not in others)
        told = f"{told[:-1]}, {'with' if keeps in kept else 'without'} keepdims."
        yield cost + 0.25, f"{func}({', '.join([*along, *kept])})", told, f"along {other}, {kept}"
    if node.func.attr == "argmax" and now:
        text = f"{what}.shape[{now}] - 1 - np.flip({what}, {now}).argmax(axis={now})"
        yield (
            1.5,
            text,
            f"In {{target}}, the last of several equal entries of {what} wins, where it is the first.",
        )
    if keeps in others:
        text = f"{func}({', '.join([*given, f'axis={now}', *(one for one in others if one != keeps)])})"
        told = f"In {{target}}, the {node.func.attr} of {what} has lost its axis: keepdims is missing."
        yield 1.25, text, told
    elif axis is None and not of_np:
        yield 1.5, what, f"In {{target}}, {what} is left as it is: the {node.func.attr} is missing."
    if axis is not None:
        text = f"{func}({', '.join([*given, f'axis={now}', 'keepdims=True'])})"
        yield (
            1.5,
            text,
            f"In {{target}}, the {node.func.attr} of {what} keeps its summed axis, with length 1.",
        )
        yield (
            1.5,
            what,
            f"In {{target}}, {what} is not summed: the {node.func.attr} over axis {now} is missing.",
        )


@operator(ast.Call)
def other_choice(place):
    """Exchange the two branches of np.where, take one of them everywhere, or limit an array on one side."""
    node = place.node
    if ast.unparse(node.func) == "np.clip" and len(node.args) == 3:
        a, low, high = (ast.unparse(part) for part in node.args)
        yield 0.95, f"np.maximum({a}, {low})", f"In {{target}}, {a} is cut off at {low}, but not at {high}."
        yield 0.95, f"np.minimum({a}, {high})", f"In {{target}}, {a} is cut off at {high}, but not at {low}."
    if ast.unparse(node.func) == "np.where" and len(node.args) == 3:
        c, a, b = (ast.unparse(part) for part in node.args)
        yield 1, f"np.where({c}, {b}, {a})", f"In {{target}}, the two branches of {c} are exchanged."
        yield 1.5, a, f"In {{target}}, {a} is taken everywhere, whether {c} or not."
        yield 1.5, b, f"In {{target}}, {b} is taken everywhere, whether {c} or not."


@operator(ast.Constant)
def other_letter(place):
    """Sum over another letter in the subscripts of np.einsum."""
    if isinstance(place.node.value, str) and "->" in place.node.value:
        spec, letters = place.node.value, sorted({*re.findall(r"\w", place.node.value)})
        for k, now in enumerate(spec):
            for letter in letters if now in letters else ():
                text = repr(f"{spec[:k]}{letter}{spec[k + 1 :]}")
                if letter != now:
                    yield 1.75, text, f"In {{target}}, {text} stands where {place.text} belongs."


@operator(ast.Subscript, ast.Call)
def other_length(place):
    """Use the length of another axis."""
    text = ast.unparse(place.node)
    match = re.fullmatch(r"(\w+)\.shape\[(\d)\]|len\((\w+)\)", text)
    if match:
        name, now = match[1] or match[3], int(match[2] or 0)
        own = place.kinds.get(name, "")
        for axis in range(int(own[6:])) if own.startswith("array") else ():
            there, here = place.axis(name, axis), place.axis(name, now)
            told = f"the length of {name} along {there} stands where that along {here} belongs"
            if axis != now:
                yield 1.5, f"{name}.shape[{axis}]", f"In {{target}}, {told}."


@operator(ast.Subscript)
def all_for_each(place):
    """Take all entries along an axis where an array of indices takes one for each."""
    if isinstance(place.node.slice, ast.Tuple):
        texts = [ast.unparse(one) for one in place.node.slice.elts]
        for k, one in enumerate(place.node.slice.elts):
            if place.kind_of(one).startswith("array") or isinstance(one, ast.Call):
                rest = " and ".join(text for text in texts if text != texts[k])
                owner, others = ast.unparse(place.node.value), [*texts[:k], *texts[k + 1 :]]
                told = f": stands where {texts[k]} belongs: all are taken with all of {rest}"
                told += ", and not each with its own"
                yield (
                    1.25,
                    f"{owner}[{', '.join([*texts[:k], ':', *texts[k + 1 :]])}]",
                    f"In {{target}}, {told}.",
                )
                told = f"the index {texts[k]} is missing"
                yield 1.5, f"{owner}[{', '.join(others)}]", f"In {{target}}, {told}."


@operator(ast.Subscript)
def not_flipped(place):
    """Take an array as it is, where it is turned round."""
    text, a = ast.unparse(place.node), ast.unparse(place.node.value)
    if "::-1" in text and isinstance(place.node.ctx, ast.Load):
        yield 0.95, a, f"In {{target}}, {a} stands where {text} belongs."


@operator(ast.Attribute)
def transpose(place):
    """Leave out a transposition, or reshape in its place."""
    if place.node.attr == "T":
        a = ast.unparse(place.node.value)
        yield 1, a, f"In {{target}}, {a} is not transposed."
        yield (
            1.5,
            f"{a}.reshape({a}.shape[::-1])",
            f"In {{target}}, {a} is reshaped, not transposed: its entries stay in reading order.",
        )


@operator(ast.Call)
def other_reading_order(place):
    """Axes that are split, or merged, in another order than they lie in memory."""
    node = place.node
    if (
        not (isinstance(node.func, ast.Attribute) and node.func.attr == "reshape")
        or ast.unparse(node.func.value) == "np"
    ):
        return
    owner, sizes = atom(node.func.value), [ast.unparse(one) for one in node.args]
    count = len(sizes)
    for k, m in itertools.permutations(range(count), 2) if count > 2 else ():
        order = list(range(count))
        order.insert(m, order.pop(k))
        back = [order.index(axis) for axis in range(count)]
        names = ", ".join(sizes[axis] for axis in order)
        yield (
            2,
            f"{owner}.reshape({names}).transpose({back})",
            f"In {{target}}, {owner} is split in the order {names}.",
        )
    ndim = place.kind_of(node.func.value).removeprefix("array ")
    for k, m in itertools.permutations(range(int(ndim)), 2) if ndim.isdigit() and int(ndim) > 3 else ():
        if abs(k - m) > 1:
            told = f"In {{target}}, {place.axis(owner, k)} of {owner} is counted at the wrong place: "
            told += f"as number {m + 1} of the axes."
            yield 2.5, f"np.moveaxis({owner}, {k}, {m}).reshape({', '.join(sizes)})", told
