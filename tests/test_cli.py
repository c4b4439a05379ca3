"""The command line as a person uses it: what it writes, what it says, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib import metadata

import numpy as np
import pytest
from matplotlib.image import imread

from npae import plotting
from npae.console.cli import main
from npae.datasets import read_image, sources, synthetic_digits
from npae.measures.metrics import PCA

TRAIN = ["--limit", "60", "--epochs", "1", "--data", "synthetic"]


def run(*arguments, **options):
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "npae", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


@pytest.fixture
def run_folder(tmp_path, small_synthetic, trained_once):
    return trained_once(["train", "conv", *TRAIN], tmp_path / "run")


def last_line(capsys):
    return capsys.readouterr().err.strip().splitlines()[-1]


@pytest.mark.parametrize("recipe", ["dense", "conv", "strided-denoiser", "latent2d", "transposed-denoiser"])
def test_train_writes_model_history_metrics_and_figures(recipe, tmp_path, small_synthetic):
    assert main(["train", recipe, *TRAIN, "--out", str(tmp_path / "run"), "--quiet"]) == 0
    written = {path.name for path in (tmp_path / "run").iterdir()}
    figures = {
        "latent2d": {"codes.png"},
        "strided-denoiser": {"test_images.png", "noise.png"},
    }.get(recipe, set()) | {"loss.png", "reconstructions.png"}
    assert written == {"model.npz", "checkpoint.npz", "history.csv", "metrics.json"} | figures
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["dataset"]["synthetic"] is True and metrics["versions"]["numpy"] == np.__version__
    assert metrics["val_loss"] == pytest.approx(metrics["test_loss"])
    assert (tmp_path / "run" / "history.csv").read_text().startswith("epoch,loss,val_loss,seconds\n1,")


@pytest.mark.figures
@pytest.mark.parametrize("recipe", ["dense", "conv"])
def test_noise_makes_a_denoiser_with_three_rows(recipe, tmp_path, small_synthetic):
    assert main(["train", recipe, "--noise", *TRAIN, "--out", str(tmp_path / "run"), "--quiet"]) == 0
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert metrics["corruption"] == {"name": "gaussian_noise", "stddev": 0.5, "clip": [0.0, 1.0]}
    assert metrics["settings"]["noise"] and metrics["noisy_test_mse"] > 0.05
    assert imread(tmp_path / "run" / "reconstructions.png").shape[0] > 300


def test_quiet_says_nothing_and_without_it_a_table_and_a_line_an_epoch(tmp_path, small_synthetic, capsys):
    main(["train", "dense", *TRAIN, "--out", str(tmp_path / "a"), "--quiet"])
    assert capsys.readouterr().out == ""
    main(["train", "dense", *TRAIN, "--out", str(tmp_path / "b")])
    out = capsys.readouterr().out
    assert "multiply-adds" in out and "epoch 1/1" in out and "synthetic" in out


def test_evaluate_measures_everything_once_in_one_column(tmp_path, small_synthetic, monkeypatch, capsys):
    fitted = []

    class CountedPCA(PCA):
        def fit(self, x):
            fitted.append(self)
            return super().fit(x)

    monkeypatch.setattr("npae.recipes.measures.PCA", CountedPCA)
    assert main(["train", "latent2d", *TRAIN, "--out", str(tmp_path), "--quiet"]) == 0
    fitted.clear()
    assert main(["evaluate", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    names = [line.split()[0] for line in lines]
    assert len(fitted) == 1 and {"test_ssim", "linear_probe_pca"} <= set(names)
    assert len(set(names)) == len(names)
    assert len({len(line) - len(line.split()[1]) for line in lines}) == 1


def test_evaluate_and_plot_and_denoise(run_folder, tmp_path, capsys):
    assert main(["evaluate", str(run_folder)]) == 0
    assert "test_mse" in capsys.readouterr().out
    (run_folder / "loss.png").unlink()
    assert main(["plot", str(run_folder)]) == 0
    assert (run_folder / "loss.png").is_file()
    picture = np.ones((90, 60), np.float32)
    picture[20:70, 25:33] = 0.1  # a dark stroke on light paper
    plotting.save_image(tmp_path / "mine.png", picture)
    assert main(["denoise", str(run_folder), str(tmp_path / "mine.png")]) == 0
    assert read_image(run_folder / "denoised" / "mine-reconstructed.png").shape == (90, 60)
    assert (run_folder / "denoised" / "mine-comparison.png").is_file()


def test_an_earlier_run_is_moved_aside_and_not_lost(run_folder, capsys):
    before = (run_folder / "model.npz").read_bytes()
    assert main(["train", "conv", *TRAIN, "--seed", "3", "--out", str(run_folder)]) == 0
    assert (run_folder.with_name("run.1") / "model.npz").read_bytes() == before
    assert "it is now" in capsys.readouterr().out


def test_resume_goes_on_to_the_bits_of_an_unbroken_run(tmp_path, small_synthetic):
    options = ["train", "conv", "--limit", "60", "--data", "synthetic", "--quiet"]
    assert main([*options, "--epochs", "3", "--out", str(tmp_path / "whole")]) == 0
    assert main([*options, "--epochs", "1", "--out", str(tmp_path / "parts")]) == 0
    assert (
        main(["train", "conv", "--epochs", "3", "--out", str(tmp_path / "parts"), "--resume", "--quiet"]) == 0
    )
    whole, parts = (np.load(tmp_path / name / "model.npz") for name in ("whole", "parts"))
    assert all(np.array_equal(whole[name], parts[name]) for name in whole.files if name != "header")


@pytest.mark.parametrize(
    "change, words",
    [
        (["--seed", "4"], "began with --seed 0, and cannot continue with --seed 4"),
        (["--batch-size", "9"], "began with --batch-size 256"),
        (["--noise"], "began without --noise, and cannot continue with --noise"),
    ],
)
def test_resume_with_other_settings_is_refused(run_folder, capsys, change, words):
    assert main(["train", "conv", "--resume", "--out", str(run_folder), *change]) == 1
    assert words in last_line(capsys)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["train", "latent2d", "--noise", "--data", "synthetic"], "--noise is not for latent2d"),
        (["train", "conv", "--data", "mnist"], "mnist was not found; npae tried"),
        (["train", "conv", "--resume", "--out", "nowhere"], "nowhere holds no checkpoint.npz"),
        (["evaluate", "nowhere"], "nowhere holds no model.npz"),
        (["plot", "."], "holds no model.npz"),
        (["denoise", "nowhere", "a.png"], "nowhere holds no model.npz"),
        (["train", "conv", "--data", "/"], "/ holds no data set"),
        (["evaluate", "nowhere", "--data", "mnist"], "nowhere holds no model.npz"),
    ],
)
def test_failures_are_one_clear_line_and_status_1(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "synthetic_digits", lambda seed: synthetic_digits(20, 10, seed))
    assert main(arguments) == 1
    captured = capsys.readouterr().err
    assert captured.startswith("npae: error: ") and words in captured and "Traceback" not in captured


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["train", "cnov", "--data", "synthetic"], "unknown recipe 'cnov'; did you mean conv"),
        (["train", "conv", "--data", "minst"], 'did you mean "mnist"'),
        (["anomaly", "--data", "/no/such/place"], "nor a path that exists"),
        (["gradcheck", "Dense", "Conv2"], "no gradient check named 'Conv2'; did you mean Conv2D"),
        (["data", "fetch", "mnits"], "unknown data set 'mnits'"),
        (["exercises", "hint", "dens"], "dense"),
    ],
)
def test_unknown_names_are_one_clear_line_and_status_2(arguments, words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["exercises", "start", "."]) == 0
    assert main(arguments) == 2
    captured = capsys.readouterr().err
    assert captured.startswith("npae: error: ") and words in captured and captured.count("\n") == 1


def test_another_data_set_of_an_evaluation_is_looked_for_by_name_or_path(run_folder, capsys, monkeypatch):
    def unknown(*args, **kwargs):
        raise ValueError("'minst' is neither a data set nor a path")

    monkeypatch.setattr("npae.datasets.load", unknown)
    assert main(["evaluate", str(run_folder), "--data", "minst"]) == 2
    assert main(["evaluate", str(run_folder), "--data", str(run_folder)]) == 1  # it is there


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["train"], "RECIPE"),
        (["train", "conv", "--epochs", "0"], "--epochs must be a whole number of at least 1, not '0'"),
        (["train", "conv", "--batch-size", "many"], "--batch-size must be a whole number of at least 1, not"),
        (["train", "conv", "--seed", "-1"], "--seed must be a whole number of at least 0, not '-1'"),
        (["explore", ".", "--pair", "1", "x"], "--pair must be a whole number of at least 0, not 'x'"),
        (["exercises", "check", "--seconds", "0"], "--seconds must be a number of seconds above 0, not '0'"),
        (["train", "conv", "--backend", "cuda"], "invalid choice: 'cuda'"),
        (["data"], "ACTION"),
    ],
)
def test_wrong_usage_is_status_2(arguments, words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    error = capsys.readouterr().err.splitlines()[-1]
    assert stop.value.code == 2 and error.startswith("npae") and words in error


def test_the_version_is_that_of_the_package(capsys, monkeypatch):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0 and capsys.readouterr().out == f"npae {metadata.version('npae')}\n"

    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == "npae not installed\n"


def test_a_folder_that_cannot_be_written_is_an_error_before_the_training(tmp_path, small_synthetic, capsys):
    (tmp_path / "file").write_text("in the way")
    assert main(["train", "conv", *TRAIN, "--out", str(tmp_path / "file" / "run")]) == 1
    assert "cannot write a run into" in last_line(capsys)
    assert main(["train", "conv", *TRAIN, "--out", str(tmp_path / "file")]) == 1
    assert (tmp_path / "file").read_text() == "in the way"


def test_pictures_that_cannot_be_read_are_named(run_folder, tmp_path, capsys):
    (tmp_path / "text.png").write_text("no picture")
    assert main(["denoise", str(run_folder), str(tmp_path / "text.png")]) == 1
    assert "text.png" in last_line(capsys)
    assert main(["denoise", str(run_folder), str(tmp_path / "missing.png")]) == 1
    assert "missing.png" in last_line(capsys)


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["list"], "strided-denoiser"),
        (["data", "where"], "fashion-mnist"),
        (["warmup"], "transposed-denoiser"),
    ],
)
def test_commands_that_tell_and_end_well(arguments, word, capsys):
    assert main(arguments) == 0
    assert word in capsys.readouterr().out


def test_help_and_import_load_neither_numba_nor_matplotlib():
    program = (
        "import sys, npae; from npae.console.cli import build_parser; build_parser().format_help();"
        "print([name for name in ('numba', 'matplotlib', 'llvmlite') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "[]", result.stderr
    assert run("--help").returncode == 0


@pytest.fixture
def few_digits(tmp_path, small_synthetic):
    """Options of npae train in a process of its own, which need not draw 70,000 digits."""
    names = {
        "x_train": "train_images",
        "y_train": "train_labels",
        "x_test": "test_images",
        "y_test": "test_labels",
    }
    arrays = {name: getattr(small_synthetic, role) for name, role in names.items()}
    np.savez(tmp_path / "digits.npz", **arrays)
    return ["--data", tmp_path / "digits.npz"]


def test_it_works_without_numba_and_says_so_once(tmp_path, few_digits):
    (tmp_path / "numba.py").write_text("raise ImportError('no such thing here')")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.getcwd()])}
    options = [*TRAIN, *few_digits, "--out", tmp_path / "run"]
    result = run("train", "conv", *options, env=environment)
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("slower NumPy backend") == 1
    assert json.loads((tmp_path / "run" / "metrics.json").read_text())["backend"] == "numpy"


@pytest.mark.skipif(os.name == "nt", reason="signals are different there")
@pytest.mark.slow
def test_an_interrupt_keeps_what_was_done_and_resume_goes_on(tmp_path, few_digits):
    folder = tmp_path / "run"
    options = ["train", "dense", *map(str, few_digits), "--out", str(folder)]
    program = (  # a shell starts what runs in the background with SIGINT ignored, and a child inherits that
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from npae.console.cli import main; raise SystemExit(main())"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, *options, "--epochs", "100000"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 120
        while not (folder / "history.csv").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130 and "Traceback" not in stderr and "--resume" in stderr, stderr
    done = len(np.loadtxt(folder / "history.csv", delimiter=",", skiprows=1, ndmin=2))
    result = run(*options, "--resume", "--epochs", done + 1)
    assert result.returncode == 0, result.stderr
    assert len(np.loadtxt(folder / "history.csv", delimiter=",", skiprows=1, ndmin=2)) == done + 1
