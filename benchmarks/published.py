"""Published results, with their sources, and results of the originals' frameworks, measured again.

npae's results are in ``results/``.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table of results.

    Attributes
    ----------
    what : str
        The compared quantity, with its unit.
    measured : tuple of float
        The results of the original in its framework, one number per seed: Keras 3.15 on TensorFlow 2.21,
        PyTorch 2.13 for ``transposed-denoiser``. Empty if it was not run again.
    published : str
        The published value; "" if there is none.
    ours : str
        The name of npae's number in metrics.json, or a column of history.csv, as "loss" or, with an epoch,
        "loss 10".
    digits : int
        The number of printed decimals.
    """

    what: str
    measured: tuple[float, ...]
    published: str
    ours: str
    digits: int = 4


class Line(NamedTuple):
    """One line of the table of the family in README.md.

    Attributes
    ----------
    published : str
        The published result, with its source.
    numbers : tuple of (str, str, int)
        For each of npae's numbers: a text with "{}" for the number; its name, as in `Row.ours`; its digits.
    shows : str
        The purpose of the recipe.
    """

    published: str
    numbers: tuple[tuple[str, str, int], ...]
    shows: str


# The number of seeds, if it is not three. The training of latent2d is chaotic: the results of a seed depend
# on the processor.
SEEDS = {"latent2d": 5}

# The five systems, with the row of RESULTS for the table, and the training loss if it is published.
SYSTEMS: dict[str, tuple[str, str]] = {
    "dense": ("test loss", ""),
    "conv": ("test loss", "train loss"),
    "strided-denoiser": ("test loss", ""),
    "latent2d": ("test loss", ""),
    "transposed-denoiser": ("test loss", ""),
}
UNITS = {
    "dense": "cross-entropy a pixel",
    "conv": "cross-entropy a pixel",
    "strided-denoiser": "MSE a pixel",
    "latent2d": "MSE a pixel",
    "transposed-denoiser": "MSE a pixel",
}
# The tutorial of each system, and how the recipe differs from it.
DIFFERS = {
    "dense": "Keras tutorial: nothing; `--noise` also trains it as a denoiser",
    "conv": "Keras tutorial: nothing; `--noise` is its denoising part",
    "strided-denoiser": "TensorFlow tutorial: nothing; the noise is drawn once, as there",
    "latent2d": "Keras tutorial, deep model: pixels from -0.5 to 0.5 under a tanh, as there; npae adds PCA",
    "transposed-denoiser": "PyTorch tutorial: it prints the sum over a batch of 20 and has no test set",
}

RESULTS: dict[str, list[Row]] = {
    "dense": [
        Row("train loss", (0.0939, 0.0926), "", "loss"),
        Row("test loss", (0.0928, 0.0915), "", "val_loss"),
        Row("test loss, epoch 1", (0.193, 0.191), "", "val_loss 1"),
        Row("test loss, epoch 10", (0.0970, 0.0949), "", "val_loss 10"),
        Row("test MSE", (0.0100, 0.0096), "", "test_mse"),
    ],
    "conv": [
        Row("train loss", (0.0765, 0.0772), "0.0764", "loss"),
        Row("test loss", (0.0754, 0.0762), "0.0756", "val_loss"),
        Row("test loss, epoch 1", (0.101, 0.106), "0.1077", "val_loss 1"),
        Row("test loss, epoch 2", (0.0886, 0.0909), "0.0884", "val_loss 2"),
        Row("test loss, epoch 5", (0.0802, 0.0800), "0.0796", "val_loss 5"),
        Row("test MSE", (0.0048, 0.0050), "", "test_mse"),
    ],
    "strided-denoiser": [
        Row("train loss", (0.0141, 0.0144, 0.0143, 0.0148), "", "loss"),
        Row("test loss", (0.0141, 0.0144, 0.0145, 0.0150), "", "val_loss"),
        Row("test loss, epoch 1", (0.0173, 0.0172, 0.0173, 0.0173), "", "val_loss 1"),
        Row("test loss, epoch 5", (0.0146, 0.0148, 0.0148, 0.0155), "", "val_loss 5"),
        Row("PSNR, dB", (18.8, 18.7), "", "test_psnr_db", 1),
    ],
    "latent2d": [
        Row("train loss", (0.0397, 0.0406), "", "loss"),
        Row("test loss", (0.0396, 0.0408), "", "val_loss"),
        Row("test loss, epoch 1", (0.0592, 0.0601), "", "val_loss 1"),
        Row("test loss, epoch 10", (0.0431, 0.0437), "", "val_loss 10"),
        Row("test MSE of PCA-2", (0.055669,), "", "test_mse_pca", 6),
        Row("linear probe on the code", (), "", "linear_probe"),
        Row("the same on PCA-2", (), "", "linear_probe_pca"),
        Row("5 nearest neighbours", (), "", "5nn"),
        Row("the same on PCA-2", (), "", "5nn_pca"),
    ],
    "transposed-denoiser": [
        Row("train loss", (0.01241,), "", "loss", 5),
        Row("test loss", (0.01215,), "", "val_loss", 5),
        Row("train loss, epoch 1", (0.02209, 0.01983), "", "loss 1", 5),
        Row("test loss, epoch 1", (0.01494,), "", "val_loss 1", 5),
        Row("test loss, epoch 2", (0.01384,), "", "val_loss 2", 5),
        Row("test loss, epoch 5", (0.01289,), "", "val_loss 5", 5),
        Row("test loss, epoch 10", (0.01242,), "", "val_loss 10", 5),
    ],
    "masking-denoiser": [
        Row("PSNR of the masked images, dB", (), "", "masking_noisy_psnr_db", 1),
        Row("PSNR of the repaired ones, dB", (), "", "masking_denoised_psnr_db", 1),
        Row("the same, trained without noise", (), "", "masking_plain_psnr_db", 1),
    ],
    "stacked-denoiser": [
        Row("test error, %", (), "1.3", "test_error_pretrained_100", 2),
        Row("without pre-training", (), "", "test_error_scratch_100", 2),
        Row("with 10 % of the labels", (), "", "test_error_pretrained_10", 2),
        Row("without pre-training", (), "", "test_error_scratch_10", 2),
        Row("with 1 % of the labels", (), "", "test_error_pretrained_1", 2),
        Row("without pre-training", (), "", "test_error_scratch_1", 2),
    ],
    "sparse": [
        Row("mean code", (), "3.33", "l1_code_mean", 2),
        Row("without the penalty", (), "7.30", "plain_code_mean", 2),
        Row("their ratio", (), "0.46", "code_mean_ratio", 2),
        Row("test loss / that without the penalty", (), "", "loss_ratio", 2),
    ],
    "overcomplete": [
        Row("denoising MSE, trained on clean images", (), "", "alone_noisy_mse"),
        Row("trained on noisy images", (), "", "noise_noisy_mse"),
        Row("linear probe, trained on clean images", (), "", "alone_linear_probe"),
        Row("with sparsity", (), "", "sparsity_linear_probe"),
    ],
    "contractive": [
        Row("mean Jacobian norm of the plain model / this", (), "", "norm_ratio", 2),
        Row("squared error / that of the plain model", (), "", "mse_ratio", 2),
    ],
    "variational": [
        Row("-ELBO, nats per test image", (), "146.95 (on train and test)", "test_negative_elbo", 1),
        Row("reconstruction", (), "140.15", "test_elbo_reconstruction", 1),
        Row("KL divergence", (), "6.80", "test_elbo_kl", 2),
    ],
    "variational-dense": [
        Row("-ELBO, nats per test image", (), "", "test_negative_elbo", 1),
        Row("negative log-likelihood, 500 samples", (), "86.8", "test_nll_k500", 1),
    ],
    "deep": [
        Row("squared error per test image", (), "3.00", "test_squared_error_per_image", 2),
        Row("PCA-30", (), "13.87", "test_squared_error_per_image_pca", 2),
    ],
    "keras-denoiser": [
        Row("test loss after 50 epochs, clean", (), "0.0622", "clean_test_loss"),
        Row("after 100 more, noisy", (), "0.0839", "val_loss"),
    ],
    "colour-denoiser": [
        Row("MSE of the noisy images", (), "", "noisy_test_mse"),
        Row("MSE of the denoised ones", (), "", "test_mse"),
    ],
    "defects": [
        Row("ROC-AUC, all defects", (), "", "roc_auc", 3),
        Row("chips", (), "", "roc_auc_chip", 3),
        Row("scratches", (), "", "roc_auc_scratch", 3),
        Row("stains", (), "", "roc_auc_stain", 3),
    ],
    "anomaly": [  # the command; see benchmarks.reproduce.detected for the names
        Row("mean ROC-AUC, one digit foreign, code of 2", (), "each 0.66-0.97", "deep-2-anomaly-mean", 3),
        Row("ROC-AUC, digit 1 foreign, code of 32", (), "0.09", "deep-32-anomaly-1", 3),
        Row("mean ROC-AUC, one digit normal, code of 16", (), "", "deep-16-normal-mean", 3),
    ],
}

FAMILY: dict[str, Line] = {
    "masking-denoiser": Line(
        "the method: Vincent et al. 2008",
        (
            ("half of the pixels masked {} dB", "masking_noisy_psnr_db", 1),
            ("repaired {}", "masking_denoised_psnr_db", 1),
            ("by a model trained without noise {}", "masking_plain_psnr_db", 1),
        ),
        "noise teaches to repair: PSNR and SSIM against the level of three kinds of noise",
    ),
    "stacked-denoiser": Line(
        "1.3 % test error (deeplearning.net)",
        (
            ("{} %", "test_error_pretrained_100", 2),
            ("not pre-trained {} %", "test_error_scratch_100", 2),
            ("with 1 % of the labels {} %", "test_error_pretrained_1", 2),
            ("not pre-trained {} %", "test_error_scratch_1", 2),
        ),
        "layers that have seen all images help where labels are few",
    ),
    "sparse": Line(
        "mean code 3.33, without penalty 7.30: 0.46 (Chollet 2016)",
        (
            ("mean code {}", "l1_code_mean", 2),
            ("without penalty {}", "plain_code_mean", 2),
            ("ratio {}", "code_mean_ratio", 2),
        ),
        "L1 and KL divergence: the code becomes small or silent, at almost the same loss",
    ),
    "overcomplete": Line(
        "the claim: a wide code copies (Bengio et al. 2013)",
        (
            ("error left of noisy images: trained on clean ones {}", "alone_noisy_mse", 4),
            ("on noisy ones {}", "noise_noisy_mse", 4),
        ),
        "what copies an image copies its noise; noise in training prevents it",
    ),
    "contractive": Line(
        "the method: Rifai et al. 2011",
        (
            ("Jacobian of the code {} times smaller", "norm_ratio", 2),
            ("squared error {} times that of a plain model", "mse_ratio", 2),
        ),
        "the singular values of the Jacobian, on and off the data",
    ),
    "variational": Line(
        "146.95 nats = 140.15 + 6.80, on training and test set (keras.io)",
        (
            ("{} nats", "test_negative_elbo", 1),
            ("reconstruction {}", "test_elbo_reconstruction", 1),
            ("KL {}", "test_elbo_kl", 2),
        ),
        "-ELBO in its two parts, samples, the plane of codes",
    ),
    "variational-dense": Line(
        "86.8 nats, importance-sampled (Burda et al. 2015)",
        (("{} nats", "test_nll_k500", 1), ("bound {}", "test_negative_elbo", 1)),
        "the likelihood itself, on binarised digits",
    ),
    "deep": Line(
        "3.00 squared error an image, PCA 13.87 (Hinton & Salakhutdinov 2006)",
        (
            ("{}", "test_squared_error_per_image", 2),
            ("PCA {}", "test_squared_error_per_image_pca", 2),
        ),
        "depth beside 30 principal components",
    ),
    "keras-denoiser": Line(
        ".0622 clean, .0839 noisy (keras.io)",
        (("clean {}", "clean_test_loss", 4), ("noisy {}", "val_loss", 4)),
        "28,353 parameters, first clean, then noisy",
    ),
    "colour-denoiser": Line(
        "the method: Jain & Seung 2008",
        (("squared error a pixel of noisy images {}", "noisy_test_mse", 4), ("denoised {}", "test_mse", 4)),
        "convolutions alone take pictures of any size, such as your photographs",
    ),
    "defects": Line(
        "the method: Bergmann et al. 2019",
        (("ROC-AUC {}", "roc_auc", 3), ("stains {}", "roc_auc_stain", 3)),
        "trained on good parts, it cannot give back defects",
    ),
    "anomaly": Line(
        "ROC-AUC .66–.97 with a code of 2; digit 1 with a code of 32: .09 (Tonnaer)",
        (
            ("mean, code of 2 {}", "deep-2-anomaly-mean", 3),
            ("digit 1, code of 32 {}", "deep-32-anomaly-1", 3),
            ("one digit normal, code of 16 {}", "deep-16-normal-mean", 3),
        ),
        "simple digits reconstruct too well",
    ),
}

# LeNet-5 on MNIST: library, processor, its cores, seconds of ten epochs after compilation. From C. Elrod,
# N. Korsbo and C. Rackauckas, Doing small network scientific machine learning in Julia 5x faster than PyTorch
# (julialang.org, 2022); the better of two runs each. SimpleChains.jl's batch is proportional to the threads.
LENET_5: tuple[tuple[str, str, int, float], ...] = (
    ("SimpleChains.jl, published", "Intel i9-10980XE", 18, 1.23),
    ("PyTorch, published", "Intel i9-10980XE", 18, 10.78),
    ("SimpleChains.jl, published", "Intel i7-1165G7", 4, 5.32),
    ("SimpleChains.jl, published", "AMD EPYC 7513", 32, 3.08),
    ("PyTorch, published", "AMD EPYC 7513", 32, 14.86),
)
