"""The benchmarks run, verify before they time, and write what they promise; their numbers are not judged."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys

import numpy as np
import pytest

pytest.importorskip("numba", reason="Numba is missing; the benchmarks measure compiled kernels")

from benchmarks import kernels, ladder, peers, published, report, reproduce, scaling, startup
from benchmarks.contestants import CONTESTANTS
from benchmarks.npae_peer import Npae
from benchmarks.tasks import TIMED, minibatches, training_data, verification_data
from benchmarks.timing import alternate, geometric_mean, seconds, thread_environment


@pytest.fixture
def images(rng):
    """A few random images."""
    return rng.integers(0, 256, (10 * 256, 28, 28), np.uint8)


@pytest.fixture
def data(tmp_path, images):
    """The path of a data set of random images."""
    labels = np.zeros(len(images), np.uint8)
    path = tmp_path / "data.npz"
    np.savez(path, x_train=images, y_train=labels, x_test=images[:300], y_test=labels[:300])
    return path


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_every_round_begins_with_another_one():
    order = []
    turns = {name: (lambda name=name: order.append(name) or len(order)) for name in "abc"}
    results = alternate(turns, rounds=3, pause=0)
    assert "".join(order) == "abcbcacab"
    assert results == {"a": [1, 6, 8], "b": [2, 4, 9], "c": [3, 5, 7]}


def test_seconds_are_those_of_one_call():
    calls = []
    taken = seconds(lambda: calls.append(sum(range(1000))), at_least=0.005)
    assert len(calls) > 1 and 0 < taken < 0.005
    assert geometric_mean([1, 100]) == pytest.approx(10)


@pytest.mark.parametrize(
    ("value", "text"), [(0.012345, "0.0123"), (1.0, "1.00"), (12.345, "12.3"), (1234.5, "1234")]
)
def test_numbers_have_three_digits_that_count(value, text):
    assert report.number(value) == text


def test_noise_of_verification_is_drawn_once_over_clean_targets(images):
    fresh = training_data("transposed-denoiser", images)
    assert fresh.noise == 0.5 and fresh.y is None and fresh.x.dtype == np.uint8
    drawn = verification_data("transposed-denoiser", images, steps=3)
    assert drawn.noise is None and drawn.x.shape == drawn.y.shape == (60, 1, 28, 28)
    noise = drawn.x - drawn.y / np.float32(255)
    assert (
        0.2 < noise.std() < 0.5 and drawn.x.min() == 0 and drawn.x.max() == 1
    )  # 0.5, less what clipping takes away


def test_minibatches_go_through_every_example_once_an_epoch():
    stream = minibatches(10, 4, shuffle=True)
    epochs = [np.concatenate([next(stream) for _ in range(3)]) for _ in range(2)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert list(epochs[0]) != list(epochs[1])


@pytest.mark.parametrize("recipe", TIMED)
def test_every_kernel_of_a_recipe_is_found_in_all_versions(recipe):
    works = list(kernels.works(recipe))
    assert {"loss", "adam"} < {work.layer for work in works}
    for work in works:
        function = getattr(work.module, f"{work.function}_numpy")
        assert hasattr(work.module, f"{work.function}_loops") and hasattr(
            work.module, f"{work.function}_numba"
        )
        function(*work.arguments(1))
        assert work.amount(2) > 0


def test_kernels_are_set_beside_the_peak(tmp_path, capsys):
    assert kernels.main(["--quick", "--recipes", "latent2d", "--out", str(tmp_path)]) == 0
    assert "of peak" in capsys.readouterr().out
    for row in rows_of(tmp_path / "kernels.csv"):
        assert float(row["numba"]) > 0 and float(row["peak"]) > 0


def test_a_ladder_is_climbed_and_drawn(tmp_path):
    assert ladder.main(["--quick", "--recipe", "strided-denoiser", "--peers", "--out", str(tmp_path)]) == 0
    rungs = rows_of(tmp_path / "ladder.csv")
    assert [row["rung"] for row in rungs] == ["loops", "im2col, NumPy", "im2col, Numba", "fast kernel"]
    assert (tmp_path / "ladder.png").read_bytes().startswith(b"\x89PNG")


def test_scaling_compares_bits(tmp_path, capsys):
    assert scaling.main(["--quick", "--threads", "2", "--recipe", "dense", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("in all") == len(TIMED)
    assert {row["axis"] for row in rows_of(tmp_path / "scaling.csv")} >= {"threads", "channels"}
    assert (tmp_path / "scaling.png").is_file()


def test_peers_agree_before_they_are_timed(tmp_path, data, capsys):
    names = ["pytorch"] if importlib.util.find_spec("torch") else []
    arguments = ["--quick", "--recipes", "dense", "--peers", *names, "--threads", "1", "--data", str(data)]
    assert peers.main([*arguments, "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("losses agree with npae's") == len(names)
    assert [row["contestant"] for row in rows_of(tmp_path / "peers.csv")] == ["npae", *names]
    assert (tmp_path / "peers.png").is_file()


def test_a_missing_peer_is_named_and_skipped(monkeypatch, capsys):
    monkeypatch.setitem(CONTESTANTS, "pytorch", CONTESTANTS["pytorch"]._replace(needs=("no_such_package",)))
    assert peers._present(["pytorch"]) == ["npae"]
    assert "pytorch: skipped, no_such_package not installed" in capsys.readouterr().out


def test_processes_are_measured():
    taken, memory = startup.measure(
        [sys.executable, "-c", "x = bytearray(60_000_000)"], thread_environment(1)
    )
    assert 0 < taken < 60 and not memory < 60
    with pytest.raises(RuntimeError, match="no good"):
        startup.measure([sys.executable, "-c", "raise SystemExit('no good')"], thread_environment(1))


def test_dependencies_of_dependencies_are_counted():
    names = startup.closure(("numba", "no-such-package"))
    assert {"numba", "llvmlite", "numpy"} <= names and "no-such-package" not in names
    assert startup.size_on_disk("llvmlite") > 1e7


def test_a_script_trains_and_validates(data, capsys):
    startup._script(
        "npae",
        startup._options(["--recipe", "dense", "--epochs", "2", "--data", str(data), "--threads", "1"]),
    )
    assert capsys.readouterr().out.count("val_loss") == 2


def test_npae_gives_the_loss_of_each_step_across_epochs(images):
    data, losses = training_data("dense", images[: 2 * 256]), []
    Npae("dense", threads=1).train(data, False, lambda loss: losses.append(loss) or len(losses) == 5)
    assert len(losses) == 5 and losses == sorted(losses, reverse=True)


def test_a_reproduction_goes_on_with_parts_and_until_all_numbers_are_there(tmp_path, monkeypatch):
    part, resumed = tmp_path / "parts" / "plain", []
    part.mkdir(parents=True)
    (part / "checkpoint.npz").touch()
    (part / "history.csv").write_text("epoch,loss,seconds\n1,0.5,2\n2,0.4,3\n")
    numbers = {row.ours: 1.0 for row in published.RESULTS["sparse"]}

    class Run:
        def __init__(self, settings, dataset, directory):
            self.directory, self.history = directory, {"loss": [0.4], "seconds": [7.0]}

        def train(self, callbacks, resume):
            resumed.append(resume)
            (self.directory / "history.csv").write_text("epoch,loss,seconds\n1,0.4,7\n")
            some = {"l1_code_mean": 1.0} if len(resumed) == 1 else numbers  # parts came to no end
            (self.directory / "metrics.json").write_text(json.dumps(some))

    monkeypatch.setattr(reproduce, "Run", Run)
    monkeypatch.setattr(reproduce, "load_run", lambda directory: Run(None, None, directory))
    monkeypatch.setattr(reproduce.datasets, "load", lambda name: None)
    for _ in range(3):
        run = reproduce.trained("sparse", 0, tmp_path)
    assert resumed == [True, True] and run[1:] == (numbers, 5.0)
    rows = reproduce.rows_of("sparse", [run])
    assert [row[-1] for row in rows[-2:]] == ["7", "12"] and (part / "checkpoint.npz").exists()


def test_the_areas_of_npae_anomaly_have_rows_of_their_own(tmp_path, monkeypatch):
    rng, commands = np.random.default_rng(0), []
    areas = [{str(label): float(area) for label, area in enumerate(rng.random(10))} for _ in range(3)]

    def run(command):
        commands.append(command)
        columns = [(2, "all classes but one"), (32, "all classes but one"), (16, "one class")]
        detectors = [
            dict(model="deep", code=code, normal=normal, roc_auc=area, mean_roc_auc=0.5, seconds=2)
            for (code, normal), area in zip(columns, areas)
        ]
        (tmp_path / "metrics.json").write_text(json.dumps({"detectors": detectors}))

    monkeypatch.setattr(reproduce.cli, "main", run)
    for _ in range(2):
        found = reproduce.trained("anomaly", 1, tmp_path)
    assert len(commands) == 1 and "--resume" not in commands[0]
    rows = reproduce.rows_of("anomaly", [found])
    assert rows[0][0] == "`npae anomaly`" and rows[-1][-1] == "6"
    assert [row[-1] for row in rows[:-1]] == ["0.500", f"{areas[1]['1']:.3f}", "0.500"]
