"""Results as data: one JSON file per result, with machine, versions, date and command.

``results/reproduce/NAME-SEED.json`` is one training; ``results/reproduce/NAME-SEED@LABEL.json`` is the same
seed in another arithmetic. Speeds belong to a processor: ``results/peers/amd-epyc-znver3.json`` has the name
of the processor and LLVM's name of its core, so the results of several processors are separate files. A file
is replaced atomically after every measurement.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import platform
import re
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import available_cores

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "benchmarks/results"
FIGURES = "examples/figures"
QUICK = Path("runs/quick")
DIGITS = (
    8  # significant ones; rounding twice, here and in a table of five, changes a digit in 1 of 1,000 cells
)
PLACES = ("--out", "--runs", "--data")
ARITHMETIC = ("NUMBA_CPU_NAME", "OPENBLAS_CORETYPE")  # variables that select another processor's arithmetic

Result = dict[str, Any]


def write(name: str, result: Result, folder: Path = FOLDER) -> Path:
    """Write a result, and return the path of its file.

    Parameters
    ----------
    name : str
        Group and name, such as "peers/amd-epyc-znver3".
    result : dict
        Floats are rounded to `DIGITS` significant digits, NaN becomes null; keys keep their order.
    folder : path
        The folder of all results.
    """
    path = folder / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(_plain(result), indent=1, ensure_ascii=False, allow_nan=False)
    text = re.sub(r"\[\s+([-+\w.,\s]+?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", text)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path


def read(name: str, folder: Path = FOLDER) -> Result | None:
    """Return a result, or None if there is none."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def found(group: str, folder: Path = FOLDER) -> dict[str, Result]:
    """Return all results of a group by name, in the order of their names."""
    paths = sorted((folder / group).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def facts(command: str, arguments: Sequence[str] | None = None, seed: int | None = None) -> Result:
    """Return the entries of every result: command, date, seed, machine and versions.

    Parameters
    ----------
    command : str
        The module's name, such as "peers".
    arguments : sequence of str, optional
        Default: those of this process. Paths are left out.
    seed : int, optional
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    for place in PLACES:
        while place in words:
            del words[words.index(place) : words.index(place) + 2]
    return {
        "command": " ".join(["python -m", f"benchmarks.{command}", *words]),
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "seed": seed,
        "machine": machine(),
        "versions": versions(),
    }


def machine() -> Result:
    """Return processor, core, number of cores, memory, system, and variables that select the arithmetic."""
    result = {
        "processor": _processor(),
        "core": _core(),
        "cores": len(available_cores()),
        "memory_GB": _memory(),
        "system": " ".join([platform.system(), *re.findall(r"^\d+\.\d+", platform.release())]),
        "load_before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }
    chosen = {name: os.environ[name] for name in ARITHMETIC if name in os.environ}
    return result | ({"arithmetic": chosen} if chosen else {})


def slug() -> str:
    """Return a file name for this machine's processor: "amd-epyc-znver3"."""
    name = re.sub(r"\((R|TM)\)|CPU|Processor|@.*", " ", f"{_processor()}", flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "-", f"{name} {_core()}".lower()).strip("-")


def versions() -> Result:
    """Return the versions of Python, NumPy, Numba and BLAS."""
    result = {"python": platform.python_version(), "numpy": np.__version__}
    try:
        import numba

        result["numba"] = numba.__version__
    except ImportError:
        pass
    try:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
        result["blas"] = f"{blas['name']} {blas['version']}"
    except (TypeError, KeyError):  # an older NumPy
        pass
    return result


def parser(name: str, description: str) -> argparse.ArgumentParser:
    """Return a parser with ``--out`` and ``--quick``; see `folder_of`."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    shown = os.path.relpath(FOLDER)
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help=f"of the results; default: {shown}, with --quick {QUICK}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="only test that the command works; ignore its numbers"
    )
    return parser


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add ``--threads``."""
    cores = len(available_cores())
    parser.add_argument(
        "--threads", type=int, default=cores, metavar="N", help=f"default: all cores, here {cores}"
    )


def folder_of(options: argparse.Namespace) -> Path:
    """Return the folder of the results; with ``--quick`` it is another one by default."""
    return options.out or (QUICK if options.quick else FOLDER)


def warn_if_busy(result: Result) -> None:
    """Warn on stderr if other processes were running when the measurement began."""
    if (result["machine"]["load_before"] or 0) > 0.5:
        print(
            "warning: other processes are running; they disturb some contestants more than others",
            file=sys.stderr,
        )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
        return names[0]
    except (OSError, IndexError):
        return platform.processor() or platform.machine()


def _core() -> str:
    """Return LLVM's name of the core, which distinguishes generations with the same product name."""
    try:
        from llvmlite.binding import get_host_cpu_name
    except ImportError:
        return platform.machine()
    return get_host_cpu_name()


def _memory() -> int | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)
    except (AttributeError, ValueError, OSError):
        return None
