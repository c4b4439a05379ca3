"""Wrong answers, as people write them, against the names that the checker gives to them."""

from collections import Counter

import pytest
from answers import check_patched, mutants

from npae.exercises import catalogue

ROWS = mutants()


@pytest.mark.parametrize("exercise", catalogue.ORDER)
def test_a_wrong_answer_never_passes_and_nearly_all_are_named_rightly(exercise):
    rows = [row for row in ROWS if row[0] == exercise]
    unnamed = []
    for _, key, old, new in rows:
        result = check_patched(exercise, old, new)
        told = f"{key}, {old!r} -> {new!r}: {result.sentence}\n{result.evidence}"
        assert not result.passed, told
        assert not result.confident or result.diagnosis == key, told
        assert result.sentence and "{" not in result.sentence, told
        if not result.confident:
            unnamed.append(f"{key} was called {result.diagnosis or 'nothing'}, {result.alternatives}")
    assert len(unnamed) <= 0.05 * len(rows), "\n".join(unnamed)


def test_every_exercise_has_at_least_eight_mutants_of_at_least_five_kinds():
    counts = Counter(row[0] for row in ROWS)
    kinds = {name: len({row[1] for row in ROWS if row[0] == name}) for name in catalogue.ORDER}
    assert len(ROWS) >= 160
    assert [name for name in catalogue.ORDER if counts[name] < 8] == []
    assert [name for name in catalogue.ORDER if kinds[name] < 5] == []
