"""Trains, saves, loads and resumes for a long time, and watches the process's memory, threads and open files.

    python -m benchmarks.soak [--minutes 30]

After the first tenth of the time, which loads what is loaded once, nothing may grow: memory by no more than
2 MB (an allocator gives back and takes), threads and open files not at all.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

import npae
from npae.datasets import gaussian_noise
from npae.files.lock import locked

MOST = 2 << 20  # bytes


def model() -> npae.VariationalAutoencoder:
    built = npae.VariationalAutoencoder(
        npae.Sequential(
            [npae.Conv2D(4, 3, activation="relu"), npae.Flatten(), npae.Dropout(0.1), npae.Dense(6)]
        ),
        npae.Sequential([npae.Dense(64, "sigmoid"), npae.Reshape((1, 8, 8))]),
    )
    built.build((1, 8, 8), 1)
    return built


def round_trip(folder: Path, data: np.ndarray) -> None:
    """Train three epochs in two pieces, with checkpoints within an epoch, and load what was saved."""
    loss = npae.Objective(npae.BinaryCrossentropy(per="image"), npae.KullbackLeibler())
    batches = npae.Batches(data, corruption=gaussian_noise(0.1))
    arguments: dict[str, Any] = dict(loss=loss, batch_size=16, threads=2, validation_data=data[:20])
    with locked(folder):
        first, saving = model(), npae.Checkpoint(folder)
        npae.fit(first, batches, epochs=2, callbacks=[saving, Within(folder)], **arguments)
        second, optimizer = model(), npae.Adam()
        history, metadata = npae.load_checkpoint(folder / "within.npz", second, optimizer)
        cursor = metadata["cursor"]
        npae.fit(
            second,
            batches,
            epochs=3,
            optimizer=optimizer,
            history=npae.History(history),
            cursor=cursor,
            callbacks=[saving],
            **arguments,
        )
        npae.save_model(folder / "model.npz", second)
        loaded, _ = npae.load_model(folder / "model.npz")
        same = npae.predict(loaded, data, threads=2) == npae.predict(second, data, threads=2)
        assert same.all()


class Within(npae.Callback):
    """Writes a checkpoint in the middle of every epoch."""

    def __init__(self, folder: Path):
        self.folder = folder

    def on_step_end(self, state) -> None:
        if state.step == state.steps // 2:
            metadata = {"cursor": state.cursor()}
            values = state.history.values
            npae.save_checkpoint(self.folder / "within.npz", state.model, state.optimizer, values, metadata)


def usage() -> tuple[int, int, int]:
    """Return the bytes of memory in use, the number of threads and of open files."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE"), threading.active_count(), len(os.listdir("/proc/self/fd"))


def main() -> int:
    """Run it, print the figures of every tenth, and return 1 if something grew."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    seconds = 60 * parser.parse_args().minutes
    data = np.random.default_rng(0).random((200, 1, 8, 8), np.float32)
    start, rounds, seen = time.monotonic(), 0, []
    with tempfile.TemporaryDirectory() as name:
        for tenth in range(1, 11):
            while time.monotonic() - start < seconds * tenth / 10:
                round_trip(Path(name), data)
                rounds += 1
            seen.append(usage())
            memory, threads, files = seen[-1]
            print(
                f"{tenth}/10  {rounds:>7} rounds  {memory / 1e6:8.2f} MB  {threads} threads  {files} files",
                flush=True,
            )
    (memory, *counts), (last_memory, *last_counts) = seen[0], seen[-1]
    grown = last_memory - memory > MOST or counts != last_counts
    print("something grew" if grown else "nothing grew")
    return int(grown)


if __name__ == "__main__":
    raise SystemExit(main())
