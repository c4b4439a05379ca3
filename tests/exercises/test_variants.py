"""Every stub fails, every solution passes, and so does every right answer that is written in another way."""

import time

import pytest

from npae.exercises import catalogue
from npae.exercises.checking import check_file

VARIANTS = [
    pytest.param(exercise, path, id=f"{exercise.name}-{path.stem}")
    for exercise in catalogue.all()
    for path in sorted(exercise.solution.with_suffix("").glob("*.py"))
]


def test_the_path_is_complete():
    assert [exercise.name for exercise in catalogue.all()] == list(catalogue.ORDER)


@pytest.mark.parametrize("exercise", catalogue.all(), ids=lambda exercise: exercise.name)
class TestExercise:
    def test_the_stub_is_said_to_be_unwritten(self, exercise):
        result = check_file(exercise, str(exercise.stub))
        assert (result.passed, result.stage, result.diagnosis) == (False, "unwritten", "not_written")

    def test_the_solution_passes_in_time(self, exercise):
        check_file(exercise, str(exercise.solution))
        began = time.process_time()
        result = check_file(exercise, str(exercise.solution))
        assert result.passed, result
        assert time.process_time() - began < 2.0

    def test_there_are_three_other_ways_to_write_it(self, exercise):
        assert sum(parameter.values[0] is exercise for parameter in VARIANTS) >= 3

    def test_the_words_for_the_learner_are_there(self, exercise):
        assert len(exercise.hints) >= 2
        assert exercise.title
        for check in exercise.checks:
            quantities = {*getattr(check, "outputs", ()), *getattr(check, "gradients", ())}
            assert quantities <= set(getattr(check, "pointers", ()))


@pytest.mark.parametrize("exercise, path", VARIANTS)
def test_a_right_answer_passes_however_it_is_written(exercise, path):
    result = check_file(exercise, str(path))
    assert result.passed, result
