"""Two tiny data sets that stand for the real ones in the tests of npae.datasets, and an empty machine."""

import numpy as np
import pytest

from npae.datasets import known, sources, write_idx
from npae.datasets.idx import NPZ_NAMES


def arrays_of(seed):
    rng = np.random.default_rng(seed)
    return {
        "train_images": rng.integers(0, 256, (7, 28, 28), np.uint8),
        "train_labels": rng.integers(0, 10, 7, np.uint8),
        "test_images": rng.integers(0, 256, (3, 28, 28), np.uint8),
        "test_labels": rng.integers(0, 10, 3, np.uint8),
    }


TINY = {"mnist": arrays_of(1), "fashion-mnist": arrays_of(2)}


def write_set(folder, name, suffix=".gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for role, array in TINY[name].items():
        write_idx(folder / f"{known.FILES[role]}{suffix}", array)
    return folder


def write_npz(path, name):
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, **dict(zip(NPZ_NAMES, TINY[name].values())))
    return path


def same(dataset, name):
    return all(np.array_equal(getattr(dataset, role), array) for role, array in TINY[name].items())


@pytest.fixture(autouse=True)
def machine(request, tmp_path, monkeypatch):
    """An empty home, no network, and checksums under which the tiny sets above are the real ones."""
    if request.node.get_closest_marker("real_data"):
        return None
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("NPAE_DATA_DIR", "XDG_CACHE_HOME", "KERAS_HOME", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("NPAE_OFFLINE", "1")
    monkeypatch.chdir(home)
    for name, arrays in TINY.items():
        sums = {role: known.array_checksum(array) for role, array in arrays.items()}
        monkeypatch.setitem(known.CHECKSUMS, name, sums)
    draw = sources.synthetic_digits
    monkeypatch.setattr(sources, "synthetic_digits", lambda seed: draw(20, 10, seed))
    return home
