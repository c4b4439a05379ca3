"""Long tables of cases: the quick tests run a few of each; the others are marked slow, for .ci/run."""

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def slow_but(quick: Collection, cases: Iterable) -> list[Any]:
    """Return cases for ``parametrize``, of which those that are not in ``quick`` are marked slow."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=() if case in quick else pytest.mark.slow
        )
        for case in cases
    ]
