"""Every stub fails, every solution passes, and so does every right answer that is written in another way."""

import time

import numpy as np
import pytest
from answers import check_text

from npae.exercises import catalogue
from npae.exercises.exercise import Gradients
from npae.exercises.gradients import differences
from npae.exercises.programs import right_functions
from npae.exercises.running import Run
from npae.exercises.texts import right_texts, solution_text, stub_text

VARIANTS = [
    pytest.param(exercise, text, id=f"{exercise.name}-{name}", marks=() if number < 2 else pytest.mark.slow)
    for exercise in catalogue.all()
    for number, (name, text) in enumerate(right_texts(exercise.name).items())
    if name != "right.py"
]


def test_the_path_is_complete():
    assert [exercise.name for exercise in catalogue.all()] == list(catalogue.ORDER)


@pytest.mark.parametrize("exercise", catalogue.all(), ids=lambda exercise: exercise.name)
class TestExercise:
    def test_the_stub_is_said_to_be_unwritten(self, exercise):
        result = check_text(exercise, stub_text(exercise.name))
        assert (result.passed, result.stage, result.diagnosis) == (False, "unwritten", "not_written")

    def test_the_solution_passes_in_time(self, exercise):
        def seconds():
            began = time.process_time()
            result = check_text(exercise, solution_text(exercise.name))
            assert result.passed, result
            return time.process_time() - began

        assert seconds() < 2.0 or seconds() < 2.0  # the first check may compile

    def test_there_are_three_other_ways_to_write_it(self, exercise):
        assert sum(parameter.values[0] is exercise for parameter in VARIANTS) >= 3

    def test_the_words_for_the_learner_are_there(self, exercise):
        assert len(exercise.hints) >= 2
        assert exercise.title
        for check in exercise.checks:
            quantities = {*getattr(check, "outputs", ()), *getattr(check, "gradients", ())}
            assert quantities <= set(getattr(check, "pointers", ()))


@pytest.mark.parametrize("exercise, text", VARIANTS)
def test_a_right_answer_passes_however_it_is_written(exercise, text):
    result = check_text(exercise, text)
    assert result.passed, result


@pytest.mark.parametrize("exercise", catalogue.all(), ids=lambda exercise: exercise.name)
def test_right_gradients_are_those_of_finite_differences(exercise):
    for check in exercise.checks:
        if isinstance(check, Gradients) and check.smooth:
            run = Run(exercise.name, check, right_functions(exercise.name))
            for case in run.cases:
                for name, argument in check.gradients.items():
                    numeric = differences(run, case, argument, case.gradients[name])
                    scale = np.max(np.abs(numeric), initial=1e-3)
                    np.testing.assert_allclose(case.gradients[name], numeric, rtol=1e-6, atol=1e-6 * scale)
