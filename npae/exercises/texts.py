"""The texts of an exercise: its right programs, and the stub and the solution that the first makes.

``path/NAME/right.py`` holds what the learner reads and the answers, which lie between ``# begin answer`` and
``# end answer``. The stub has none of them; where the first of these lines names what is to be written, the
stub raises NotImplementedError with these words.
"""

from __future__ import annotations

import functools
import importlib.resources
import re

from npae.exercises.order import ORDER, file_name

_ANSWER = re.compile(r"^( *)# begin answer(?:: (.*))?\n(?:.*\n)*?\1# end answer\n+", re.MULTILINE)
_MARK = re.compile(r"^ *# (?:begin|end) answer.*\n", re.MULTILINE)


def _folder(exercise: str):
    return importlib.resources.files("npae.exercises.path") / exercise


@functools.cache
def _marked(exercise: str) -> str:
    """Return the text with its marks, and with the numbers that the order gives to exercises."""
    text = (_folder(exercise) / "right.py").read_text(encoding="utf-8")
    numbers = {name: str(number) for number, name in enumerate(ORDER, start=1)}
    words = {**numbers, "number": numbers[exercise], "file": file_name(exercise)}
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), text)


def stub_text(exercise: str) -> str:
    """Return the file as the learner gets it."""

    def unwritten(found: re.Match) -> str:
        indent, words = found.groups()
        after = found[0][len(found[0].rstrip("\n")) + 1 :]
        return f'{indent}raise NotImplementedError("{words}")\n{after}' if words else ""

    return _ANSWER.sub(unwritten, _marked(exercise))


def solution_text(exercise: str) -> str:
    """Return the file as it may look in the end."""
    return _MARK.sub("", _marked(exercise))


def right_texts(exercise: str) -> dict[str, str]:
    """Return the texts of right programs by the names of their files, the solution first."""
    further = sorted(path.name for path in _folder(exercise).iterdir() if path.name.startswith("right_"))
    texts = {name: (_folder(exercise) / name).read_text(encoding="utf-8") for name in further}
    return {"right.py": solution_text(exercise), **texts}
