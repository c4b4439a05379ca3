"""Says what was wrong with a learner's program, of which an edit makes it right: the inverse of that edit."""

from __future__ import annotations

import ast
import contextlib
import difflib
import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace

from npae.exercises.edits.edit import CONDITION, Edit
from npae.exercises.edits.making import INSERTIONS, OPERATORS, all_edits
from npae.exercises.programs import exchanged
from npae.exercises.written import Written

MENDING = {*(one.key for one in INSERTIONS), "copied"}
SELF_INVERSE = re.compile(r"np\.flip\(|\.swapaxes\(\d, \d\)$|^\(?-")  # done twice, it is undone
OWN_WORDS = re.compile(r"\b(_copy|_begin|_given|locals)\b")  # of operators: no learner writes them
TOO_MUCH: dict[type, str] = {
    ast.Add: "{} is added, and does not belong there",
    ast.Sub: "{} is subtracted, and does not belong there",
    ast.Mult: "the factor {} does not belong there",
    ast.Div: "the division by {} does not belong there",
    ast.Pow: "the power {} does not belong there",
}
FORMULAS = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare, ast.Subscript)
CHANGED: dict[type, str] = {
    ast.Add: "{1} is added to {0}",
    ast.Sub: "{1} is subtracted from {0}",
    ast.Mult: "{0} is multiplied by {1}",
    ast.Div: "{0} is divided by {1}",
}
MOST_LINES = 3  # of a difference that is told


def mistake(program: Written, edit: Edit, axes: dict[str, str]) -> Edit:
    """Return what an edit undoes: of the program that it makes, the edit that makes the learner's again.

    Edits that only mend say it themselves.
    """
    if edit.key in MENDING and edit.sentence:
        return replace(edit, lines=())
    changed = {name: program.functions[name] for name in sorted(edit.functions)}
    goal = [ast.unparse(function) for function in changed.values()]
    sentences: dict[str, str] = {}
    inside = {id(one) for one in edit.lines}
    with exchanged(edit.changes) as undo:
        mended = [ast.unparse(function) for function in changed.values()]
        where = (lambda place: id(place.statement) in inside) if inside else None
        block = not edit.lines  # what an edit of statements undoes, is one of statements
        operators = [one for one in OPERATORS if issubclass(one.nodes[0], (ast.stmt, ast.arguments)) == block]
        for one in all_edits(Written(program.tree, changed, program.held), axes, operators, where):
            with contextlib.suppress(SyntaxError), exchanged(one.changes):
                if [ast.unparse(function) for function in changed.values()] == goal:
                    sentences.setdefault(one.key, one.sentence)
    pairs = [(old.new, change.new) for old, change in zip(undo, edit.changes)]
    expressions = all(isinstance(one, ast.expr) for pair in pairs for one in pair)
    texts = [(ast.unparse(old), ast.unparse(new)) for old, new in pairs] if expressions else []
    if edit.target != CONDITION and (
        edit.key in sentences or not (texts and all(SELF_INVERSE.search(new) for _, new in texts))
    ):
        for key in (edit.key, *sentences):
            if key in sentences:
                return Edit(key, edit.cost, sentences[key], edit.changes, edit.functions)
    if texts:
        said = list(dict.fromkeys(_instead(old, new) for old, new in pairs))
        words = "; ".join(said[:2]).replace(
            f"{edit.target} is added", f"what {edit.target} held before is added"
        )
        sentence = f"In {edit.target}, {words}." if edit.target else f"{words}."
    else:
        sentence = " ".join(_difference(*("\n".join(parts).splitlines() for parts in (goal, mended))))
    if OWN_WORDS.search(sentence):
        sentence = ""
    return Edit(edit.key, edit.cost, sentence, edit.changes, edit.functions)


def _instead(old: ast.expr, new: ast.expr) -> str:
    """Return in words that an expression stands where another one belongs: as little as differs."""
    while (pair := _only_difference(old, new)) is not None:
        old, new = pair
    if isinstance(old, ast.BinOp) and type(old.op) in TOO_MUCH:
        for kept, other in ((old.left, old.right), (old.right, old.left)):
            if ast.dump(kept) == ast.dump(new) and (
                kept is old.left or isinstance(old.op, (ast.Add, ast.Mult))
            ):
                return TOO_MUCH[type(old.op)].format(ast.unparse(other))
    return f"{ast.unparse(old)} stands where {ast.unparse(new)} belongs"


def _only_difference(old: ast.AST, new: ast.AST) -> tuple[ast.expr, ast.expr] | None:
    """Return the one part in which two formulas of the same form differ; None if there is none."""
    if type(old) is not type(new) or not isinstance(old, (ast.BinOp, ast.UnaryOp, ast.Call)):
        return None
    pairs = list(zip(ast.iter_child_nodes(old), ast.iter_child_nodes(new), strict=False))
    apart = [(one, other) for one, other in pairs if ast.dump(one) != ast.dump(other)]
    whole = len(pairs) == len([*ast.iter_child_nodes(old)]) == len([*ast.iter_child_nodes(new)])
    small = whole and len(apart) == 1 and all(isinstance(one, FORMULAS) for one in apart[0])
    return apart[0] if small else None  # type: ignore[return-value]


def _difference(wrong: list[str], right: list[str]) -> Iterator[str]:
    """Yield in words how the lines of two programs differ."""
    for kind, a, b, c, d in difflib.SequenceMatcher(None, wrong, right, autojunk=False).get_opcodes():
        old, new = wrong[a:b], right[c:d]
        step = _step(old) if kind == "delete" else None
        if step is not None:
            yield _not_to_be(step)
        elif kind != "equal" and max(b - a, d - c) <= MOST_LINES:
            before, after = (", ".join(line.strip() for line in some) for some in (old, new))
            if kind == "replace":
                yield f"{before} stands where {after} belongs."
            elif kind == "insert":
                yield f"A step is missing: {after}."
            else:
                yield f"{before} does not belong there."


def _step(lines: list[str]) -> ast.stmt | None:
    """Return the one statement that lines of a program are; None if they are none, or several."""
    try:
        found = ast.parse(textwrap.dedent("\n".join(lines))).body
    except SyntaxError:
        return None
    return found[0] if len(found) == 1 else None


def _not_to_be(step: ast.stmt) -> str:
    """Return in words what a statement does that is not to be done."""
    if isinstance(step, ast.If):
        inside = ast.unparse(step.body[-1]).partition("\n")[0].rstrip(":")
        return (
            f"Where {ast.unparse(step.test)}, something else is done ({inside}), which does not belong there."
        )
    end = ", which does not belong there."
    if isinstance(step, ast.AugAssign) and type(step.op) in CHANGED:
        target, value = ast.unparse(step.target), ast.unparse(step.value)
        return CHANGED[type(step.op)].format(target, value) + end
    if isinstance(step, ast.Assign) and isinstance(step.value, ast.BinOp) and type(step.value.op) in CHANGED:
        target, other = ast.unparse(step.targets[0]), ast.unparse(step.value.right)
        if ast.unparse(step.value.left) == target:
            return CHANGED[type(step.value.op)].format(target, other) + end
    line = ast.unparse(step).partition("\n")[0].rstrip(":")
    return f"{line} does not belong there."
