"""What all tests share: no network, an empty home, both backends, small figures, and the real data."""

import io
import itertools
import os
import shutil
from contextlib import suppress
from pathlib import Path

with suppress(ImportError):  # PyTorch loads it late, and behind TensorFlow it crashes the process
    import triton  # noqa: F401

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from npae.kernels.backend import set_backend, use_backend


def _numba_is_there() -> bool:
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


BACKENDS = [
    "numpy",
    pytest.param("numba", marks=pytest.mark.skipif(not _numba_is_there(), reason="Numba is missing")),
]
HOMES = itertools.count()


@pytest.fixture(autouse=True)
def _alone(request, monkeypatch, tmp_path_factory):
    """Keep every test off the network and the user's home, and from real data unless it asks for them."""
    monkeypatch.setenv("NPAE_OFFLINE", "1")
    if not request.node.get_closest_marker("real_data"):
        monkeypatch.delenv("NPAE_DATA_DIR", raising=False)
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(HOMES))  # mktemp reads the names of all before
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path_factory.getbasetemp() / "matplotlib"))  # fonts


@pytest.fixture(autouse=True)
def _default_backend():
    yield
    set_backend(os.environ.get("NPAE_BACKEND") or "numba")


@pytest.fixture(autouse=True)
def _small_figures(request, monkeypatch):
    """Draw figures small and without a layout, which takes most of the time, unless a test looks at them."""
    if request.node.get_closest_marker("figures"):
        return

    def render(figure):
        data = io.BytesIO()
        figure.set_dpi(20)
        FigureCanvasAgg(figure).print_png(data)  # savefig draws twice
        return data.getvalue()

    monkeypatch.setattr("npae.plotting.canvas.settle", lambda figure: figure.set_layout_engine("none"))
    monkeypatch.setattr("npae.plotting.canvas.render", render)


@pytest.fixture(params=BACKENDS)
def backend(request):
    """Run a test on each backend."""
    with use_backend(request.param):
        yield request.param


@pytest.fixture
def rng():
    """A generator with a fixed seed."""
    return np.random.default_rng(20061118)


@pytest.fixture(scope="session")
def shared_digits():
    """A few synthetic digits that all tests share, none of which can change them."""
    from npae import datasets

    arrays = datasets.synthetic_digits(300, 100, seed=1)
    for array in arrays:
        array.setflags(write=False)
    return datasets.Dataset(
        "synthetic", *arrays, source="drawn for the tests", sha256="0" * 64, synthetic=True
    )


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """Train as a command says, once for all tests of a file; every call gives its test a copy of the run."""
    from npae.console.cli import main

    kept, folders = tmp_path_factory.mktemp("trained"), {}

    def copy(command, folder):
        key = tuple(command)
        if key not in folders:
            folders[key] = kept / str(len(folders))
            assert main([*command, "--quiet", "--out", str(folders[key])]) == 0
        return Path(shutil.copytree(folders[key], folder))

    return copy


@pytest.fixture
def small_synthetic(shared_digits, monkeypatch):
    """Let ``datasets.load`` give a few synthetic digits, so that a test need not wait for 70,000."""
    from npae import datasets

    monkeypatch.setattr(datasets, "load", lambda *args, **kwargs: shared_digits)
    return shared_digits


@pytest.fixture
def real_data():
    """Skip unless ``NPAE_DATA_DIR`` has the real data sets."""
    from npae.datasets import where

    if not any(place.found for place in where("mnist")) or not any(
        place.found for place in where("fashion-mnist")
    ):
        pytest.skip(
            "the real data sets are not here; set NPAE_DATA_DIR to a folder with mnist/ and fashion-mnist/"
        )
