"""Finds options, arguments with a default, of which a program does not use other values."""

from __future__ import annotations

import ast
from typing import Any

from npae.exercises.exercise import Check, Property
from npae.exercises.learner import Functions
from npae.exercises.observing import Observer, Target
from npae.exercises.programs import right_functions, right_programs


class _Fixed(Functions):
    """Functions whose options have their defaults, whatever a call says."""

    def __init__(self, program: Any, options: dict[str, dict[str, Any]], parameters: dict[str, list[str]]):
        super().__init__(program)
        self._options, self._parameters = options, parameters

    def _watched(self, name: str, args: tuple, kwargs: dict) -> Any:
        fixed, names = self._options.get(name, {}), self._parameters.get(name, [])
        given = [fixed.get(one, value) for one, value in zip(names, args)]
        return super()._watched(
            name, (*given, *args[len(given) :]), {**kwargs, **{k: v for k, v in fixed.items() if k in kwargs}}
        )


def unused_options(observer: Observer, check: Check, functions: Functions) -> dict[str, Any]:
    """Return the fewest options whose defaults make a program right, which is wrong without; none if none do.

    Parameters
    ----------
    observer : Observer
        Of the check that fails.
    check : Values, Gradients or Property
    functions : Functions
        The learner's.
    """
    if isinstance(check, Property) or observer.run is None:
        return {}
    defaults, parameters = dict[str, dict[str, Any]](), dict[str, list[str]]()
    for name, function in right_programs(observer.exercise)[0].functions.items():
        parameters[name] = [one.arg for one in function.args.args]
        values = function.args.defaults
        some = zip(parameters[name][len(parameters[name]) - len(values) :], values)
        defaults[name] = {one: ast.literal_eval(value) for one, value in some}
    fixed = {(name, one) for name, some in defaults.items() for one in some if isinstance(some[one], float)}

    def is_right(fixed: set[tuple[str, str]]) -> bool:
        options = {
            name: {one: some[one] for one in some if (name, one) in fixed} for name, some in defaults.items()
        }
        seen, right = (
            [observer.seen(_Fixed(program, options, parameters), k) for k in range(len(observer.run.cases))]
            for program in (functions.program.anew(plain=True), right_functions(observer.exercise).program)
        )
        return not Target(seen, right, observer.tolerance).wrong

    if not fixed or not is_right(fixed):
        return {}
    for one in sorted(fixed):
        if is_right(fixed - {one}):
            fixed = fixed - {one}
    return {one: defaults[name][one] for name, one in sorted(fixed)}
