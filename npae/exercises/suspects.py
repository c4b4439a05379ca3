"""Finds the statements of a program that a mistake can be in: those that make its first wrong array."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from npae.exercises.edits.edit import names
from npae.exercises.known_arrays import Known
from npae.exercises.worker.tracing import Assigned
from npae.exercises.written import Written

JUMPS = (ast.Continue, ast.Break, ast.Return)
Variable = tuple[str, str]  # of a function, by both names


def suspects(
    program: Written, arrays: list[Assigned], known: Known, idle: set[int]
) -> tuple[set[int], set[int]]:
    """Return the identities of statements that make the first wrong array, back to right ones, or use it.

    Parameters
    ----------
    program : Written
    arrays : list of Assigned
        What its lines have made.
    known : Known
        What occurs in right programs.
    idle : set of int
        Statements that have nothing to do with the results that are wrong.

    Returns
    -------
    tuple of two sets of int
        Where all arrays are right, those of the statements that return something, and what is behind them.
    """
    flow = _Flow(program)
    right = {(one.function, one.name) for one in arrays}
    right -= {(one.function, one.name) for one in arrays if not known.has(one.array, in_order=True)}
    cleared = set(right)  # what a right array is made of is right in its way, though no right program has it
    for one in arrays:
        if (one.function, one.name) in right and one.array.size > 1 and one.array.std() > 0:
            behind = flow.behind((one.function, one.name), right)[0]
            cleared |= {variable for variable in behind if variable[0] == one.function}
    for one in arrays:
        variable = (one.function, one.name)
        made = [statement for statement, _ in flow.making(*variable)]
        if variable not in cleared and (not made or {id(some) for some in made} - idle):
            makers = flow.behind(variable, right)[1] - idle
            return makers, flow.using(*variable) - makers - idle
    found = set[int]()
    for name, function in program.functions.items():
        returns = [one for one in ast.walk(function) if isinstance(one, ast.Return)]
        returned = {(name, one) for some in returns for one in names(some)} - cleared
        found.update(map(id, returns), *(flow.behind(variable, right)[1] for variable in returned))
    return found - idle, set()


class _Flow:
    """What the variables of a program's functions are made of."""

    def __init__(self, program: Written):
        nodes = list(ast.walk(program.tree))
        self.functions = {one.name: one for one in nodes if isinstance(one, ast.FunctionDef)}
        self.called = {name: [function] for name, function in self.functions.items()}
        for one in program.tree.body:  # such as g = np.vectorize(f)
            for name in names(one, stored=True) if isinstance(one, ast.Assign) else ():
                self.called[name] = [self.functions[other] for other in names(one) & self.functions.keys()]

    def behind(self, variable: Variable, right: set[Variable]) -> tuple[set[Variable], set[int]]:
        """Return the variables that one is made of, back to right ones, and the statements that make them."""
        found, waiting, seen = set[int](), [variable], {variable}
        while waiting:
            function, name = waiting.pop()
            for where, statement in self._sources(function, name):
                found.add(id(statement))
                for called in names(_head(statement)) & self.called.keys():
                    inside = [one for body in self.called[called] for one in ast.walk(body)]
                    found.update(id(one) for one in inside if isinstance(one, ast.stmt))
                for further in [(where, other) for other in names(_head(statement))]:
                    if further not in seen and further not in right:
                        seen.add(further)
                        waiting.append(further)
        return seen, found

    def using(self, function: str, name: str) -> set[int]:
        """Return the statements that read a variable, or what a function makes of it: nothing may need it."""
        found = self._reading(function, {name})
        for other, body in self.functions.items():
            calls = [
                one for one in ast.walk(body) if isinstance(one, ast.stmt) and function in names(_head(one))
            ]
            found |= {id(one) for one in calls}
            found |= self._reading(other, {made for one in calls for made in names(_head(one), stored=True)})
        return found

    def _reading(self, function: str, some: set[str]) -> set[int]:
        nodes = ast.walk(self.functions[function]) if function in self.functions else ()
        return {id(one) for one in nodes if isinstance(one, ast.stmt) and some & names(_head(one))}

    def _sources(self, function: str, name: str) -> Iterator[tuple[str, ast.stmt]]:
        """Yield the statements that decide what a variable is, and the functions that they stand in."""
        if function not in self.functions:
            return
        for statement, around in self.making(function, name):
            yield from ((function, one) for one in (statement, *around))
        if name in [one.arg for one in self.functions[function].args.args]:
            for other, body in self.functions.items():
                for one in ast.walk(body):
                    if isinstance(one, ast.stmt) and one is not body and function in names(_head(one)):
                        yield other, one

    def making(self, function: str, name: str) -> Iterator[tuple[ast.stmt, tuple[ast.stmt, ...]]]:
        """Yield the statements of a function that write to a variable, and those around them."""

        def below(some: list[ast.stmt], around: tuple[ast.stmt, ...]) -> Iterator[tuple]:
            for one in some:
                if name in names(_head(one), stored=True):
                    yield one, around
                if isinstance(one, ast.If) and any(isinstance(part, JUMPS) for part in ast.walk(one)):
                    around = (*around, one)  # decides whether what follows is done
                if not isinstance(one, (ast.FunctionDef, ast.ClassDef)):
                    for block in (getattr(one, part, []) for part in ("body", "orelse")):
                        yield from below(block, (*around, one))

        yield from below(self.functions[function].body if function in self.functions else [], ())


def _head(statement: ast.stmt) -> ast.AST:
    """Return a statement without the statements in it."""
    if isinstance(statement, ast.For):
        return ast.Assign([statement.target], statement.iter)
    return getattr(statement, "test", ast.Pass()) if hasattr(statement, "body") else statement
