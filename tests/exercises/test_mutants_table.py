"""Wrong answers, as people write them, against the names that the checker gives to them."""

from collections import Counter
from functools import cache

import pytest
from answers import check_patched, mutants

from npae.exercises import catalogue

ROWS = mutants()


@cache
def result_of(number):
    exercise, _, old, new = ROWS[number]
    return check_patched(exercise, old, new)


@pytest.mark.parametrize(
    "number", range(len(ROWS)), ids=[f"{row[0]}-{row[1]}-{number}" for number, row in enumerate(ROWS)]
)
def test_a_wrong_answer_never_passes_and_is_never_misnamed_with_confidence(number):
    result, key = result_of(number), ROWS[number][1]
    assert not result.passed
    assert not result.confident or result.diagnosis == key, f"{result.sentence}\n{result.evidence}"
    assert result.sentence and "{" not in result.sentence


def test_nearly_all_are_named_rightly():
    wrong = []
    for number, (exercise, key, _, _) in enumerate(ROWS):
        result = result_of(number)
        if not (result.confident and result.diagnosis == key):
            wrong.append(
                f"{exercise}: {key} was called {result.diagnosis or 'nothing'}, {result.alternatives}"
            )
    assert len(wrong) <= 0.05 * len(ROWS), "\n".join(wrong)


def test_every_exercise_has_at_least_eight_mutants_of_at_least_five_kinds():
    counts = Counter(row[0] for row in ROWS)
    kinds = {name: len({row[1] for row in ROWS if row[0] == name}) for name in catalogue.ORDER}
    assert len(ROWS) >= 160
    assert [name for name in catalogue.ORDER if counts[name] < 8] == []
    assert [name for name in catalogue.ORDER if kinds[name] < 5] == []
