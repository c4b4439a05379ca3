"""Wrong answers get their names: those that slips predict, and those that were frozen with one."""

import time

import pytest
from answers import check_text, frozen
from slow_cases import slow_but

from npae.exercises import catalogue
from npae.exercises.slips import parsed, slip_edits, slips_of

ROWS = frozen()
QUICK = ("contractive", "denoising", "mean_squared_error", "sigmoid", "up_sampling2d")
# Answers that end in an error in every case, which says too little to be sure: right names, told as likely.
ONLY_ERRORS = {"col2im": ("reshape(n, c, kh, kw, w_out, h_out)", "n, c, w, h = shape")}


@pytest.mark.parametrize("exercise", slow_but(QUICK, catalogue.ORDER))
def test_what_a_slip_predicts_gets_its_name(exercise):
    lost = []
    for slip in slip_edits(exercise):
        result = check_text(exercise, slip.edited)
        assert not result.passed, slip.sentence
        if (result.diagnosis, result.alternatives) != (slip.key, []):
            lost.append(f"{slip.key}, {slip.sentence}: {result.diagnosis}, {result.sentence}")
    assert lost == []


def test_slips_are_read_from_differences():
    text = "key: what was\n  done.\n- a\n- b\n+ c\n- d\nother: it is gone.\n-   e\n"
    first, second = parsed(text)
    assert (first.key, first.sentence) == ("key", "what was done.")
    assert (first.old, first.new) == (("a\nb", "d"), ("c", ""))
    assert (second.old, second.new) == (("  e",), ("",))
    assert first.edited({"one": "a d", "two": "a\nb+d"}) == "c+"
    with pytest.raises(ValueError, match="no right program"):
        second.edited({"one": "  e  e"})


@pytest.mark.parametrize("exercise", catalogue.ORDER)
def test_the_sentence_of_a_slip_has_nothing_left_open(exercise):
    assert [slip.key for slip in slips_of(exercise) if "{" in slip.sentence or not slip.sentence] == []


@pytest.mark.parametrize("exercise", ["every hundredth", *slow_but((), catalogue.ORDER)])
def test_frozen_answers_never_pass_and_are_named_as_before_or_better(exercise):
    rows, lost = [row for row in ROWS if row["exercise"] == exercise] or ROWS[::100], []
    for row in rows:
        result = check_text(row["exercise"], row["answer"])
        told = f"{row['key']}: {row['sentence']}\n    now {result.diagnosis}: {result.sentence}"
        assert not result.passed, told
        assert "{" not in result.sentence, told
        likely = any(part in row["answer"] for part in ONLY_ERRORS.get(row["exercise"], ()))
        if not (
            (result.confident or likely)
            and (result.diagnosis == row["key"] or result.sentence.lower() == row["said"].lower())
        ):
            lost.append(told)
    assert len(lost) <= max(1, 0.03 * len(rows)), "\n".join(lost)


@pytest.mark.slow
def test_a_clock_that_is_three_times_as_fast_gives_the_same_names(monkeypatch):
    clock = time.process_time
    monkeypatch.setattr(time, "process_time", lambda: 3 * clock())
    for row in ROWS:
        if row["exercise"] == "conv2d" and row["key"] in ("dy_forgotten", "one_pixel_only"):
            result = check_text(row["exercise"], row["answer"])
            assert row["key"] == result.diagnosis or row["said"].lower() == result.sentence.lower(), result
