"""Safetensors: what is written comes back to the bits, also by way of its package; what lies is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

import npae
from npae.interop import load_safetensors, save_safetensors

ARRAYS = {
    "a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a scalar": np.array(2.5),
    "none": np.empty((0, 3), np.int64),
    "bytes/ü": np.arange(5, dtype=np.uint8)[::-1],
    "halves": np.array([[0.5, np.inf]], np.float16),
    "flags": np.array([True, False, True]),
    "big-endian": np.arange(3, dtype=">i2"),
    "turned": np.arange(6.0).reshape(2, 3).T,
}


def equal(found, expected):
    assert found.keys() == expected.keys()
    for name, value in found.items():
        assert np.array_equal(value, expected[name]) and value.shape == np.shape(expected[name])
        assert value.dtype == np.asarray(expected[name]).dtype.newbyteorder("=") and value.dtype.isnative


def test_arrays_and_metadata_come_back(tmp_path):
    save_safetensors(tmp_path / "a.safetensors", ARRAYS, {"format": "np", "a\nb": "ü"})
    found, metadata = load_safetensors(tmp_path / "a.safetensors")
    equal(found, ARRAYS)
    assert metadata == {"format": "np", "a\nb": "ü"}
    found["a"][0] = 7  # its own memory, which can be written
    save_safetensors(tmp_path / "empty.safetensors", {})
    assert load_safetensors(tmp_path / "empty.safetensors") == ({}, {})


def test_the_package_safetensors_reads_and_writes_the_same(tmp_path):
    package = pytest.importorskip("safetensors.numpy", reason="pip install safetensors brings the package")
    save_safetensors(tmp_path / "ours", ARRAYS, {"format": "np"})
    equal(package.load_file(tmp_path / "ours"), ARRAYS)
    plain = {name: np.ascontiguousarray(value) for name, value in ARRAYS.items() if name != "big-endian"}
    package.save_file(plain, tmp_path / "theirs", {"by": "the package"})
    found, metadata = load_safetensors(tmp_path / "theirs")
    equal(found, plain)
    assert metadata == {"by": "the package"}


def test_bfloat16_becomes_float32(tmp_path):
    values = np.array([1.0, -2.5, 3e38, np.inf, 0.0078125] * 30_000, np.float32)
    halves = (values.view(np.uint32) >> 16).astype("<u2")
    entry = {"dtype": "BF16", "shape": [3, 50_000], "data_offsets": [0, halves.nbytes]}
    write(tmp_path / "a", {"x": entry}, halves.tobytes())
    found, _ = load_safetensors(tmp_path / "a")
    expected = (halves.astype(np.uint32) << 16).view(np.float32)
    assert found["x"].shape == (3, 50_000) and np.array_equal(found["x"].ravel(), expected)


def write(path, header, data=b"", length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)


def entry(dtype="F32", shape=(2,), offsets=(0, 8), **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


EIGHT = bytes(8)
TWICE = b'{"a":%s,"a":%s}' % ((json.dumps(entry()).encode(),) * 2)
HOSTILE = {
    "a name twice": (TWICE, EIGHT, "'a' occurs twice"),
    "a field twice": (
        b'{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
        EIGHT,
        "twice",
    ),
    "metadata twice": (b'{"__metadata__":{},"__metadata__":{}}', b"", "'__metadata__' occurs twice"),
    "overlap": ({"a": entry(), "b": entry(offsets=(4, 12))}, bytes(12), "'b' overlaps the array before it"),
    "the same bytes": ({"a": entry(), "b": entry()}, EIGHT, "'b' overlaps"),
    "a gap": ({"a": entry(), "b": entry(offsets=(9, 17))}, bytes(17), "'b' leaves a gap before it"),
    "a gap at the start": ({"a": entry(offsets=(4, 12))}, bytes(12), "'a' leaves a gap"),
    "trailing bytes": ({"a": entry()}, bytes(9), "its arrays end at byte .*, and the file has"),
    "nothing and bytes": ({}, EIGHT, "its arrays end"),
    "cut short": ({"a": entry()}, bytes(7), "its arrays end"),
    "another size": ({"a": entry(shape=(3,))}, EIGHT, "'a' has 8 bytes for F32 \\(3,\\)"),
    "backwards": ({"a": entry(offsets=(8, 0))}, EIGHT, "'a' has -8 bytes"),
    "negative shape": ({"a": entry(shape=(-2, -1))}, EIGHT, "holds '-2'"),
    "negative offset": ({"a": entry(offsets=(-8, 0))}, EIGHT, "holds '-8'"),
    "overflow": ({"a": entry(shape=(1 << 33, 1 << 31), offsets=(0, 0))}, b"", "'a' has 0 bytes"),
    "overflow beside 0": ({"a": entry(shape=(0, 1 << 40, 1 << 40), offsets=(0, 0))}, b"", "'a' has 0 bytes"),
    "a huge number": (b'{"a":{"dtype":"F32","shape":[%s]}}' % (b"9" * 9000), b"", "not the size of anything"),
    "a fraction": ({"a": entry(shape=(2.0,))}, EIGHT, "holds '2.0'"),
    "no number": ({"a": entry(shape=(float("nan"),))}, EIGHT, "holds 'NaN'"),
    "a flag": ({"a": entry(shape=(True, 2))}, EIGHT, "the shape of 'a' is"),
    "many axes": ({"a": entry(shape=(1,) * 33, offsets=(0, 4))}, bytes(4), "the shape of 'a' is"),
    "three offsets": ({"a": entry(offsets=(0, 8, 8))}, EIGHT, "the data_offsets of 'a' is"),
    "one offset": ({"a": entry(offsets=(0,))}, EIGHT, "the data_offsets of 'a' is"),
    "unknown dtype": ({"a": entry("F8_E4M3")}, EIGHT, "'a' has the dtype 'F8_E4M3'; npae reads BOOL, U8"),
    "no dtype": ({"a": entry([])}, EIGHT, "'a' has the dtype"),
    "more fields": ({"a": entry(code="import os")}, EIGHT, "'a' is not described by dtype, shape and"),
    "fewer fields": ({"a": {"dtype": "F32"}}, EIGHT, "'a' is not described by"),
    "no table": ({"a": 7}, EIGHT, "'a' is not described by"),
    "metadata of numbers": ({"__metadata__": {"a": 1}}, b"", "its __metadata__ is not a table of texts"),
    "metadata as a list": ({"__metadata__": []}, b"", "its __metadata__ is not"),
    "not UTF-8": (b'{"\xff":7}', b"", "its header is not UTF-8"),
    "half a character": (b'{"\\ud800":%s}' % json.dumps(entry()).encode(), EIGHT, "which UTF-8 cannot hold"),
    "control characters": (b'{"\\u001b[2J\\n":7}', b"", r"'\\x1b\[2J\\n' is not described"),
    "a list": (b"[]", b"", "does not begin with {"),
    "blanks first": (b'  {"a":7}', b"", "does not begin with {"),
    "no JSON": (b'{"a":}', b"", "its header is not JSON: .* at character"),
    "two tables": (b"{}{}", b"", "its header is not JSON: Extra data"),
    "deep": (b'{"a":' + b"[" * 100_000, b"", "nested too deeply|not JSON"),
    "a flag of 2": ({"a": entry("BOOL", (2,), (0, 2))}, b"\1\2", "a boolean in it is neither 0 nor 1"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_lies_is_refused_in_one_line_that_names_it(case, tmp_path):
    header, data, told = HOSTILE[case]
    write(tmp_path / "hostile.safetensors", header, data)
    with pytest.raises(ValueError, match=told) as error:
        load_safetensors(tmp_path / "hostile.safetensors")
    text = str(error.value)
    assert text.startswith(f"{tmp_path}/hostile.safetensors ") and text.isprintable() and len(text) < 500


@pytest.mark.parametrize("length", [0, 1, 3, 1 << 20, (1 << 20) + 1, 100_000_000, (1 << 64) - 1])
def test_a_header_of_another_size_is_refused(length, tmp_path):
    write(tmp_path / "a", {"a": entry()}, EIGHT, length)
    with pytest.raises(ValueError, match=f"^{tmp_path}/a "):
        load_safetensors(tmp_path / "a")


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "empty").touch()
    (tmp_path / "nine").write_bytes(bytes(9))
    for name, told in [
        ("empty", "0 bytes"),
        ("nine", "9 bytes"),
        ("", "is a folder"),
        ("x", "does not exist"),
    ]:
        with pytest.raises(ValueError, match=told):
            load_safetensors(tmp_path / name)


@pytest.mark.parametrize(
    ("arrays", "metadata", "told"),
    [
        ({"a": np.ones(2, complex)}, None, r"arrays\['a'\] must be an array of real numbers"),
        ({"a": ["words"]}, None, r"arrays\['a'\] must be an array of real numbers"),
        ({"a": np.ones(2, np.longdouble)}, None, "which safetensors cannot hold"),
        ({7: np.ones(2)}, None, "a name in arrays must be of class str"),
        ({"\ud800": np.ones(2)}, None, "which UTF-8 cannot hold"),
        ({"__metadata__": np.ones(2)}, None, "is that of the metadata"),
        ([np.ones(2)], None, "arrays must be of class Mapping"),
        ({"a": np.ones(2)}, {"epochs": 3}, "metadata must be of class str, not 3"),
        ({"a": np.ones(2)}, ["x"], "metadata must be of class Mapping"),
        ({"a" * 2_000_000: np.ones(2)}, None, "is not written: npae reads at most"),
    ],
)
def test_what_the_format_cannot_hold_is_refused_and_nothing_written(arrays, metadata, told, tmp_path):
    with pytest.raises(ValueError, match=told):
        save_safetensors(tmp_path / "a", arrays, metadata)
    assert not list(tmp_path.iterdir())


# Weights of a model.


def model(units=3, dtype=np.float32, seed=0):
    made = npae.Autoencoder(npae.Sequential([npae.Dense(units)]), npae.Sequential([npae.Dense(6)]))
    made.build((6,), seed, dtype)
    return made


def test_weights_come_back_to_the_bits_and_into_another_precision(tmp_path):
    saved, same, double = model(), model(seed=1), model(dtype=np.float64)
    npae.save_weights(tmp_path / "a.safetensors", saved)
    npae.load_weights(tmp_path / "a.safetensors", same)
    npae.load_weights(tmp_path / "a.safetensors", double)
    equal(same.params, saved.params)
    assert all(np.array_equal(double.params[name], value) for name, value in saved.params.items())


def test_weights_of_another_model_are_named_and_nothing_is_copied(tmp_path):
    path, fits = tmp_path / "a.safetensors", model(seed=1)
    before = {name: value.copy() for name, value in fits.params.items()}
    npae.save_weights(path, model(units=4))
    with pytest.raises(ValueError, match=r"a.safetensors .*encoder/dense/kernel is F32 \(6, 4\); .*\(6, 3\)"):
        npae.load_weights(path, fits)
    save_safetensors(path, {"encoder/dense/kernel": np.ones((6, 3)), "x": np.ones(3)})
    told = r"missing \['decoder/dense/bias', .*\], unexpected \['x'\]"
    with pytest.raises(ValueError, match=told):
        npae.load_weights(path, fits)
    save_safetensors(path, {name: value.astype(int) for name, value in before.items()})
    with pytest.raises(ValueError, match="is I64"):
        npae.load_weights(path, fits)
    equal(fits.params, before)
    with pytest.raises(ValueError, match="the model has no weights; build it first"):
        npae.save_weights(path, npae.Sequential([npae.Dense(3)]))
