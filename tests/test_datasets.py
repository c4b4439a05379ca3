"""Data sets are found where they lie, never taken for one another, replaced only where none was named."""

# ruff: noqa: F811 - pytest passes the imported fixture as an argument of its name

import os
from pathlib import Path

import numpy as np
import pytest
from tiny_data import TINY, machine, same, write_npz, write_set  # noqa: F401

from npae.datasets import cache_folder, fetch, known, load, read_idx, where, write_idx
from npae.datasets.idx import NPZ_NAMES


def in_data_dir(home):
    os.environ["NPAE_DATA_DIR"] = str(home / "own")  # the fixture's monkeypatch takes it away again
    return home / "own"


PLACES = {
    "NPAE_DATA_DIR, subfolder": ("mnist", lambda home: write_set(in_data_dir(home) / "mnist", "mnist")),
    "NPAE_DATA_DIR itself": ("fashion-mnist", lambda home: write_set(in_data_dir(home), "fashion-mnist")),
    "NPAE_DATA_DIR, npz": ("mnist", lambda home: write_npz(in_data_dir(home) / "mnist.npz", "mnist")),
    "npae's cache": ("mnist", lambda home: write_set(cache_folder() / "mnist", "mnist")),
    "Keras": ("mnist", lambda home: write_npz(home / ".keras/datasets/mnist.npz", "mnist")),
    "Keras's folder": (
        "fashion-mnist",
        lambda home: write_set(home / ".keras/datasets/fashion-mnist", "fashion-mnist"),
    ),
    "torchvision": ("mnist", lambda home: write_set(home / "data/MNIST/raw", "mnist", suffix="")),
    "torchvision's other": (
        "fashion-mnist",
        lambda home: write_set(Path("data/FashionMNIST/raw"), "fashion-mnist", suffix=""),
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_data_is_found_where_it_lies(machine, monkeypatch, place):
    monkeypatch.setenv("NPAE_DATA_DIR", "")
    name, write = PLACES[place]
    assert not any(found for _, found, _ in where(name))
    path = write(machine)
    dataset = load("auto", preferred=name)
    assert same(dataset, name) and dataset.name == name and not dataset.synthetic
    assert Path(dataset.source).resolve() == path.resolve()
    assert load(name).sha256 == dataset.sha256 == load(path).sha256
    (found,) = [entry for entry in where(name) if entry.found]
    assert place.split("'")[0].split(",")[0].split()[0] in found.place
    assert found.detail == "7 + 3 images, checksums right"


def test_the_first_place_wins_and_npz_and_idx_have_one_checksum(machine, monkeypatch):
    keras = write_npz(machine / ".keras/datasets/mnist.npz", "mnist")
    later = load("mnist")
    own = write_set(machine / "own" / "mnist", "mnist", suffix="")
    monkeypatch.setenv("NPAE_DATA_DIR", str(own.parent))
    first = load("mnist")
    assert (later.source, first.source) == (str(keras), str(own)) and later.sha256 == first.sha256
    assert first.describe() == {
        "name": "mnist",
        "source": str(own),
        "sha256": first.sha256,
        "synthetic": False,
        "train": 7,
        "test": 3,
        "shape": [1, 28, 28],
    }


def test_cache_folder_is_where_the_system_wants_it(machine, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_folder() == machine / ".cache" / "npae"
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder() == machine / "Library/Caches" / "npae"
    monkeypatch.setenv("XDG_CACHE_HOME", str(machine / "elsewhere"))
    assert cache_folder() == machine / "elsewhere" / "npae"


def damage_last_byte(folder):
    path = folder / "train-images-idx3-ubyte.gz"
    write_idx(path, read_idx(path) ^ (np.arange(28) == 27).astype(np.uint8))


def truncate(folder):
    path = folder / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-50])


def remove_one(folder):
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()


@pytest.mark.parametrize(
    "damage, message",
    [
        (damage_last_byte, "train-images-idx3-ubyte.gz is damaged or not mnist: its SHA-256 begins with"),
        (truncate, "t10k-images-idx3-ubyte.gz is damaged: its gzip data"),
        (remove_one, "lacks t10k-labels-idx1-ubyte"),
        (lambda folder: write_set(folder, "fashion-mnist"), "is the test_labels of fashion-mnist, expected"),
    ],
)
def test_damaged_data_is_reported_and_passed_over(machine, damage, message):
    damage(write_set(cache_folder() / "mnist", "mnist"))
    lines = []
    assert load("auto", report=lines.append).synthetic
    assert len(lines) == 2 and message in lines[0] and "the digits are synthetic" in lines[1]
    assert any(message in detail for _, _, detail in where("mnist"))
    intact = write_npz(machine / ".keras/datasets/mnist.npz", "mnist")
    assert load("mnist", report=lines.append).source == str(intact)


def test_what_was_named_is_never_replaced(machine, monkeypatch):
    monkeypatch.setenv("NPAE_DATA_DIR", str(write_set(machine / "own", "fashion-mnist")))
    with pytest.raises(FileNotFoundError) as error:
        load("mnist", report=lambda line: None)
    summary, *tried = str(error.value).splitlines()
    assert summary == "mnist was not found; npae tried:"
    assert len(tried) == len(where("mnist")) + 1
    right = "is the test_labels of fashion-mnist, expected the test_labels of mnist"
    assert any(right in line for line in tried)
    assert tried[-1].strip() == "mnist cannot be downloaded: NPAE_OFFLINE is set"


def test_synthetic_digits_stand_in_and_say_so(capsys):
    dataset = load()
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and "synthetic" in line and "NPAE_OFFLINE is set" in line
    assert dataset.synthetic and dataset.name == "synthetic" and dataset.train_images.shape == (20, 28, 28)
    assert "no usable mnist" in dataset.source
    plain = load("synthetic", seed=0)
    assert plain.sha256 == dataset.sha256 != load("synthetic", seed=1).sha256
    assert plain.source == "drawn by npae (seed 0)" and not capsys.readouterr().err


def test_a_folder_of_ones_own(tmp_path):
    folder = write_set(tmp_path / "mine", "mnist", suffix="")
    write_idx(folder / known.FILES["test_labels"], np.array([1, 2, 3], np.uint8))
    dataset = load(str(folder))
    assert dataset.name == str(folder) and list(dataset.test_labels) == [1, 2, 3]
    with pytest.raises(FileNotFoundError):
        load("mnist", report=lambda line: None)


def test_a_folder_of_several_sets_gives_the_preferred_one(tmp_path):
    for name in TINY:
        write_set(tmp_path / "all" / name, name)
    for name in TINY:
        assert same(load(tmp_path / "all", preferred=name), name)


@pytest.mark.parametrize(
    "role, array, message",
    [
        ("train_labels", np.zeros(6, np.uint8), "has 7 train images and 6 train labels"),
        (
            "test_images",
            np.zeros((3, 32, 28), np.uint8),
            "differ: 28 x 28 pixels, grey, .* and 32 x 28 pixels",
        ),
        ("test_images", np.zeros((3, 28, 28), np.float32), "differ: .*from 0 to 255 and .*from 0 to 1$"),
        ("train_labels", np.zeros((7, 2), np.uint8), r"hold uint8 \(7, 2\), expected a class for each"),
    ],
)
def test_inconsistent_data_is_refused(tmp_path, role, array, message):
    folder = write_set(tmp_path / "mine", "mnist", suffix="")
    write_idx(folder / known.FILES[role], array)
    with pytest.raises(ValueError, match=message):
        load(folder)


def test_unknown_names_and_paths_are_refused(tmp_path):
    with pytest.raises(ValueError, match='nor a path that exists; did you mean "mnist"?'):
        load("mnits")
    with pytest.raises(ValueError, match="holds no data set"):
        load(tmp_path)
    with pytest.raises(ValueError, match="has no name"):
        load("")
    with pytest.raises(ValueError, match="unknown data set 'cifar10'; expected one of mnist"):
        where("cifar10")
    with pytest.raises(ValueError, match="unknown data set 'synthetic'"):
        fetch("synthetic")
    with pytest.raises(ValueError, match="unknown data set 'minst'"):
        load("auto", preferred="minst")


@pytest.mark.real_data
@pytest.mark.skipif(not os.environ.get("NPAE_DATA_DIR"), reason="NPAE_DATA_DIR is not set")
@pytest.mark.parametrize("name, mean", [("mnist", 33.318), ("fashion-mnist", 72.940)])
def test_the_real_sets(name, mean, tmp_path):
    places = where(name)
    if not any(found and "NPAE_DATA_DIR" in place for place, found, _ in places):
        pytest.skip(f"NPAE_DATA_DIR holds no {name}")
    dataset = load(name)
    assert dataset.name == name and dataset.train_images.shape == (60000, 28, 28)
    assert abs(dataset.train_images.mean() - mean) < 0.01
    arrays = {role: getattr(dataset, role) for role in known.ROLES}
    np.savez(tmp_path / "mnist.npz", **dict(zip(NPZ_NAMES, arrays.values())))
    again = load(tmp_path / "mnist.npz")
    assert (again.name, again.sha256) == (name, dataset.sha256)
