"""`npae exercises` as a learner uses it: what it says, what it writes, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from npae.console.cli import main
from npae.exercises import sandbox, texts, workspace
from npae.exercises.catalogue import ORDER
from npae.exercises.result import Result
from npae.exercises.watch import changes


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A learner's folder, which is the current one."""
    started = workspace.start(tmp_path / "npae-exercises").workspace
    monkeypatch.chdir(started.directory)
    return started


@pytest.fixture
def quick(monkeypatch):
    """Let a file pass that is our own solution, without running anything."""

    def check(exercise, file, seconds=0):
        text = Path(file).read_text()
        report = Result.of(exercise, "values", "", "it is wrong").as_dict()
        if text == texts.solution_text(exercise):
            report |= {"passed": True, "stage": "done"}
        elif "NotImplementedError" in text:
            report |= {"stage": "unwritten"}
        words = "right" if report["passed"] else report["sentence"]
        return sandbox.Outcome(exercise, Path(file), report, f"{exercise}: {words}", 0.1, "")

    monkeypatch.setattr(sandbox, "check", check)


def exercises(*arguments):
    return main(["exercises", *map(str, arguments)])


def solve(home, *names):
    for name in names:
        home.file(name).write_text(texts.solution_text(name))


def test_start_says_what_to_do_next_and_what_it_left_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert exercises("start") == 0
    out = capsys.readouterr().out
    assert "cd npae-exercises" in out and "open 01_numerical_gradient.py" in out and "--watch" in out
    (tmp_path / "npae-exercises" / "02_relu.py").unlink()
    assert exercises("start") == 0
    assert "1 file written into npae-exercises; all others are unchanged" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path / "npae-exercises")
    assert exercises("start") == 0
    assert "nothing is missing in .;" in capsys.readouterr().out and not Path("npae-exercises").exists()


def test_check_takes_the_next_unsolved_one_and_goes_on(home, quick, capsys):
    assert exercises("check") == 1
    assert "Read 01_numerical_gradient.py, write its functions" in capsys.readouterr().out
    solve(home, "numerical_gradient")
    assert exercises("check") == 0
    out = capsys.readouterr().out
    assert "numerical_gradient: right" in out and f"1 of {len(ORDER)} solved; next: 02_relu.py" in out
    home.file("relu").write_text("wrong")
    assert exercises("check") == 1
    out = capsys.readouterr().out
    assert "relu: it is wrong" in out and "npae exercises hint relu" in out
    assert home.progress().marks["relu"].checks == 1


@pytest.mark.parametrize("name", ["dense", "5", "05", "05_dense", "05_dense.py", "./05_dense.py"])
def test_an_exercise_goes_by_name_number_and_file(home, quick, name):
    solve(home, "dense")
    assert exercises("check", name) == 0
    assert home.progress().solved == ["dense"]


def test_several_are_checked_at_once_and_all_of_them(home, quick, capsys):
    solve(home, "relu", "tanh")
    assert exercises("check", "relu", "tanh") == 0
    assert "2 of 2 passed" in capsys.readouterr().out
    assert exercises("check", "--all") == 1
    out = capsys.readouterr().out
    assert f"2 of {len(ORDER)} passed" in out and "dense: still to be written" in out
    assert exercises("check", "relu", "--all") == 2


def test_json_and_status_are_for_autograders(home, quick, capsys, tmp_path):
    solve(home, "relu")
    assert exercises("check", "relu", "dense", "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["passed"] is False and [one["passed"] for one in report["results"]] == [True, False]
    assert report["results"][0]["exercise"] == "relu" and "diagnosis" in report["results"][1]
    handed_in = tmp_path / "alice" / "02_relu.py"
    handed_in.parent.mkdir()
    handed_in.write_text(texts.solution_text("relu"))
    assert exercises("check", handed_in, "--json") == 0
    assert list(handed_in.parent.iterdir()) == [handed_in]  # no progress, where no learner has started
    assert json.loads(capsys.readouterr().out)["results"][0]["file"] == str(handed_in)


def test_what_was_solved_and_is_changed_is_said_to_be_so(home, quick, capsys):
    solve(home, "relu")
    exercises("check", "relu")
    home.file("relu").write_text("spoiled")
    capsys.readouterr()
    assert exercises("check", "relu") == 1
    assert "and no longer is" in capsys.readouterr().out
    exercises("list")
    assert "but no longer passes" in capsys.readouterr().out


def test_list_shows_the_path_and_where_one_is(home, quick, capsys):
    solve(home, "numerical_gradient")
    exercises("check")
    exercises("list")
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith(">  2  relu") for line in lines)
    assert any("1  numerical_gradient" in line and "solved 20" in line for line in lines)
    exercises("list", "--json")
    listed = json.loads(capsys.readouterr().out)
    assert (listed["solved"], listed["next"], len(listed["exercises"])) == (1, "relu", len(ORDER))


def test_hints_come_one_after_another_also_after_solving(home, quick, capsys):
    solve(home, "relu")
    exercises("check", "relu")
    capsys.readouterr()
    seen = []
    while "There are no more hints" not in (out := (exercises("hint", "relu"), capsys.readouterr().out)[1]):
        seen.append(out)
    assert len(seen) > 1 and len(set(seen)) == len(seen)
    assert all(one.strip() in out for one in seen)
    assert home.progress().marks["relu"].hints == len(seen)


def test_reset_keeps_a_copy_and_says_where(home, quick, capsys):
    solve(home, "relu")
    exercises("check", "relu")
    exercises("reset", "relu")
    assert str(Path("kept") / "02_relu.1.py") in capsys.readouterr().out
    assert home.progress().solved == []
    exercises("reset", "relu")
    assert "there was no work in it" in capsys.readouterr().out


def test_the_solution_is_for_those_who_have_theirs_or_insist(home, quick, capsys):
    assert exercises("solution", "relu") == 1
    assert "--spoil" in capsys.readouterr().err
    assert exercises("solution", "relu", "--spoil") == 0
    assert capsys.readouterr().out == texts.solution_text("relu")
    solve(home, "relu")
    exercises("check", "relu")
    capsys.readouterr()
    assert exercises("solution", "relu") == 0


def test_the_path_has_an_end_that_tells_of_the_reward(home, quick, capsys):
    solve(home, *ORDER)
    assert exercises("check", *ORDER[:-1]) == 0
    capsys.readouterr()
    assert exercises("check") == 0
    assert "npae train conv --layers ." in capsys.readouterr().out
    for command in ("check", "list", "hint", "start"):
        assert exercises(command) == 0
        assert f"All {len(ORDER)} exercises are solved" in capsys.readouterr().out


def test_a_damaged_progress_is_reported_once_and_written_anew(home, quick, capsys):
    solve(home, "relu")
    exercises("check", "relu")
    path = home.directory / "progress.txt"
    path.write_text(path.read_text().replace("03 sigmoid", "03 sigmund"))
    capsys.readouterr()
    exercises("list")
    captured = capsys.readouterr()
    assert "was damaged (line 6 cannot be read" in captured.err and "solved 20" in captured.out
    exercises("list")
    assert capsys.readouterr().err == ""


def test_a_progress_that_cannot_be_written_withholds_no_answer(home, quick, capsys):
    solve(home, "relu")
    (home.directory / "progress.txt").unlink()
    (home.directory / "progress.txt").mkdir()
    assert exercises("check", "relu") == 0
    captured = capsys.readouterr()
    assert "relu: right" in captured.out and "could not be written" in captured.err


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["check", "relo"], "did you mean relu"),
        (["check", "nowhere/02_relu.py"], "there is no file nowhere/02_relu.py"),
        (["check", "--dir", "kept"], "kept holds no exercises"),
        (["check", "--watch", "--all"], "--watch does not work with"),
        (["hint", str(len(ORDER) + 1)], f"no exercise '{len(ORDER) + 1}'"),
        (["reset", "nothing"], "no exercise 'nothing'"),
    ],
)
def test_wrong_names_are_one_line_and_status_2_which_no_wrong_answer_has(home, arguments, words, capsys):
    assert exercises(*arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("npae: error: ") and words in error and len(error.splitlines()) == 1


def test_with_json_errors_are_json_and_status_2(home, capsys):
    for arguments in (["check", "relo"], ["check", "--dir", "kept"], ["check", "relu", "--all"]):
        assert exercises(*arguments, "--json") == 2
        captured = capsys.readouterr()
        assert list(json.loads(captured.out)) == ["error"] and captured.err == ""
    assert exercises("list", "--dir", "kept", "--json") == 2
    assert "holds no exercises" in json.loads(capsys.readouterr().out)["error"]


def test_a_missing_progress_is_not_called_damaged(home, capsys):
    (home.directory / "progress.txt").unlink()
    assert exercises("list") == 0
    captured = capsys.readouterr()
    assert "is missing: it is begun anew" in captured.err and "damaged" not in captured.err
    assert f"0 of {len(ORDER)} solved" in captured.out
    assert exercises("list") == 0 and capsys.readouterr().err == ""


def test_list_lists_where_the_progress_cannot_be_written_anew(home, capsys):
    (home.directory / "progress.txt").unlink()
    (home.directory / "progress.txt").mkdir()
    assert exercises("list") == 0
    captured = capsys.readouterr()
    assert f"0 of {len(ORDER)} solved" in captured.out and "could not be written" in captured.err
    assert "is now" not in captured.err and len(captured.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["fly"], ["reset"], ["check", "--seconds", "0"]])
def test_wrong_usage_is_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        exercises(*arguments)
    assert stop.value.code == 2


def test_a_deleted_file_is_told_with_how_to_get_it_back(home, capsys):
    home.file("relu").unlink()
    assert exercises("check", "relu", "--json") == 1
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert result["diagnosis"] == "missing_file" and "npae exercises reset relu" in result["sentence"]


def test_a_save_is_noticed_when_it_is_complete(tmp_path):
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("1")
    noticed = changes([first, second], seconds=0.01)
    import threading

    def save():
        second.write_text("half")
        time.sleep(0.002)
        (tmp_path / "new").write_text("whole")
        os.replace(tmp_path / "new", second)

    timer = threading.Timer(0.1, save)
    timer.start()
    assert next(noticed) == 1 and second.read_text() == "whole"
    timer.join()
    first.unlink()
    threading.Timer(0.1, lambda: first.write_text("again")).start()
    assert next(noticed) == 0


@pytest.mark.skipif(os.name == "nt", reason="signals are different there")
def test_watch_checks_on_a_save_and_ends_in_words(home):
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from npae.console.cli import main; raise SystemExit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", program, "exercises", "check", "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Watching; save"):
                solve(home, "relu")
            if line.startswith("Watching; Ctrl-C"):
                process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
    text = "".join(lines)
    assert "relu: right" in text and "Traceback" not in text
    assert f"No longer watching: 1 of {len(ORDER)} solved" in text


@pytest.mark.slow
def test_pytest_runs_the_exercises_with_a_marker_each(home):
    solve(home, "relu")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "--strict-markers"]
    result = subprocess.run([*command, "-m", "relu or tanh"], capture_output=True, text=True)
    assert "1 failed, 1 passed, 22 deselected" in result.stdout, result.stdout + result.stderr
    assert "warning" not in result.stdout and "tanh" in result.stdout
    assert home.progress().solved == []


@pytest.mark.skipif(os.name == "nt", reason="pipes are different there")
def test_nothing_is_said_to_a_reader_who_has_gone(home):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-u", "-m", "npae", "exercises", "check", "relu"]
    try:
        ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    finally:
        os.close(writer)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_start_names_the_first_exercise_that_is_not_solved_even_if_it_was_never_checked(
    tmp_path, monkeypatch, quick, capsys
):
    monkeypatch.chdir(tmp_path)
    home = workspace.start(tmp_path).workspace
    for name in ORDER[:2]:
        home.file(name).write_text(texts.solution_text(name))
    assert main(["exercises", "start"]) == 0
    out = capsys.readouterr().out
    assert f"open {home.file(ORDER[2]).name} in your editor" in out and f"{ORDER[1]} is solved" in out
    assert home.progress().next == ORDER[2]
