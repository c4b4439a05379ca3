"""Wrong answers to exercises 19 to 22 as people write them; as mutants_12_15.py."""

from __future__ import annotations

from whole_file import whole

TERMS = "target * np.log(target / mean) + (1 - target) * np.log((1 - target) / (1 - mean))"
KL_SPARSITY = [
    ("sign", "slope / n)", "-slope / n)"),
    ("times_n", "slope / n)", "slope)"),
    ("weight_forgotten", "(weight * slope / n)", "(slope / n)"),
    ("weight_forgotten", "weight * terms.sum()", "terms.sum()"),
    ("one_term_only", TERMS, "target * np.log(target / mean)"),
    ("one_term_only", "-target / mean + (1 - target) / (1 - mean)", "-target / mean"),
    (
        "arguments_exchanged",
        TERMS,
        "mean * np.log(mean / target) + (1 - mean) * np.log((1 - mean) / (1 - target))",
    ),
    ("second_term_sign", "-target / mean + (1", "-target / mean - (1"),
    ("mean_for_sum", "terms.sum()", "terms.mean()"),
    ("one_mean_for_all", "code.mean(axis=0)", "code.mean()"),
    ("wrong_axis", "code.mean(axis=0)", "code.mean(axis=1)"),
    (
        "per_image",
        ("mean = np.clip(code.mean(axis=0), 1e-7, 1 - 1e-7)", "terms.sum()"),
        ("mean = code", "terms.sum() / n"),
    ),
    ("not_spread", "np.ones_like(code) * (weight * slope / n)", "weight * slope / n"),
    ("log_of_zero", "np.clip(code.mean(axis=0), 1e-7, 1 - 1e-7)", "code.mean(axis=0)"),
    ("other_bounds", "1e-7, 1 - 1e-7", "1e-9, 1 - 1e-9"),
    (
        "base_two",
        TERMS,
        "target * np.log2(target / mean) + (1 - target) * np.log2((1 - target) / (1 - mean))",
    ),
    ("over_units", "slope / n)", "slope / code.size)"),
    (
        "wrong_derivative",
        "-target / mean + (1 - target) / (1 - mean)",
        "np.log(target / mean) - np.log((1 - target) / (1 - mean))",
    ),
    ("cross_entropy", TERMS, "-target * np.log(mean) - (1 - target) * np.log(1 - mean)"),
    (
        "dead_stays_dead",
        "    return penalty, dcode",
        "    alive = (code.mean(axis=0) > 0) & (code.mean(axis=0) < 1)\n    return penalty, dcode * alive",
    ),
]
CONTRACTIVE = [
    ("not_squared", "np.sum(s**2 * k2)", "np.sum(s * k2)"),
    ("wrong_axis", "(kernel**2).sum(axis=0)", "(kernel**2).sum(axis=1)"),
    (
        "root",
        "penalty = weight / n * np.sum(s**2 * k2)",
        "penalty = weight / n * np.sum(np.sqrt((s**2 * k2).sum(axis=1)))",
    ),
    ("times_n", "penalty = weight / n *", "penalty = weight *"),
    ("times_n", "dh = weight / n *", "dh = weight *"),
    ("times_n", "dkernel = weight / n *", "dkernel = weight *"),
    ("weight_forgotten", "dh = weight / n * 2", "dh = 2 / n"),
    ("chain_rule_cut", " * (1 - 2 * h) * k2", " * k2"),
    ("one_half", "dh = weight / n * 2 * s", "dh = weight / n * s"),
    ("one_half", "dkernel = weight / n * 2 * kernel", "dkernel = weight / n * kernel"),
    ("derived_by_z", "2 * s * (1 - 2 * h) * k2", "2 * s**2 * (1 - 2 * h) * k2"),
    ("squared_kernel_left", "2 * kernel * (s**2)", "2 * kernel**2 * (s**2)"),
    ("zeros", "dkernel = weight / n * 2 * kernel * (s**2).sum(axis=0)", "dkernel = np.zeros_like(kernel)"),
    ("square_of_sum", "2 * kernel * (s**2).sum(axis=0)", "2 * kernel * s.sum(axis=0) ** 2"),
    ("wrong_derivative", "s = h * (1 - h)", "s = 1 - h**2"),
    ("mean_for_sum", "weight / n * np.sum(s**2 * k2)", "weight * np.mean(s**2 * k2)"),
    ("wrong_order", "return penalty, dh, dkernel", "return penalty, dkernel, dh"),
    ("sign", "(1 - 2 * h)", "(2 * h - 1)"),
]
VARIATIONAL = [
    ("variance_for_sigma", "np.exp(logvar / 2)", "np.exp(logvar)"),
    ("half_outside", "np.exp(logvar / 2)", "np.exp(logvar) / 2"),
    ("log_forgotten", "np.exp(logvar / 2)", "logvar"),
    ("noise_forgotten", "mu + sigma * eps", "mu + sigma"),
    ("half_forgotten", "eps * 0.5 * sigma", "eps * sigma"),
    ("sigma_forgotten", "eps * 0.5 * sigma", "eps * 0.5"),
    ("stops_at_sigma", "eps * 0.5 * sigma", "eps"),
    ("noise_forgotten", "dz * eps * 0.5 * sigma", "dz * 0.5 * sigma"),
    ("zeros", "dmu = dz.copy()", "dmu = np.zeros_like(dz)"),
    ("noise_in_dmu", "dz.copy()", "dz * eps"),
    ("wrong_order", "    return dmu, dlogvar\n\n\ndef kl", "    return dlogvar, dmu\n\n\ndef kl"),
    ("half_forgotten", "kl = 0.5 * np", "kl = np"),
    (
        "mean_for_sum",
        "0.5 * np.sum(variance + mu**2 - 1 - logvar) / n",
        "0.5 * np.mean(variance + mu**2 - 1 - logvar)",
    ),
    ("times_n", "- logvar) / n", "- logvar)"),
    ("sign", "0.5 * np.sum(variance + mu**2 - 1 - logvar)", "0.5 * np.sum(1 + logvar - mu**2 - variance)"),
    ("term_missing", "variance + mu**2 - 1 - logvar", "variance + mu**2 - logvar"),
    ("term_sign", "variance + mu**2 - 1 - logvar", "variance + mu**2 - 1 + logvar"),
    ("log_sigma", "np.sum(variance + mu**2 - 1 - logvar)", "np.sum(variance**2 + mu**2 - 1 - 2 * logvar)"),
    ("times_n", "dmu = mu / n", "dmu = mu"),
    ("factor_two", "dmu = mu / n", "dmu = 2 * mu / n"),
    ("one_term_only", "(variance - 1)", "variance"),
    ("half_forgotten", "dlogvar = 0.5 * (variance - 1)", "dlogvar = (variance - 1)"),
    ("over_units", "dmu = mu / n", "dmu = mu / mu.size"),
    ("by_the_variance", "0.5 * (variance - 1)", "0.5 * (1 - 1 / variance)"),
]
NUMBA_KERNEL = [
    ("bias_forgotten", "y[image, o] = bias[o]", "y[image, o] = 0"),
    ("flipped", "kernel[o, c, i, j]", "kernel[o, c, kh - 1 - i, kw - 1 - j]"),
    ("assign_not_add", "y[image, o, p, q] += factor", "y[image, o, p, q] = factor"),
    (
        "bias_too_often",
        "            y[image, o] = bias[o]\n            for c in range(c_in):",
        "            y[image, o] = 0\n            for c in range(c_in):\n"
        "                for p in range(h_out):\n                    for q in range(w_out):\n"
        "                        y[image, o, p, q] += bias[o]",
    ),
    ("not_compiled", "@njit\ndef conv2d", "def conv2d"),
    ("one_channel_only", "for c in range(c_in)", "for c in range(1)"),
    (
        "last_column_missing",
        ("np.empty", "y[image, o] = bias[o]", "for q in range(w_out)"),
        ("np.zeros", "y[image, o, :, : w_out - 1] = bias[o]", "for q in range(w_out - 1)"),
    ),
    ("first_image_only", ("np.empty", "for image in range(n)"), ("np.zeros", "for image in range(1)")),
    ("filters_mixed", "factor = kernel[o, c, i, j]", "factor = kernel[0, c, i, j]"),
    (
        "compiles_each_time",
        None,
        whole("""
        from numba import njit

        def conv2d(x, kernel, bias):
            @njit
            def run(x, kernel, bias, y):
                for image, o, p, q in np.ndindex(y.shape):
                    y[image, o, p, q] = bias[o]
                    for c, i, j in np.ndindex(kernel.shape[1:]):
                        y[image, o, p, q] += kernel[o, c, i, j] * x[image, c, p + i, q + j]
            kh, kw = kernel.shape[2:]
            y = np.empty((len(x), len(kernel), x.shape[2] - kh + 1, x.shape[3] - kw + 1), x.dtype)
            run(x, kernel, bias, y)
            return y
    """),
    ),
    ("wrong_shape", "w_out = w_in - kw + 1", "w_out = w_in - kw"),
    (
        "integer_arithmetic",
        "y[image, o, p, q] += factor * x[image, c, p + i, q + j]",
        "y[image, o, p, q] += factor * x[image, c, p + i, q + j]\n"
        "            for p in range(h_out):\n                for q in range(w_out):\n"
        "                    y[image, o, p, q] = np.trunc(y[image, o, p, q])",
    ),
    (
        "too_slow",
        None,
        whole("""
        from numba import njit

        @njit
        def add(y, x, factor):
            for q in range(len(y)):
                y[q] += factor * x[q]

        def conv2d(x, kernel, bias):
            (c_out, c_in, kh, kw), (n, _, h, w) = kernel.shape, x.shape
            y = np.empty((n, c_out, h - kh + 1, w - kw + 1), x.dtype)
            for image in range(n):
                for o in range(c_out):
                    y[image, o] = bias[o]
                    for c in range(c_in):
                        for i in range(kh):
                            for j in range(kw):
                                seen = x[image, c, i : i + h - kh + 1, j : j + w - kw + 1]
                                for row in range(len(seen)):
                                    add(y[image, o, row], seen[row], kernel[o, c, i, j])
            return y
    """),
    ),
]
MUTANTS = [
    (exercise, *mutant)
    for exercise, mutants in {
        "kl_sparsity": KL_SPARSITY,
        "contractive": CONTRACTIVE,
        "variational": VARIATIONAL,
        "numba_kernel": NUMBA_KERNEL,
    }.items()
    for mutant in mutants
]
