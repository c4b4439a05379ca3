"""What is found in the codes of a model that has not learned, and nothing in those of one that has."""

import json

import numpy as np
import pytest

from npae.console.cli import main
from npae.measures.findings import code_on_a_line, dead_code, findings

N = 200


def on_a_line(rng, noise, size=5):
    direction = rng.standard_normal(size)
    return rng.standard_normal((N, 1)) * direction + noise * rng.standard_normal((N, size)) + 7


@pytest.mark.parametrize("shape", [(2,), (32,), (8, 7, 7), (1000,)])
def test_nothing_is_found_in_codes_that_vary(shape, rng):
    codes = rng.standard_normal((N, *shape)).astype(np.float32)
    assert findings(codes) == findings(np.maximum(codes, 0)) == findings(codes, variational=True) == []
    assert findings(1000 + codes) == []  # far from 0, and alive


def test_units_that_are_the_same_for_all_images_are_dead(rng):
    assert "its units are dead" in dead_code(np.zeros((N, 3)))[0]
    assert dead_code(np.full((N, 3), 0.7) + 1e-7 * rng.standard_normal((N, 3)))
    one_alive = np.zeros((N, 3))
    one_alive[:, 1] = np.maximum(rng.standard_normal(N), 0)
    assert dead_code(one_alive) is None
    assert len(findings(np.zeros((N, 3)))) == 1  # and not on a line, too


def test_means_that_stay_at_the_prior_tell_nothing(rng):
    codes = 0.05 * rng.standard_normal((N, 2))
    assert dead_code(codes) is None
    assert "largest variance of a unit 0.00" in dead_code(codes, variational=True)[1]


def test_codes_on_a_line_are_found_in_few_and_in_many_numbers(rng):
    for size in (2, 5, 1000):
        sentence, evidence = code_on_a_line(on_a_line(rng, 0.0, size))
        assert "all codes lie on a line" in sentence and "--seed" in sentence
        assert evidence == "100.00% of their variance in one direction"
    assert code_on_a_line(on_a_line(rng, 0.02)) and not code_on_a_line(on_a_line(rng, 0.5))


def test_a_code_of_one_number_and_a_few_codes_prove_nothing(rng):
    assert findings(rng.standard_normal((N, 1))) == []
    assert findings(np.zeros((20, 2))) == []


def test_a_finding_is_a_line_of_the_command_and_an_entry_of_the_metrics(
    tmp_path, small_synthetic, monkeypatch, capsys
):
    monkeypatch.setattr("npae.recipes.report.findings", lambda codes, variational: [("a", f"{codes.shape}")])
    options = ["train", "dense", "--limit", "60", "--epochs", "1", "--out", str(tmp_path)]
    assert main(options) == 0
    assert "\nnpae: a ((60, 32))\n" in capsys.readouterr().out
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["findings"] == [{"sentence": "a", "evidence": "(60, 32)"}]
