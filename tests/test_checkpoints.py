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
from npae.checkpoints import written_whole


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


def test_the_file_holds_no_pickled_objects(tmp_path):
    npae.save_model(tmp_path / "model.npz", every_layer())
    with np.load(tmp_path / "model.npz", allow_pickle=False) as archive:
        assert all(archive[name].dtype != object for name in archive.files)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 broken"])
def test_a_damaged_file_is_an_error_in_words(tmp_path, content):
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="model.npz"):
        npae.load_model(path)


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
