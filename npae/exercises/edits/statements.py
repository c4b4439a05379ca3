"""Edits of statements and loops: one that is missing, comes too late, or stands inside the loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from npae.exercises.edits.edit import Place, counter, operator, usual
from npae.exercises.programs import KEPT


@operator(ast.Call)
def other_range(place):
    """Let a loop over a range leave out its first or its last step."""
    node = place.node
    if ast.unparse(node.func) == "range" and isinstance(place.holder, ast.For) and len(node.args) == 1:
        a, i = ast.unparse(node.args[0]), counter(place.holder)
        yield 1, f"range(1, {a})", f"The loop over {i} leaves out its first step."
        yield 1, f"range({a} - 1)", f"The loop over {i} ends one step too early."
        yield 1.5, f"range(1, {a} + 1)", f"The loop over {i} counts from 1."
        yield 2, f"range({a} - 1, {a})", f"The loop over {i} takes its last step only."


@operator(ast.expr)
def other_steps(place):
    """Let a loop over a sequence leave out a step, or run backwards."""
    if (
        isinstance(place.holder, ast.For)
        and place.field == "iter"
        and not ast.unparse(place.node).startswith("range(")
    ):
        a, over = ast.unparse(place.node), counter(place.holder)
        yield 1, f"list({a})[1:]", f"The loop over {over} leaves out its first step."
        yield 1, f"list({a})[:-1]", f"The loop over {over} leaves out its last step."
        yield 1, f"list({a})[::-1]", f"The loop over {over} runs backwards, from its last step to its first."


@operator(ast.AugAssign)
def assigned(place):
    """Write = or -= where the right program has +=."""
    target, value = ast.unparse(place.node.target), ast.unparse(place.node.value)
    if isinstance(place.node.op, ast.Add):
        told = f"{target} is assigned with =, where contributions add up: only the last one is left."
        yield 1, f"{target} = {value}", told
        yield 1.5, f"{target} -= {value}", f"In {target}, {value} is subtracted; it is to be added."
    elif isinstance(place.node.op, ast.Sub):
        told = f"{target} is assigned with =, where {value} is to be subtracted from what it holds."
        yield 1, f"{target} = -{value}", told
        yield 1.25, f"{target} = {value}", told
        yield 1.5, f"{target} += {value}", f"In {target}, {value} is added; it is to be subtracted."


@operator(ast.Assign)
def added(place):
    """Write += for =, or give another variable the same value."""
    node = place.node
    if len(node.targets) != 1 or isinstance(node.targets[0], ast.Tuple):
        return
    line, target, value = (ast.unparse(one) for one in (node, node.targets[0], node.value))
    if isinstance(node.targets[0], ast.Subscript):
        yield 1.5, f"{target} += {value}", f"{target} is added to with +=, where it is assigned."
    own = place.kind_of(node.targets[0])
    for name, what in place.kinds.items() if own not in ("", "size") else ():
        if name != target and what == own and name not in value.split():
            told = f"{name} becomes {target} as well: from there on, {name} is no longer what it was."
            yield 2.25, f"{line}\n{name} = {target}", told
    if isinstance(node.value, ast.BinOp) and ast.unparse(node.value.left) == target:
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}.get(type(node.value.op))
        if sign:
            told = f"{target} is changed in place, with {sign}=: the array that came in changes."
            yield 1.5, f"{target} {sign}= {ast.unparse(node.value.right)}", told


@operator(ast.Assign)
def not_made_anew(place):
    """Make a list or an array of zeros once, for all calls: a mutable default, or a global."""
    node, value = place.node, ast.unparse(place.node.value)
    made = isinstance(node.value, (ast.List, ast.Dict)) or value.startswith(("np.zeros", "np.empty"))
    if made and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        told = f"{name} is not made anew in every call: it still holds what earlier calls have put there."
        yield 1.75, f"{name} = {KEPT}.setdefault(('made', '{name}', np.shape({value})), {value})", told


@operator(ast.stmt)
def statement(place):
    """Leave out a line, or move it: later, into a loop, or out of it."""
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
        inner, outer = loop, loop
        while True:
            within = ast.For(inner.target, inner.iter, [*inner.body, place.node], inner.orelse)
            chain, outer, path = within, loop, []
            while outer is not inner:
                path.append(outer)
                last: Any = outer.body[-1]
                outer = last
            for one in reversed(path):
                chain = ast.For(one.target, one.iter, [*one.body[:-1], chain], one.orelse)
            yield (
                1.5,
                [*before[:-1], chain, *after],
                f"{line} is done in every step of the loop over {counter(inner)}; it belongs after the loop.",
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
                f"{ast.unparse(place.node.value)} is added in every step of the loop over {counter(inner)}; "
                "it is to be added once, after it.",
            )
    if after and isinstance(after[0], ast.For) and isinstance(place.node, (ast.Assign, ast.For)):
        loop = after[0]
        within = ast.For(loop.target, loop.iter, [place.node, *loop.body], loop.orelse)
        yield (
            1.5,
            [*before, within, *after[1:]],
            f"{line} is done anew in every step of the loop over {counter(loop)}; it belongs before it.",
        )
    if isinstance(place.node, ast.For):
        yield from _of_loop(place, some, k)


def _of_loop(place: Place, some: list, k: int):
    loop, over = place.node, counter(place.node)
    before, after = some[:k], some[k + 1 :]

    def with_body(body):
        return ast.For(loop.target, loop.iter, body, loop.orelse)

    yield (
        1.9,
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
            f"Every step of the loop over {over} starts again from the first {name}: what the step before "
            "did to it is lost.",
        )
    for one, rest in _taken_out(loop.body):
        line = ast.unparse(one).partition("\n")[0].rstrip(":")
        done = f"where it is done in every step{'' if one in loop.body else ' of the loops inside'}"
        after_it = f"{line} is done once, after the loop over {over}, {done}."
        yield 2, [*before, with_body(rest), one, *after], after_it
        before_it = f"{line} is done once, before the loop over {over}, {done}."
        yield 2, [*before, one, with_body(rest), *after], before_it


def _taken_out(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, list[ast.stmt]]]:
    """Yield each plain statement of a block and of the loops in it, and the block without it."""
    for k, one in enumerate(body):
        if isinstance(one, ast.For):
            for inner, rest in _taken_out(one.body):
                loop = ast.For(one.target, one.iter, rest, one.orelse)
                yield inner, [*body[:k], loop, *body[k + 1 :]]
        if len(body) > 1:
            yield one, [*body[:k], *body[k + 1 :]]


@operator(ast.Return)
def returned_as_given(place):
    """Return an argument as it was at the start."""
    if place.holder is not place.function or place.node.value is None:
        return
    for name in [one.arg for one in place.function.args.args]:
        if any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(place.node.value)):
            kept = ast.parse(f"import copy as _copy\n_given = _copy.copy({name})").body
            text = re.sub(rf"\b{name}\b", "_given", ast.unparse(place.node))
            function: Any = ast.parse(f"def f():\n    {text}").body[0]
            body = [*kept, *place.function.body[:-1], *function.body]
            yield 1.75, body, f"{name} is returned as it was given: what was done to it is lost."


@operator(ast.arguments)
def default_for_argument(place):
    """Never look at an argument."""
    names = [one.arg for one in place.node.args]
    start = len(names) - len(place.node.defaults)
    for name, default in zip(names[start:], place.node.defaults):
        line = ast.parse(f"{name} = {ast.unparse(default)}").body
        yield 1.5, line, f"The argument {name} is ignored: {ast.unparse(default)}, its default, is used."
        for other in usual(getattr(default, "value", None)):
            line = ast.parse(f"{name} = {other}").body
            yield 1.75, line, f"The argument {name} is ignored: {other:g} is used in its place."
