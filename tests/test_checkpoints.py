"""Files on disk: the same outputs again, no code inside, and damage that is noticed."""

import json

import numpy as np
import pytest

import npae
from npae import (
    Adam,
    Autoencoder,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    MaxPool2D,
    ReLU,
    Reshape,
    Sequential,
    Sigmoid,
    Tanh,
    UpSampling2D,
)
from npae.files.writing import written_whole


def every_layer(dtype=np.float32):
    encoder = Sequential(
        [
            GaussianNoise(0.1),
            Conv2D(3, (3, 2), strides=(1, 2), padding="same"),
            ReLU(),
            MaxPool2D(2),
            Flatten(),
            Dropout(0.1),
            Dense(8, "tanh"),
            Tanh(),
        ]
    )
    decoder = Sequential(
        [
            Reshape((2, 2, 2)),
            UpSampling2D((1, 2)),
            Conv2DTranspose(2, 3, strides=2, output_padding=1),
            Sigmoid(),
        ]
    )
    model = Autoencoder(encoder, decoder)
    model.build((2, 8, 8), 4, dtype)
    return model


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loaded_model_gives_the_same_outputs_bit_for_bit(backend, rng, tmp_path, dtype):
    model, x = every_layer(dtype), rng.random((3, 2, 8, 8)).astype(dtype)
    npae.save_model(tmp_path / "model.npz", model, {"note": "hello"})
    same, metadata = npae.load_model(tmp_path / "model.npz")
    assert metadata == {"note": "hello"} and isinstance(same, Autoencoder)
    assert np.array_equal(same.reconstruct(x), model.reconstruct(x))
    assert same.summary() == model.summary()


def test_a_classifier_on_an_encoder_is_saved_with_both(rng, tmp_path):
    encoder = every_layer().encoder
    model, x = Sequential([encoder, Dense(10)]), rng.random((3, 2, 8, 8), np.float32)
    model.build((2, 8, 8), 1)
    npae.save_model(tmp_path / "model.npz", model)
    same, _ = npae.load_model(tmp_path / "model.npz")
    assert np.array_equal(same.forward(x)[0], model.forward(x)[0])
    assert list(same.params) == list(model.params) and "sequential/dense/kernel" in same.params
    optimizer = Adam()
    npae.save_checkpoint(tmp_path / "checkpoint.npz", model, optimizer, {"loss": [1.0]})
    other = Sequential([every_layer().encoder, Dense(10)])
    other.build((2, 8, 8), 2)
    npae.load_checkpoint(tmp_path / "checkpoint.npz", other, Adam())
    assert np.array_equal(other.forward(x)[0], model.forward(x)[0])


def test_the_file_holds_no_pickled_objects(tmp_path):
    npae.save_model(tmp_path / "model.npz", every_layer())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        assert all(archive[name].dtype != object for name in archive.files)


@pytest.mark.parametrize(
    "content", [b"", b"not an archive", b"PK\x03\x04 broken", b"\x93NUMPY\x01\x00v\x00{", b"\x80\x04]\x94."]
)
def test_a_damaged_file_is_an_error_in_words(tmp_path, content):
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="model.npz cannot be read: it is not a complete .npz archive"):
        npae.load_model(path)


@pytest.mark.parametrize(
    "change, words",
    [
        ({"header": np.array("[1, 2]")}, "header is damaged"),
        ({"header": np.array("{")}, "header is damaged"),
        ({"header": np.array('{"format": 1, "model": 7}')}, "does not hold a model"),
        ({"header": np.array('{"format": 1, "model": {"layer": null}}')}, "describes a NoneType"),
        ({"header": np.array('{"format": 99}')}, "reads format 1"),
        ({"params/decoder/dense/bias": np.array([None])}, "Python objects"),
        ({"params/decoder/dense/bias": np.array(["a", "b"])}, "expected float32"),
    ],
)
def test_an_archive_with_odd_entries_is_an_error_in_words(tmp_path, change, words):
    model = Autoencoder(Sequential([Dense(3)]), Sequential([Dense(2)]))
    model.build((2,))
    npae.save_model(tmp_path / "model.npz", model)
    with np.load(tmp_path / "model.npz") as archive:
        entries = {name: archive[name] for name in archive.files}
    np.savez(tmp_path / "model.npz", **{**entries, **change})
    with pytest.raises(ValueError, match=words) as failure:
        npae.load_model(tmp_path / "model.npz")
    assert "model.npz" in str(failure.value) and "allow_pickle" not in str(failure.value)


def test_an_archive_packed_in_a_way_that_python_does_not_know_is_an_error_in_words(tmp_path):
    path = tmp_path / "model.npz"
    npae.save_model(path, every_layer())
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 10] = 99  # the compression method of the first entry
    path.write_bytes(content)
    with pytest.raises(ValueError, match="model.npz cannot be read"):
        npae.load_model(path)


def test_a_layer_that_is_not_of_npae_is_refused_before_anything_is_written(tmp_path):
    class Dense(npae.Dense):
        """Has a name that npae knows, and is another class."""

    model = Sequential([Dense(3)])
    model.build((4,))
    with pytest.raises(ValueError, match="load_model could not construct this model"):
        npae.save_model(tmp_path / "model.npz", model)
    assert not list(tmp_path.iterdir())
    path = tmp_path / "checkpoint.npz"  # which a program reads that knows the class
    npae.save_checkpoint(path, model, Adam(), {"loss": [1.0]})
    assert npae.load_checkpoint(path, model, Adam())[0] == {"loss": [1.0]}


def test_numpy_scalars_are_kept_as_plain_numbers(tmp_path):
    model = Sequential([Dropout(np.float32(0.25)), Dense(np.int64(3))])
    model.build((4,))
    npae.save_model(tmp_path / "model.npz", model, {"epochs": np.int64(7)})
    same, metadata = npae.load_model(tmp_path / "model.npz")
    assert type(same.layers[0].rate) is float and same.layers[0].rate == 0.25
    assert same.layers[1].units == 3 and metadata == {"epochs": 7}
    with pytest.raises(ValueError, match="must be valid JSON"):
        npae.save_model(tmp_path / "other.npz", model, {"model": model})
    assert not (tmp_path / "other.npz").exists()


@pytest.mark.parametrize("cut", [10, 200, 1000])
def test_a_truncated_file_is_an_error_in_words(tmp_path, cut):
    path = tmp_path / "model.npz"
    npae.save_model(path, every_layer())
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ValueError, match="model.npz"):
        npae.load_model(path)


def test_a_missing_file_and_one_of_another_make(tmp_path):
    with pytest.raises(ValueError, match="does not exist"):
        npae.load_model(tmp_path / "nothing.npz")
    np.savez(tmp_path / "other.npz", weights=np.ones(3))
    with pytest.raises(ValueError, match="header"):
        npae.load_model(tmp_path / "other.npz")


def test_an_architecture_can_name_only_layers_of_npae(tmp_path):
    header = {"format": 1, "metadata": {}, "model": {"input_shape": [2], "dtype": "float32"}}
    header["model"]["layer"] = {"class": "os.system", "config": {}}
    np.savez(tmp_path / "model.npz", header=np.array(json.dumps(header)))
    with pytest.raises(ValueError, match="'os.system'"):
        npae.load_model(tmp_path / "model.npz")


def test_a_checkpoint_of_another_model_is_refused_and_changes_nothing(tmp_path):
    model = Sequential([Dense(3)])
    model.build((4,))
    npae.save_checkpoint(tmp_path / "checkpoint.npz", model, Adam(), {"loss": [1.0]})
    other = Sequential([Dense(2)])
    other.build((4,))
    before = other.pack().copy()
    with pytest.raises(ValueError, match="another architecture"):
        npae.load_checkpoint(tmp_path / "checkpoint.npz", other, Adam())
    assert np.array_equal(other.pack(), before)
    with pytest.raises(ValueError, match="Adam, and this training uses SGD"):
        npae.load_checkpoint(tmp_path / "checkpoint.npz", model, npae.SGD())


def test_an_interrupted_write_leaves_the_file_of_before(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"before")
    with pytest.raises(RuntimeError), written_whole(path) as file:
        file.write(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_error_in_words(tmp_path):
    with pytest.raises(ValueError, match="cannot write .*No such file"):
        npae.save_model(tmp_path / "nowhere" / "model.npz", every_layer())
