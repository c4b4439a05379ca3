"""Finds data: where this machine keeps it already, else on the mirrors, else drawn by npae itself."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from npae.datasets.download import READ_SECONDS, Progress, download
from npae.datasets.known import CHECKSUMS, ROLES, Dataset, find_files, from_arrays, read_dataset
from npae.datasets.synthetic import synthetic_digits

NAMES = tuple(CHECKSUMS)
TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}

Report = Callable[[str], None]


class Place(NamedTuple):
    """One place where a data set was looked for."""

    place: str  # in words, with the path
    found: bool
    detail: str  # what was found there, or why it cannot be used


def load(
    name: str | os.PathLike = "auto",
    preferred: str = "mnist",
    *,
    download_missing: bool = True,
    seed: int = 0,
    mirrors: Iterable[str] | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : str or path
        "mnist" or "fashion-mnist": searched on this machine (see `where`), then downloaded into
        `cache_folder`, and never replaced by anything else. "synthetic": digits that npae draws. "auto":
        ``preferred`` from wherever it can be had, else synthetic digits. Anything else is a path: a folder
        with four IDX files (plain or .gz) under MNIST's names, or an .npz file with Keras's names; data of
        your own may lie in either.
    preferred : str
        "mnist", "fashion-mnist" or "synthetic": what "auto" looks for. In a path whose subfolders hold data
        sets, it chooses one of them.
    download_missing : bool
        Whether to download what this machine lacks. The environment variable ``NPAE_OFFLINE=1`` forbids it,
        too.
    seed : int
        Of the synthetic digits.
    mirrors : iterable of str, optional
        Addresses to download from, instead of the known ones.
    report : callable, optional
        Gets a line of text for every copy that was found but cannot be used, and when synthetic digits take
        the place of data that cannot be had; by default it is printed on stderr.
    progress : callable, optional
        See `npae.datasets.fetch`.

    Raises
    ------
    ValueError
        If there is no data set of that name and no such path, or the data at the path cannot be used.
    FileNotFoundError
        If a data set that was named cannot be had; the message begins with one line, and lists below what was
        tried.
    """
    report = report or _print_on_stderr
    if not str(name):
        raise ValueError(f"the data set has no name; expected auto, synthetic, {', '.join(NAMES)} or a path")
    if isinstance(name, os.PathLike) or _canonical(name) not in ("auto", "synthetic", *NAMES):
        return _load_path(Path(name).expanduser(), _known(preferred, "synthetic"))
    name = _canonical(name)
    wanted = _known(preferred, "synthetic") if name == "auto" else name
    if wanted == "synthetic":
        return _synthetic(seed, "drawn by npae")
    dataset, tried = _search(wanted, report)
    if dataset:
        return dataset
    try:
        if not download_missing:
            raise ConnectionError(f"{wanted} cannot be downloaded: downloads are switched off")
        folder = download(wanted, cache_folder() / wanted, mirrors, progress, replace=True)
        return read_dataset(folder, wanted)
    except (OSError, ValueError) as error:
        failure = str(error)
    if name != "auto":
        looked = [f"{place}: {detail}" for place, _, detail in tried]
        raise FileNotFoundError("\n  ".join([f"{wanted} cannot be had; this was tried:", *looked, failure]))
    why = f"no usable {wanted} lies on this machine, and {failure.splitlines()[0]}"
    report(f"npae: the digits are synthetic, drawn by npae: {why}")
    return _synthetic(seed, f"drawn by npae: {why}")


def where(name: str) -> list[Place]:
    """Look for a data set in every place on this machine where it may lie, in the order in which `load` does.

    1. ``NPAE_DATA_DIR``: a folder that holds the files, or ``mnist/`` and ``fashion-mnist/``, or
       ``mnist.npz``;
    2. npae's own cache, `cache_folder`;
    3. Keras's: ``~/.keras/datasets/``;
    4. torchvision's: ``MNIST/raw`` or ``FashionMNIST/raw`` in the folders that people give it as ``root``;
    5. Debian's: ``/usr/share/datasets/fashion-mnist``.

    Returns
    -------
    list of Place
        ``(place, found, detail)``; every copy has been read whole, and its checksums compared.

    Raises
    ------
    ValueError
        If there is no data set of that name.
    """
    name = _known(name, "synthetic")
    if name == "synthetic":
        return [Place("npae itself", True, "drawn when asked for")]
    return [_look(label, path, name)[0] for label, path in _places(name)]


def fetch(
    name: str,
    *,
    folder: str | os.PathLike | None = None,
    mirrors: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download a data set, whether or not it lies elsewhere on this machine, and return its folder.

    Files that are there already and have the right checksums are kept.

    Parameters
    ----------
    name : str
        "mnist" or "fashion-mnist".
    folder : path, optional
        By default ``cache_folder() / name``.
    mirrors : iterable of str, optional
        Addresses of folders, ending in "/", to use instead of the known ones, in the order given.
    progress : callable, optional
        Called as ``progress(file, bytes_so_far, bytes_in_all or None)``; by default a line on stderr, where
        that is a terminal.

    Raises
    ------
    ValueError
        If there is no data set of that name, or files of another one are in ``folder``.
    ConnectionError
        If no mirror gave a file, or ``NPAE_OFFLINE`` is set.
    OSError
        If the folder cannot be written.
    """
    name = _known(name)
    own = folder is None
    folder = cache_folder() / name if own else Path(folder).expanduser()
    return download(name, folder, mirrors, progress, (10.0, READ_SECONDS), own)


def cache_folder() -> Path:
    """Where npae keeps what it downloads: ``npae`` in ``XDG_CACHE_HOME``, or in this system's own folder."""
    home = Path(os.path.expanduser("~"))
    if os.environ.get("XDG_CACHE_HOME"):
        return Path(os.environ["XDG_CACHE_HOME"]) / "npae"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "npae" / "Cache"
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "npae"


def _places(name: str) -> list[tuple[str, Path]]:
    home = Path(os.path.expanduser("~"))
    places = []
    if os.environ.get("NPAE_DATA_DIR"):
        root = Path(os.environ["NPAE_DATA_DIR"]).expanduser()
        places += [("NPAE_DATA_DIR", path) for path in _inside(root, name)]
    places.append(("npae's cache", cache_folder() / name))
    keras = Path(os.environ.get("KERAS_HOME") or home / ".keras") / "datasets"
    places.append(("Keras", keras / ("mnist.npz" if name == "mnist" else name)))
    for root in (Path("data"), home / "data", home / ".cache" / "torch" / "datasets", home / ".cache"):
        places.append(("torchvision", root / TORCHVISION[name] / "raw"))
    if name == "fashion-mnist":
        places.append(("Debian", Path("/usr/share/datasets/fashion-mnist")))
    once = {os.path.abspath(path): (label, path) for label, path in reversed(places)}
    return list(once.values())[::-1]


def _inside(root: Path, name: str) -> list[Path]:
    """Where in a folder that somebody keeps data in a data set may lie."""
    return [root / name, root / TORCHVISION[name] / "raw", root / f"{name}.npz", root]


def _look(label: str, path: Path, name: str) -> tuple[Place, Dataset | None]:
    place = f"{label} ({path})"
    try:
        if not path.exists():
            return Place(place, False, "not there"), None
        if path.is_dir() and not find_files(path):
            return Place(place, False, "no IDX files there"), None
        dataset = read_dataset(path, name)
    except (ValueError, OSError) as error:
        return Place(place, False, f"cannot be used: {error}"), None
    detail = f"{len(dataset.train_images)} + {len(dataset.test_images)} images, checksums right"
    return Place(place, True, detail), dataset


def _search(name: str, report: Report) -> tuple[Dataset | None, list[Place]]:
    tried = []
    root = os.environ.get("NPAE_DATA_DIR")
    if root and not os.path.exists(os.path.expanduser(root)):
        report(f"npae: NPAE_DATA_DIR is {root}, which does not exist")
    for label, path in _places(name):
        place, dataset = _look(label, path, name)
        tried.append(place)
        if dataset:
            return dataset, tried
        if place.detail.startswith("cannot be used"):
            report(f"npae: skipped {place.place}: {place.detail}")
    return None, tried


def _load_path(path: Path, preferred: str) -> Dataset:
    if not path.exists():
        near = difflib.get_close_matches(_canonical(str(path)), ("auto", "synthetic", *NAMES), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        names = ", ".join(("auto", "synthetic", *NAMES))
        raise ValueError(f"{str(path)!r} is neither a data set ({names}) nor a path that exists{hint}")
    if path.is_dir() and not find_files(path):
        inside = [p for p in _inside(path, preferred)[:-1] if p.exists()] if preferred in NAMES else []
        if not inside:
            raise ValueError(f"{path} holds no data set; expected files like train-images-idx3-ubyte.gz")
        return read_dataset(inside[0], preferred)
    return read_dataset(path)


def _synthetic(seed: int, source: str) -> Dataset:
    arrays = dict(zip(ROLES, synthetic_digits(seed=seed)))
    return from_arrays("synthetic", arrays, f"{source} (seed {seed})", synthetic=True)


def _known(name: str, *also: str) -> str:
    canonical = _canonical(name)
    if canonical not in (*NAMES, *also):
        near = difflib.get_close_matches(canonical, (*NAMES, *also), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise ValueError(f"unknown data set {name!r}; expected one of {', '.join((*NAMES, *also))}{hint}")
    return canonical


def _canonical(name: str) -> str:
    return str(name).lower().replace("_", "-")


def _print_on_stderr(line: str) -> None:
    print(line, file=sys.stderr)
