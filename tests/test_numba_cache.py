"""Compiled kernels are programs: npae loads them only from a folder that nobody else can write to."""

import os
import subprocess
import sys

import pytest
from slow_cases import slow_but

from npae.files.cache import is_ours

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights are different there")

PROGRAM = """
from npae.kernels import sgd
import numpy as np
sgd.update(np.ones(3), np.ones(3), np.zeros(3), 0.1, 0.0, False)
"""


def files_after_a_run(tmp_path, rights):
    pytest.importorskip("numba")
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(rights)
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(shared),
        "XDG_CACHE_HOME": str(tmp_path / "own"),
        "NPAE_BACKEND": "numba",
    }
    result = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    found = [path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*.nbi")]
    return found, result.stderr


def test_a_folder_of_ones_own_is_used(tmp_path):
    assert files_after_a_run(tmp_path, 0o755) == (["shared"], "")


@pytest.mark.parametrize("rights", slow_but((), (0o777, 0o1777, 0o757)))
def test_a_folder_that_others_can_write_to_is_not(tmp_path, rights):
    found, said = files_after_a_run(tmp_path, rights)
    # Numba creates its own folder inside; in a sticky one like /tmp nobody can rename that.
    assert (found, said) == (["shared" if rights == 0o1777 else "own"], "")


def test_whose_folder_it_is(tmp_path):
    assert is_ours(tmp_path)
    tmp_path.chmod(0o777)
    assert not is_ours(tmp_path)
    (tmp_path / "inside").mkdir(mode=0o700)
    assert not is_ours(tmp_path / "inside"), "others can put another folder in its place"
    tmp_path.chmod(0o1777)
    assert is_ours(tmp_path / "inside")
