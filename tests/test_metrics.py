"""Metrics: every convention held to numbers computed by hand."""

import numpy as np
import pytest

from npae.measures import metrics
from npae.measures.metrics import MOST_DECIBELS, PCA, psnr, roc_auc, ssim


def test_squared_errors_of_bytes_do_not_wrap_around():
    y, t = np.array([[0, 255]], np.uint8), np.array([[1, 253]], np.uint8)
    assert metrics.mean_squared_error(y, t) == (1 + 4) / 2
    assert psnr(y, t, peak=255) == pytest.approx(10 * np.log10(255**2 / 2.5))


def test_errors_are_taken_in_float64():
    y, t = np.ones((2, 3), np.float32), np.full((2, 3), 1e-9, np.float32)
    assert metrics.mean_squared_error(y, t) == pytest.approx((1 - 1e-9) ** 2, rel=1e-15)


@pytest.mark.parametrize("metric", [metrics.mean_squared_error, metrics.squared_error_per_image, psnr, ssim])
def test_shapes_that_would_be_broadcast_are_refused(metric):
    with pytest.raises(ValueError, match=r"\(3, 2\) and \(3, 1\); expected one shape"):
        metric(np.zeros((3, 2)), np.zeros((3, 1)))


def test_psnr_is_the_mean_over_images_and_not_that_of_the_mean_error():
    t = np.zeros((2, 1, 2, 3))
    y = t + np.array([0.1, 0.001]).reshape(2, 1, 1, 1)  # 20 dB and 60 dB; their mean error would have 23 dB
    assert psnr(y, t) == pytest.approx(40)
    assert psnr(2 * y, 2 * t, peak=2.0) == pytest.approx(40)


def test_a_perfect_image_counts_for_100_decibels():
    y, t = np.array([[0.5, 0.5], [0.1, 0.1]]), np.array([[0.5, 0.5], [0.0, 0.0]])
    assert MOST_DECIBELS == 100
    assert psnr(y, t) == pytest.approx((100 + 20) / 2)
    assert psnr(255 * y, 255 * t, peak=255) == pytest.approx((100 + 20) / 2)
    assert np.isnan(psnr(y * np.nan, t))


def test_the_squared_error_of_an_image_is_a_sum_over_its_pixels():
    y, t = (
        np.zeros((2, 1, 2, 3), np.float32),
        np.array([1.0, 2.0]).reshape(2, 1, 1, 1) * np.ones((2, 1, 2, 3)),
    )
    np.testing.assert_array_equal(metrics.squared_error_per_image(y, t), [6, 24])


def ssim_by_loops(y, t, peak):
    """Wang et al. 2004, equations 13 to 17, at one place after another."""
    across = np.exp(-((np.arange(11) - 5.0) ** 2) / (2 * 1.5**2))
    window = np.outer(across, across) / across.sum() ** 2
    a, b = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    values = []
    for i in range(y.shape[0] - 10):
        for j in range(y.shape[1] - 10):
            p, q = y[i : i + 11, j : j + 11], t[i : i + 11, j : j + 11]
            mean_p, mean_q = (window * p).sum(), (window * q).sum()
            var_p, var_q = (window * (p - mean_p) ** 2).sum(), (window * (q - mean_q) ** 2).sum()
            covariance = (window * (p - mean_p) * (q - mean_q)).sum()
            above = (2 * mean_p * mean_q + a) * (2 * covariance + b)
            values.append(above / ((mean_p**2 + mean_q**2 + a) * (var_p + var_q + b)))
    return np.mean(values)


@pytest.mark.parametrize("shape", [(3, 13, 15), (2, 2, 11, 14), (501, 1, 11, 11)])
def test_ssim_is_the_formula_at_every_place(shape, rng):
    y, t = rng.uniform(0, 255, (2, *shape))
    planes = zip(y.reshape(-1, *shape[-2:]), t.reshape(-1, *shape[-2:]))
    expected = np.mean([ssim_by_loops(*pair, peak=255) for pair in planes])
    assert ssim(y, t, peak=255) == pytest.approx(expected, rel=1e-12)
    assert ssim(y / 255, t / 255) == pytest.approx(expected, rel=1e-9)


def test_ssim_of_equal_flat_and_inverted_images(rng):
    image = rng.random((2, 12, 13)).astype(np.float32)
    assert ssim(image, image) == pytest.approx(1, abs=1e-12)
    assert ssim(image, 1 - image) < -0.5
    assert ssim(np.zeros((1, 11, 11)), np.ones((1, 11, 11))) == pytest.approx(0.01**2 / (1 + 0.01**2))
    bytes_ = np.full((1, 11, 11), 255, np.uint8)
    assert ssim(bytes_, bytes_ - np.uint8(255), peak=255) < 1e-3  # bytes do not wrap around


@pytest.mark.parametrize("shape", [(4, 784), (4, 10, 28), (28, 28), (0, 28, 28)])
def test_ssim_needs_images_that_hold_its_window(shape):
    with pytest.raises(ValueError, match="at least 11 pixels high and wide"):
        ssim(np.zeros(shape), np.zeros(shape))


def test_roc_auc_is_the_share_of_pairs_in_the_right_order(rng):
    scores = rng.integers(0, 6, 40) / 7  # with many ties
    positive = rng.random(40) < 0.3
    pairs = [(p > q) + (p == q) / 2 for p in scores[positive] for q in scores[~positive]]
    assert roc_auc(scores, positive) == pytest.approx(np.mean(pairs), rel=1e-14)
    assert roc_auc(-scores, positive) == pytest.approx(1 - np.mean(pairs), rel=1e-12)
    assert roc_auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])) == 0.75
    assert roc_auc(np.array([1.0, np.inf, -np.inf]), np.array([False, True, False])) == 1


@pytest.mark.parametrize(
    "scores, positive, message",
    [
        ([0.1, 0.2], [True], "equally many booleans"),
        ([0.1, 0.2], [0, 1], "booleans.*int64"),
        ([[0.1, 0.2]], [[True, False]], r"scores \(n,\)"),
        ([0.1, np.nan], [True, False], "1 of 2 are NaN"),
        ([0.1, 0.2], [True, True], "got 2 and 0"),
    ],
)
def test_roc_auc_refuses_what_cannot_be_ranked(scores, positive, message):
    with pytest.raises(ValueError, match=message):
        roc_auc(np.array(scores), np.array(positive))


def test_entropy_floor_by_hand():
    assert metrics.entropy_floor(np.array([[0, 1], [0.5, 1]], np.float32)) == pytest.approx(np.log(2) / 4)


@pytest.mark.parametrize("wrong", [-0.1, 1.5, 255, np.nan])
def test_entropy_floor_refuses_what_is_no_probability(wrong):
    t = np.full((2500, 3), 0.5)
    t[2400, 1] = wrong  # not in the part that is looked at first
    with pytest.raises(ValueError, match="targets from 0 to 1"):
        metrics.entropy_floor(t)


# Along (3, 4) / 5 the points lie at -5 and 5, across it at -1 and 1, and their centre is far away.
CENTRE, ALONG, ACROSS = np.array([-40.0, 10.0]), np.array([0.6, 0.8]), np.array([-0.8, 0.6])
POINTS = CENTRE + np.array([5 * ALONG, -5 * ALONG, ACROSS, -ACROSS])


def test_pca_finds_centre_axis_and_error_of_four_points():
    pca = PCA(1).fit(POINTS)
    np.testing.assert_allclose(pca.mean, CENTRE)
    np.testing.assert_allclose(pca.axes[:, 0], ALONG, rtol=1e-6)
    np.testing.assert_allclose(pca.transform(POINTS)[:, 0], [5, -5, 0, 0], atol=1e-5)
    back = pca.inverse_transform(pca.transform(POINTS))
    np.testing.assert_allclose(back, [*POINTS[:2], CENTRE, CENTRE], atol=1e-5)
    assert metrics.mean_squared_error(back, POINTS) == pytest.approx((1 + 1) / 8)


def test_pca_with_all_components_loses_nothing_and_with_none_is_refused():
    pca = PCA(2).fit(POINTS)
    np.testing.assert_allclose(pca.inverse_transform(pca.transform(POINTS)), POINTS, rtol=1e-6)
    for components in (0, 3):
        with pytest.raises(ValueError, match=f"from 1 to 2, not {components}"):
            PCA(components).fit(POINTS)


@pytest.mark.slow
@pytest.mark.real_data
def test_pca_of_mnist_has_the_known_error(real_data):
    """0.055669: two components, fitted on the training set, squared error per pixel of the test set."""
    from npae import datasets

    mnist = datasets.load("mnist")
    both = mnist.train_images, mnist.test_images
    train, test = (images.reshape(-1, 784) / np.float32(255) for images in both)
    pca = PCA(2).fit(train)
    error = metrics.mean_squared_error(pca.inverse_transform(pca.transform(test)), test)
    assert error == pytest.approx(0.055669, abs=1e-6)


def test_pca_of_few_large_images_is_that_of_their_covariance(monkeypatch):
    x = np.random.default_rng(0).standard_normal((9, 60)) * np.linspace(1, 3, 60)
    right = metrics.PCA(4).fit(x)
    monkeypatch.setattr(metrics, "_WIDE", 20)
    wide = metrics.PCA(4).fit(x)
    assert np.allclose(wide.axes, right.axes, atol=1e-5) and np.allclose(
        wide.transform(x), right.transform(x)
    )
    more = metrics.PCA(12).fit(x)  # nine centred examples span eight directions
    assert more.axes.shape == (60, 12) and np.isfinite(more.axes).all()
    assert np.allclose(more.inverse_transform(more.transform(x)), x, atol=1e-4)
