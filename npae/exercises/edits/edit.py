"""What an edit of a right program consists of, where it applies, and the helpers of all operators."""

from __future__ import annotations

import ast
import functools
import re
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from npae.exercises.programs import KEPT, Change, Program, exchanged


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
    lines : tuple of ast.stmt
        The statements that read otherwise with the changes.
    target : str
        What the changed statement computes.
    """

    key: str
    cost: float
    sentence: str
    changes: tuple[Change, ...]
    functions: frozenset[str]
    lines: tuple[ast.stmt, ...] = ()
    target: str = ""

    @property
    def text(self) -> str:
        """The first lines of its statements as they read with the changes.

        Variables of forward that backward uses have no other name there.
        """
        with exchanged(self.changes):
            texts = dict.fromkeys(ast.unparse(one).partition("\n")[0].rstrip(":") for one in self.lines)
        return re.sub(rf"{KEPT}\['(\w+)'\]", r"\1", "; ".join(texts))

    def program(self, right: Program) -> Program:
        """Return the program that `module` makes modules of: the right one."""
        return right

    def module(self, right: Program) -> types.ModuleType:
        """Return a right program with the edit in it, as a module.

        Raises
        ------
        SyntaxError, ValueError, TypeError
            Where the edit makes no program.
        """
        return self.program(right).module(self.changes, self.functions)


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
    indices : list of str
        The arrays of one axis that the function uses as indices.
    blank : set of str
        The variables that begin as zeros, or empty: in the place of others, they hide what is done.
    """

    node: Any
    holder: Any
    field: str
    index: int | None
    statement: Any
    function: ast.FunctionDef
    kinds: dict[str, str]
    elsewhere: dict[str, str]
    axes: dict[str, list[str]]
    indices: list[str]
    blank: set[str]

    def axis(self, name: str, number: int) -> str:
        """Return what an axis of a variable, or of a formula, is called; "axis 0" where it has no name."""
        variables = [] if re.search(r"\w[(\[.]|@", name) else re.findall(r"[A-Za-z_]\w*", name)
        known = max((self._axes_of(one) for one in variables), key=len, default=[])
        return known[number] if number < len(known) else f"axis {number}"

    def _axes_of(self, name: str) -> list[str]:
        known = self.axes.get(name, self.axes.get(name.removeprefix("d"), []))
        return known if self.kinds.get(name, self.elsewhere.get(name)) == f"array {len(known)}" else []

    @functools.cached_property
    def target(self) -> str:
        """What the statement computes: the name before the =, or the results of the function."""
        one = self.statement
        if isinstance(one, (ast.Assign, ast.AugAssign)):
            target = one.targets[0] if isinstance(one, ast.Assign) else one.target
            while isinstance(target, ast.Subscript):
                target = target.value
            return ast.unparse(target).strip("()")
        if isinstance(one, ast.For):
            return f"the loop over {counter(one)}"
        if isinstance(one, (ast.If, ast.While)):
            return CONDITION
        return f"what {self.function.name} returns" if isinstance(one, ast.Return) else "one line"

    @functools.cached_property
    def text(self) -> str:
        """The code of the node."""
        return ast.unparse(self.node)

    def kind_of(self, node: ast.AST) -> str:
        """Return the kind of a variable, or "" of anything else."""
        return self.kinds.get(node.id, "") if isinstance(node, ast.Name) else ""


@dataclass(frozen=True)
class Operator:
    """A kind of mistake.

    Attributes
    ----------
    key : str
    nodes : tuple of type
        What it applies to.
    make : callable
        ``make(place)`` yields (cost, text of what stands there instead, sentence); or, in the place of the
        text, a list of statements: the block that the one in question stands in. The sentence may hold
        {target}. A fourth item says in what manner two edits have to agree that are one mistake in two
        places; by default, both texts.
    """

    key: str
    nodes: tuple
    make: Callable[[Place], Iterable[tuple]]


def operator(*nodes: type) -> Callable[[Callable], Operator]:
    """Make a function the operator for some kinds of nodes; its name is the key."""
    return lambda make: Operator(make.__name__, nodes, make)


CONDITION = "a condition"  # where an edit of the line of an if is

# What is added, or is the limit, to keep a denominator or a logarithm from 0.
TINY = tuple(10.0**-k for k in range(3, 17))

# How much of a moving average stays.
DECAYS = (0.5, 0.9, 0.95, 0.99, 0.999)

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


TWIN = {one: other for pair in TWINS for one, other in (pair, pair[::-1])} | {"rows": "cols", "[2]": "[3]"}

TWIN |= {"[3]": "[2]", "[0]": "[1]", "[1]": "[0]"}


_WORDS = "|".join(name for name in TWIN if name.isidentifier())
TWIN_NAME = re.compile(rf"(?<![A-Za-z0-9])(?:{_WORDS})(?![A-Za-z0-9])|\[[0123]\]")  # also in rest_h


def twin(text: str) -> str:
    """Return a text with rows and columns exchanged."""
    return TWIN_NAME.sub(lambda found: TWIN[found.group()], text)


def parts(place: Place, *names: str) -> tuple[str, ...]:
    """Return the texts of parts of a node, with brackets where a part needs them."""
    texts = []
    for name in names:
        part = getattr(place.node, name)
        text = ast.unparse(part)
        texts.append(f"({text})" if isinstance(part, (ast.BinOp, ast.UnaryOp, ast.Compare)) else text)
    return tuple(texts)


def atom(node: ast.AST) -> str:
    """Return the text of a node as what stands before a dot."""
    text = ast.unparse(node)
    return text if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)) else f"({text})"


def plain(text: str) -> str:
    """Return the text of a formula without the brackets around it."""
    return text[1:-1] if text.startswith("(") and text.endswith(")") and text.count("(") == 1 else text


def usual(value: object) -> tuple[float, ...]:
    """Return the numbers that are used where a default stands."""
    if not isinstance(value, float):
        return ()
    return DECAYS if value >= 0.5 else TINY if value < 0.1 else ()


def alike(what: str, own: str) -> bool:
    """Return whether two kinds of variables can be confused with each other."""
    return what == own or what.startswith("array") and own.startswith("array")


def counter(loop: ast.For) -> str:
    """Return what a loop runs over: the name of its counter, or what it counts where that has no name."""
    name = ast.unparse(loop.target)
    return ast.unparse(loop.iter) if name == "_" else name


def loops_around(place: Place) -> list[tuple[str, str]]:
    """Return the counters and the lengths n of the loops over a range(n) that a statement stands in."""
    return [
        (counter(loop), ast.unparse(loop.iter.args[0]))
        for loop in ast.walk(place.function)
        if isinstance(loop, ast.For)
        and any(one is place.statement for one in ast.walk(loop))
        and isinstance(loop.iter, ast.Call)
        and ast.unparse(loop.iter.func) == "range"
        and len(loop.iter.args) == 1
    ]


def names(node: ast.AST, stored: bool = False) -> set[str]:
    """Return the names in a node; ``stored``: of the variables that it writes to, or into."""
    found = set()
    for one in ast.walk(node):
        target: Any = one
        while isinstance(target, (ast.Subscript, ast.Attribute)):
            target = target.value
        if isinstance(target, ast.Name) and (not stored or isinstance(getattr(one, "ctx", None), ast.Store)):
            found.add(target.id)
    return found
