"""The readers of codes: against what can be computed by hand or by brute force."""

from contextlib import contextmanager

import numpy as np
import pytest

from npae.measures.metrics import PCA
from npae.measures.probes import k_nearest_neighbours, linear_probe, nearest


def test_nearest_finds_what_a_search_over_all_pairs_finds(rng, monkeypatch):
    monkeypatch.setattr("npae.measures.probes.BLOCK", 100)  # several blocks of queries, the last one smaller
    codes, queries = rng.normal(size=(31, 3)) + 1e4, rng.normal(size=(10, 3)) + 1e4
    distances = np.linalg.norm(queries[:, None] - codes, axis=2)
    np.testing.assert_array_equal(nearest(codes, queries, 4), np.argsort(distances, axis=1)[:, :4])


def test_of_codes_that_are_equally_near_the_first_comes_first():
    codes = np.array([[5.0], [1.0], [-1.0], [1.0]])
    assert nearest(codes, np.array([[0.0]]), 4).tolist() == [[1, 2, 3, 0]]


def test_distances_and_components_are_taken_by_one_thread_of_blas(rng, monkeypatch):
    entered = []

    @contextmanager
    def watched():
        entered.append(True)
        yield

    pca, x = PCA(2).fit(rng.normal(size=(9, 3))), rng.normal(size=(5, 3))
    monkeypatch.setattr("npae.measures.probes.single_threaded_blas", watched)
    monkeypatch.setattr("npae.measures.metrics.single_threaded_blas", watched)
    for function, *arguments in ((nearest, x, x), (pca.transform, x), (pca.inverse_transform, x[:, :2])):
        entered.clear()
        function(*arguments)
        assert entered, function


def test_neighbours_vote_and_the_nearest_breaks_a_tie():
    codes, labels = np.array([[0.0], [1.0], [2.0], [10.0]]), np.array([7, 3, 3, 7])
    test_codes = np.array([[0.4], [1.4]])
    assert k_nearest_neighbours(codes, labels, test_codes, np.array([7, 3]), k=1) == 1
    assert k_nearest_neighbours(codes, labels, test_codes, np.array([3, 3]), k=3) == 1  # 2 votes to 1
    assert k_nearest_neighbours(codes, labels, test_codes[1:], np.array([3]), k=4) == 1  # 2 to 2: 3 is nearer
    assert k_nearest_neighbours(codes, labels, test_codes, np.array([7, 8]), k=1) == 0.5  # 8 is never chosen


def test_the_linear_probe_ends_at_the_optimum_that_newton_finds(rng, monkeypatch):
    """Two classes and one feature: the probabilities are those of a logistic regression, here by Newton."""
    labels = rng.integers(0, 2, 200)
    x = labels + rng.normal(size=200)
    standard = (x - x.mean()) / x.std()
    weight = bias = 0.0
    for _ in range(20):  # the two columns of softmax weights are -w/2 and w/2, so the penalty is w**2 / 4
        p = 1 / (1 + np.exp(-weight * standard - bias))
        design = np.stack([standard, np.ones(200)], axis=1)
        gradient = design.T @ (p - labels) / 200 + [1e-2 * weight / 2, 0]
        curvature = (design.T * (p * (1 - p))) @ design / 200 + np.diag([1e-2 / 2, 0])
        weight, bias = np.array([weight, bias]) - np.linalg.solve(curvature, gradient)
    found = []
    from npae.measures import probes

    regression = probes._softmax_regression
    monkeypatch.setattr(probes, "_softmax_regression", lambda *a: found.append(regression(*a)) or found[0])
    linear_probe(x[:, None], labels, x[:, None], labels, penalty=1e-2)
    np.testing.assert_allclose(found[0][:, 1] - found[0][:, 0], [weight, bias], atol=1e-4)


def test_planes_that_separate_are_found_whatever_scale_and_dead_units(rng):
    centres = np.array([[0, 0], [4, 0], [0, 4]])
    labels = np.arange(300) % 3
    codes = centres[labels] + rng.uniform(-1, 1, (300, 2))
    codes = np.concatenate([1e6 + 1e4 * codes[:, :1], codes[:, 1:] / 1e4, np.full((300, 1), 0.3)], axis=1)
    assert linear_probe(codes[:150], labels[:150], codes[150:], labels[150:]) == 1
    assert linear_probe(codes[:150], labels[:150], codes[150:], labels[150:] + 1) == 0


def test_planes_cannot_tell_what_neighbours_can(rng):
    corners = np.array([[0, 0], [1, 1], [0, 1], [1, 0]])
    labels = np.repeat([4, 9], 100)  # opposite corners are of one class
    codes = corners[np.arange(200) // 50] + rng.uniform(-0.3, 0.3, (200, 2))
    first, second = (linear_probe(codes, labels, codes, labels) for _ in "ab")
    assert first == second < 0.8
    assert k_nearest_neighbours(codes, labels, codes, labels) == 1


def test_codes_of_any_shape_are_taken_as_vectors(rng):
    codes = rng.normal(size=(40, 2, 3, 1)).astype(np.float32)
    labels = (codes[:, 1, 0, 0] > 0).astype(np.uint8)
    assert linear_probe(codes, labels, codes, labels) == 1
    assert k_nearest_neighbours(codes, labels, codes, labels, k=1) == 1


CODES, LABELS = np.zeros((6, 2)), np.arange(6)
BAD = {
    r"codes must be \(n, ...\).*\(6,\)": (CODES[:, 0], LABELS, CODES, LABELS),
    r"test_codes must be .*int64 \(5,\)": (CODES, LABELS, CODES, LABELS[:5]),
    "integer labels.*float64": (CODES, LABELS / 2, CODES, LABELS),
    "codes hold NaN": (CODES * np.nan, LABELS, CODES, LABELS),
    "codes have 2 numbers and test_codes 3": (CODES, LABELS, np.zeros((6, 3)), LABELS),
}


@pytest.mark.parametrize("probe", [linear_probe, k_nearest_neighbours])
@pytest.mark.parametrize("message", BAD)
def test_bad_codes_are_refused_in_words(message, probe):
    with pytest.raises(ValueError, match=message):
        probe(*BAD[message])


@pytest.mark.parametrize("k", [0, 7])
def test_k_has_its_limits(k):
    with pytest.raises(ValueError, match=f"from 1 to 6, .*not {k}"):
        k_nearest_neighbours(CODES, LABELS, CODES, LABELS, k=k)


@pytest.mark.slow
@pytest.mark.real_data
def test_pixels_of_mnist_have_the_known_accuracies(real_data):
    """Of ten thousand training images: 89 % for planes, which overfit here, and 95 % for three neighbours."""
    from npae import datasets

    mnist = datasets.load("mnist")
    train = mnist.train_images[:10000] / np.float32(255), mnist.train_labels[:10000]
    test = mnist.test_images / np.float32(255), mnist.test_labels
    assert linear_probe(*train, *test, steps=100) == pytest.approx(0.89, abs=0.01)
    assert k_nearest_neighbours(*train, test[0][:2000], test[1][:2000], k=3) == pytest.approx(0.93, abs=0.01)
