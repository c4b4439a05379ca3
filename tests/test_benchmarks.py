"""The benchmarks run, verify before they time, and record what they measure; their numbers are not judged."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest

import npae

pytest.importorskip("numba", reason="Numba is missing; the benchmarks measure compiled kernels")

from benchmarks import (
    blocks,
    contestants,
    kernels,
    ladder,
    peers,
    published,
    reproduce,
    results,
    roofline,
    scaling,
    speedrun,
    startup,
    step,
    tables,
)
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


def recorded(name, folder):
    """A result that must be there."""
    result = results.read(name, folder)
    assert result is not None
    return result


def only(group, folder):
    """The one result of a group, with the facts that every result has."""
    ((name, result),) = results.found(group, folder).items()
    assert name == results.slug()
    assert {"command", "date", "seed", "machine", "versions"} <= set(result)
    return result


def test_every_round_begins_with_another_one():
    order: list[str] = []

    def turn(name):
        order.append(name)
        return len(order)

    turns = {name: (lambda name=name: turn(name)) for name in "abc"}
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
    assert tables.number(value) == text


def test_noise_of_verification_is_drawn_once_over_clean_targets(images):
    fresh = training_data("transposed-denoiser", images)
    assert fresh.noise == 0.5 and fresh.y is None and fresh.x.dtype == np.uint8
    drawn = verification_data("transposed-denoiser", images, steps=3)
    assert drawn.noise is None and drawn.y is not None and drawn.x.shape == drawn.y.shape == (60, 1, 28, 28)
    noise = drawn.x - drawn.y / np.float32(255)
    assert (
        0.2 < noise.std() < 0.5 and drawn.x.min() == 0 and drawn.x.max() == 1
    )  # 0.5, less what clipping takes away


def test_all_contestants_take_the_batches_of_npae():
    taken = []

    class Recorded(npae.Batches):
        def batch(self, indices, rng=None):
            taken.append(indices)
            return super().batch(indices, rng)

    model = npae.Sequential([npae.Dense(1)])
    model.build((1,), np.random.default_rng(0))
    npae.fit(model, Recorded(np.ones((10, 1), np.float32)), epochs=2, batch_size=4, threads=1)
    stream = minibatches(10, 4, shuffle=True)
    assert [list(part) for part in taken] == [list(next(stream)) for _ in range(6)]


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


def test_a_result_comes_back_rounded_and_in_its_order(tmp_path):
    given = {"b": [1.0, float("nan"), 2], "a": {"x": np.float32(0.1)}}
    path = results.write("group/name", given, tmp_path)
    assert results.read("group/name", tmp_path) == {"b": [1.0, None, 2], "a": {"x": 0.1}}
    assert list(recorded("group/name", tmp_path)) == ["b", "a"] and path.read_text().count("\n") == 6
    assert results.found("group", tmp_path).keys() == {"name"} and results.read("none", tmp_path) is None


def test_a_result_that_cannot_be_written_leaves_the_earlier_one(tmp_path):
    results.write("name", {"value": 1}, tmp_path)
    with pytest.raises(TypeError):
        results.write("name", {"value": object()}, tmp_path)
    assert results.read("name", tmp_path) == {"value": 1} and len(list(tmp_path.iterdir())) == 1


def test_a_command_is_kept_without_the_folders_of_this_machine():
    facts = results.facts("peers", ["--quick", "--out", "/somewhere", "--threads", "1"], seed=0)
    assert facts["command"] == "python -m benchmarks.peers --quick --threads 1"


def test_the_peak_is_the_faster_of_loop_and_product():
    assert roofline.Peak(2.0, 3.0).best == 3.0 and "matrix product" in roofline.Peak(2.0, 3.0).of
    assert roofline.Peak(3.0, 2.0).best == 3.0 and "registers" in roofline.Peak(3.0, 2.0).of


def test_the_loop_of_the_peak_adds_up_all_products():
    x, total = np.array([2, 3, *range(roofline.SUMS)], np.float32), np.zeros(1, np.float32)
    numbers = roofline.multiply_adds()(x, 5, total)
    assert total == numbers * (2 * 3 * 5 + np.mean(range(roofline.SUMS)))


@pytest.mark.slow
def test_kernels_are_set_beside_the_peak(tmp_path, capsys):
    assert kernels.main(["--quick", "--recipes", "latent2d", "--out", str(tmp_path)]) == 0
    assert "of peak" in capsys.readouterr().out
    assert all(work["numba"] > 0 and work["peak"] > 0 for work in only("kernels", tmp_path)["works"])


@pytest.mark.slow
def test_a_ladder_is_climbed_and_drawn(tmp_path):
    assert ladder.main(["--quick", "--recipe", "strided-denoiser", "--peers", "--out", str(tmp_path)]) == 0
    result = only("ladder", tmp_path)
    names = [rung["name"] for rung in result["rungs"]]
    assert names == ["loops", "im2col, NumPy", "im2col, Numba", "fast kernel"]
    assert result["peak"]["GFLOP/s"] >= result["product"]
    assert ladder.draw(result, tmp_path / "ladder.png").read_bytes().startswith(b"\x89PNG")


def test_the_parts_of_a_step_add_up_to_it(tmp_path, capsys):
    assert step.main(["--quick", "--recipes", "dense", "--out", str(tmp_path)]) == 0
    one, two = only("step", tmp_path)["recipes"]["dense"]
    assert "others" in one and not one["others"], "a second thread worked where one was asked for"
    for taken in (one, two):
        assert sum(taken["calling"].values()) == pytest.approx(taken["step"])
    assert all(one["calling"][part] > 0 for part in step.PARTS)
    assert "| `dense` | layers forward " in capsys.readouterr().out


@pytest.mark.slow
def test_scaling_compares_bits(tmp_path, capsys):
    assert scaling.main(["--quick", "--threads", "2", "--recipe", "dense", "--out", str(tmp_path)]) == 0
    assert "the same bits in all recipes" in capsys.readouterr().out
    result = only("scaling", tmp_path)
    assert set(result["weights"]) == set(TIMED) and {"threads", "channels", "epoch"} <= set(result["axes"])
    assert scaling.draw(result, tmp_path / "scaling.png").is_file()


def test_a_cliff_shows_in_one_number():
    axes = {
        "pixels along an edge": [(10, 2, 200e-6), (20, 2, 2400e-6)],
        "images in a batch": [(1, 1, 1.0), (16, 16, 16e-6), (32, 32, 48e-6)],
        "epoch": [(1, 8, 2.0), (2, 8, 3.0)],
    }
    text = blocks._evenness(axes)
    assert "1.00 (at 10) to 3.00 (at 20), a factor of 3.00" in text
    assert "1.00 (at 16) to 1.50 (at 32), a factor of 1.50" in text  # a batch of 1 is not in it
    assert "takes 1.50 times the first" in text


def test_silenced_units_leave_gradients_of_zero():
    points = scaling.epochs_axis(threads=1, quick=True)
    assert [(epoch, batch) for epoch, batch, _ in points] == [(1, 256), (2, 256)]
    model = npae.Sequential([npae.Dense(3, "relu"), npae.Dense(2)])
    model.build((4,), np.random.default_rng(0))
    npae.fit(model, np.ones((4, 4), np.float32), np.ones((4, 2), np.float32), callbacks=[scaling._Silence()])
    y, caches = model.forward(np.ones((4, 4), np.float32))
    _, grads = model.backward(np.ones_like(y), caches)
    assert sorted(np.count_nonzero(value) for value in grads.values()) == [0, 0, 0, 2]


def test_peers_agree_before_they_are_timed(tmp_path, data):
    others = [name for name in CONTESTANTS if name not in ("npae", "pytorch-channels-last")]
    names = [name for name in others if not contestants.missing(name)]
    arguments = ["--quick", "--recipes", "dense", "--peers", *names, "--threads", "1", "--data", str(data)]
    assert peers.main([*arguments, "--out", str(tmp_path)]) == 0
    result = only("peers", tmp_path)
    entries = result["recipes"]["dense"]["contestants"]
    assert list(entries) == ["npae", *names]
    assert all(entry["median"] > 0 and entry["disagreement"] < peers.TOLERANCE for entry in entries.values())
    assert peers.draw(result, tmp_path / "peers.png").is_file()


@pytest.mark.slow
def test_a_resumed_comparison_keeps_what_is_recorded(tmp_path):
    arguments = ["--quick", "--peers", "--threads", "1", "--out", str(tmp_path), "--resume", "--models"]
    assert peers.main([*arguments, "1x1"]) == 0
    first = only("models", tmp_path)["recipes"]
    assert peers.main([*arguments, "1x1", "conv-batch-1"]) == 0
    both = only("models", tmp_path)["recipes"]
    assert list(both) == ["1x1", "conv-batch-1"] and both["1x1"] == first["1x1"]


def test_a_missing_peer_is_noted_and_skipped(monkeypatch, capsys):
    monkeypatch.setitem(CONTESTANTS, "pytorch", CONTESTANTS["pytorch"]._replace(needs=("no_such_module",)))
    names, told = contestants.present(["pytorch"])
    assert names == ["npae"] and told["pytorch"] == {"missing": "no module no_such_module"}
    assert "pytorch: skipped, no module no_such_module" in capsys.readouterr().out


@pytest.mark.slow
def test_a_broken_peer_is_noted_and_the_others_are_measured(tmp_path, data, monkeypatch, capsys):
    broken = CONTESTANTS["pytorch"]._replace(needs=("numba",))
    monkeypatch.setitem(CONTESTANTS, "pytorch", broken)  # found, but its process imports what is not there
    real = peers.Remote

    def start(name, *arguments):
        if name == "pytorch":
            raise contestants.ContestantFailed("ImportError: broken wheel")
        return real(name, *arguments)

    monkeypatch.setattr(peers, "Remote", start)
    arguments = ["--quick", "--recipes", "dense", "--peers", "pytorch", "--threads", "1", "--data", str(data)]
    assert peers.main([*arguments, "--out", str(tmp_path)]) == 0
    entries = only("peers", tmp_path)["recipes"]["dense"]["contestants"]
    assert "broken wheel" in entries["pytorch"]["left_out"] and entries["npae"]["median"] > 0
    assert "Left out of `dense`: pytorch" in capsys.readouterr().out


def test_versions_are_those_of_modules_and_not_of_wheels():
    assert contestants.versions("npae") == {"numba": sys.modules["numba"].__version__}


def test_processes_are_measured():
    process = contestants.run_process(
        [sys.executable, "-c", "x = bytearray(60_000_000); print(len(x))"], thread_environment(1)
    )
    assert 0 < process.seconds < 60 and not process.peak_MB < 60 and process.output == "60000000\n"
    with pytest.raises(RuntimeError, match="no good"):
        contestants.run_process([sys.executable, "-c", "raise SystemExit('no good')"], thread_environment(1))


def test_dependencies_of_dependencies_are_counted():
    names = startup.closure(startup.distributions(("numba", "no-such-package")))
    assert {"numba", "llvmlite", "numpy"} <= names and "no-such-package" not in names
    assert startup.size_on_disk("llvmlite") > 1e7


@pytest.mark.slow
def test_a_speedrun_ends_at_its_loss_and_goes_on_where_it_was(tmp_path, data, capsys):
    arguments = ["--quick", "--recipe", "dense", "--peers", "--data", str(data), "--threads", "1"]
    assert speedrun.main([*arguments, "--out", str(tmp_path)]) == 0
    runs = only("speedrun", tmp_path)["runs"]
    assert list(runs) == [speedrun.COLD, speedrun.WARM]
    assert all(run["seconds"] > sum(run["seconds_of_epochs"]) > 0 for run in runs.values())
    assert runs[speedrun.COLD]["losses"] == runs[speedrun.WARM]["losses"]  # the same bits from both caches
    assert speedrun.main([*arguments, "--out", str(tmp_path), "--resume"]) == 0
    assert only("speedrun", tmp_path)["runs"] == runs


def test_a_contestant_that_does_not_get_there_is_left_out(monkeypatch):
    course = '{"losses": [0.3, 0.2], "seconds_of_epochs": [1, 1]}'
    monkeypatch.setattr(speedrun, "run_process", lambda *_: contestants.Process(3.0, 100.0, course))
    options = speedrun._options(["--until", "0.1", "--epochs", "2"])
    assert speedrun._measure("npae", "", options)["left_out"].endswith("in 2 epochs is 0.2000")


def test_npae_gives_the_loss_of_each_step_across_epochs(images):
    data = training_data("dense", images[: 2 * 256])
    losses: list[float] = []

    def enough(loss):
        losses.append(loss)
        return len(losses) == 5

    Npae("dense", threads=1).train(data, False, enough)
    assert len(losses) == 5 and losses == sorted(losses, reverse=True)


@pytest.fixture
def run(tmp_path):
    """A folder with a run of `sparse` that has all numbers, and a part."""
    numbers = {row.ours: 1.5 for row in published.RESULTS["sparse"]}
    facts = {"dataset": {"name": "mnist", "sha256": "0" * 64, "train": 9}, "threads": 1, "versions": {}}
    folder = tmp_path / "sparse-0"
    (folder / "parts" / "plain").mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps({**facts, **numbers}))
    (folder / "history.csv").write_text("epoch,loss,val_loss,seconds\n1,0.4,0.3,7\n2,0.2,0.1,7\n")
    (folder / "parts" / "plain" / "history.csv").write_text("epoch,loss,seconds\n1,0.5,2\n2,0.4,3\n")
    return folder


def test_a_complete_run_is_recorded_and_not_trained(tmp_path, run, monkeypatch):
    monkeypatch.setattr(reproduce.cli, "main", lambda command: pytest.fail("it trains"))
    out = tmp_path / "results"
    assert reproduce.main(["sparse", "--seed", "0", "--runs", str(tmp_path), "--out", str(out)]) == 0
    result = recorded("reproduce/sparse-0", out)
    assert result["command"] == "python -m benchmarks.reproduce sparse --seed 0"
    assert (result["seconds"], result["seconds_of_parts"]) == (14.0, 5.0)
    assert result["metrics_sha256"] == results.digest(run / "metrics.json")
    assert all(blocks.value_of(row, result) == 1.5 for row in published.RESULTS["sparse"])
    row = published.Row("", (), "", "val_loss 1")
    assert (
        blocks.value_of(row, result) == 0.3 and blocks.value_of(row._replace(ours="val_loss"), result) == 0.1
    )
    assert blocks.value_of(row._replace(ours="val_loss 9"), result) is None


def test_a_reproduction_goes_on_until_all_numbers_are_there(tmp_path, run, monkeypatch):
    whole = (run / "metrics.json").read_text()
    (run / "metrics.json").write_text("{}")  # the parts came to no end
    (run / "parts" / "plain" / "checkpoint.npz").touch()
    commands = []

    def train(command):
        commands.append(command)
        (run / "metrics.json").write_text(whole)
        return 0

    monkeypatch.setattr(reproduce.cli, "main", train)
    arguments = ["sparse", "--seed", "0", "--runs", str(tmp_path), "--out", str(tmp_path / "results")]
    for _ in range(2):
        assert reproduce.main(arguments) == 0
    assert len(commands) == 1 and commands[0][:2] == ["train", "sparse"] and commands[0][-1] == "--resume"
    told = recorded("reproduce/sparse-0", tmp_path / "results")["machine"]
    assert "assumed" not in told and told["processor"] == results.machine()["processor"]


def test_only_complete_runs_are_recorded_if_asked(tmp_path, run, monkeypatch, capsys):
    monkeypatch.setattr(reproduce.cli, "main", lambda command: pytest.fail("it trains"))
    out = tmp_path / "results"
    arguments = ["sparse", "--record-only", "--runs", str(tmp_path), "--out", str(out)]
    assert reproduce.main(arguments) == 0
    assert list(results.found("reproduce", out)) == ["sparse-0"]
    assert "sparse-1: not complete" in capsys.readouterr().out


def test_a_failed_training_is_told_and_the_others_go_on(tmp_path, run, monkeypatch, capsys):
    monkeypatch.setattr(reproduce.cli, "main", lambda command: 1)
    out = tmp_path / "results"
    assert reproduce.main(["dense", "sparse", "--seed", "0", "--runs", str(tmp_path), "--out", str(out)]) == 1
    assert list(results.found("reproduce", out)) == ["sparse-0"]
    assert "dense-0: the training failed" in capsys.readouterr().err


def test_rows_tell_whether_a_seed_repeats(tmp_path, run):
    result = reproduce.record("sparse", 0, run)
    row = published.RESULTS["sparse"][0]
    results.write("reproduce/sparse-0", result, tmp_path)
    assert blocks.Runs("sparse", tmp_path).elsewhere(row) == "not tried"
    assert blocks.Runs("sparse", tmp_path).cell(row) == "1.50 / – / –"
    results.write("reproduce/sparse-0@generic", result, tmp_path)
    assert blocks.Runs("sparse", tmp_path).elsewhere(row) == "the same"
    other = {**result, "metrics": {**result["metrics"], row.ours: 1.7}}
    results.write("reproduce/sparse-0@generic", other, tmp_path)
    results.write("reproduce/sparse-1", other, tmp_path)
    assert blocks.Runs("sparse", tmp_path).elsewhere(row) == "1.70 for 1.50"
    assert blocks.Runs("sparse", tmp_path).cell(row) == "1.60 (1.50–1.70), 2 of 3 seeds"


def test_the_other_arithmetic_is_told_to_a_process_of_its_own(tmp_path, monkeypatch):
    called: dict = {}

    def run(command, env):
        called.update(env, command=command)
        return type("Ended", (), {"returncode": 0})

    monkeypatch.setattr(reproduce.subprocess, "run", run)
    assert reproduce.main(["latent2d", "--perturbed", "--runs", str(tmp_path)]) == 0
    assert called["NUMBA_CPU_NAME"] == "generic" and called["OPENBLAS_CORETYPE"]
    assert {"latent2d", "--label", "generic"} <= set(called["command"])


@pytest.mark.parametrize("block", blocks.BLOCKS)
def test_every_table_is_made_of_what_is_there(block, tmp_path, run):
    assert blocks.BLOCKS[block](tmp_path)  # nothing is
    results.write("reproduce/sparse-0", reproduce.record("sparse", 0, run), tmp_path)
    assert blocks.BLOCKS[block](tmp_path)


def test_the_areas_of_npae_anomaly_have_rows_of_their_own(tmp_path, monkeypatch):
    rng, commands = np.random.default_rng(0), []
    areas = [{str(label): float(area) for label, area in enumerate(rng.random(10))} for _ in range(3)]
    folder = tmp_path / "anomaly-1"

    def run(command):
        commands.append(command)
        columns = [(2, "all classes but one"), (32, "all classes but one"), (16, "one class")]
        detectors = [
            dict(model="deep", code=code, normal=normal, roc_auc=area, mean_roc_auc=0.5, seconds=2)
            for (code, normal), area in zip(columns, areas)
        ]
        dataset = {"name": "mnist", "sha256": "0" * 64}
        (folder / "metrics.json").write_text(json.dumps({"detectors": detectors, "dataset": dataset}))
        return 0

    monkeypatch.setattr(reproduce.cli, "main", run)
    for _ in range(2):
        arguments = ["anomaly", "--seed", "1", "--runs", str(tmp_path), "--out", str(tmp_path / "results")]
        assert reproduce.main(arguments) == 0
    assert len(commands) == 1 and "--resume" not in commands[0]
    found = recorded("reproduce/anomaly-1", tmp_path / "results")
    assert found["seconds"] == 6
    values = [blocks.value_of(row, found) for row in published.RESULTS["anomaly"]]
    assert values == pytest.approx([0.5, areas[1]["1"], 0.5])
