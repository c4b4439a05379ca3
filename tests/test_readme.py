"""The READMEs do not rot: their tables come from results, links lead somewhere, commands are those of CI."""

import re
from pathlib import Path

import pytest

from benchmarks import report, results
from npae.console.cli import main
from npae.exercises.texts import solution_text

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_to_a_file(target):
    assert (ROOT / target).exists()


def test_the_first_two_shell_blocks_set_everything_up():
    first, second, *_ = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert "npae train conv" in first and "pytest" in second and first.count("\n") == second.count("\n") == 1


def test_the_recipes_of_the_readme_are_those_there_are():
    from npae.recipes import RECIPES

    missing = [name for name in RECIPES if f"`npae train {name}`" not in README]
    assert not missing


def test_the_diagnosis_of_the_readme_is_what_the_checker_says(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["exercises", "start"]) == 0
    solution = solution_text("dense")
    wrong = solution.replace("x.T @ dy", "x.T @ dy / len(x)")
    (tmp_path / "npae-exercises/05_dense.py").write_text(wrong)
    assert wrong != solution and main(["exercises", "check", "dense"]) == 1
    shown = re.search(r"^```text\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[1]
    assert shown in capsys.readouterr().out


def test_the_tables_are_those_of_the_results_and_nothing_stands_twice(capsys):
    assert report.main(["--check"]) == 0, capsys.readouterr().err


def test_a_table_is_written_between_its_markers(tmp_path):
    begin, end = report.BEGIN.format("speed"), report.END.format("speed")
    filled = report.fill(f"before\n{begin}\nold\n{end}\nafter\n", tmp_path)
    assert filled == f"before\n{begin}\n\nnot yet measured\n\n{end}\nafter\n"
    assert report.fill(filled, tmp_path) == filled


LINE = "a line that is long enough not to be written twice by chance, as all of these"
SPEED, UNKNOWN = report.BEGIN.format("speed"), report.BEGIN.format("sped")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# Start\n\n## Start\n", "the heading 'Start' occurs 2 times"),
        ("```sh\nnpae list\n```\n\n```sh\nnpae list\n```\n", "the block of commands 'npae list' occurs 2"),
        ("![a](a.png)\n![b](a.png)\n", "the figure 'a.png' occurs 2 times"),
        (f"{LINE}\n\n{LINE}\n", "the line 'a line that"),
        ("![a](b.png)\n", "the figure b.png is missing"),
        (f"{UNKNOWN}\n", "is unknown; expected one of layer, systems"),
        (f"{SPEED}\n", "'speed' is not closed"),
        (f"{report.END.format('speed')}\n", "'speed' ends before it begins"),
        ("<!-- begin: speed -->\n", "is not written as"),
        (f"{SPEED}\n{report.END.format('speed')}\n" * 2, "'speed' occurs twice"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, text, problem):
    (tmp_path / "a.png").touch()
    assert any(problem in found for found in report.found_in(text, tmp_path))


def test_nothing_is_wrong_with_a_file_that_is_right(tmp_path):
    (tmp_path / "a.png").touch()
    text = f"# Start\n\n{LINE}\n\n```sh\n# Start\n```\n\n{SPEED}\n{LINE}\n{report.END.format('speed')}\n"
    assert report.found_in(f"{text}\n![a](a.png)\n", tmp_path) == []


def test_a_figure_shows_the_run_of_the_tables(tmp_path):
    figures, folder = tmp_path / "figures", tmp_path / "results"
    figures.mkdir()
    (figures / "deep.png").write_bytes(b"a picture")
    metrics = {"test_squared_error_per_image": 2.651, "test_squared_error_per_image_pca": 13.87}
    recorded = {"recipe": "deep", "metrics_sha256": "1", "metrics": metrics, "history": {}}
    results.write("reproduce/deep-0", recorded, folder)
    drawn = {"run": "deep-0", "sha256": results.digest(figures / "deep.png"), "metrics_sha256": "1"}

    def problems(**changes):
        results.write("figures", {"deep.png": {**drawn, "numbers": metrics, **changes}}, folder)
        return report.differing_figures(figures, folder)

    assert problems() == []
    assert "not drawn from the recorded run of deep-0" in problems(metrics_sha256="2")[0]
    assert "is not the file" in problems(sha256="2")[0]
    assert "is 2.8, and 2.651" in problems(numbers={**metrics, "test_squared_error_per_image": 2.8})[0]
    assert "which is not recorded" in problems(run="deep-1")[0]
