"""Loads data sets: from this machine, otherwise from a mirror, otherwise synthetic digits."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from npae import arguments
from npae.arguments import UnknownName
from npae.datasets.download import READ_SECONDS, Progress, download
from npae.datasets.drawn import scenes, washers
from npae.datasets.known import CHECKSUMS, ROLES, Dataset, find_files, from_arrays, read_known
from npae.datasets.own import read_own, resized
from npae.datasets.pictures import sides
from npae.datasets.synthetic import synthetic_digits
from npae.files.cache import cache_folder
from npae.terminal import warn

NAMES = tuple(CHECKSUMS)
DRAWN = ("synthetic", "scenes", "washers")  # the sets that npae draws; "synthetic" are digits
TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST"}

Report = Callable[[str], None]


class Place(NamedTuple):
    """A place that was searched for a data set."""

    place: str  # name and path
    found: bool
    detail: str  # the data there, or the reason why they cannot be used


def load(
    name: str | os.PathLike = "auto",
    preferred: str = "mnist",
    *,
    download_missing: bool = True,
    seed: int = 0,
    mirrors: Iterable[str] | None = None,
    report: Report | None = None,
    progress: Progress | None = None,
    size: tuple[int, int] | None = None,
) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : str or path
        "mnist" or "fashion-mnist": searched on this machine (see `where`), then downloaded into
        `cache_folder`. "synthetic": digits that npae draws; "scenes" and "washers": see
        `npae.datasets.drawn`. "auto": ``preferred`` from this machine or a mirror, otherwise synthetic
        digits. Anything else is a path to images of your own: a folder of PNG and JPEG files, whose
        subfolders are classes, or of IDX files (plain or .gz) with MNIST's names; or an .npz, .npy or IDX
        file (see `npae.datasets.own`).
    preferred : str
        One of these names: the data set for "auto", and the subfolder to choose in a path with several data
        sets.
    download_missing : bool
        Whether to download missing data. The environment variable ``NPAE_OFFLINE=1`` also disables downloads.
    seed : int
        For drawing the synthetic digits.
    mirrors : iterable of str, optional
        Addresses to download from, instead of the known ones.
    report : callable, optional
        Called with a line of text for every unusable copy, and if synthetic digits replace missing data. By
        default the line is printed on stderr.
    progress : callable, optional
        See `npae.datasets.fetch`.
    size : (int, int), optional
        Height and width to which all images are resized, without regard to their ratio. Default: their own,
        which must then be the same for all.

    Raises
    ------
    UnknownName
        If there is no data set of that name and no such path.
    ValueError
        If the name is no text and no path, or the data at the path cannot be used.
    FileNotFoundError
        If the named data set cannot be found or downloaded. After its first line, the message has one line
        for each place that was tried.
    """
    report, size = report or warn, sides(size)
    if not str(name):
        raise UnknownName(f"the data set has no name; expected auto, {', '.join((*DRAWN, *NAMES))} or a path")
    arguments.path(name, "the name of a data set")
    if isinstance(name, os.PathLike) or _canonical(name) not in ("auto", *DRAWN, *NAMES):
        return _load_path(Path(name).expanduser(), _known(preferred, *DRAWN), size, report)
    name = _canonical(str(name))
    wanted = _known(preferred, *DRAWN) if name == "auto" else name
    if wanted in DRAWN:
        return resized(_drawn(wanted, seed, "drawn by npae"), size)
    return resized(_load_known(wanted, name, download_missing, seed, mirrors, report, progress), size)


def _load_known(
    wanted: str,
    name: str,
    download_missing: bool,
    seed: int,
    mirrors: Iterable[str] | None,
    report: Report,
    progress: Progress | None,
) -> Dataset:
    dataset, tried = _search(wanted, report)
    if dataset:
        return dataset
    try:
        if not download_missing:
            raise ConnectionError(f"{wanted} cannot be downloaded: downloads are switched off")
        folder = download(wanted, cache_folder() / wanted, mirrors, progress, replace=True)
        return read_known(folder, wanted)
    except (OSError, ValueError) as error:
        failure = str(error)
    if name != "auto":
        looked = [f"{place}: {detail}" for place, _, detail in tried]
        raise FileNotFoundError("\n  ".join([f"{wanted} was not found; npae tried:", *looked, failure]))
    why = f"there is no usable {wanted} on this machine, and {failure.splitlines()[0]}"
    report(f"npae: the digits are synthetic, drawn by npae: {why}")
    return _drawn("synthetic", seed, f"drawn by npae: {why}")


def where(name: str) -> list[Place]:
    """Search this machine for a data set, in the order of `load`.

    1. ``NPAE_DATA_DIR``: a folder with the files, or with ``mnist/`` and ``fashion-mnist/``, or with
       ``mnist.npz``;
    2. npae's own cache, `cache_folder`;
    3. Keras's: ``~/.keras/datasets/``;
    4. torchvision's: ``MNIST/raw`` or ``FashionMNIST/raw`` in the usual folders for its ``root``;
    5. Debian's: ``/usr/share/datasets/fashion-mnist``.

    Returns
    -------
    list of Place
        ``(place, found, detail)``. Every copy was read completely, and its checksums were compared.

    Raises
    ------
    UnknownName
        If there is no data set of that name.
    """
    name = _known(name, *DRAWN)
    if name in DRAWN:
        return [Place("npae itself", True, "drawn on request")]
    return [_look(label, path, name)[0] for label, path in _places(name)]


def fetch(
    name: str,
    *,
    folder: str | os.PathLike | None = None,
    mirrors: Iterable[str] | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download a data set, even if this machine has another copy, and return its folder.

    Files in the folder with the expected checksums are kept.

    Parameters
    ----------
    name : str
        "mnist" or "fashion-mnist".
    folder : path, optional
        By default ``cache_folder() / name``.
    mirrors : iterable of str, optional
        Addresses of folders, ending in "/", to use instead of the known ones, in this order.
    progress : callable, optional
        Called as ``progress(file, bytes_so_far, bytes_in_all or None)``; by default a line on stderr, if that
        is a terminal.

    Raises
    ------
    UnknownName
        If there is no data set of that name.
    ValueError
        If files of another data set are in ``folder``.
    ConnectionError
        If no mirror sent a file, or ``NPAE_OFFLINE`` is set.
    OSError
        If the folder cannot be written.
    """
    name = _known(name)
    target = cache_folder() / name if folder is None else Path(folder).expanduser()
    return download(name, target, mirrors, progress, (10.0, READ_SECONDS), replace=folder is None)


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
    """Return the possible paths of a data set in a folder of several data sets, the most likely first."""
    return [root / name, root / TORCHVISION[name] / "raw", root / f"{name}.npz", root]


def _look(label: str, path: Path, name: str) -> tuple[Place, Dataset | None]:
    place = f"{label} ({path})"
    try:
        if not path.exists():
            return Place(place, False, "not there"), None
        if path.is_dir() and not find_files(path):
            return Place(place, False, "no IDX files there"), None
        dataset = read_known(path, name)
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


def _load_path(path: Path, preferred: str, size: tuple[int, int] | None, report: Report) -> Dataset:
    if not path.exists():
        near = difflib.get_close_matches(_canonical(str(path)), ("auto", *DRAWN, *NAMES), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        names = ", ".join(("auto", *DRAWN, *NAMES))
        raise UnknownName(f"{str(path)!r} is neither a data set ({names}) nor a path that exists{hint}")
    if path.is_dir() and not find_files(path) and preferred in NAMES:
        inside = [p for p in _inside(path, preferred)[:-1] if p.is_file() or (p.is_dir() and find_files(p))]
        if inside:
            return resized(read_known(inside[0], preferred), size)
    return read_own(path, size, report)


def _drawn(name: str, seed: int, source: str) -> Dataset:
    names, images = None, {"scenes": scenes, "washers": washers}.get(name)
    if images:
        *arrays, names = images(seed=seed)
    else:
        arrays = list(synthetic_digits(seed=seed))
    given = dict(zip(ROLES, arrays))
    return from_arrays(name, given, f"{source} (seed {seed})", synthetic=True, class_names=names)


def _known(name: str, *also: str) -> str:
    canonical = _canonical(name)
    if canonical not in (*NAMES, *also):
        near = difflib.get_close_matches(canonical, (*NAMES, *also), n=1)
        hint = f'; did you mean "{near[0]}"?' if near else ""
        raise UnknownName(f"unknown data set {name!r}; expected one of {', '.join((*NAMES, *also))}{hint}")
    return canonical


def _canonical(name: str) -> str:
    return str(name).lower().replace("_", "-")
