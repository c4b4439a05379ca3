"""The `test_exercises.py` that `npae exercises start` writes for teachers, and for those who like pytest."""

PYTEST_FILE = '''\
"""The exercises as plain tests: `pytest`, or `pytest -m dense` for a single one.

Each exercise is a test with a marker of its own name. An exercise that has not been begun fails. Nothing here
changes progress.txt.
"""

from pathlib import Path

import pytest

from npae.exercises.catalogue import ORDER
from npae.exercises.sandbox import check


def pytest_generate_tests(metafunc):
    for name in ORDER:
        metafunc.config.addinivalue_line("markers", f"{name}: an exercise of npae")
    names = [pytest.param(name, marks=getattr(pytest.mark, name)) for name in ORDER]
    metafunc.parametrize("name", names)


def test_exercise(name):
    outcome = check(name, Path(__file__).parent)
    if outcome.unavailable:
        pytest.skip(outcome.text)
    if not outcome.passed:
        pytest.fail(outcome.text, pytrace=False)
'''
