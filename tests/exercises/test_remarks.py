"""What is said of answers that are right: that they take more time, or more memory, than they need."""

import pytest
from answers import check_text

from npae.exercises.texts import right_texts

DENSE = right_texts("dense")["right.py"]


def notes_on(exercise, text):
    result = check_text(exercise, text)
    assert result.passed, result
    return result.notes


@pytest.mark.parametrize("exercise", ["relu", "dense", "conv2d", "max_pool2d", "batch_normalization"])
def test_nothing_is_said_of_the_right_program(exercise):
    assert notes_on(exercise, right_texts(exercise)["right.py"]) == []


def test_results_that_come_out_in_float64_are_named_together():
    wide = DENSE.replace("dx = dy @ kernel.T", "dx = (dy @ kernel.T).astype(float)")
    wide = wide.replace("dkernel = x.T @ dy", "dkernel = x.T.astype(float) @ dy")
    assert notes_on("dense", wide) == [
        "dx and dkernel come out in float64 for float32 arguments: twice the memory"
    ]


@pytest.mark.parametrize("exercise", ["relu", "dense", "conv2d", "max_pool2d", "im2col"])
def test_a_loop_over_pixels_is_noticed(exercise):
    assert any(
        "in a loop of Python" in note for note in notes_on(exercise, right_texts(exercise)["right_loops.py"])
    )


@pytest.mark.parametrize(
    "exercise, name", [("conv2d", "right_im2col.py"), ("padding_and_strides", "right_columns.py")]
)
def test_a_loop_over_the_places_of_a_kernel_is_no_loop_over_pixels(exercise, name):
    assert notes_on(exercise, right_texts(exercise)[name]) == []


def test_a_loop_that_the_right_program_takes_too_is_not_mentioned():
    assert notes_on("numerical_gradient", right_texts("numerical_gradient")["right_flat_view.py"]) == []


@pytest.mark.parametrize(
    "cache, unpacked, told",
    [
        ("(x, kernel, bias)", "x, kernel, _", "keeps bias, which dense_backward does not need: it stays"),
        (
            "(x, kernel, y, bias)",
            "x, kernel, _, _",
            "keeps y and bias, which dense_backward does not need: they",
        ),
        ("(x, kernel, [x - 1])", "x, kernel, _", "keeps cache[2][0], which"),
        ("(x, kernel, bias.shape)", "x, kernel, _", ""),
    ],
)
def test_what_the_cache_keeps_for_nothing_is_named(cache, unpacked, told):
    text = DENSE.replace("return y, (x, kernel)", f"return y, {cache}")
    notes = notes_on("dense", text.replace("x, kernel = cache", f"{unpacked} = cache"))
    assert len(notes) == bool(told) and all(told in note for note in notes)


def test_there_are_at_most_three_remarks():
    loops = right_texts("dense")["right_loops.py"].replace(
        "np.zeros((n, units), x.dtype)", "np.zeros((n, units))"
    )
    assert len(notes_on("dense", loops)) == 3
