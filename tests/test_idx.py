"""Files of data are read right, whatever their dtype, or refused in words."""

import gzip

import numpy as np
import pytest
import tiny_data

from npae.datasets import read_idx, read_npz, write_idx
from npae.datasets.idx import NPZ_NAMES, encode_idx

RNG = np.random.default_rng(0)
DTYPES = ["uint8", "int8", "int16", "int32", "float32", "float64"]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_idx_keeps_every_dtype_and_shape(tmp_path, dtype, suffix):
    for shape in [(3,), (2, 5, 4), (0, 28, 28), (1, 1, 1, 1, 2)]:
        array = (RNG.standard_normal(shape) * 99).astype(dtype)
        write_idx(tmp_path / f"a{suffix}", array)
        back = read_idx(tmp_path / f"a{suffix}")
        assert back.dtype == dtype and back.dtype.isnative and back.flags.writeable
        assert np.array_equal(back, array) and back.shape == shape
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]  # no .part is left


def test_idx_is_the_published_format(tmp_path):
    write_idx(tmp_path / "a", np.array([[1, -2]], np.int16))
    assert (tmp_path / "a").read_bytes().hex(" ") == "00 00 0b 02 00 00 00 01 00 00 00 02 00 01 ff fe"


GOOD = encode_idx(np.zeros((2, 3), np.uint8))
GZ = gzip.compress(GOOD)


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a", b"", "not an IDX file: it begins with nothing"),
        ("a", b"\x00\x00\x08", "not an IDX file: it begins with 00 00 08"),
        ("a", b"<html>", "not an IDX file: it begins with 3c 68 74 6d, expected 00 00"),
        ("a", b"\x00\x00\x07\x01" + bytes(9), "not an IDX file: it begins with 00 00 07 01"),
        ("a", GOOD[:7], "truncated: 7 bytes, expected 12"),
        ("a", GOOD[:-1], "truncated: 17 bytes, expected 18 for 2 x 3 of uint8"),
        ("a", GOOD + b"x", "trailing bytes: 19 bytes, expected 18"),
        ("a", b"\x00\x00\x0e\x02" + b"\xff" * 8, "truncated: 12 bytes, expected"),
        ("a.gz", GOOD, "not gzip: it begins with 00 00 08 02, expected 1f 8b"),
        ("a.gz", GZ[:-9], "damaged: its gzip data cannot be decompressed"),
        ("a.gz", GZ[:12] + b"\xff\xff" + GZ[14:], "damaged: its gzip data cannot be decompressed"),
        ("a.gz", GZ + b"junk", "damaged: its gzip data cannot be decompressed"),
    ],
    ids=range(12),  # gzip's bytes hold the time of day: no name for a test that has one in every process
)
def test_bad_idx_files_are_refused_by_name(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message) as error:
        read_idx(tmp_path / name)
    assert str(tmp_path / name) in str(error.value) and "\n" not in str(error.value)


def test_what_idx_cannot_hold_is_refused(tmp_path):
    with pytest.raises(ValueError, match="cannot hold int64; convert to one of uint8"):
        write_idx(tmp_path / "a", np.arange(3))
    with pytest.raises(ValueError, match="1 to 255 dimensions, not 0"):
        write_idx(tmp_path / "a", np.uint8(3))
    assert not list(tmp_path.glob("a*"))


def test_npz_files(tmp_path):
    path = tiny_data.write_npz(tmp_path / "mnist.npz", "mnist")
    assert all(np.array_equal(a, b) for a, b in zip(read_npz(path), tiny_data.TINY["mnist"].values()))
    np.savez(tmp_path / "lacking.npz", x_train=np.zeros(3), y_train=np.zeros(3))
    np.savez(tmp_path / "objects.npz", **dict.fromkeys(NPZ_NAMES, np.array([print])))
    (tmp_path / "half.npz").write_bytes(path.read_bytes()[:900])
    (tmp_path / "page.npz").write_bytes(b"<html>")
    for name, message in [
        ("lacking", "lacks x_test, y_test and holds x_train, y_train"),
        ("objects", "Object arrays cannot be loaded"),
        ("half", "not a zip archive"),
        ("page", "not a zip archive, but begins with 3c 68 74 6d"),
    ]:
        with pytest.raises(ValueError, match=f"{name}.npz cannot be used: .*{message}.*expected an .npz"):
            read_npz(tmp_path / f"{name}.npz")
