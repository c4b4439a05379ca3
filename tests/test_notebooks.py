"""Notebooks: progress that stays when it is saved, tables that escape everything, and the notebook runs."""

from __future__ import annotations

import json
import re
import types
from pathlib import Path

import numpy as np
import pytest

import npae
from npae import markup
from npae.gradcheck import check_layer
from npae.training.notebook import cell_output

NOTEBOOK = Path(__file__).parents[1] / "examples" / "conv.ipynb"
EVIL = "<script>alert('x')</script>&\x1b[2J"


class Kernel:
    """A stand-in for IPython in a notebook: keeps the outputs, as a saved notebook has them."""

    def __init__(self, monkeypatch, kernel=True):
        self.outputs, self.execution_count = [], 1
        self.kernel = self if kernel else None
        ipython = types.SimpleNamespace(get_ipython=lambda: self)
        monkeypatch.setitem(__import__("sys").modules, "IPython", ipython)
        shown = types.SimpleNamespace(display=self.display)
        monkeypatch.setitem(__import__("sys").modules, "IPython.display", shown)

    def display(self, content, raw, display_id):
        assert raw and display_id
        self.outputs.append(content["text/plain"])
        place = len(self.outputs) - 1

        def update(content, raw):
            self.outputs[place] = content["text/plain"]

        return types.SimpleNamespace(update=update)


def fit(callbacks, epochs=2):
    model = npae.Autoencoder(npae.Sequential([npae.Dense(2)]), npae.Sequential([npae.Dense(4)]))
    model.build((4,))
    x = np.random.default_rng(0).random((12, 4), np.float32)
    return model, npae.fit(model, x, epochs=epochs, batch_size=4, threads=1, callbacks=callbacks)


def test_progress_is_one_output_that_ends_as_plain_lines(monkeypatch, capsys):
    kernel = Kernel(monkeypatch)
    with npae.use_backend("numpy"):
        fit([npae.Progress()])
    (text,) = kernel.outputs
    assert [line[:9] for line in text.splitlines()] == ["epoch 1/2", "epoch 2/2"]
    assert "\x1b" not in text and "\r" not in text and text.count("loss") == 2
    assert capsys.readouterr().out == ""


def test_another_cell_has_an_output_of_its_own(monkeypatch):
    kernel, progress = Kernel(monkeypatch), None
    with npae.use_backend("numpy"):
        fit([progress := npae.Progress()])
        kernel.execution_count += 1
        fit([progress.labelled("second")], epochs=1)
    first, second = kernel.outputs
    assert first.count("\n") == 2 and second.startswith("second: epoch 1/1") and second.count("\n") == 1


def test_a_stream_and_a_terminal_are_as_before(monkeypatch, capsys):
    assert cell_output() is None or not Path(NOTEBOOK).exists()
    kernel = Kernel(monkeypatch, kernel=False)
    with npae.use_backend("numpy"):
        fit([npae.Progress()])
    assert kernel.outputs == [] and capsys.readouterr().out.count("epoch") == 2


def test_a_model_a_history_and_a_report_are_tables():
    with npae.use_backend("numpy"):
        model, history = fit([])
        report = check_layer(npae.Dense(2), (3,))
    html = model._repr_html_()
    assert "encoder/dense (Dense)" in html and "<caption>Autoencoder of inputs (4,)</caption>" in html
    assert html.count("<tr>") == 1 + 2 + 1  # head, layers, total
    assert history._repr_html_().count("<tr>") == 1 + 2 and "loss</th>" in history._repr_html_()
    assert "kernel" in report._repr_html_() and "pass" in report._repr_html_()


def test_an_unbuilt_model_and_an_empty_or_long_history_are_shown():
    assert "not built yet" in npae.Sequential([npae.Dense(3)])._repr_html_()
    assert npae.History()._repr_html_().count("<tr>") == 1
    long = npae.History({"loss": [float(k) for k in range(100)], "val_loss": [0.5]})
    html = long._repr_html_()
    assert html.count("<tr>") == 31 and "after 70 epochs" in html and ">99<" in html


def test_everything_is_escaped():
    model = npae.Sequential([npae.Dense(3)], [EVIL])
    report = npae.gradcheck.Report(EVIL, problems=(EVIL,), notes=(EVIL,))
    shown = [model._repr_html_(), npae.History({EVIL: [1.0]})._repr_html_(), report._repr_html_()]
    model.build((2,))
    shown += [model._repr_html_(), markup.table([EVIL], [[EVIL]], EVIL, [EVIL])]
    for html in shown:
        assert "&lt;script&gt;" in html and "<script" not in html and "\x1b" not in html
        assert not re.search(r"&(?!lt;|gt;|amp;|#x27;|quot;)", html)


def test_the_notebook_is_saved_without_outputs_and_its_code_compiles():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    codes = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(codes) > 5 and not any(cell["outputs"] or cell["execution_count"] for cell in codes)
    for cell in codes:
        compile("".join(cell["source"]), "cell", "exec")
        assert max(map(len, "".join(cell["source"]).splitlines())) <= 110


@pytest.mark.slow
def test_the_notebook_runs(tmp_path, monkeypatch):
    reason = "pip install nbclient ipykernel brings what runs notebooks"
    nbclient = pytest.importorskip("nbclient", reason=reason)
    pytest.importorskip("ipykernel", reason=reason)
    nbformat = pytest.importorskip("nbformat", reason=reason)
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    settings = next(cell for cell in notebook.cells if "EPOCHS, LIMIT =" in cell.source)
    settings.source = re.sub(r"EPOCHS, LIMIT = .*", "EPOCHS, LIMIT = 2, 400", settings.source)
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOK.parents[1]))
    nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    told = "".join(output.get("text", "") for output in outputs)
    assert "ROC-AUC of the digit 0" in told
    plain = [output.data.get("text/plain", "") for output in outputs if "data" in output]
    progress = [text for text in plain if text.startswith("epoch 1/2")]
    assert len(progress) == 1 and progress[0].count("\n") == 2 and "\x1b" not in progress[0]
    assert sum("<table>" in output.data.get("text/html", "") for output in outputs if "data" in output) == 3
