"""Memory that is used again: never while anybody can see it, and never more than a thread may keep."""

import threading

import numpy as np
import pytest

from npae.kernels import arrays


@pytest.fixture(autouse=True)
def nothing_kept():
    arrays.release()
    yield
    arrays.release()


def address(array):
    return array.__array_interface__["data"][0]


def test_a_block_is_lent_again_when_its_last_view_is_gone():
    first = arrays.empty((64, 128), np.float32)
    place = address(first)
    part = first[3:, ::2].T
    del first
    assert address(arrays.empty((64, 128), np.float32)) != place, "a view of it is still there"
    del part
    assert address(arrays.empty((128, 64), np.float32)) == place


@pytest.mark.parametrize(
    "look", [memoryview, iter, lambda a: np.frombuffer(a, np.uint8), lambda a: a.reshape(-1)[5:]]
)
def test_any_way_to_look_at_a_block_keeps_it(look):
    array = arrays.empty((64, 128), np.float32)
    place, seen = address(array), look(array)
    del array
    others = [arrays.empty((64, 128), np.float32) for _ in range(3)]
    assert len({place, *map(address, others)}) == 4
    del seen
    assert address(arrays.empty((64, 128), np.float32)) == place


def test_every_block_starts_a_cache_line_and_has_its_shape():
    for shape in [(5000,), (3, 7, 11, 50), (0, 4)]:
        array = arrays.empty(shape, np.float64)
        assert array.shape == shape and array.flags.c_contiguous
        assert array.nbytes < arrays.SMALLEST_BLOCK or address(array) % 64 == 0
    assert (arrays.zeros((100, 100), np.float32) == 0).all()


def test_threads_do_not_share_blocks():
    mine = arrays.empty((64, 128), np.float32)
    theirs = []
    thread = threading.Thread(target=lambda: theirs.append(arrays.empty((64, 128), np.float32)))
    thread.start()
    thread.join()
    assert not np.shares_memory(mine, theirs[0])


def test_a_thread_keeps_no_more_than_its_budget():
    for size in range(1 << 20, 1 << 23, 1 << 17):
        arrays.empty((size,), np.uint8)
        assert arrays._local.kept <= arrays.BUDGET
    before = arrays._local.kept
    arrays.empty((arrays.LARGEST_BLOCK + 1,), np.uint8)
    assert arrays._local.kept == before, "a large array is left to the system"
