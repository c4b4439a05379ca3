"""Trains the recipes as published, with several seeds, and records the results.

    python -m benchmarks.reproduce [NAME...] [--seeds N | --seed S] [--runs DIR]

Each run is an ordinary run of ``npae train``, kept in DIR. A complete run is only recorded; an interrupted
run is resumed. So several calls can share the work, also in parallel, if they have different names or seeds.
``anomaly`` is the command of that name. ``--perturbed`` trains the same seed in another arithmetic: if the
result differs, the results of a seed depend on the processor.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks import results
from benchmarks.published import RESULTS, SEEDS
from npae.console import cli
from npae.recipes import RECIPES
from npae.recipes.folder import CHECKPOINT, HISTORY, METRICS, PARTS, read_history

RUNS = "runs/reproduce"
COLUMNS = ("loss", "val_loss", "seconds")  # of history.csv
MACHINE = "machine.json"  # in a run's folder, since metrics.json does not have the processor

# Another arithmetic on this machine: npae's kernels without fused multiply-adds and wide vectors, and the
# matrix product of an old core. Sums have another order, so the last bits differ.
PERTURBED = {"NUMBA_CPU_NAME": "generic", "OPENBLAS_CORETYPE": "Nehalem"}
PERTURBED_ARM = {"NUMBA_CPU_NAME": "generic", "OPENBLAS_CORETYPE": "ARMV8"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Train and record the runs of the options; return 1 if a training failed."""
    options = _options(arguments)
    if options.perturbed:
        return _in_another_arithmetic(options)
    failed = 0
    for name in options.names or RESULTS:
        count = options.seeds or SEEDS.get(name, 3)
        for seed in [options.seed] if options.seed is not None else range(count):
            run = f"{name}-{seed}" + (f"@{options.label}" if options.label else "")
            directory = Path(options.runs) / run
            if not complete(name, directory):
                if options.record_only:
                    print(f"{run}: not complete in {options.runs}, not recorded")
                    continue
                if train(name, seed, directory, options.threads):
                    print(f"{run}: the training failed; the other runs continue", file=sys.stderr)
                    failed = 1
                    continue
            print(results.write(f"reproduce/{run}", record(name, seed, directory), options.out))
    return failed


def train(name: str, seed: int, directory: Path, threads: int | None = None) -> int:
    """Train or resume a run, and return the exit status of npae's command."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MACHINE).write_text(json.dumps(results.machine()) + "\n")
    common = ["--seed", str(seed), "--out", str(directory)]
    common += ["--threads", str(threads)] if threads else []
    if name == "anomaly":
        begun = any(directory.glob(f"{PARTS}/*.npz"))
        command = ["anomaly", "--data", "mnist", *common]
    else:
        begun = (directory / CHECKPOINT).is_file() or any(directory.glob(f"{PARTS}/*/*.npz"))
        film = ["--animate"] if name == "latent2d" else []  # keeps the codes of each epoch
        command = ["train", name, "--data", RECIPES[name].dataset, *film, *common]
    print(f"{name}, seed {seed}", flush=True)
    return cli.main([*command, *(["--resume"] if begun else [])])


def complete(name: str, directory: Path) -> bool:
    """Return whether a run has all numbers of the tables; those of its parts are written last."""
    if not (directory / METRICS).is_file():
        return False
    if name == "anomaly":
        return True
    known = {*json.loads((directory / METRICS).read_text()), *read_history(directory / HISTORY)}
    return all(row.ours.partition(" ")[0] in known for row in RESULTS.get(name, ()))


def record(name: str, seed: int, directory: Path) -> results.Result:
    """Return the recorded result of a complete run.

    "metrics" has all numbers of metrics.json. Those of ``npae anomaly`` are areas under the ROC curve, with
    names like "deep-2-anomaly-7", for one class, and "deep-2-anomaly-mean".
    """
    path = directory / METRICS
    found = json.loads(path.read_text())
    history = {} if name == "anomaly" else read_history(directory / HISTORY)
    history = {column: history[column] for column in COLUMNS if column in history}
    seconds, parts = sum(history.get("seconds", [])), _seconds_of_parts(directory)
    metrics = {key: value for key, value in found.items() if _is_number(value) and key != "threads"}
    if name == "anomaly":
        metrics = areas(found)
        seconds = sum(detector["seconds"] for detector in found["detectors"])
    _, _, label = directory.name.partition("@")
    words = [name, "--seed", str(seed), *(["--label", label] if label else [])]
    result = results.facts("reproduce", words, seed)
    result |= {"date": f"{datetime.fromtimestamp(path.stat().st_mtime, timezone.utc):%Y-%m-%d}"}
    if (directory / MACHINE).is_file():
        result["machine"] = json.loads((directory / MACHINE).read_text())
    else:
        result["machine"] |= {"load_before": None, "assumed": "of the recording; the run does not tell"}
    result["versions"] |= found.get("versions", {})
    result |= {
        "recipe": name,
        "threads": found.get("threads"),
        "dataset": {key: found["dataset"][key] for key in ("name", "sha256")},
        "metrics_sha256": results.digest(path),
        "seconds": seconds,
        "seconds_of_parts": parts,
        "metrics": metrics,
        "history": history,
    }
    return result


def areas(found: dict[str, Any]) -> dict[str, float]:
    """Return the areas under the curve in the metrics of ``npae anomaly``, by name."""
    named = {}
    for detector in found["detectors"]:
        kind = "normal" if detector["normal"] == "one class" else "anomaly"
        for label, area in {**detector["roc_auc"], "mean": detector["mean_roc_auc"]}.items():
            named[f"{detector['model']}-{detector['code']}-{kind}-{label}"] = area
    return named


def _in_another_arithmetic(options: argparse.Namespace) -> int:
    variables = PERTURBED_ARM if platform.machine().lower() in ("arm64", "aarch64") else PERTURBED
    command = [sys.executable, "-m", "benchmarks.reproduce", *options.names, "--label", "generic"]
    command += ["--seed", str(options.seed or 0), "--runs", str(options.runs), "--out", str(options.out)]
    command += ["--threads", str(options.threads)] if options.threads else []
    return subprocess.run(command, env={**os.environ, **variables}).returncode


def _seconds_of_parts(directory: Path) -> float:
    paths = sorted(directory.glob(f"{PARTS}/*/{HISTORY}"))
    return sum(sum(read_history(path)["seconds"]) for path in paths)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reproduce", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: {' '.join(RESULTS)}")
    seeds = parser.add_mutually_exclusive_group()
    more = ", ".join(f"{count} for {name}" for name, count in SEEDS.items())
    seeds.add_argument("--seeds", type=int, metavar="N", help=f"seeds 0 to N-1; default: 3; {more}")
    seeds.add_argument("--seed", type=int, metavar="S", help="only this one")
    parser.add_argument("--runs", type=Path, default=Path(RUNS), metavar="DIR", help=f"default: {RUNS}")
    parser.add_argument(
        "--out", type=Path, default=results.FOLDER, metavar="DIR", help="the folder of the recorded results"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="default: all cores")
    parser.add_argument("--record-only", action="store_true", help="only record complete runs")
    parser.add_argument(
        "--perturbed", action="store_true", help="train seed 0 in the arithmetic of another core"
    )
    parser.add_argument(
        "--label", metavar="LABEL", help="record as NAME-SEED@LABEL, next to the run of another processor"
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in {*RESULTS, *RECIPES}]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; expected some of {', '.join({**RESULTS, **RECIPES})}")
    return options


if __name__ == "__main__":
    sys.exit(main())
