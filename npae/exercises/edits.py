"""Small edits of right programs, as people make them by mistake, each with the sentence that says what was done.

An operator looks at one node of the syntax tree and yields what may stand in its place. It knows nothing of any
exercise: names come from the program, their kinds (sizes, arrays of so many axes) from a run of it. Edits of two
places that are the same mistake, as the loops over rows and over columns that both end too early, are one edit.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from npae.exercises.programs import KEPT, Change, Program, kind


@dataclass(frozen=True)
class Edit:
    """A mistake: changes of a right program, and what they are in words.

    Attributes
    ----------
    key : str
        The operator.
    cost : float
        How unlikely it is: of edits that compute the same, the cheapest names the mistake.
    sentence : str
    changes : tuple of Change
    functions : frozenset of str
        Those that it changes.
    text : str
        The statement as it reads with the change.
    target : str
        What the changed statement computes.
    """

    key: str
    cost: float
    sentence: str
    changes: tuple[Change, ...]
    functions: frozenset[str]
    text: str = ""
    target: str = ""


@dataclass(frozen=True)
class Place:
    """A node of a function, and what surrounds it.

    Attributes
    ----------
    node : ast.AST
    holder, field, index
        As in `Change`.
    statement : ast.stmt
        The one that the node is a part of.
    function : ast.FunctionDef
    kinds : dict of str to str
        Of the variables of the function; see `programs.kind`.
    elsewhere : dict of str to str
        Of the variables of the forward function, seen from the backward one.
    axes : dict of str to list of str
        What the axes of some variables are called.
    """

    node: ast.AST
    holder: ast.AST
    field: str
    index: int | None
    statement: ast.stmt
    function: ast.FunctionDef
    kinds: dict[str, str]
    elsewhere: dict[str, str]
    axes: dict[str, list[str]]

    def axis(self, name: str, number: int) -> str:
        """Return what an axis of a variable is called: "n", or "axis 0" where it has no name."""
        known = self.axes.get(name, self.axes.get(name.removeprefix("d"), ()))
        number = number + len(known) if number < 0 else number
        fits = self.kinds.get(name, self.elsewhere.get(name)) == f"array {len(known)}"
        return known[number] if fits and number < len(known) else f"axis {number}"

    @property
    def target(self) -> str:
        """What the statement computes: the name before the =, or the results of the function."""
        one = self.statement
        if isinstance(one, (ast.Assign, ast.AugAssign)):
            target = one.targets[0] if isinstance(one, ast.Assign) else one.target
            while isinstance(target, (ast.Subscript, ast.Attribute)):
                target = target.value
            return ast.unparse(target).strip("()")
        if isinstance(one, ast.For):
            return f"the loop over {_counter(one)}"
        return f"what {self.function.name} returns" if isinstance(one, ast.Return) else "one line"

    def kind_of(self, node: ast.AST) -> str:
        """Return the kind of a variable, or "" of anything else."""
        return self.kinds.get(node.id, "") if isinstance(node, ast.Name) else ""


# Names that are a pair, one for the rows and one for the columns: a mistake with one is often made with both.
TWINS = [("kh", "kw"), ("sh", "sw"), ("h_out", "w_out"), ("h_in", "w_in"), ("h", "w"), ("i", "j"), ("p", "q")]
TWINS += [
    ("rows", "columns"),
    ("rows", "cols"),
    ("top", "left"),
    ("vertical", "horizontal"),
    ("a", "b"),
    ("m", "v"),
]
TWINS += [("m_hat", "v_hat"), ("beta_1", "beta_2"), ("up", "down")]


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
    found: list[tuple[Edit, str, str]] = []
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


def _made(operator: Operator, place: Place, function: str) -> Iterator[tuple[Edit, str, str]]:
    """Yield the operator's edits of a place, each with what has to agree for two to be the same mistake."""
    around = ast.unparse(place.statement) if not isinstance(place.statement, ast.FunctionDef) else ""
    around = _TWIN_NAME.sub(lambda found: min(found.group(), _TWIN[found.group()]), around.partition("\n")[0])
    hidden = 0.5 if isinstance(place.statement, ast.Return) and len(place.function.body) > 1 else 0.0
    for cost, text, words in operator.make(place):
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
            told = f"{old}|{text}"
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
        same = f"{operator.key}|{around}|{min(told, _twin(told))}"
        yield (
            Edit(operator.key, cost, words, (change,), frozenset([function]), after, place.target),
            function,
            same,
        )


def _node(text: str, like: ast.AST) -> ast.AST:
    try:
        node = ast.parse(f"({text})", mode="eval").body
    except SyntaxError:  # an index, as :, :, i
        node = ast.parse(f"_[{text}]", mode="eval").body.slice
    ast.fix_missing_locations(ast.copy_location(node, like))
    if isinstance(getattr(like, "ctx", None), ast.Store):
        for one in ast.walk(node):
            if isinstance(one, ast.Name) or one is node:
                one.ctx = ast.Store()
    return node


def _joint(found) -> Iterator[Edit]:
    """Yield one edit for those that are the same mistake: in rows and columns, or in several functions."""
    for level in ("function", "program"):
        groups: dict[tuple, list[Edit]] = {}
        sizes: dict[tuple, set] = {}
        for edit, function, same in found:
            key = (function if level == "function" else "", same)
            groups.setdefault(key, []).append(edit)
            sizes.setdefault(key, set()).add(function)
        for key, some in groups.items():
            places = [(id(c.holder), c.field, c.index) for edit in some for c in edit.changes]
            enough = len(some) > 1 and len(set(places)) == len(places)
            if enough and (level == "function" or len(sizes[key]) > 1):
                first = some[0]
                words = list(dict.fromkeys(edit.sentence.rstrip(".") for edit in some))
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


def _twin(text: str) -> str:
    """Return a text with rows and columns exchanged."""
    return _TWIN_NAME.sub(lambda found: _TWIN[found.group()], text)


_TWIN = {one: other for pair in TWINS for one, other in (pair, pair[::-1])} | {"rows": "cols", "[2]": "[3]"}
_TWIN |= {"[3]": "[2]", "[0]": "[1]", "[1]": "[0]"}
_TWIN_NAME = re.compile(
    r"\b(?:" + "|".join(name for name in _TWIN if name.isidentifier()) + r")\b|\[[0123]\]"
)


@dataclass(frozen=True)
class Operator:
    """A kind of mistake.

    Attributes
    ----------
    key : str
    nodes : tuple of type
        What it applies to.
    make : callable
        ``make(place)`` yields (cost, text of what stands there instead, sentence); or, of a list of statements,
        the other list. The sentence may hold {target}.
    """

    key: str
    nodes: tuple
    make: object = field(compare=False)


OPERATORS: list[Operator] = []


def operator(*nodes):
    """Register a function as the operator for some kinds of nodes; its name is the key."""

    def register(make):
        OPERATORS.append(Operator(make.__name__, nodes, make))
        return make

    return register


def _of(place: Place, *names: str) -> tuple[str, ...]:
    """Return the texts of parts of a node, with brackets where a part needs them."""
    texts = []
    for name in names:
        part = getattr(place.node, name)
        text = ast.unparse(part)
        texts.append(f"({text})" if isinstance(part, (ast.BinOp, ast.UnaryOp, ast.Compare)) else text)
    return tuple(texts)


def _atom(node: ast.AST) -> str:
    """Return the text of a node as what stands before a dot."""
    text = ast.unparse(node)
    return text if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({text})"


def _plain(text: str) -> str:
    return text[1:-1] if text.startswith("(") and text.endswith(")") and text.count("(") == 1 else text


@operator(ast.BinOp)
def other_sign(place):
    a, b = _of(place, "left", "right")
    if isinstance(place.node.op, ast.Add):
        yield 1, f"{a} - {b}", f"In {{target}}, {_plain(b)} is subtracted; it is to be added."
        yield 1.5, f"{b} - {a}", f"In {{target}}, {_plain(a)} is subtracted; it is to be added."
    elif isinstance(place.node.op, ast.Sub):
        yield 1, f"{a} + {b}", f"In {{target}}, {_plain(b)} is added; it is to be subtracted."
        yield (
            1,
            f"{b} - {a}",
            f"In {{target}}, the difference is the wrong way round: {_plain(b)} - {_plain(a)}.",
        )


@operator(ast.BinOp)
def other_operation(place):
    a, b = _of(place, "left", "right")
    op, end = place.node.op, f"{_plain(a)} and {_plain(b)}"
    if isinstance(op, ast.Mult):
        yield 1, f"{a} / {b}", f"In {{target}}, {_plain(a)} is divided by {_plain(b)}, not multiplied."
        yield 2, f"{b} / {a}", f"In {{target}}, {_plain(b)} is divided by {_plain(a)}, not multiplied."
        yield 1.5, f"{a} + {b}", f"In {{target}}, {end} are added, not multiplied."
        if a == "2":
            yield 1.5, f"{b} ** 2", f"In {{target}}, {_plain(b)} is squared, where twice it belongs."
    elif isinstance(op, ast.Div):
        yield 1, f"{a} * {b}", f"In {{target}}, {_plain(a)} is multiplied by {_plain(b)}, not divided."
        yield (
            2,
            f"{b} / {a}",
            f"In {{target}}, the fraction is upside down: {_plain(b)} stands above {_plain(a)}.",
        )
    elif isinstance(op, ast.Add):
        yield 2, f"{a} * {b}", f"In {{target}}, {end} are multiplied, not added."
    elif isinstance(op, ast.FloorDiv):
        yield 1, f"-(-{a} // {b})", f"In {{target}}, {_plain(a)} / {_plain(b)} is rounded up, not down."
        yield (
            1.5,
            f"round({a} / {b})",
            f"In {{target}}, {_plain(a)} / {_plain(b)} is rounded to the nearest number.",
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
    a, b = _of(place, "left", "right")
    if isinstance(place.node.op, ast.Pow):
        told = (
            f"{_plain(a)} is not squared" if b == "2" else f"the power {_plain(b)} of {_plain(a)} is missing"
        )
        yield 1, a, f"In {{target}}, {told}."
        yield (
            1,
            f"{a} * {b}",
            f"In {{target}}, {_plain(a)} is multiplied by {_plain(b)}, where it is its power.",
        )
        yield (
            1.5,
            f"np.abs({a})",
            f"In {{target}}, the absolute value of {_plain(a)} is taken, not the power.",
        )
        yield 2, f"{a} ** 3", f"In {{target}}, {_plain(a)} has the power 3."


@operator(ast.BinOp)
def dropped(place):
    a, b = _of(place, "left", "right")
    word = {ast.Mult: "factor", ast.Add: "term", ast.Sub: "term", ast.MatMult: "factor"}.get(
        type(place.node.op)
    )
    if isinstance(place.node.op, (ast.Div, ast.FloorDiv)):
        yield 0.9, a, f"In {{target}}, the division by {_plain(b)} is missing."
        yield 2, f"1 / {b}", f"In {{target}}, {_plain(a)} is missing: 1 stands in its place."
    elif word:
        yield 1, a, f"In {{target}}, the {word} {_plain(b)} is missing."
        minus = "-" if isinstance(place.node.op, ast.Sub) else ""
        yield 1, minus + b, f"In {{target}}, the {word} {_plain(a)} is missing."


@operator(ast.UnaryOp)
def minus_forgotten(place):
    if isinstance(place.node.op, ast.USub):
        (a,) = _of(place, "operand")
        yield 1, a, f"In {{target}}, the minus before {_plain(a)} is missing."


@operator(ast.BinOp)
def brackets(place):
    """Brackets left out, or a factor that stands inside where it belongs outside."""
    op, left, right = place.node.op, place.node.left, place.node.right
    a, b = _of(place, "left", "right")
    if isinstance(op, ast.Div) and isinstance(right, ast.BinOp):
        c, d = (ast.unparse(part) for part in (right.left, right.right))
        sign = {ast.Mult: "*", ast.Add: "+", ast.Sub: "-"}.get(type(right.op))
        if sign:
            yield (
                1,
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
        mark = "*" if isinstance(op, ast.Mult) else "/"
        yield (
            1,
            f"{c} {sign} {d} {mark} {b}",
            f"In {{target}}, {mark} {_plain(b)} is done with {d} alone: brackets are missing.",
        )
    if isinstance(op, ast.Mult) and isinstance(right, ast.BinOp) and isinstance(right.op, (ast.Add, ast.Sub)):
        c, d, sign = (
            ast.unparse(right.left),
            ast.unparse(right.right),
            "+" if isinstance(right.op, ast.Add) else "-",
        )
        told = f"In {{target}}, {_plain(a)} is multiplied with {c} alone: brackets are missing."
        yield 1, f"{a} * {c} {sign} {d}", told
    if isinstance(op, ast.Div) and all(
        isinstance(o, ast.BinOp) and isinstance(o.op, (ast.Add, ast.Sub)) for o in (left, right)
    ):
        yield 1.5, f"{a[1:-1]} / {b[1:-1]}", "In {target}, brackets are missing above and below the fraction."
    if isinstance(op, ast.Mult):
        for one, other in ((left, right), (right, left)):
            if isinstance(other, ast.BinOp) and isinstance(other.op, (ast.Add, ast.Sub)):
                for name in [n for n in ast.walk(other) if isinstance(n, ast.Name)]:
                    kept, name.id = name.id, f"({ast.unparse(one)} * {name.id})"
                    text, name.id = ast.unparse(other), kept
                    yield (
                        2,
                        text,
                        f"In {{target}}, {ast.unparse(one)} stands inside, as a factor of {kept}; it belongs outside, as a factor of all.",
                    )


@operator(ast.Compare)
def other_comparison(place):
    if len(place.node.ops) == 1:
        a, b = ast.unparse(place.node.left), ast.unparse(place.node.comparators[0])
        signs = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "=="}
        now = signs.get(type(place.node.ops[0]))
        for sign in [one for one in signs.values() if now and one != now]:
            yield 1.5, f"{a} {sign} {b}", f"In {{target}}, {a} {sign} {b} decides."


@operator(ast.Constant)
def other_number(place):
    value = place.node.value
    if (
        type(value) not in (int, float)
        or isinstance(place.holder, ast.keyword)
        and place.holder.arg == "axis"
    ):
        return
    for other in dict.fromkeys(
        (0, 1, 2, 0.5, value * 2, value / 2, value + 1, value - 1, value / 10, -value)
    ):
        if other != value and not (isinstance(value, int) and isinstance(other, float) and value > 2):
            told = f"In {{target}}, {other:g} stands where {value:g} belongs."
            if isinstance(place.holder, ast.arguments) and place.field == "defaults":
                name = place.holder.args[place.index - len(place.holder.defaults)].arg
                told = f"The default of {name} is {other:g}."
            yield 2.5, repr(other), told


REDUCTIONS = ("sum", "mean", "max", "min", "prod", "argmax", "argmin", "std", "var")
FUNCTIONS = {
    "exp": ("exp2", "expm1"), "log": ("log2", "log10", "log1p"), "log1p": ("log",), "sqrt": ("square",),
    "maximum": ("minimum", "max"), "minimum": ("maximum",), "argmax": ("argmin",), "zeros": ("ones",),
    "zeros_like": ("ones_like",), "ones_like": ("zeros_like",), "tanh": ("sinh", "cosh", "arctan"), "repeat": ("tile",),
    "sum": ("mean", "max", "min", "prod"), "mean": ("sum", "median", "max"), "max": ("min", "sum", "mean"), "min": ("max",),
    "standard_normal": ("random", "standard_exponential"), "random": ("standard_normal",), "floor": ("ceil",), "ceil": ("floor",),
}  # fmt: skip
SAID = {
    ("sum", "mean"): "averages where it is to add up", ("mean", "sum"): "adds up where it is to average",
    ("maximum", "max"): "takes the largest entry along an axis, where every entry is compared with a number",
}  # fmt: skip


@operator(ast.Call)
def other_function(place):
    node = place.node
    if isinstance(node.func, ast.Attribute):
        name, owner = node.func.attr, _atom(node.func.value)
        rest = ", ".join(ast.unparse(part) for part in (*node.args, *node.keywords))
        for other in FUNCTIONS.get(name, ()):
            if other == "tile" and len(node.args) > 1 and node.keywords:
                axis = ast.unparse(node.keywords[0].value)
                a, count = (ast.unparse(part) for part in node.args[:2])
                text = f"np.concatenate([{a}] * {count}, axis={axis})"
                yield (
                    1,
                    text,
                    "In {target}, whole copies stand side by side, as np.tile makes them; each entry is to be repeated in its place.",
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
    node = place.node
    if not (isinstance(node.func, ast.Attribute) and node.func.attr in REDUCTIONS):
        return
    axis = next((key for key in node.keywords if key.arg == "axis"), None)
    given = [ast.unparse(part) for part in node.args]
    others = [ast.unparse(key) for key in node.keywords if key.arg != "axis"]
    func = ast.unparse(node.func)
    of_np = func.startswith("np.")
    if axis is None and (of_np and len(node.args) != 1 or not of_np and node.args):
        return
    now = ast.unparse(axis.value) if axis else ""
    what = given[0] if of_np else _atom(node.func.value)
    for other in (
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
    ):
        if other == now:
            continue
        text = f"{func}({', '.join([*given, *([f'axis={other}'] if other else []), *others])})"
        numbers = [int(part) for part in re.findall(r"-?\d", other)]
        named = [place.axis(what, number) for number in numbers]
        place_words = f"over {' and '.join(named)}" if other else "over everything"
        yield 1.5, text, f"In {{target}}, the {node.func.attr} of {what} is taken {place_words}."
    if node.func.attr == "argmax" and now:
        text = f"{what}.shape[{now}] - 1 - np.flip({what}, {now}).argmax(axis={now})"
        yield (
            1.5,
            text,
            f"In {{target}}, the last of several equal entries of {what} wins, where it is the first.",
        )
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
    node = place.node
    if ast.unparse(node.func) == "np.where" and len(node.args) == 3:
        c, a, b = (ast.unparse(part) for part in node.args)
        yield 1, f"np.where({c}, {b}, {a})", f"In {{target}}, the two branches of {c} are exchanged."
        yield 1.5, a, f"In {{target}}, {a} is taken everywhere, whether {c} or not."
        yield 1.5, b, f"In {{target}}, {b} is taken everywhere, whether {c} or not."


@operator(ast.Attribute)
def transpose(place):
    if place.node.attr == "T":
        a = ast.unparse(place.node.value)
        yield 1, a, f"In {{target}}, {a} is not transposed."
        yield (
            1.5,
            f"{a}.reshape({a}.shape[::-1])",
            f"In {{target}}, {a} is reshaped where it has to be transposed: its entries stay in reading order.",
        )


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
        yield (1 if likely and (stored or part == "elts") else 2), text, told


@operator(ast.Name)
def other_name(place):
    node = place.node
    if not isinstance(node.ctx, ast.Load) or node.id not in place.kinds:
        return
    if isinstance(place.holder, ast.Call) and place.field == "func":
        return
    own = place.kinds[node.id]
    for name, what in place.kinds.items():
        if name != node.id and _alike(what, own):
            cost = 1.25 if _TWIN.get(node.id) == name else 2
            yield cost, name, f"In {{target}}, {name} stands where {node.id} belongs."
    for name, what in place.elsewhere.items():
        if _alike(what, own):
            yield 2, f"{KEPT}['{name}']", f"In {{target}}, {name} stands where {node.id} belongs."


def _alike(what: str, own: str) -> bool:
    return what == own or what.startswith("array") and own.startswith("array")


@operator(ast.Name)
def off_by_one(place):
    node = place.node
    if (
        isinstance(node.ctx, ast.Load)
        and place.kinds.get(node.id) == "size"
        and not isinstance(place.holder, ast.Tuple)
    ):
        yield 1.5, f"({node.id} - 1)", f"In {{target}}, {node.id} is one too small."
        yield 1.5, f"({node.id} + 1)", f"In {{target}}, {node.id} is one too large."
        yield 2.5, f"2 * {node.id}", f"In {{target}}, {node.id} counts twice."
        yield 2, "0", f"In {{target}}, {node.id} is left out, as if it were 0."
        yield 2, "1", f"In {{target}}, {node.id} is left out, as if it were 1."


@operator(ast.Call)
def other_range(place):
    node = place.node
    if ast.unparse(node.func) == "range" and isinstance(place.holder, ast.For) and len(node.args) == 1:
        a, i = ast.unparse(node.args[0]), _counter(place.holder)
        yield 1, f"range(1, {a})", f"The loop over {i} leaves out its first step."
        yield 1, f"range({a} - 1)", f"The loop over {i} ends one step too early."
        yield 1.5, f"range(1, {a} + 1)", f"The loop over {i} counts from 1."
        yield 2, "range(1)", f"The loop over {i} takes its first step only."
        yield 2, f"range({a} - 1, {a})", f"The loop over {i} takes its last step only."


@operator(ast.expr)
def other_steps(place):
    if (
        isinstance(place.holder, ast.For)
        and place.field == "iter"
        and not ast.unparse(place.node).startswith("range(")
    ):
        a, over = ast.unparse(place.node), _counter(place.holder)
        yield 1, f"list({a})[1:]", f"The loop over {over} leaves out its first step."
        yield 1, f"list({a})[:-1]", f"The loop over {over} leaves out its last step."
        yield 1, f"list({a})[::-1]", f"The loop over {over} runs backwards, from its last step to its first."


@operator(ast.Name)
def other_array(place):
    """An array that is summed, averaged, flipped, or has lost an axis, before it is used."""
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
        for how in ("sum", "mean", "max"):
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
            f"In {{target}}, two axes of {a} are exchanged ({place.axis(a, k)} and {place.axis(a, m)}), and the result is then read in the old shape.",
        )
    yield 2, f"np.abs({a})", f"In {{target}}, {a} has lost its signs."
    yield 2, f"(-{a})", f"In {{target}}, {a} has the wrong sign."
    yield 2, f"{a} ** 2", f"In {{target}}, {a} is squared."
    yield 2, f"np.sqrt({a})", f"In {{target}}, the root of {a} is taken."
    yield 2, f"(1 - {a})", f"In {{target}}, 1 - {a} stands where {a} belongs."
    yield 2, f"(1 / {a})", f"In {{target}}, 1 / {a} stands where {a} belongs."
    yield 3, f"np.ones_like({a})", f"In {{target}}, {a} is left out: it is as if it were 1 everywhere."
    yield 3, f"{a}.sum()", f"In {{target}}, the sum of all of {a} stands where each entry belongs."
    yield 3, f"{a}.max()", f"In {{target}}, the largest entry of {a} stands where each entry belongs."


@operator(ast.Call)
def other_reading_order(place):
    """Axes that are split, or merged, in another order than they lie in memory."""
    node = place.node
    if (
        not (isinstance(node.func, ast.Attribute) and node.func.attr == "reshape")
        or ast.unparse(node.func.value) == "np"
    ):
        return
    owner, sizes = _atom(node.func.value), [ast.unparse(one) for one in node.args]
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
            told = f"In {{target}}, {place.axis(owner, k)} of {owner} is counted at the wrong place: as number {m + 1} of the axes."
            yield 2.5, f"np.moveaxis({owner}, {k}, {m}).reshape({', '.join(sizes)})", told


@operator(ast.Name)
def size_as_factor(place):
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
    lengths = {}
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
    """A whole right-hand side that has become one of its parts, or is changed as a whole."""
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
        if whole and own and _alike(own, what or own):
            yield 2, name, f"{{target}} is {name} itself: the rest is missing."
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


@operator(ast.AugAssign)
def assigned(place):
    node = place.node
    if place.index is None:
        return
    target, value = ast.unparse(node.target), ast.unparse(node.value)
    some = list(getattr(place.holder, place.field))
    if isinstance(node.op, ast.Add):
        some[place.index] = ast.parse(f"{target} = {value}").body[0]
        yield 1, some, f"{target} is assigned with =, where contributions add up: only the last one is left."
        some = list(some)
        some[place.index] = ast.parse(f"{target} -= {value}").body[0]
        yield 1.5, some, f"In {target}, {value} is subtracted; it is to be added."


@operator(ast.Assign)
def added(place):
    node = place.node
    if place.index is None or len(node.targets) != 1 or isinstance(node.targets[0], ast.Tuple):
        return
    target, value = ast.unparse(node.targets[0]), ast.unparse(node.value)
    some = list(getattr(place.holder, place.field))
    if isinstance(node.targets[0], ast.Subscript):
        some[place.index] = ast.parse(f"{target} += {value}").body[0]
        yield 1.5, some, f"{target} is added to with +=, where it is assigned."
    for name, what in place.kinds.items() if isinstance(node.targets[0], ast.Name) else ():
        if (
            name != target
            and what == place.kinds.get(target)
            and what != "size"
            and name not in value.split()
        ):
            more = [*some[: place.index + 1], *ast.parse(f"{name} = {target}").body, *some[place.index + 1 :]]
            yield (
                2.25,
                more,
                f"{name} becomes {target} as well: from there on, {name} is no longer what it was.",
            )
    match = isinstance(node.value, ast.BinOp) and ast.unparse(node.value.left) == target
    if match:
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}.get(type(node.value.op))
        if sign:
            some = list(some)
            some[place.index] = ast.parse(f"{target} {sign}= {ast.unparse(node.value.right)}").body[0]
            yield (
                1.5,
                some,
                f"{target} is changed in place, with {sign}=: the array that came in is the one that changes.",
            )


@operator(ast.Assign)
def not_made_anew(place):
    """A list or an array of zeros that is made once, for all calls: a mutable default, or a global."""
    node, value = place.node, ast.unparse(place.node.value)
    made = isinstance(node.value, (ast.List, ast.Dict)) or value.startswith(("np.zeros", "np.empty"))
    if made and place.index is not None and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        some = list(getattr(place.holder, place.field))
        some[place.index] = ast.parse(
            f"{name} = {KEPT}.setdefault(('made', '{name}', np.shape({value})), {value})"
        ).body[0]
        yield (
            1.75,
            some,
            f"{name} is not made anew in every call: it still holds what earlier calls have put there.",
        )


@operator(ast.stmt)
def statement(place):
    """A line that is missing, comes too late, stands inside a loop or outside of it."""
    if (
        place.index is None
        or place.field not in ("body", "orelse")
        or isinstance(place.node, (ast.FunctionDef, ast.Return))
    ):
        return
    some, k = list(getattr(place.holder, place.field)), place.index
    line = ast.unparse(place.node).partition("\n")[0].rstrip(":")
    before, after = some[:k], some[k + 1 :]
    if before or after:
        yield 1, [*before, *after], f"A step is left out: {line}."
    if after and not isinstance(after[0], ast.Return) and KEPT not in ast.unparse(after[0]):
        later = ast.unparse(after[0]).partition("\n")[0].rstrip(":")
        yield (
            1.5,
            [*before, after[0], place.node, *after[1:]],
            f"Two steps have changed places: {later} comes before {line}.",
        )
    if before and isinstance(before[-1], ast.For) and not isinstance(place.node, ast.For):
        loop = before[-1]
        inner = loop
        while True:
            within = ast.For(inner.target, inner.iter, [*inner.body, place.node], inner.orelse)
            chain, outer = within, loop
            path = []
            while outer is not inner:
                path.append(outer)
                outer = outer.body[-1]
            for one in reversed(path):
                chain = ast.For(one.target, one.iter, [*one.body[:-1], chain], one.orelse)
            yield (
                1.5,
                [*before[:-1], chain, *after],
                f"{line} is done in every step of the loop over {_counter(inner)}, where it is done once, after it.",
            )
            if not isinstance(inner.body[-1], ast.For):
                break
            inner = inner.body[-1]
        last = inner.body[-1]
        if (
            isinstance(last, ast.AugAssign)
            and isinstance(place.node, ast.AugAssign)
            and isinstance(last.op, ast.Add)
        ):
            kept, last.value = last.value, ast.BinOp(last.value, ast.Add(), place.node.value)
            text = ast.unparse(loop)
            last.value = kept
            yield (
                1.5,
                [*before[:-1], *ast.parse(text).body, *after],
                f"{ast.unparse(place.node.value)} is added in every step of the loop over {_counter(inner)}, where it is added once, after it.",
            )
    if after and isinstance(after[0], ast.For) and isinstance(place.node, ast.Assign):
        loop = after[0]
        within = ast.For(loop.target, loop.iter, [place.node, *loop.body], loop.orelse)
        yield (
            1.5,
            [*before, within, *after[1:]],
            f"{line} is done anew in every step of the loop over {_counter(loop)}, where it is done once, before it.",
        )
    if isinstance(place.node, ast.For):
        yield from _of_loop(place, some, k)


def _counter(loop: ast.For) -> str:
    """Return what a loop runs over: the name of its counter, or what it counts where that has no name."""
    name = ast.unparse(loop.target)
    return ast.unparse(loop.iter) if name == "_" else name


def _of_loop(place: Place, some: list, k: int):
    loop, over = place.node, _counter(place.node)
    before, after = some[:k], some[k + 1 :]

    def with_body(body):
        return ast.For(loop.target, loop.iter, body, loop.orelse)

    yield (
        2,
        [*before, with_body([*loop.body, ast.Break()]), *after],
        f"The loop over {over} ends after its first step.",
    )
    assigned_in = {
        n.id
        for one in loop.body
        for n in ast.walk(one)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    written = {
        ast.unparse(n.value)
        for one in loop.body
        for n in ast.walk(one)
        if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)
    }
    for name in sorted((assigned_in | written) & set(place.kinds)):
        kept = ast.parse(
            f"import copy as _copy\n_begin = _copy.copy({name}) if '{name}' in locals() else None"
        ).body
        again = ast.parse(f"{name} = _copy.copy(_begin) if _begin is not None else None").body
        yield (
            1.75,
            [*before, *kept, with_body([*again, *loop.body]), *after],
            f"Every step of the loop over {over} starts again from the first {name}: what the step before did to it is lost.",
        )
    for position, one in enumerate(loop.body):
        rest = [*loop.body[:position], *loop.body[position + 1 :]]
        line = ast.unparse(one).partition("\n")[0].rstrip(":")
        if rest and not isinstance(one, ast.For):
            yield (
                2,
                [*before, with_body(rest), one, *after],
                f"{line} is done once, after the loop over {over}, where it is done in every step.",
            )
            yield (
                2,
                [*before, one, with_body(rest), *after],
                f"{line} is done once, before the loop over {over}, where it is done in every step.",
            )


@operator(ast.Return)
def returned_as_given(place):
    """What comes back is an argument as it was at the start."""
    if place.holder is not place.function or place.node.value is None:
        return
    for name in [one.arg for one in place.function.args.args]:
        if any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(place.node.value)):
            kept = ast.parse(f"import copy as _copy\n_given = _copy.copy({name})").body
            text = re.sub(rf"\b{name}\b", "_given", ast.unparse(place.node))
            body = [*kept, *place.function.body[:-1], *ast.parse(f"def f():\n    {text}").body[0].body]
            yield 1.75, body, f"{name} is returned as it was given: what was done to it is lost."


@operator(ast.arguments)
def default_for_argument(place):
    """An argument that is never looked at."""
    names = [one.arg for one in place.node.args]
    start = len(names) - len(place.node.defaults)
    for name, default in zip(names[start:], place.node.defaults):
        line = ast.parse(f"{name} = {ast.unparse(default)}").body
        yield 1.5, line, f"The argument {name} is ignored: {ast.unparse(default)}, its default, is used."
