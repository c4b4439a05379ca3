"""Edits of variables: another name, an index off by one, an array that is summed, flipped or scaled."""

from __future__ import annotations

import ast
import itertools
import re

from npae.exercises.edits.edit import TWIN, TWINS, alike, operator
from npae.exercises.programs import KEPT


@operator(ast.Tuple, ast.Call)
def exchanged(place):
    """Two things that stand in the order of the other."""
    node = place.node
    part = "elts" if isinstance(node, ast.Tuple) else "args"
    some = getattr(node, part)
    if (
        len(some) < 2
        or part == "args"
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "einsum"
        and len(some) < 3
    ):
        return
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    for k, m in itertools.combinations(range(len(some)), 2):
        texts = [ast.unparse(one) for one in some]
        if texts[k] == texts[m] or ":" in (texts[k], texts[m]):
            continue
        a, b = texts[k], texts[m]
        texts[k], texts[m] = b, a
        inside = ", ".join(texts) + ("," if len(texts) == 1 else "")
        text = (
            inside
            if part == "elts"
            else f"{ast.unparse(node.func)}({', '.join([*texts, *map(ast.unparse, node.keywords)])})"
        )
        likely = place.kind_of(some[k]) == place.kind_of(some[m]) != ""
        told = (
            f"{a} and {b} are unpacked in the other order."
            if stored
            else f"In {{target}}, {a} and {b} are exchanged."
        )
        cost = 1.25 if stored else 1 if part == "elts" else 2  # as likely as one wrong name
        yield (cost if likely else 2), text, told


@operator(ast.Name)
def other_name(place):
    """Use another variable of the same kind."""
    node = place.node
    if not isinstance(node.ctx, ast.Load) or node.id not in place.kinds:
        return
    if isinstance(place.holder, ast.Call) and place.field == "func":
        return
    own = place.kinds[node.id]
    for name, what in place.kinds.items():
        if name not in (node.id, "_") and alike(what, own):
            cost = 1.25 if TWIN.get(node.id) == name else 2 + 0.6 * (name in place.blank)
            yield cost, name, f"In {{target}}, {name} stands where {node.id} belongs."
    for name, what in place.elsewhere.items():
        if alike(what, own):
            yield 2, f"{KEPT}['{name}']", f"In {{target}}, {name} stands where {node.id} belongs."


@operator(ast.Name)
def off_by_one(place):
    """Use a size that is one too small or too large, counts twice, or is left out."""
    node = place.node
    if not isinstance(node.ctx, ast.Load):
        return
    indices = place.indices
    if node.id in indices and place.kinds[node.id] != "size":
        yield 1.5, f"({node.id} - 1)", f"In {{target}}, {node.id} is one too small: indices count from 0."
        yield 1.5, f"({node.id} + 1)", f"In {{target}}, {node.id} is one too large: indices count from 0."
    if place.kinds.get(node.id) == "size" and not isinstance(place.holder, ast.Tuple):
        yield 1.5, f"({node.id} - 1)", f"In {{target}}, {node.id} is one too small."
        yield 1.5, f"({node.id} + 1)", f"In {{target}}, {node.id} is one too large."
        yield 2.5, f"2 * {node.id}", f"In {{target}}, {node.id} counts twice."
        yield 2, "0", f"In {{target}}, {node.id} is left out, as if it were 0."
        yield 2, "1", f"In {{target}}, {node.id} is left out, as if it were 1."
        for name in indices:
            told = f"{node.id} is taken to be the largest entry of {name} plus 1: there may be more"
            yield 2, f"(np.max({name}) + 1)", f"In {{target}}, {told}."


@operator(ast.Slice)
def other_slice(place):
    """Begin or end a slice elsewhere: one place off, at the other end, or nowhere."""
    node = place.node
    low, high = (ast.unparse(one) if one else "" for one in (node.lower, node.upper))
    step = f":{ast.unparse(node.step)}" if node.step else ""
    if not low and not high:
        return
    now = f"{low}:{high}{step}"
    for text in (
        *((f"{int(low) + 1}:{step}",) if low.isdigit() and not high else ()),
        *((f":-{low}{step}",) if low.isdigit() and not high else ()),
        *((f"{high[1:]}:{step}",) if re.fullmatch(r"-\d", high) and not low else ()),
        *((f"{low}:{high} - 1{step}", f"{low}:{high} + 1{step}") if high else ()),
        *((f":{high}{step}",) if low else ()),
        *((f"{low}:{step}",) if high else ()),
    ):
        if text != now:
            yield 2.2, text, f"In {{target}}, the slice {text} stands where {now} belongs."


@operator(ast.Name)
def other_array(place):
    """Sum, average, flip or scale an array before it is used."""
    node = place.node
    own = place.kinds.get(node.id, "")
    if (
        not isinstance(node.ctx, ast.Load)
        or not own.startswith("array")
        or isinstance(place.holder, ast.Attribute)
        and place.holder.attr == "shape"
    ):
        return
    a, ndim = node.id, int(own.split()[1])
    axes = [(k,) for k in range(ndim)] + ([(ndim - 2, ndim - 1)] if ndim > 2 else [])
    for some in axes if ndim else ():
        over = " and ".join(place.axis(a, k) for k in some)
        for how in ("sum", "mean", "max") if ndim > 1 else ("mean",):  # the others are below, of all entries
            text = f"(0 * {a} + {a}.{how}(axis={some}, keepdims=True))"
            yield 3, text, f"In {{target}}, each entry of {a} has become the {how} over {over}."
        yield 2, f"np.flip({a}, {some})", f"In {{target}}, {a} is flipped along {over}."
        first = ", ".join([":"] * some[0] + [":1"])
        yield (
            3,
            f"(0 * {a} + {a}[{first}])",
            f"In {{target}}, only the first of {a} along {place.axis(a, some[0])} is used, for all.",
        )
    for k, m in itertools.combinations(range(ndim), 2):
        yield (
            2,
            f"{a}.swapaxes({k}, {m})",
            f"In {{target}}, two axes of {a} are exchanged: {place.axis(a, k)} and {place.axis(a, m)}.",
        )
        yield (
            2.5,
            f"{a}.swapaxes({k}, {m}).reshape({a}.shape)",
            f"In {{target}}, two axes of {a} are exchanged ({place.axis(a, k)} and {place.axis(a, m)}), "
            "and the result is then read in the old shape.",
        )
    yield 2, f"np.abs({a})", f"In {{target}}, {a} has lost its signs."
    yield 2, f"(-{a})", f"In {{target}}, {a} has the wrong sign."
    rooted = re.search(rf"\b{a} = (np\.sqrt\(|.*\*\* 0\.5$)", ast.unparse(place.function), re.M)
    told = f"no root is taken: the square of {a} stands there" if rooted else f"{a} is squared"
    yield 2, f"{a} ** 2", f"In {{target}}, {told}."
    yield 2, f"np.sqrt({a})", f"In {{target}}, the root of {a} is taken."
    yield 2, f"(1 - {a})", f"In {{target}}, 1 - {a} stands where {a} belongs."
    yield 2.1, f"(1 / {a})", f"In {{target}}, 1 / {a} stands where {a} belongs."
    yield 3, f"np.ones_like({a})", f"In {{target}}, {a} is left out: it is as if it were 1 everywhere."
    yield 3, f"{a}.sum()", f"In {{target}}, the sum of all of {a} stands where each entry belongs."
    yield 3, f"{a}.max()", f"In {{target}}, the largest entry of {a} stands where each entry belongs."


@operator(ast.Name)
def size_as_factor(place):
    """Multiply or divide an array by a size or by 2."""
    node = place.node
    if not isinstance(node.ctx, ast.Load) or not place.kinds.get(node.id, "").startswith("array"):
        return
    if isinstance(place.holder, (ast.Attribute, ast.Subscript)):
        return
    sizes = [name for name, what in place.kinds.items() if what == "size"]
    arrays = [
        (name, k)
        for name, what in place.kinds.items()
        if what.startswith("array")
        for k in range(int(what[6:]))
    ]
    lengths: dict[str, str] = {}
    for name, k in arrays:
        axis = place.axis(name, k)
        told = (
            f"the number of {axis}"
            if not axis.startswith("axis") and len(axis) > 1
            else f"the length of {axis} of {name}"
        )
        lengths.setdefault("n, the number of examples" if axis == "n" else told, f"{name}.shape[{k}]")
    areas = [(f"{a} * {b}", f"({a} * {b})") for a, b in TWINS if a in sizes and b in sizes]
    for told, text in [*((s, s) for s in sizes), *lengths.items(), *areas]:
        yield 2.5, f"({node.id} * {text})", f"In {{target}}, {node.id} is multiplied by {told}."
        yield 2.5, f"({node.id} / {text})", f"In {{target}}, {node.id} is divided by {told}."
    yield 2, f"2 * {node.id}", f"In {{target}}, {node.id} counts twice."
    yield 2, f"{node.id} / 2", f"In {{target}}, {node.id} counts half."


@operator(ast.BinOp, ast.Call, ast.Subscript)
def other_rest(place):
    """Put one of its parts in the place of a whole right-hand side, or change all of it."""
    if (
        not isinstance(place.holder, (ast.Assign, ast.AugAssign, ast.Return, ast.keyword))
        or place.field != "value"
    ):
        return
    a = ast.unparse(place.node)
    if a.startswith(("np.zeros", "np.ones", "np.empty")):
        return
    what, whole = place.kinds.get(place.target, ""), not isinstance(place.holder, ast.AugAssign)
    names = {n.id: place.kinds.get(n.id, "") for n in ast.walk(place.node) if isinstance(n, ast.Name)}
    for name, own in names.items():
        if whole and own and alike(own, what or own):
            yield 2, name, f"{{target}} is {name} itself: the rest is missing."
    for one, other in itertools.combinations(names, 2):
        if alike(names[one], names[other]) and names[one]:
            both = {one: other, other: one}
            text = re.sub(r"\b\w+\b", lambda found: both.get(found[0], found[0]), a)  # noqa: B023
            yield 2.4, text, f"In {{target}}, {one} and {other} are exchanged."
    for name, own in place.kinds.items() if what.startswith("array") else ():
        if own == what and name != place.target:
            yield 2.5, f"({a}) * {name}", f"In {{target}}, {name} is one factor too many."
            yield 2.5, f"({a}) / {name}", f"In {{target}}, there is one division by {name} too many."
    if what.startswith("array"):
        told = "{target}" if whole else f"In {{target}}, {a}"
        yield 2, f"-({a})", f"{told} has the wrong sign."
        yield 2, f"({a}) ** 2", f"{told} is squared."
        yield 2, f"np.sqrt({a})", "A root of {target} is taken."
        yield 2, f"np.abs({a})", f"{told} has lost its signs."
        yield 2, f"0 * ({a})", "{target} is 0 everywhere."
        yield 2.5, "1", f"In {{target}}, 1 stands where {a} belongs."
        for axis in range(int(what[6:])) if whole else ():
            yield 2.5, f"np.flip({a}, {axis})", f"{{target}} is flipped along axis {axis}."
