"""Edits of formulas: a sign, an operation, a power, a term or factor that is missing, brackets, a number."""

from __future__ import annotations

import ast

from npae.exercises.edits.edit import TINY, operator, parts, plain, usual


@operator(ast.BinOp)
def other_sign(place):
    """Exchange a sum and a difference, or the two sides of a difference."""
    a, b = parts(place, "left", "right")
    if isinstance(place.node.op, ast.Add):
        yield 1, f"{a} - {b}", f"In {{target}}, {plain(b)} is subtracted; it is to be added."
        yield 1.5, f"{b} - {a}", f"In {{target}}, {plain(a)} is subtracted; it is to be added."
    elif isinstance(place.node.op, ast.Sub):
        yield 1, f"{a} + {b}", f"In {{target}}, {plain(b)} is added; it is to be subtracted."
        yield (
            1,
            f"{b} - {a}",
            f"In {{target}}, the difference is the wrong way round: {plain(b)} - {plain(a)}.",
        )


@operator(ast.BinOp)
def other_operation(place):
    """Exchange a product, a quotient, a sum or a matrix product for another operation."""
    a, b = parts(place, "left", "right")
    op, end = place.node.op, f"{plain(a)} and {plain(b)}"
    if isinstance(op, ast.Mult):
        yield 1, f"{a} / {b}", f"In {{target}}, {plain(a)} is divided by {plain(b)}, not multiplied."
        yield 2, f"{b} / {a}", f"In {{target}}, {plain(b)} is divided by {plain(a)}, not multiplied."
        yield 1.5, f"{a} + {b}", f"In {{target}}, {end} are added, not multiplied."
        if a == "2":
            yield 1.5, f"{b} ** 2", f"In {{target}}, {plain(b)} is squared, where twice it belongs."
    elif isinstance(op, ast.Div):
        yield 1, f"{a} * {b}", f"In {{target}}, {plain(a)} is multiplied by {plain(b)}, not divided."
        yield (
            2,
            f"{b} / {a}",
            f"In {{target}}, the fraction is upside down: {plain(b)} stands above {plain(a)}.",
        )
    elif isinstance(op, ast.Add):
        yield 2, f"{a} * {b}", f"In {{target}}, {end} are multiplied, not added."
    elif isinstance(op, ast.FloorDiv):
        yield 1, f"-(-{a} // {b})", f"In {{target}}, {a} / {b} is rounded up, not down."
        yield (
            1.5,
            f"round({a} / {b})",
            f"In {{target}}, {a} / {b} is rounded to the nearest number.",
        )
    elif isinstance(op, ast.MatMult):
        yield 1, f"{b} @ {a}", f"In {{target}}, {end} have changed sides in the product."
        yield (
            2,
            f"{a} * {b}",
            f"In {{target}}, {end} are multiplied entry by entry, where the matrix product belongs.",
        )


@operator(ast.BinOp)
def power(place):
    """Replace a power by its base, by a product, or by another power."""
    a, b = parts(place, "left", "right")
    if isinstance(place.node.op, ast.Pow):
        told = f"{plain(a)} is not squared" if b == "2" else f"the power {plain(b)} of {plain(a)} is missing"
        yield 1, a, f"In {{target}}, {told}."
        yield (
            1,
            f"{a} * {b}",
            f"In {{target}}, {plain(a)} is multiplied by {plain(b)}, where it is its power.",
        )
        yield (
            1.5,
            f"np.abs({a})",
            f"In {{target}}, the absolute value of {plain(a)} is taken, not the power.",
        )
        yield 2, f"{a} ** 3", f"In {{target}}, {plain(a)} has the power 3."


@operator(ast.BinOp)
def dropped(place):
    """Leave out one side of an operation."""
    a, b = parts(place, "left", "right")
    word = {ast.Mult: "factor", ast.Add: "term", ast.Sub: "term", ast.MatMult: "factor"}.get(
        type(place.node.op)
    )
    if isinstance(place.node.op, (ast.Div, ast.FloorDiv)):
        yield 0.9, a, f"In {{target}}, the division by {plain(b)} is missing."
        yield 2, f"1 / {b}", f"In {{target}}, {plain(a)} is missing: 1 stands in its place."
    elif word:
        yield 1.25 if a == "1" else 1, a, f"In {{target}}, the {word} {plain(b)} is missing."
        minus = "-" if isinstance(place.node.op, ast.Sub) else ""
        yield 1, minus + b, f"In {{target}}, the {word} {plain(a)} is missing."
        first = place.node.left
        while isinstance(first, ast.BinOp) and isinstance(first.op, (ast.Add, ast.Sub)):
            first = first.left
        if word == "term" and first is not place.node.left:
            only = ast.unparse(first)
            yield 1.25, only, f"In {{target}}, only the term {only} is there: those after it are missing."


@operator(ast.UnaryOp)
def minus_forgotten(place):
    """Leave out a minus sign."""
    if isinstance(place.node.op, ast.USub) and not isinstance(place.holder, ast.Slice):
        (a,) = parts(place, "operand")
        yield 1, a, f"In {{target}}, the minus before {plain(a)} is missing."


@operator(ast.BinOp)
def brackets(place):
    """Brackets left out, or a factor that stands inside where it belongs outside."""
    op, left, right = place.node.op, place.node.left, place.node.right
    a, b = parts(place, "left", "right")
    if isinstance(op, ast.Div) and isinstance(right, ast.BinOp):
        c, d = (ast.unparse(part) for part in (right.left, right.right))
        sign = {ast.Mult: "*", ast.Add: "+", ast.Sub: "-"}.get(type(right.op))
        if sign:
            yield (
                0.95,
                f"{a} / {c} {sign} {d}",
                f"In {{target}}, only {c} stands below the fraction, not {c} {sign} {d}.",
            )
    if (
        isinstance(op, (ast.Mult, ast.Div))
        and isinstance(left, ast.BinOp)
        and isinstance(left.op, (ast.Add, ast.Sub))
    ):
        c, d, sign = (
            ast.unparse(left.left),
            ast.unparse(left.right),
            "+" if isinstance(left.op, ast.Add) else "-",
        )
        mark, done = ("*", "multiplied") if isinstance(op, ast.Mult) else ("/", "divided")
        yield (
            1,
            f"{c} {sign} {d} {mark} {b}",
            f"In {{target}}, only {d} is {done} by {plain(b)}: brackets are missing.",
        )
    if isinstance(op, ast.Mult) and isinstance(right, ast.BinOp) and isinstance(right.op, (ast.Add, ast.Sub)):
        c, d, sign = (
            ast.unparse(right.left),
            ast.unparse(right.right),
            "+" if isinstance(right.op, ast.Add) else "-",
        )
        told = f"In {{target}}, {plain(a)} is multiplied with {c} alone: brackets are missing."
        yield 1, f"{a} * {c} {sign} {d}", told
    if isinstance(op, ast.Div) and all(
        isinstance(o, ast.BinOp) and isinstance(o.op, (ast.Add, ast.Sub)) for o in (left, right)
    ):
        yield (
            1.5,
            f"{a[1:-1]} / {b[1:-1]}",
            "In {target}, brackets are missing in the numerator and in the denominator.",
        )
    if isinstance(op, ast.Add) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
        c, d = ast.unparse(left.left), ast.unparse(left.right)
        for one, other in ((c, d), (d, c)):
            told = f"In {{target}}, {plain(b)} is added too early: {one} multiplies it as well."
            yield 1, f"{one} * ({other} + {b})", told
    if isinstance(op, ast.Mult):
        for one, other in ((left, right), (right, left)):
            if isinstance(other, ast.BinOp) and isinstance(other.op, (ast.Add, ast.Sub)):
                for name in [n for n in ast.walk(other) if isinstance(n, ast.Name)]:
                    kept, name.id = name.id, f"({ast.unparse(one)} * {name.id})"
                    text, name.id = ast.unparse(other), kept
                    yield (
                        2,
                        text,
                        f"In {{target}}, {ast.unparse(one)} stands inside, as a factor of {kept}; it belongs "
                        "outside, as a factor of all.",
                    )


@operator(ast.Call, ast.BinOp)
def outside_or_inside(place):
    """Add outside of a function what belongs inside, or inside what belongs outside."""
    node = place.node
    added = node.args[0] if isinstance(node, ast.Call) and len(node.args) == 1 else node
    if not (isinstance(added, ast.BinOp) and isinstance(added.op, (ast.Add, ast.Sub))):
        return
    sign, a, b = (
        "+" if isinstance(added.op, ast.Add) else "-",
        ast.unparse(added.left),
        ast.unparse(added.right),
    )
    if added is not node:
        f, rest = ast.unparse(node.func), "".join(f", {ast.unparse(key)}" for key in node.keywords)
        told = f"stands outside of {f}(...); it belongs inside."
        yield 1, f"{f}({a}{rest}) {sign} {b}", f"In {{target}}, {b} {told}"
        if sign == "+":
            yield 1, f"{f}({b}{rest}) + {a}", f"In {{target}}, {a} {told}"
    elif isinstance(added.left, ast.Call) and len(added.left.args) == 1 and not added.left.keywords:
        f, inside = ast.unparse(added.left.func), ast.unparse(added.left.args[0])
        told = f"In {{target}}, {b} stands inside of {f}(...); it belongs outside."
        yield 1, f"{f}({inside} {sign} {b})", told


@operator(ast.BinOp)
def logarithm_of_a_fraction(place):
    """Take the logarithm of a fraction that may be rounded to 0, where logarithms are subtracted."""
    node = place.node
    log = node.right
    if not (isinstance(node.op, ast.Sub) and isinstance(log, ast.Call) and ast.unparse(log.func) == "np.log"):
        return
    fraction = f"np.exp({ast.unparse(node.left)}) / ({ast.unparse(log.args[0])})"
    text = f"np.log({fraction})"
    yield (
        1.5,
        text,
        "In {target}, the logarithm is taken of a fraction that is rounded to 0 where it is tiny.",
    )
    for e in TINY:
        told = f"In {{target}}, {e:g} is added inside the logarithm: what is smaller is lost."
        yield 1.75, f"np.log({fraction} + {e})", told
        told = f"In {{target}}, the logarithm is taken of a fraction that is cut off at {e:g}."
        yield 1.75, f"np.log(np.maximum({fraction}, {e}))", told
        yield 1.75, f"np.log(np.clip({fraction}, {e}, 1 - {e}))", f"{told[:-1]} and at 1 - {e:g}."


@operator(ast.Compare)
def other_comparison(place):
    """Compare with another operator."""
    if len(place.node.ops) == 1:
        a, b = ast.unparse(place.node.left), ast.unparse(place.node.comparators[0])
        signs = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "=="}
        now = signs.get(type(place.node.ops[0]))
        for sign in [one for one in signs.values() if now and one != now]:
            yield 1.5, f"{a} {sign} {b}", f"In {{target}}, {a} {sign} {b} stands where {a} {now} {b} belongs."


@operator(ast.BoolOp)
def other_conjunction(place):
    """Ask for all of several conditions, or for one of them alone, where another is asked for."""
    node = place.node
    now, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    some = [f"({ast.unparse(one)})" for one in node.values]
    yield 1.25, f" {other} ".join(some), f"In {{target}}, {other} stands where {now} belongs."
    for one in some:
        yield 1.5, one, f"In {{target}}, {plain(one)} alone decides, not {ast.unparse(node)}."


COUNTING = ("range", "np.arange", "np.linspace", "np.repeat", "np.reshape", "np.zeros", "np.ones", "np.empty")


@operator(ast.Constant)
def other_number(place):
    """Replace a number by one that is confused with it."""
    value = place.node.value
    if (
        type(value) not in (int, float)
        or isinstance(place.holder, ast.keyword)
        and place.holder.arg == "axis"
        or isinstance(place.holder, ast.Subscript)
        and ast.unparse(place.holder.value).endswith(".shape")
    ):
        return
    default = isinstance(place.holder, ast.arguments)
    others = (0, 1, 2, 0.5, value * 2, value / 2, value + 1, value - 1, value / 10, -value)
    for other in dict.fromkeys((*others, *(usual(value) if default else ()))):
        counts = isinstance(place.holder, ast.Call) and ast.unparse(place.holder.func) in COUNTING
        term = isinstance(place.holder, ast.BinOp) and isinstance(place.holder.op, (ast.Add, ast.Sub))
        tenth = isinstance(place.holder, ast.BinOp) and other == 0.1
        whole = isinstance(value, int) and (value > 2 or counts or term or tenth)
        if other != value and not (whole and isinstance(other, float)):
            told, cost = f"In {{target}}, {other:g} stands where {value:g} belongs.", 2.5
            if isinstance(place.holder, ast.Subscript) and {value, other} == {0, 1}:
                owner, cost = ast.unparse(place.holder.value), 1.5
                told = f"In {{target}}, {owner}[{other}] stands where {owner}[{value}] belongs."
            if default and place.field == "defaults":
                name = place.holder.args[place.index - len(place.holder.defaults)].arg
                told = f"The default of {name} is {other:g}."
            yield cost, repr(other), told
