"""Reads mutated files of every kind: each is read rightly or refused in npae's words, fast, in little memory.

    python -m benchmarks.fuzz [--mutations 10000] [--kinds idx gz ...]

A file may take 2 seconds, and memory of twice what it holds plus 64 MB. What is read is compared with what
a plain reader (NumPy's, gzip's) gives. Half of the mutations change bytes of the file; the others change what
is inside and make lengths and checksums right again, so that they get past these.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import io
import json
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import npae
from npae.datasets import load, prepare_image, read_idx, read_image, read_picture
from npae.datasets.idx import NPZ_NAMES, encode_idx
from npae.exercises.workspace import ORDER, PROGRESS, Mark, Progress, Workspace
from npae.inside.doctor import examine, training_of
from npae.inside.explore import page_of
from npae.inside.record import record
from npae.inside.report import comparison, read_record, report
from npae.inside.trace import trace_of
from npae.interop import load_safetensors, load_weights, save_safetensors, save_weights
from npae.kernels.backend import set_backend
from npae.plotting import save_image
from npae.recipes import get_recipe
from npae.recipes.anomaly import detectors, try_one
from npae.recipes.folder import Settings, read_history, resumed_settings
from npae.recipes.run import Run
from npae.recipes.stored import load_run
from npae.recipes.trials import DEFAULTS, FinishedTrials, settings_of
from npae.recipes.unfold import read_codes
from npae.training.callbacks import write_history
from npae.training.kept import Compute

SECONDS, SLACK = 2.0, 64 << 20
NASTY: list[Any] = [
    0,
    -1,
    1,
    2,
    255,
    256,
    1 << 16,
    60_000,
    1 << 31,
    1 << 32,
    1 << 63,
    10**30,
    10**400,
    -(1 << 40),
    0.5,
]
NASTY += [
    float("nan"),
    float("inf"),
    None,
    True,
    "",
    "relu",
    "os.system",
    "\x1b[2J\ud800",
    "</script><b>",
    [],
    [1] * 50,
    {},
]
NASTY += [{"class": "Dense", "config": {"units": 10**6}}, {"class": "Sequential", "config": {"layers": []}}]


# The readers: from a path to whatever the file holds; none may raise anything but ValueError.


def toy() -> npae.Autoencoder:
    model = npae.Autoencoder(
        npae.Sequential(
            [
                *(npae.Conv2D(2, 3, padding=((1, 0), (1, 1)), use_bias=False), npae.BatchNormalization()),
                *(npae.LeakyReLU(), npae.MaxPool2D(2, padding=(0, 1))),
                *(npae.Flatten(), npae.Dropout(0.1), npae.Dense(3)),
            ]
        ),
        npae.Sequential([npae.Dense(36, "sigmoid"), npae.Reshape((1, 6, 6))]),
    )
    model.build((1, 6, 6), 1)
    return model


DATA = np.random.default_rng(0).random((12, 1, 6, 6), np.float32)


def read_model(path: Path) -> dict[str, np.ndarray]:
    model, metadata = npae.load_model(path)
    model.summary()
    with np.errstate(all="ignore"):
        model.forward(np.zeros((1, *model.built()[0]), model.dtype or np.float32))
    return {f"params/{name}": value for name, value in model.params.items()}


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    model, optimizer = toy(), npae.Adam()
    history, metadata = npae.load_checkpoint(path, model, optimizer)
    found = {f"params/{name}": value.copy() for name, value in model.params.items()}
    npae.fit(
        model,
        DATA,
        batch_size=4,
        optimizer=optimizer,
        epochs=min(len(next(iter(history.values()), [])) + 1, 5),
        history=npae.History(history),
        cursor=metadata.get("cursor"),
        threads=1,
    )
    return found


def read_progress(path: Path) -> None:
    place = path.parent / PROGRESS
    path.replace(place)
    progress = Workspace(path.parent).progress()
    assert list(progress.marks) == list(ORDER) and progress.as_text()


def read_data(path: Path) -> dict[str, np.ndarray]:
    data = load(path, report=lambda line: None)
    arrays = data.train_images, data.train_labels, data.test_images, data.test_labels
    return dict(zip(NPZ_NAMES, arrays))


def numpys(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def plain_data(path: Path) -> dict[str, np.ndarray] | None:
    """Return the arrays of an .npz file, or None if what npae reads is not these bytes themselves."""
    with np.load(path, allow_pickle=False) as archive:  # npae reads no other entries
        found = {name: archive[name] for name in NPZ_NAMES if name in archive.files}
    plain = len(found) == len(NPZ_NAMES) and all(array.dtype == np.uint8 for array in found.values())
    return found if plain and found["x_train"].ndim == 3 and found["y_train"].ndim == 1 else None


def read_pictures(path: Path) -> None:
    data = load(path.parent, report=lambda line: None)
    assert data.train_images.shape[1:] == data.test_images.shape[1:] and len(data.train_images) == 2


def read_own(path: Path) -> None:
    data = load(path, report=lambda line: None)
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        assert len(images) and images.shape[1:] == data.train_images.shape[1:]
        assert (
            labels is None or len(labels) == len(images) and labels.max() < len(data.class_names or [0] * 256)
        )


def read_weights(path: Path) -> dict[str, np.ndarray]:
    model = toy()
    load_weights(path, model)
    return model.params


def digits_run(place: Path) -> Run:
    """Train a small run on data in a folder, and return it."""
    rng = np.random.default_rng(0)
    np.savez(place / "data.npz", images=rng.integers(0, 256, (40, 8, 8), np.uint8), labels=np.arange(40) % 3)
    settings = Settings("dense", str(place / "data.npz"), epochs=2, batch_size=8)
    data = load(settings.data, report=lambda line: None)
    run = Run(get_recipe("dense"), settings, data, place / "run", Compute(1, report=lambda line: None))
    run.train()
    return run


def read_run(path: Path) -> None:
    """Do with the run in a file's folder what the commands do, but for figures and times."""
    run = load_run(path.parent, compute=Compute(1, report=lambda line: None))
    resumed_settings(path.parent, {})
    examine(training_of(run), probe=False)
    found = record(run.model, *run.test_images(1), run.recipe.loss)
    str(trace_of(found, found.place("input,0"), backward=True))
    written = read_record(path.parent)
    comparison([written, written])
    for page in (page_of(run), report(written, "timing is not fuzzed")):
        assert "</script><b>" not in page and all(c.isprintable() or c in "\n\t" for c in page)


def read_trial(path: Path) -> None:
    folder = path.parent.parent
    data = load(folder.parent / "data.npz", report=lambda line: None)
    settings = settings_of(folder, {}, resume=True)
    trials = FinishedTrials(folder, settings, data)
    trials.check_data()
    trials.trial(detectors("dense", 2, 1)[0], 0, lambda *_: None)  # type: ignore[arg-type, return-value]


def plain_idx(path: Path) -> np.ndarray:
    content = path.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    dtype = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}[content[2]]
    shape = struct.unpack_from(f">{content[3]}I", content, 4)
    return np.frombuffer(content, dtype, offset=4 + 4 * len(shape)).reshape(shape)


def plain_safetensors(path: Path) -> dict[str, np.ndarray]:
    content = path.read_bytes()
    begin = 8 + int.from_bytes(content[:8], "little")
    found = {}
    for name, entry in json.loads(content[8:begin]).items():
        if name != "__metadata__":
            start, end = (begin + offset for offset in entry["data_offsets"])
            data, kind = content[start:end], entry["dtype"].lower()
            if kind == "bf16":
                data, kind = b"".join(b"\0\0" + data[k : k + 2] for k in range(0, len(data), 2)), "f32"
            dtype = "?" if kind == "bool" else f"<{kind[0]}{int(kind[1:]) // 8}"
            found[name] = np.frombuffer(data, dtype).reshape(entry["shape"])
    return found


ARCHIVES = ("npz", "own", "model", "checkpoint", "run", "begun", "trial")
READERS: dict[str, tuple[str, Callable[[Path], Any], Callable[[Path], Any] | None]] = {
    "idx": ("a", read_idx, plain_idx),
    "gz": ("a.gz", read_idx, plain_idx),
    "npz": ("a.npz", read_data, plain_data),
    "npy": ("a.npy", read_data, None),
    "own": ("a.npz", read_own, None),
    "model": ("model.npz", read_model, numpys),
    "checkpoint": ("checkpoint.npz", read_checkpoint, numpys),
    "history": ("history.csv", read_history, None),
    "progress": ("progress", read_progress, None),
    "safetensors": ("a.safetensors", lambda path: load_safetensors(path)[0], plain_safetensors),
    "weights": ("a.safetensors", read_weights, None),
    "run": ("run/model.npz", read_run, None),
    "begun": ("run/checkpoint.npz", read_run, None),
    "metrics": ("run/metrics.json", read_run, None),
    "curves": ("run/history.csv", read_run, None),
    "trial": ("run/parts/dense-2-anomaly-0.npz", read_trial, None),
    "codes": ("unfold/epoch-0001.npy", lambda path: read_codes(path.parent, 3), None),
    "png": ("a.png", lambda path: prepare_image(read_image(path)), None),
    "jpeg": ("a.jpg", read_picture, None),
    "folder": ("folder/b.png", read_pictures, None),
}


# The corpus: right files, and the wrong ones that did harm before.


def zipped(entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, value in entries.items():
            archive.writestr(name, value)
    return content.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def npy(array: np.ndarray) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def huge_npy(shape: tuple[int, ...]) -> bytes:
    start = io.BytesIO()
    np.lib.format.write_array_header_1_0(start, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return start.getvalue()


def with_header(content: bytes, change: Callable[[Any], Any]) -> bytes:
    entries = unzipped(content)
    header = json.loads(str(np.load(io.BytesIO(entries["header.npy"]))))
    return zipped({**entries, "header.npy": npy(np.array(json.dumps(change(header))))})


def tensors(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype: str, size: int, end: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": [size], "data_offsets": [0, end]}


def png(
    width: int, height: int, data: bytes, colour: int = 0, depth: int = 8, notes: tuple[Any, ...] = ()
) -> bytes:
    """Return a PNG file; ``notes`` are further chunks, (name, data)."""
    header = struct.pack(">2I5B", width, height, depth, colour, 0, 0, 0)
    chunks = [(b"IHDR", header), *notes, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def jpeg(picture: Image.Image | None = None, notes: bytes = b"", scans: int = 0, **how: Any) -> bytes:
    """Return a JPEG file with notes after its first two bytes, and with its last scan repeated."""
    content = io.BytesIO()
    (picture or Image.new("L", (30, 20), 200)).save(content, "JPEG", **how)
    whole = content.getvalue()
    last = whole[whole.rindex(b"\xff\xda") : whole.rindex(b"\xff\xda") + 10] + b"\0"
    return whole[:2] + notes + whole[2:-2] + last * scans + whole[-2:]


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def dense(units: int) -> Callable[[Any], Any]:
    def change(header: Any) -> Any:
        layer = {
            "class": "Sequential",
            "config": {"layers": [{"class": "Dense", "config": {"units": units}}]},
        }
        return {**header, "model": {"input_shape": [units], "dtype": "float32", "layer": layer}}

    return change


def told(history: Any) -> Callable[[Any], Any]:
    return lambda header: {**header, "history": history}


def corpus(kind: str, place: Path) -> list[bytes]:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (9, 28, 28), np.uint8), rng.integers(0, 10, 9, np.uint8)
    path = place / READERS[kind][0]
    if kind in ("idx", "gz"):
        arrays = [
            images,
            labels,
            rng.standard_normal((3, 4)),
            rng.integers(-9, 9, (2, 3, 4)).astype(np.int16),
        ]
        plain = [encode_idx(array) for array in arrays]
        plain += [b"\0\0\x08\xff" + bytes(1020), b"\0\0\x0e\x03" + struct.pack(">3I", 0, 1 << 31, 1 << 31)]
        plain += [b"\0\0\x08\x03" + struct.pack(">3I", 60_000, 280, 280), b"\0\0\x0e\xff" + b"\xff" * 1020]
        bombs = [plain[0] + bytes(1 << 28), plain[-2] + bytes(1 << 28), bytes(1 << 28)]
        return plain if kind == "idx" else [gzip.compress(p, 1) for p in plain + bombs]
    if kind == "npz":
        data = dict(zip(NPZ_NAMES, (images, labels, images[:3], labels[:3])))
        entries = {f"{name}.npy": npy(array) for name, array in data.items()}
        bomb = huge_npy((1 << 30,)) + bytes(1 << 30)
        named = {**entries, "x_train.npy": huge_npy((1 << 20, 28, 28)) + bytes((1 << 20) * 784)}
        raw = {**entries, "y_test.npy": b"no array"}
        deflated = [zipped(e, zipfile.ZIP_DEFLATED) for e in (entries, named, {**entries, "z.npy": bomb})]
        texts = (b"[" * 60_000, b"{'shape': (-1,)}", b"__import__('os')", b"(" * 9_000)
        described = [b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text for text in texts]
        strange = [zipped({**entries, "x_train.npy": each}) for each in described]
        outside = zipped({**entries, "/etc/x.npy": npy(labels), "../\x1b[2J\n.npy": npy(labels)})
        return [zipped(entries), *deflated, zipped(raw), zipped({"x_train": b"words"}), *strange, outside]
    if kind == "own":
        names = {"x": rng.random((9, 5, 7)), "y": np.array(["\x1b[2J", "b", "c"] * 3)}
        split = {"train_images": images, "test_images": images[:2], "train_labels": labels}
        colour = {"images": rng.integers(0, 256, (9, 3, 4, 5), np.uint8), "labels": labels - 5.0}
        some = [
            names,
            split,
            {**split, "test_labels": labels[:2]},
            colour,
            {"data": images > 99},
            {"a": images},
        ]
        return [zipped({f"{name}.npy": npy(array) for name, array in each.items()}) for each in some]
    if kind in ("run", "begun", "metrics", "curves"):
        run = digits_run(place)
        measures = {"loss": 0.5, "val_loss": float("nan"), "test_mse": 0.1, "strange": "text"}
        findings = [{"sentence": "a", "evidence": "b"}]
        metrics = {
            "recipe": "dense",
            **run.facts(),
            **measures,
            "findings": findings,
            "versions": {"npae": "1"},
        }
        run.path("metrics.json").write_text(json.dumps(metrics))
        deep = b"[" * 200_000
        lines = b"epoch,loss,val_loss,seconds\n1,1e308,-1e308,1\n2,nan,inf,0\n"
        wrong = {
            "metrics": [deep, b"[]", b"{}", b'{"loss": 1e400}', json.dumps({"n": 10**400}).encode()],
            "curves": [lines, lines * 3],
        }
        return [path.read_bytes(), *wrong.get(kind, [])]
    if kind == "trial":
        digits_run(place)
        path.parent.mkdir()
        digits, column = load(place / "data.npz", report=lambda line: None), detectors("dense", 2, 1)[0]
        settings = {**DEFAULTS, "data": str(place / "data.npz"), "model": "dense", "code": 2, "epochs": 1}
        quiet = Compute(1, report=lambda line: None)
        FinishedTrials(place / "run", settings, digits).trial(
            column, 0, lambda *given: try_one(digits, column, 0, 0, quiet, *given)
        )
        return [path.read_bytes()]
    if kind == "codes":
        path.parent.mkdir()
        codes = rng.standard_normal((9, 2)).astype(np.float32)
        np.save(path.with_name("epoch-0000.npy"), codes)
        return [npy(codes), npy(np.full_like(codes, 3e38)), npy(np.full((9, 2), 1e308)), npy(codes[:, :1])]
    model = toy()
    if kind == "weights":
        save_weights(path, model)
        extreme = {name: np.full(value.shape, 1e300) for name, value in model.params.items()}
        kept_right = path.read_bytes()
        save_safetensors(path, extreme)
        return [kept_right, path.read_bytes()]
    if kind == "model":
        npae.save_model(path, model, {"note": "hello", "settings": {"recipe": "conv"}})
        right = path.read_bytes()
        sizes = [with_header(right, dense(units)) for units in (6_000, 60_000, 10**9)]
        zeros = {"params/encoder/dense/kernel.npy": npy(np.zeros((6000, 6000), np.float32))}
        return [right, *sizes, zipped({**unzipped(right), **zeros}, zipfile.ZIP_DEFLATED)]
    if kind == "checkpoint":
        optimizer = npae.Adam()
        cursors: list[dict] = []

        class Keep(npae.Callback):
            def on_step_end(self, state: Any) -> None:
                cursors.append(state.cursor())
                if state.epoch == 2 and state.step == 1:
                    values, cursor = state.history.values, {"cursor": state.cursor()}
                    npae.save_checkpoint(path, state.model, state.optimizer, values, cursor)

        history = npae.fit(
            model, DATA, batch_size=4, optimizer=optimizer, epochs=2, callbacks=[Keep()], threads=1
        )
        within = path.read_bytes()
        npae.save_checkpoint(path, model, optimizer, history.values)
        entries = unzipped(path.read_bytes())
        kept = np.load(io.BytesIO(entries["optimizer/v.npy"]))
        changes = [npy(kept[:100]), npy(np.full_like(kept, np.nan)), npy(np.append(kept, kept)), npy(-kept)]
        short = [zipped({**entries, "optimizer/v.npy": change}) for change in changes]
        numbers = (10**400, [10**400] * 2, "1", True)
        tables = [with_header(path.read_bytes(), told({"loss": number})) for number in numbers]
        return [path.read_bytes(), within, *short, *tables]
    if kind == "history":
        write_history(path, {"loss": [0.5, 0.25], "val_loss": [0.5, float("nan")], "seconds": [1.0, 2.0]})
        return [
            path.read_bytes(),
            b"epoch,loss\n" + b"1,1\n" * 400_000,
            b"epoch,loss\n" + b"1," * (1 << 20),
            b"," * (1 << 21),
        ]
    if kind == "progress":
        progress = Progress({name: Mark("solved" if k % 2 else "open") for k, name in enumerate(ORDER)})
        return [progress.as_text().encode(), progress.as_text().encode() * 3, b"9" * (8 << 20)]
    if kind == "safetensors":
        kinds = (np.float32, np.float64, np.float16, np.int8, np.uint16, bool)
        arrays_of = {f"a/{k}": rng.integers(0, 2, (2, k)).astype(dtype) for k, dtype in enumerate(kinds)}
        save_safetensors(path, arrays_of, {"format": "np"})
        right = path.read_bytes()
        one = [tensors({"a": entry("BF16", 1 << k, 2 << k)}, bytes(2 << k)) for k in (0, 24)]
        large = tensors({"a": entry("F64", 1 << 40, 1 << 43)})
        wide = tensors({str(k): entry("U8", 0, 0) for k in range(14_000)})
        deep, many = b'{"a":' + b"[" * 900_000, b'{"__metadata__":[' + b"{}," * 300_000 + b"0]}"
        return [right, *one, large, wide, tensors(deep), tensors(many), bytes([255] * 8) + right[8:]]
    if kind == "npy":
        arrays = [images, rng.random((3, 6, 7, 3)), np.zeros((2, 3, 4, 5), np.float16), images > 99]
        arrays += [np.full((9, 4, 4), np.nan), np.zeros((5, 784), np.uint8), np.zeros((4, 3, 9, 3), np.uint8)]
        huge = [huge_npy(shape) + bytes(999) for shape in ((1 << 30, 28, 28), (2, 1 << 20, 1 << 20, 3))]
        return [npy(array) for array in arrays] + huge
    if kind == "jpeg":
        scene = rng.integers(0, 256, (40, 60, 3), np.uint8)
        pictures = [
            Image.fromarray(scene),
            Image.fromarray(images[0]),
            Image.fromarray(scene).convert("CMYK"),
        ]
        files = [jpeg(picture) for picture in pictures]
        files += [
            jpeg(pictures[0], progressive=True),
            jpeg(pictures[0], exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
        ]
        at = files[0].index(b"\xff\xc0")  # the frame's header: its size becomes 65,535 x 65,535
        return [
            *files,
            files[0][: at + 5] + b"\xff" * 4 + files[0][at + 9 :],
            jpeg(Image.new("RGB", (4096, 4096))),
            jpeg(Image.new("L", (4096, 4096)), scans=20_000, progressive=True),
            jpeg(notes=(b"\xff\xe1\xff\xff" + b"Exif\0\0".ljust(65_533, b"x")) * 500),
            *(jpeg(notes=part * 5_000_000) for part in (b"\xff\xee\0\2", b"\xff\xdb\0\2", b"\xff")),
        ]
    if kind == "folder":
        path.parent.mkdir(exist_ok=True)
        for name in "ac":
            save_image(path.with_name(f"{name}.png"), images[0])
    save_image(path, images[0])
    rows = zlib.compress(b"\0\x80" * 12_000)
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 28 28\nshowpage\n"
    sizes = [png(1, 12_000, rows), png(120_000, 60_000, rows, 6), png(1 << 14, 1 << 10, rows)]
    large = png(4096, 4096, zlib.compress(bytes(4096 * 16385), 9), 6)
    return [
        path.read_bytes(),
        *sizes,
        large,
        png(1, 1 << 24, zlib.compress(bytes(2 << 24))),
        png(8, 8, zlib.compress(bytes(8 * 3)), depth=2, notes=((b"tRNS", b"\0\0"),)),
        png(8, 8, zlib.compress(bytes(8 * 17)), depth=16, notes=((b"tRNS", b"\0\0"),)),
        png(8, 8, rows, notes=((b"zTXt", b"k\0\0" + zlib.compress(bytes(1 << 20))),) * 100),
        *(png(8, 8, rows, notes=((name, b"\0"),) * 2_000_000) for name in (b"tEXt", b"IDAT", b"tRNS")),
        eps,
        b"GIF89a" + bytes(60),
    ]


# The mutations.


def flipped(content: bytes, draw: random.Random) -> bytes:
    """Change, insert, remove or repeat some bytes, or cut the file short."""
    data = bytearray(content)
    for _ in range(draw.choice([1, 1, 2, 4])):
        at, length = draw.randrange(len(data) + 1), draw.choice([1, 1, 2, 4, 8, 60])
        some = draw.choice(
            [draw.randbytes(length), b"\0" * length, b"\xff" * length, bytes(data[at : at + length])]
        )
        action = draw.randrange(5)
        if action == 0:
            data[at : at + len(some)] = some
        elif action == 1:
            data[at:at] = some
        elif action == 2:
            del data[at : at + length]
        elif action == 3 and at < len(data):
            data[at] ^= 1 << draw.randrange(8)
        elif draw.random() < 0.3:
            del data[at:]
    return bytes(data)


def reshaped(tree: Any, draw: random.Random) -> Any:
    """Change one value somewhere in JSON data."""
    tree = copy.deepcopy(tree)
    at = tree
    while isinstance(at, (dict, list)) and at:
        key = draw.choice(list(at) if isinstance(at, dict) else range(len(at)))
        if not isinstance(at[key], (dict, list)) or not at[key] or draw.random() < 0.2:
            action = draw.randrange(6)
            if action == 0:
                del at[key]
            elif action == 1 and isinstance(at, dict):
                at[draw.choice(["", "units", "x" * 99])] = draw.choice(NASTY)
            elif action == 2 and isinstance(at[key], (int, float)):
                at[key] = at[key] * draw.choice([2, -1, 1000, 0.5]) + draw.choice([0, 1])
            elif action == 3:
                for _ in range(draw.choice([1, 20, 900])):
                    at[key] = [at[key]]
            else:
                at[key] = draw.choice(NASTY)
            break
        at = at[key]
    return tree


def inside(kind: str, content: bytes, draw: random.Random) -> bytes:
    """Change what is inside a file, and make lengths and checksums right again."""
    if kind == "gz":
        return gzip.compress(flipped(gzip.decompress(content), draw), 1)
    if kind == "metrics":
        return json.dumps(reshaped(json.loads(content), draw)).encode()
    if kind in ("npy", "codes"):
        shape = tuple(draw.choice([0, 1, 3, 28, 1 << 20, 1 << 40]) for _ in range(draw.randrange(5)))
        return huge_npy(shape) + content[128:]
    if kind == "jpeg":
        raise ValueError("its pixels are packed bit by bit")
    if kind in ("png", "folder"):
        parts, at = [], 8
        while at + 12 <= len(content):
            size = int.from_bytes(content[at : at + 4], "big")
            parts.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + size]))
            at += 12 + size
        k = draw.randrange(len(parts))
        kind_of, data = parts[k]
        if kind_of == b"IDAT":
            data = zlib.compress(flipped(zlib.decompress(data), draw), 1)
        else:
            data = flipped(data, draw)
        other = draw.choice([b"tRNS", b"iCCP", b"zTXt", b"IDAT"])
        parts[k] = (other if draw.random() < 0.1 else kind_of, data)
        return content[:8] + b"".join(chunk(*part) for part in parts)
    if kind in ("safetensors", "weights"):
        begin = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:begin])
        if (
            draw.random() < 0.3
        ):  # the same bytes under a name that occurs twice, or with the offsets of another
            text = json.dumps(header).replace(
                *draw.choice([("a/1", "a/2"), ("[2, 3]", "[3, 2]"), ("F", "I")])
            )
            return tensors(text.encode(), content[begin:])
        return tensors(reshaped(header, draw), content[begin:])
    if kind in ARCHIVES:
        entries = unzipped(content)
        name = draw.choice(list(entries))
        if "header.npy" in entries and draw.random() < 0.7:
            return with_header(content, lambda header: reshaped(header, draw))
        if draw.random() < 0.2:
            entries[draw.choice(["a.npy", "header", name + "x", name.upper()])] = entries.pop(name)
        elif draw.random() < 0.5:
            shape = tuple(draw.choice([0, 1, 3, 28, 1 << 20, 1 << 40]) for _ in range(draw.randrange(4)))
            entries[name] = huge_npy(shape) + entries[name][128:]
        else:
            entries[name] = flipped(entries[name], draw)
        return zipped(entries, draw.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA]))
    words = content.decode(errors="replace").replace(",", " , ").split(" ")
    words[draw.randrange(len(words))] = str(draw.choice(NASTY)).replace("\ud800", "?")
    return " ".join(words).encode()


# The loop.


def memory(name: str) -> int:
    """Return "VmRSS" or "VmHWM", the memory now and at its peak, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) << 10
    return 0


def held(kind: str, content: bytes) -> int:
    """Return the number of bytes that a file truthfully holds."""
    if kind == "gz":
        packed = zlib.decompressobj(31)
        return len(packed.decompress(content, 1 << 29))
    if kind in ARCHIVES:
        return sum(map(len, unzipped(content).values()))
    sizes = [(0, 0)]
    if content.startswith(b"\x89PNG"):
        sizes = [struct.unpack_from(">2I", content, 16)]
    elif content.startswith(b"\xff\xd8"):  # any of its frame headers
        sizes += [
            struct.unpack(">2H", found[1])
            for found in re.finditer(rb"\xff[\xc0-\xc2]...(.{4})", content, re.S)
        ]
    pixels = max(width * height for width, height in sizes)
    return max(len(content), 4 * pixels if pixels <= 1 << 24 else 0)


def same(found: Any, right: Any) -> bool:
    if isinstance(found, dict):
        return all(same(value, right[name]) for name, value in found.items())
    return found.shape == right.shape and np.array_equal(found, right, equal_nan=found.dtype.kind == "f")


def judge(kind: str, path: Path, content: bytes) -> str:
    """Read one file; return "" if npae did right, or what was wrong."""
    _, read, reference = READERS[kind]
    path.write_bytes(content)
    Path("/proc/self/clear_refs").write_text("5")
    before, start = memory("VmRSS"), time.process_time()
    try:
        found = read(path)
    except (ValueError, npae.NonFiniteLoss) as error:
        found = None
        if "\n" in str(error) or not str(error):
            return f"an error of more or less than one line: {error!r}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    seconds, grown = time.process_time() - start, memory("VmHWM") - before  # of the processor: others run too
    if seconds > SECONDS:
        return f"{seconds:.1f} s"
    if grown > SLACK + 2 * len(content) and grown > SLACK + 2 * held(kind, content):
        return f"{grown >> 20} MB of memory"
    right = reference(path) if found is not None and reference else None
    if right is not None and not same(found, right):
        return "other values than the plain reader's"
    return ""


def run_kind(kind: str, mutations: int, seed: int) -> int:
    """Judge the corpus of a kind and its mutations, and print what went wrong."""
    set_backend("numpy")
    draw, wrong = random.Random(f"{kind}-{seed}"), 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        files = corpus(kind, place)
        for file in files:  # loads modules, and touches memory, that the measurement must not count
            judge(kind, place / READERS[kind][0], file if len(file) < 1 << 20 else files[0])
        small = [file for file in files if len(file) < 1 << 18] or files
        # A large picture takes a hundred times as long as a small one, and is one of many sizes.
        often = [
            1.0 if kind not in ("png", "jpeg", "folder") or held(kind, file) < 1 << 20 else 0.02
            for file in small
        ]
        for number in range(len(files) + mutations):
            content = files[number] if number < len(files) else draw.choices(small, often)[0]
            if number >= len(files):
                try:
                    within = draw.random() < 0.5 and kind != "idx" and len(content) < 100_000
                    content = inside(kind, content, draw) if within else flipped(content, draw)
                except Exception:  # this one cannot be taken apart
                    content = flipped(content, draw)
            problem = judge(kind, place / READERS[kind][0], content)
            if problem:
                wrong += 1
                what = f"corpus {number}" if number < len(files) else f"mutation {number - len(files)}"
                print(f"{kind} {what}: {problem}", flush=True)
                if wrong <= 3:
                    Path(tempfile.gettempdir(), f"npae-fuzz-{kind}-{number}").write_bytes(content)
    print(f"{kind:<10} {len(files)} files and {mutations} mutations: {wrong} wrong", flush=True)
    return wrong


def main() -> int:
    """Run every kind in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--kinds", nargs="+", choices=READERS, default=list(READERS))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if len(options.kinds) == 1:
        return min(1, run_kind(options.kinds[0], options.mutations, options.seed))
    command = [sys.executable, "-m", "benchmarks.fuzz", "--mutations", str(options.mutations)]
    statuses = [
        subprocess.run([*command, "--seed", str(options.seed), "--kinds", kind]).returncode
        for kind in options.kinds
    ]
    return max(statuses)


if __name__ == "__main__":
    raise SystemExit(main())
