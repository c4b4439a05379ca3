"""What a package consists of, remembered, to notice if a learner's file replaces a part of it."""

from __future__ import annotations

import sys


class Belongings:
    """The functions and classes of packages, and the methods of these classes, as they are now."""

    def __init__(self, *packages: str):
        modules = [(name, one) for name, one in sys.modules.items() if name.partition(".")[0] in packages]
        self._kept = [(name, vars(one), dict(vars(one))) for name, one in modules if one is not None]
        for name, _, held in list(self._kept):
            classes = [one for one in held.values() if isinstance(one, type) and one.__module__ == name]
            self._kept += [(f"{name}.{one.__name__}", vars(one), dict(vars(one))) for one in classes]

    def replaced(self) -> list[str]:
        """Return the full names of those that are something else by now."""
        return [
            f"{owner}.{name}"
            for owner, now, before in self._kept
            for name, value in before.items()
            if (callable(value) or isinstance(value, property)) and now.get(name) is not value
        ]
