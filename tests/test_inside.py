"""Looking inside: the terms of a trace add up to its number, and a wrong layer's do not."""

from __future__ import annotations

import json

import numpy as np
import pytest
from slow_cases import slow_but

import npae
from npae import datasets
from npae.console.cli import main
from npae.exercises import texts, workspace
from npae.exercises.catalogue import ORDER
from npae.exercises.plug import Learner
from npae.exercises.twin import twin_of
from npae.gradcheck.catalogue import kink_cases, layer_cases, loss_cases, penalty_cases
from npae.inside.anatomy import anatomy
from npae.inside.receptive_field import receptive_field
from npae.inside.record import in_float64, record
from npae.inside.trace import measured
from npae.recipes import get_recipe

pytestmark = pytest.mark.filterwarnings("ignore:npae")
TRAIN = ["--limit", "60", "--epochs", "1", "--data", "synthetic", "--quiet", "--threads", "1"]


@pytest.fixture(autouse=True)
def _numpy_backend():
    with npae.use_backend("numpy"):
        yield


def spot(rng, found, name):
    """Return a random place in an array of a record."""
    return ",".join([name, *(str(rng.integers(size)) for size in found.arrays()[name])])


def cases():
    """Pairs of name and (model, objective, input shape), for every layer, loss and penalty."""
    for k, (layer, shape) in enumerate(layer_cases()):
        yield f"{k}-{type(layer).__name__}", (layer, npae.Objective("mse"), shape)
    for k, (loss, shape) in enumerate(loss_cases()):
        flat = npae.Sequential([npae.Flatten(), npae.Dense(4, "tanh"), npae.Dense(int(np.prod(shape[1:])))])
        model = npae.Sequential([*flat.layers, npae.Reshape(shape[1:])])
        if isinstance(loss, npae.BinaryCrossentropy) and not loss.from_logits:
            model = npae.Sequential([*model.layers, npae.Sigmoid()])
        yield f"{k}-{type(loss).__name__}", (model, npae.Objective(loss), shape[1:])
    for k, (objective, model, shape) in enumerate(penalty_cases()):
        yield f"{k}-{type(objective.penalties[0]).__name__}", (model, objective, shape)


CASES = dict(cases())


@pytest.mark.parametrize("batch", [pytest.param(1, marks=pytest.mark.slow), 3])
@pytest.mark.parametrize("name", CASES)
def test_the_terms_of_every_number_add_up(name, batch):
    model, objective, shape = CASES[name]
    rng = np.random.default_rng(batch)
    model.build(shape, rng, np.float64)
    for value in model.params.values():
        value += 0.1 * rng.standard_normal(value.shape)
    x, t = rng.standard_normal((batch, *shape)), rng.uniform(0.05, 0.95, (batch, *model.output_shape))
    for mode in (None, 5):
        found = record(model, x, rng=mode, t=t, loss=objective)
        for array in found.arrays():
            of_loss, of_weight = array.startswith("loss"), array not in ("input", *found.steps)
            directions = [False] if of_loss else [True] if of_weight else [False, True]
            for backward in directions:
                at = spot(rng, found, array)
                traced = npae.trace(model, x, at, backward=backward, rng=mode, t=t, loss=objective)
                apart = [abs(number - total) / (size or 1) for _, number, total, size in traced.checks]
                assert max(apart, default=0.0) < 1e-9, (
                    f"\n{traced}"
                )  # of the size of all terms, which may cancel


def test_gradients_of_a_record_are_those_of_training():
    for objective, model, shape in penalty_cases():
        rng = np.random.default_rng(0)
        model.build(shape, rng, np.float64)
        x, t = rng.standard_normal((3, *shape)), rng.uniform(0, 1, (3, *model.output_shape))
        bound = objective.on(model)
        _, dx, grads, *_ = bound.forward_and_backward(x, t, 3, np.random.default_rng(7), need_dx=True)
        found = record(model, x, t, objective, rng=7)
        np.testing.assert_allclose(found.gradients["input"], dx, rtol=1e-12, atol=1e-15)
        for key, grad in grads.items():
            np.testing.assert_allclose(found.gradients[key], grad, rtol=1e-12, atol=1e-15, err_msg=key)


@pytest.mark.parametrize("layer, x", kink_cases(), ids=["ReLU", "MaxPool2D"])
def test_terms_add_up_at_kinks(layer, x):
    layer.build(x.shape[1:])
    t = np.random.default_rng(0).standard_normal((len(x), *layer.output_shape))
    for index in np.ndindex(x.shape):
        at = ",".join(map(str, ("input", *index)))
        traced = npae.trace(layer, x, at, t=t, loss="mse", backward=True)
        assert traced.error < 1e-6, f"\n{traced}"


def trained(name, count=60, epochs=2):
    recipe = get_recipe(name)
    model = recipe.build()
    model.build(recipe.input_shape, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    images = datasets.load("synthetic").train_images[:count]
    x = (images * recipe.scale + recipe.offset).astype(np.float32).reshape(-1, *recipe.input_shape)
    npae.fit(model, x, loss=recipe.loss, epochs=epochs, batch_size=20, threads=1)
    return model, recipe, x[:1], rng


@pytest.mark.parametrize(
    "name",
    slow_but(
        ("conv", "variational-dense"),
        ("conv", "latent2d", "strided-denoiser", "contractive", "variational-dense"),
    ),
)
def test_forty_random_numbers_of_a_trained_model_add_up(name, small_synthetic):
    model, recipe, x, rng = trained(name)
    found = record(model, x, loss=recipe.loss)
    arrays = list(found.arrays())
    for number in range(40):
        array = arrays[rng.integers(len(arrays))]
        backward = bool(number % 2) and not array.startswith("loss")
        traced = npae.trace(model, x, spot(rng, found, array), loss=recipe.loss, backward=backward)
        assert traced.error < 1e-6, f"\n{traced}"


def test_forward_is_input_times_weight_and_bias():
    layer = npae.Dense(2, "tanh")
    layer.build((3,), 0, np.float64)
    layer.params["bias"][...] = [0.5, -0.25]
    x = np.array([[1.0, -2.0, 0.5]])
    traced = npae.trace(layer, x, "dense,1")
    (part,) = traced.parts
    np.testing.assert_array_equal(part.values, x)
    np.testing.assert_allclose(part.slopes[0], layer.params["kernel"][:, 1], rtol=1e-15)
    assert traced.rest == {"bias": pytest.approx(-0.25)}
    kind, z, slope = traced.activation
    assert (kind, np.tanh(z)) == ("tanh", pytest.approx(traced.number, rel=1e-12))
    assert slope == pytest.approx(1 - traced.number**2, rel=1e-12)
    assert "tanh(z), slope" in str(traced) and "adds up" in str(traced)


def test_pooling_is_its_winner_and_a_curved_function_its_slope():
    pool, x = npae.MaxPool2D(2), np.arange(16.0).reshape(1, 1, 4, 4)
    pool.build((1, 4, 4))
    assert npae.trace(pool, x, "max_pool2d,0,0,1").terms() == [("input,0,1,3", 7.0, 1.0, 7.0)]
    sigmoid = npae.Sigmoid()
    sigmoid.build((2,))
    ((name, value, slope, _),) = npae.trace(sigmoid, np.array([[0.0, 2.0]]), "sigmoid,1").terms()
    assert (name, value) == ("input,1", 2.0) and slope == pytest.approx(0.10499358540350662, rel=1e-12)


def test_terms_that_are_0_or_rounding_are_counted_and_not_listed(rng):
    layer = npae.Dense(1, use_bias=False)
    layer.build((20,), 0, np.float64)
    x = rng.standard_normal((1, 20))
    x[0, :5], x[0, 5:8] = 0, 1e-17
    for t in (
        npae.trace(layer, x, "dense,0"),
        npae.trace(layer, x, "dense/kernel,3,0", t=[[1.0]], loss="mse"),
    ):
        assert t.adds_up and len(t.terms()) in (12, 0)
        assert ("further terms that are 0: 8" in str(t)) == bool(t.terms())
    pool = npae.AveragePooling2D(2)
    pool.build((1, 4, 4))
    assert "at inputs 0" not in str(npae.trace(pool, rng.random((1, 1, 4, 4)), "average_pooling2d,0,0,1"))


class Halved:
    """A layer that is none of npae's, y = x @ kernel, and whose backward may be wrong."""

    def __init__(self, factor):
        self.params, self.factor = {"kernel": np.arange(6.0).reshape(2, 3) - 2}, factor

    def forward(self, x):
        return x @ self.params["kernel"], x

    def backward(self, dy, x):
        return dy @ self.params["kernel"].T * self.factor, {"kernel": x.T @ dy * self.factor}


@pytest.mark.parametrize("factor", [1.0, 0.5])
@pytest.mark.parametrize(
    "at, backward", [("halved,1", False), ("input,1", True), ("halved/kernel,1,2", True)]
)
def test_any_object_is_traced_and_a_wrong_one_does_not_add_up(factor, at, backward):
    x, t = np.array([[3.0, -1.0]]), np.array([[1.0, 2.0, -1.0]])
    traced = npae.trace(Halved(factor), x, at, t=t, loss="mse", backward=backward)
    assert traced.adds_up == (factor == 1)
    assert ("This does not add up" in str(traced)) == (factor != 1)


def test_a_missing_gradient_is_told():
    class Forgetful(Halved):
        def backward(self, dy, x):
            return super().backward(dy, x)[0], {}

    with pytest.raises(ValueError, match="backward of forgetful returns no gradient of kernel"):
        npae.trace(Forgetful(1), np.ones((1, 2)), "forgetful/kernel,0,0", t=np.zeros((1, 3)), loss="mse")


@pytest.fixture
def home(tmp_path):
    """A learner's folder in which everything is solved."""
    started = workspace.start(tmp_path / "learner").workspace
    for name in ORDER:
        started.file(name).write_text(texts.solution_text(name))
    return started


@pytest.mark.parametrize("name", slow_but(["dense"], ["dense", "conv"]))
def test_right_functions_of_the_exercises_are_traced_as_npaes(name, home, small_synthetic):
    model, recipe, x, rng = trained(name)
    twin = twin_of(in_float64(model), Learner(home.directory).function)
    found = record(twin, x, loss=recipe.loss)
    for array in found.arrays():
        of_weight = array not in ("input", *found.steps)
        for backward in [False] if array.startswith("loss") else [of_weight, True]:
            at = spot(rng, found, array)
            traced = npae.trace(twin, x, at, loss=recipe.loss, backward=backward)
            assert traced.error < 1e-6, f"\n{traced}"
            own = npae.trace(model, x, at, loss=recipe.loss, backward=backward)
            assert traced.number == pytest.approx(own.number, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(
    "exercise, right, wrong, at, backward",
    [
        ("dense", "dx = dy @ kernel.T", "dx = dy @ np.abs(kernel).T", "decoder/dense,300", False),
        ("dense", "dx = dy @ kernel.T", "dx = 2 * dy @ kernel.T", "code,3", True),
        ("dense", "dkernel = x.T @ dy", "dkernel = x.T @ dy / 784", "encoder/dense/kernel", True),
        ("relu", "return dy * ", "return 3 * dy * ", "encoder/dense/kernel", True),
    ],
)
def test_a_wrong_answer_to_an_exercise_does_not_add_up(
    exercise, right, wrong, at, backward, home, small_synthetic
):
    model, recipe, x, _ = trained("dense")
    text = home.file(exercise).read_text()
    assert right in text
    home.file(exercise).write_text(text.replace(right, wrong))
    twin = twin_of(in_float64(model), Learner(home.directory).function)
    if "kernel" in at:  # the weight with the largest gradient: those of dead units and dark pixels are 0
        grad = np.abs(record(model, x, loss=recipe.loss).gradients[at])
        at = ",".join(map(str, (at, *np.unravel_index(grad.argmax(), grad.shape))))
    traced = npae.trace(twin, x, at, loss=recipe.loss, backward=backward)
    assert not traced.adds_up and "This does not add up" in str(traced)


def test_slopes_are_exact_at_lines_kinks_and_curves():
    def values(h):
        z = np.array(
            [3 * h, abs(h), max(h - 1e-4, 0.0), np.exp(2 * h), np.sqrt(1e-3 + h) if h > -1e-3 else np.nan]
        )
        return np.append(z, [max(h + 1e-7, 0.0)])

    with np.errstate(invalid="ignore"):
        central, left, right, kinks = measured(values)
    np.testing.assert_allclose(central, [3, 0, 0, 2, 0.5 / np.sqrt(1e-3), 1], rtol=1e-7)
    assert kinks.tolist() == [False, True, False, False, False, False]
    assert (left[1], right[1]) == (-1, 1)


@pytest.mark.parametrize(
    "layers, at, counts",
    [
        ([npae.Conv2D(2, 3, padding="same"), npae.MaxPool2D(2)], "max_pool2d,1,1,1", [1, 4, 16]),
        ([npae.Conv2D(1, (1, 3), strides=(1, 2)), npae.ReLU()], "re_lu,0,2,1", [1, 1, 3]),
        ([npae.MaxPool2D((4, 3), strides=2)], "max_pool2d,0,0,0", [1, 12]),
        ([npae.UpSampling2D(2), npae.Flatten(), npae.Dense(2)], "dense,0", [1, 168, 168, 42]),
    ],
)
def test_a_receptive_field_is_what_the_geometry_says(layers, at, counts):
    model = npae.Sequential(layers)
    model.build((1, 6, 7))
    found = record(model, np.zeros((1, 1, 6, 7)))
    assert [int(seen.sum()) for _, seen in receptive_field(found, found.place(at))] == counts


@pytest.mark.parametrize(
    "at, message",
    [
        ("dens,1", r"there is no place 'dens'; .* encoder/dense \(3\), encoder/dense/kernel \(5 x 3\).*code"),
        ("dense,3", r"encoder/dense is 3: its indices are 0 to 2, not 'dense,3'"),
        ("dense/kernel,1", r"encoder/dense/kernel is 5 x 3: its indices are 0,0 to 4,2"),
        ("input,-1", r"input is 5: its indices are 0 to 4"),
        ("loss,1", r"loss is a number: it has no index"),
    ],
)
def test_a_wrong_place_is_told_what_there_is(at, message):
    model = npae.Autoencoder(npae.Sequential([npae.Dense(3)]), npae.Sequential([npae.Dense(5)]))
    model.build((5,))
    with pytest.raises(ValueError, match=message):
        npae.trace(model, np.zeros((1, 5)), at, loss="mse")
    with pytest.raises(ValueError, match="the gradient of encoder/dense,1 needs a loss"):
        npae.trace(model, np.zeros((1, 5)), "dense,1", backward=True)
    with pytest.raises(ValueError, match="the gradient begins at loss"):
        npae.trace(model, np.zeros((1, 5)), "loss", loss="mse", backward=True)


def test_a_short_name_is_the_first_layer_of_that_name():
    model = npae.Autoencoder(npae.Sequential([npae.Dense(3)]), npae.Sequential([npae.Dense(5)]))
    model.build((5,))
    traced = npae.trace(model, np.ones((1, 5)), "dense,2")
    assert traced.place == "encoder/dense,2" and "also decoder/dense" in traced.note
    assert npae.trace(model, np.ones((1, 5)), "code,2").number == traced.number


def test_anatomy_counts_what_a_step_does(small_synthetic, monkeypatch):
    monkeypatch.setattr("npae.inside.anatomy.ROUNDS", 1)
    model, recipe, x, _ = trained("conv")
    model.encoder.layers[0].params["bias"][2] = -100.0  # a dead channel
    before = {key: value.copy() for key, value in model.params.items()}
    batches = npae.Batches(small_synthetic.train_images, shape=recipe.input_shape)
    found = anatomy(model, recipe.loss, npae.Adam(learning_rate=1e-3), batches, 32)
    assert all(np.array_equal(value, before[key]) for key, value in model.params.items())
    first, pool, *_, last = found["layers"]
    assert first["output_shape"] == [16, 28, 28] and first["multiply_adds"] == 9 * 16 * 784
    assert first["dead"] >= 1 and first["units"] == 16 and first["flat"] >= 1 / 16
    assert pool["parameters"] == 0 and pool["update"] is pool["flat"] is pool["forward_of_peak"] is None
    assert 0 < last["mean"] < 1 and last["gradient"] > 0
    assert 1e-5 < last["update"] < 0.1
    assert sum(row["parameters"] for row in found["layers"]) == 3217
    assert found["loss"] > 0 and found["peak_gflops"] > 0 and first["forward_of_peak"] > 0


def test_the_commands_print_and_draw(tmp_path, monkeypatch, small_synthetic, capsys, home):
    monkeypatch.chdir(tmp_path)
    run = str(tmp_path / "run")
    assert main(["train", "dense", *TRAIN, "--out", run]) == 0
    trace = ["trace", run, "--image", "3", "--at"]
    assert main([*trace, "code,5"]) == 0
    out = capsys.readouterr().out
    assert "dense, test image 3\nencoder/dense,5 = " in out and "adds up" in out and "trace.png" in out
    assert main([*trace, "decoder/dense/kernel,5,400", "--out", "figure.png"]) == 0
    assert "dL/d(decoder/dense/kernel,5,400) = " in capsys.readouterr().out
    assert main([*trace, "output,400", "--receptive-field", "--layers", str(home.directory)]) == 0
    assert "32 of 32" in capsys.readouterr().out
    wrong_images = [["trace", run, "--at", "code,1", "--image", image] for image in ("60", "-1", "x")]
    for wrong in ([*trace, "nowhere,1"], *wrong_images, ["draw", "cnov"]):
        assert main(wrong) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "they count from 0 to 59" in line or wrong not in wrong_images
    text = home.file("dense").read_text().replace("dx = dy @", "dx = 2 * dy @")
    home.file("dense").write_text(text)
    assert main([*trace, "code,5", "--layers", str(home.directory)]) == 1
    assert "does not add up" in capsys.readouterr().out
    for name in ("conv", "variational", run):
        assert main(["draw", name]) == 0
    assert {"conv.png", "variational.png", "figure.png"} <= {path.name for path in tmp_path.iterdir()}
    assert {"network.png", "trace.png"} <= {path.name for path in (tmp_path / "run").iterdir()}


def test_inspect_prints_a_table_or_json(monkeypatch, small_synthetic, capsys):
    monkeypatch.setattr("npae.inside.anatomy.ROUNDS", 1)
    monkeypatch.setattr("npae.inside.anatomy.SECONDS", 0.0)
    assert main(["inspect", "sparse", "--data", "synthetic"]) == 0
    out = capsys.readouterr().out
    assert "encoder/dense (Dense)" in out and "of peak" in out and "A step of" in out
    assert main(["inspect", "sparse", "--data", "synthetic", "--json"]) == 0
    assert [row["kind"] for row in json.loads(capsys.readouterr().out)["layers"]] == ["Dense", "Dense"]
