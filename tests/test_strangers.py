"""Files of strangers: read rightly or refused in a line, in little time and memory; they start no program."""

import json
import os
import subprocess
import sys
import zlib

import numpy as np
import pytest
from slow_cases import slow_but
from tiny_data import write_npz

import npae
from benchmarks import fuzz
from npae.console.cli import main
from npae.datasets import prepare_image, read_image
from npae.files.reading import Archive

LINUX = pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="memory is measured by Linux")


LARGE = {"npz", "safetensors", "gz", "png", "folder"}  # readers whose wrong files are large


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(LARGE))
def test_mutated_files_are_read_rightly_or_refused(kind):
    command = [sys.executable, "-m", "benchmarks.fuzz", "--kinds", kind, "--mutations", "60", "--seed", "1"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr


@LINUX
@pytest.mark.parametrize("mutations, seed", slow_but([(1, 2)], [(1, 2), (60, 1)]))
@pytest.mark.parametrize("kind", sorted({*fuzz.READERS} - LARGE))
def test_mutated_files_are_read_rightly_or_refused_in_this_process(kind, mutations, seed, capsys):
    assert fuzz.run_kind(kind, mutations, seed) == 0, capsys.readouterr().out


@LINUX
@pytest.mark.slow  # test_faults.py fails every step of a save, and test_interrupts.py interrupts steps
def test_killed_runs_end_with_the_bits_of_an_unbroken_one():
    command = [sys.executable, "-m", "benchmarks.kill", "--runs", "2", "--seed", "2"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0 and "2 of 2" in result.stdout, result.stdout + result.stderr


@pytest.mark.parametrize("number", range(2, 6))
def test_a_checkpoint_whose_state_does_not_fit_changes_nothing(number, tmp_path):
    path = tmp_path / "checkpoint.npz"
    content = fuzz.corpus("checkpoint", tmp_path)[number]
    path.write_bytes(content)
    model, optimizer = fuzz.toy(), npae.Adam()
    before = {name: value.copy() for name, value in model.params.items()}
    with pytest.raises(ValueError, match="does not fit this training: optimizer/v"):
        npae.load_checkpoint(path, model, optimizer)
    assert optimizer.state == {}
    assert all(np.array_equal(value, before[name]) for name, value in model.params.items())


def with_layer(tmp_path, layer, shape=(4,)):
    model = npae.Sequential([npae.Dense(2)])
    model.build((4,))
    npae.save_model(tmp_path / "model.npz", model)
    content = (tmp_path / "model.npz").read_bytes()
    description = {"input_shape": list(shape), "dtype": "float32", "layer": layer}
    changed = fuzz.with_header(content, lambda header: {**header, "model": description})
    (tmp_path / "model.npz").write_bytes(changed)
    return tmp_path / "model.npz"


def sequential(*layers):
    return {"class": "Sequential", "config": {"layers": list(layers)}}


def nested(depth):
    return sequential(nested(depth - 1)) if depth else sequential()


POOL = {"class": "MaxPool2D", "config": {"pool_size": [9000, 9000], "padding": "same"}}


@pytest.mark.parametrize(
    "layer, shape, words",
    [
        (
            sequential({"class": "Dense", "config": {"units": 3}}),
            (4,),
            r"kernel is float32 \(4, 2\); expected",
        ),
        (sequential({"class": "Dense", "config": {"units": 10**30}}), (4,), "model.npz"),
        (
            sequential({"class": "Dense", "config": {"units": 2, "colour": 1}}),
            (4,),
            "has the arguments units, c",
        ),
        (sequential({"class": "Dense", "config": {}}), (4,), "its Dense has the arguments"),
        (
            sequential({"class": "UpSampling2D", "config": {"size": 4_000}}),
            (9, 9, 9),
            "more than npae loads|more memory than",
        ),
        (sequential(POOL), (1, 28, 28), "at most 4096"),
        (sequential(), (-1,), "positive integers"),
        (sequential(), (1 << 40,), "unknown entry"),
        (nested(9), (4,), "more than 8 deep"),
        (sequential(*[sequential()] * 1001), (4,), "more than 1000 layers"),
    ],
)
def test_an_architecture_is_checked_as_data(layer, shape, words, tmp_path):
    with pytest.raises(ValueError, match=words) as caught:
        npae.load_model(with_layer(tmp_path, layer, shape))
    assert "\n" not in str(caught.value)


def test_a_table_of_contents_that_cannot_be_true_is_refused_before_anything_is_read(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = (1 << 30).to_bytes(4, "little")  # the size of the first array
    (tmp_path / "a.npz").write_bytes(content)
    with open(tmp_path / "a.npz", "rb") as file, pytest.raises(ValueError, match="cannot be true"):
        Archive(file)


def test_a_pipe_and_a_folder_are_no_files(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    for name, words in (("pipe.png", "is not a file"), ("", "is a folder")):
        with pytest.raises(ValueError, match=words):
            read_image(tmp_path / name)
        with pytest.raises(ValueError, match=words):
            npae.load_model(tmp_path / name)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
@pytest.mark.parametrize("size", [(3, 5), (2049, 3)])
def test_a_picture_of_every_mode_is_grey(mode, size, tmp_path):
    from PIL import Image

    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    grey = Image.new("L", size, 255 if mode == "1" else 200)
    picture = Image.new("I;16", size, 200 * 257) if mode == "I;16" else grey.convert(mode)
    picture.save(path, "JPEG" if mode == "CMYK" else "PNG")
    read = read_image(path)
    wide = size[0] if size[0] < 1024 else 683
    assert read.dtype == np.float32 and read.shape[1] == wide
    np.testing.assert_allclose(read, 1 if mode == "1" else 200 / 255, atol=0.01)


@pytest.mark.parametrize(
    "colour, depth, stored, clear, expected",
    [
        (0, 1, 1, (1,), 1.0),
        (0, 1, 0, (1,), 0.0),
        (0, 2, 1, (1,), 1.0),
        (0, 2, 1, (2,), 1 / 3),
        (0, 4, 7, (7,), 1.0),
        (0, 8, 85, (85,), 1.0),
        (0, 16, 257, (257,), 1.0),
        (0, 16, 257, (256,), 257 / 65535),
        (2, 8, 85, (85, 85, 85), 1.0),
        (2, 8, 85, (85, 85, 84), 1 / 3),
        (2, 16, 0x5555, (0x5555,) * 3, 1.0),
    ],
)
def test_a_colour_that_is_declared_transparent_becomes_white(
    colour, depth, stored, clear, expected, tmp_path
):
    samples = 8 * (3 if colour == 2 else 1)
    bits = "".join(f"{stored:0{depth}b}" for _ in range(samples))
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    notes = ((b"tRNS", b"".join(level.to_bytes(2, "big") for level in clear)),)
    path = tmp_path / "a.png"
    path.write_bytes(fuzz.png(8, 3, zlib.compress(row * 3), colour, depth, notes))
    np.testing.assert_allclose(read_image(path), np.full((3, 8), expected), atol=0.01)


def test_what_a_picture_says_beside_its_pixels_is_left_out(tmp_path):
    path, rows = tmp_path / "a.jpg", zlib.compress(b"\0\x80" * 3)
    bomb = b"k\0\0" + zlib.compress(bytes(1 << 26))
    for right, noted in (
        (fuzz.jpeg(), fuzz.jpeg(notes=b"\xff\xff\xe1\0\x08Exif\0\0\xff\xfe\0\x04hi")),
        (
            fuzz.png(1, 3, rows),
            fuzz.png(1, 3, rows, notes=((b"zTXt", bomb), (b"iCCP", bomb), (b"eXIf", b"MM"))),
        ),
    ):
        path.write_bytes(right)
        expected = read_image(path)
        path.write_bytes(noted)
        np.testing.assert_array_equal(read_image(path), expected)
    for content, words in (
        (fuzz.jpeg(progressive=True, scans=200), "scans, more than the 100"),
        (fuzz.png(1, 70_000, zlib.compress(b"\0\x80" * 70_000)), "65,536 on a side"),
    ):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=words):
            read_image(path)


def test_a_long_thin_picture_is_padded_without_its_square():
    thin = np.zeros((12_000, 1), np.uint8)
    thin[5_500:6_500] = 255
    image = prepare_image(thin)
    assert image.shape == (28, 28) and not image[:, :13].any() and image[13:15, 13:15].sum() <= 4


def test_a_postscript_file_named_png_starts_no_program(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\nshowpage\n")
    monkeypatch.setattr(subprocess, "Popen", None)
    with pytest.raises(ValueError, match="neither PNG nor JPEG"):
        read_image(tmp_path / "a.png")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return str(write_npz(tmp_path_factory.mktemp("data") / "digits.npz", "mnist"))


@pytest.fixture
def run_folder(data, tmp_path, trained_once):
    command = ["train", "conv", "--data", data, "--epochs", "1", "--batch-size", "1000000000"]
    return trained_once(command, tmp_path / "run")  # of any batch size


def test_control_characters_of_a_file_do_not_reach_the_terminal(run_folder, capsys):
    for change in (
        {"settings": {"recipe": "\x1b[2J\u202e\ud800"}, "dataset": {"name": "a\x07", "sha256": "b"}},
        {"settings": {"recipe": "conv", "data": "\x1b]0;title\x07"}, "dataset": {"name": "a", "sha256": "b"}},
        {"settings": {"recipe": "conv", "\x9b31m": 1}, "dataset": {}},
    ):
        model, _ = npae.load_model(run_folder / "model.npz")
        npae.save_model(run_folder / "model.npz", model, change)
        assert main(["evaluate", str(run_folder)]) in (1, 2)
        captured = capsys.readouterr()
        said = captured.out + captured.err
        assert said.count("\n") >= 1 and all(c.isprintable() or c == "\n" for c in said), repr(said)


@pytest.mark.parametrize("where", ["settings", "dataset", "part"])
@pytest.mark.parametrize(
    "value", slow_but([None, {"recipe": 1}], [None, [], 7, {}, {"epochs": "x"}, {"recipe": 1}])
)
def test_metadata_of_any_kind_are_told_in_a_line(where, value, run_folder, capsys):
    for name in ("model.npz", "checkpoint.npz"):
        content = (run_folder / name).read_bytes()

        def change(header):
            return {**header, "metadata": {**header["metadata"], where: value}}

        (run_folder / name).write_bytes(fuzz.with_header(content, change))
    for command in (["evaluate"], ["plot"], ["train", "conv", "--resume", "--quiet", "--out"]):
        status = main([*command, str(run_folder)])
        said = capsys.readouterr().err
        assert status == (0 if where == "part" else 1) and "fault of npae" not in said, said


def test_a_loop_of_links_and_a_member_that_is_no_array_are_told_in_a_line(tmp_path, capsys):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    data = write_npz(tmp_path / "digits.npz", "mnist")
    assert main(["train", "conv", "--data", str(data), "--out", str(tmp_path / "a")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "cannot write a run into" in said
    entries = fuzz.unzipped(data.read_bytes())
    data.write_bytes(fuzz.zipped({**entries, "x_train": b"words"}))
    assert main(["train", "conv", "--data", str(data), "--out", str(tmp_path / "run")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "which is no array" in said and not (tmp_path / "run").exists()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e38])
def test_weights_that_no_training_has_are_refused_by_name(value, run_folder, capsys):
    model, metadata = npae.load_model(run_folder / "model.npz")
    name = next(name for name in model.params if name.endswith("kernel"))
    model.set_params({**model.params, name: np.full_like(model.params[name], value)})
    npae.save_model(run_folder / "model.npz", model, metadata)
    for command in (["evaluate"], ["plot"], ["explore"]):
        assert main([*command, str(run_folder)]) == 1
        said = capsys.readouterr().err
        assert said.startswith(
            f"npae: error: {run_folder / 'model.npz'} holds weights that no training has: "
        )
        assert said.count("\n") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"loss": [10**400]},
        {"loss": [1.0], "val_loss": [1.0], "seconds": [1.0], "\x1b[2J": [1.0]},
        {"loss": [1.0]},
        {},
    ],
)
def test_a_history_that_is_not_the_trainings_is_refused_before_it_continues(change, run_folder, capsys):
    path = run_folder / "checkpoint.npz"
    path.write_bytes(fuzz.with_header(path.read_bytes(), lambda header: {**header, "history": change}))
    assert main(["train", "conv", "--resume", "--epochs", "3", "--quiet", "--out", str(run_folder)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "history" in said and str(run_folder) in said


def test_a_line_break_in_a_name_is_no_second_line(tmp_path, capsys):
    assert main(["evaluate", str(tmp_path / "a\nb")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "a\\nb holds no model.npz" in said


def test_a_fault_of_npae_itself_is_a_line_too(tmp_path, monkeypatch, capsys):
    def broken(options):
        raise KeyError("x")

    monkeypatch.setattr("npae.console.cli.list_recipes", broken)
    assert main(["list"]) == 1
    assert capsys.readouterr().err.startswith(
        "npae: error: KeyError: 'x'; this is a fault of npae, NPAE_TRAC"
    )
    monkeypatch.setenv("NPAE_TRACEBACK", "1")
    with pytest.raises(KeyError):
        main(["list"])
    with pytest.raises(ValueError, match="holds no model"):  # where it is says more than the message
        main(["evaluate", str(tmp_path)])


def test_what_may_be_loaded_from_strangers_is_told(capsys):
    with pytest.raises(SystemExit):
        main(["data", "--help"])
    said = capsys.readouterr().out
    for word in ("strangers", "models", "pictures", "Exercises", "Numba", "SHA-256"):
        assert word in said
    assert json.dumps(said)  # plain text
