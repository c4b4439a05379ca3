"""Downloads are whole or not there; a mirror that fails is told of, and the next one is asked."""

import gzip
import http.server
import threading
import time

import numpy as np
import pytest
from tiny_data import machine, same, write_set  # noqa: F401

from npae.datasets import cache_folder, download, fetch, known, load
from npae.datasets.idx import encode_idx

GOOD_IDX = encode_idx(np.zeros((2, 28, 28), np.uint8))
BOMB = gzip.compress(GOOD_IDX + bytes(20 << 20), 1)


class Server(str):
    """An address, and what it was asked for."""

    def __new__(cls, address, asked):
        server = str.__new__(cls, address)
        server.asked = asked
        return server


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server with folders good/, wrong/ and html/, and answers that break off, fail or never come."""
    monkeypatch.setenv("NPAE_OFFLINE", "0")
    root = tmp_path / "www"
    write_set(root / "good", "mnist")
    write_set(root / "wrong", "fashion-mnist")
    write_set(root / "plain", "mnist", suffix="")
    write_set(root / "html", "mnist")
    for path in (root / "html").iterdir():
        path.write_bytes(b"<html>log in to this hotel's network</html>")
    for path in (root / "plain").iterdir():
        path.rename(f"{path}.gz")
    hang = threading.Event()
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=str(root))

        def do_GET(self):
            asked.append((self.path, self.headers.get("Range")))
            if self.path.startswith("/slow/"):
                hang.wait(5)
            elif self.path.startswith(("/short/", "/stalled/")):
                content = (root / "good" / self.path.split("/")[-1]).read_bytes()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content[:-10])
                self.wfile.flush()
                hang.wait(5 if self.path.startswith("/stalled/") else 0)
            elif self.path.startswith("/dripping/"):
                self.send_response(200)
                self.end_headers()
                while not hang.wait(0.02):
                    self.wfile.write(b"x")
                    self.wfile.flush()
            elif self.path.startswith(("/ranges/", "/bomb/")):
                good = root / "good" / self.path.split("/")[-1]
                content = BOMB if self.path.startswith("/bomb/") else good.read_bytes()
                first = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
                self.send_response(206 if first else 200)
                self.send_header("Content-Length", str(len(content) - first))
                self.end_headers()
                self.wfile.write(content[first:])
            else:
                super().do_GET()

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
        yield Server(f"http://127.0.0.1:{httpd.server_port}/", asked)
        hang.set()
        httpd.shutdown()


def test_a_download_lies_in_the_cache_whole(server):
    progress = []
    folder = fetch("mnist", mirrors=[f"{server}good/"], progress=lambda *args: progress.append(args))
    assert folder == cache_folder() / "mnist" and same(load("mnist"), "mnist")
    assert {path.name for path in folder.iterdir()} == {f"{name}.gz" for name in known.FILES.values()}
    size = (folder / "train-images-idx3-ubyte.gz").stat().st_size
    assert progress[-1] == ("train-images-idx3-ubyte.gz", size, size)


def test_progress_is_shown_on_terminals_only(server, capsys, monkeypatch):
    fetch("mnist", mirrors=[f"{server}good/"], folder="silent")
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    fetch("mnist", mirrors=[f"{server}good/"], folder="shown")
    assert "train-images-idx3-ubyte.gz" in capsys.readouterr().err


@pytest.mark.parametrize(
    "mirror, message",
    [
        ("wrong/", "what it sent is the test_labels of fashion-mnist, expected the test_labels of mnist"),
        ("html/", "what it sent is damaged or not mnist: its SHA-256 begins with"),
        ("short/", "broke off after"),
        pytest.param("stalled/", "broke off after", marks=pytest.mark.slow),
        ("nowhere/", "404"),
        pytest.param("dripping/", "broke off after .* bytes, since it is too slow", marks=pytest.mark.slow),
        ("bomb/", "what it sent has trailing bytes|what it sent is damaged or not mnist"),
        ("slow/", r"cannot be reached \(no answer within 0.3 s\)"),
    ],
)
def test_a_bad_mirror_is_told_of_and_the_next_one_serves(server, mirror, message, monkeypatch):
    folder = cache_folder() / "mnist"
    seconds = (0.3, 0.5)
    with pytest.raises(ConnectionError, match=message) as error:
        download.download("mnist", folder, [server + mirror], seconds=seconds)
    assert str(error.value).splitlines()[0].startswith("mnist cannot be downloaded: no mirror")
    assert not folder.exists() or not list(folder.iterdir())  # nothing is left behind
    download.download("mnist", folder, [server + mirror, f"{server}good/"], seconds=seconds)
    assert same(load("mnist"), "mnist")


def test_a_download_continues_where_a_mirror_broke_off(server):
    folder = download.download("mnist", cache_folder() / "mnist", [f"{server}short/", f"{server}ranges/"])
    assert same(load("mnist"), "mnist") and len(list(folder.iterdir())) == 4
    size = (folder / "t10k-labels-idx1-ubyte.gz").stat().st_size
    assert ("/ranges/t10k-labels-idx1-ubyte.gz", f"bytes={size - 10}-") in server.asked


def test_the_beginning_of_another_mirror_that_does_not_fit_is_dropped(server, tmp_path):
    for path in (tmp_path / "www" / "good").iterdir():  # the same files, packed in another way
        (tmp_path / "www" / "html" / path.name).write_bytes(
            gzip.compress(gzip.decompress(path.read_bytes()), 0)
        )
    download.download("mnist", cache_folder() / "mnist", [f"{server}short/", f"{server}html/"])
    assert same(load("mnist"), "mnist")


def test_a_download_has_an_end(server, monkeypatch):
    monkeypatch.setattr(download, "WHOLE_SECONDS", 0.5)
    start = time.monotonic()
    with pytest.raises(ConnectionError, match="too slow"):
        download.download("mnist", cache_folder() / "mnist", [f"{server}dripping/", f"{server}good/"])
    assert time.monotonic() - start < 5


def test_what_is_decompressed_on_the_way_is_kept_as_it_is(server):
    folder = fetch("mnist", mirrors=[f"{server}plain/"])
    assert {path.name for path in folder.iterdir()} == set(known.FILES.values())
    assert same(load("mnist"), "mnist")


def test_load_downloads_what_is_missing_or_damaged(server):
    write_set(cache_folder() / "mnist", "mnist", suffix="")
    (cache_folder() / "mnist" / "train-images-idx3-ubyte").write_bytes(b"half a file")
    (cache_folder() / "mnist" / "t10k-labels-idx1-ubyte").unlink()
    lines = []
    assert same(load("auto", mirrors=[f"{server}good/"], report=lines.append), "mnist")
    assert len(lines) == 1 and "lacks t10k-labels" in lines[0]
    assert same(load("mnist", mirrors=[]), "mnist")
    assert load("auto", "fashion-mnist", mirrors=[f"{server}good/"], report=lines.append).synthetic


def test_a_folder_of_someone_elses_files_is_not_overwritten(server, tmp_path):
    folder = write_set(tmp_path / "mine", "fashion-mnist")
    with pytest.raises(ValueError, match="would be overwritten, but differ from mnist"):
        fetch("mnist", folder=folder, mirrors=[f"{server}good/"])
    assert same(load(folder), "fashion-mnist")


def test_offline_is_known_soon(monkeypatch):
    monkeypatch.setenv("NPAE_OFFLINE", "0")
    monkeypatch.setattr(download.urllib.request, "urlopen", lambda *args, **kwargs: time.sleep(30))
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.2)
    start, lines = time.monotonic(), []
    assert load(report=lines.append).synthetic
    assert time.monotonic() - start < 10
    assert "no mirror can be reached" in lines[0] and "\n" not in lines[0]


def test_downloads_can_be_switched_off(server):
    with pytest.raises(FileNotFoundError, match="downloads are switched off"):
        load("mnist", mirrors=[f"{server}good/"], download_missing=False)
    assert not cache_folder().exists()
