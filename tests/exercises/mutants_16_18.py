"""Wrong answers to exercises 16 to 18 as people write them; as mutants_12_15.py."""

from __future__ import annotations

from whole_file import whole

FORWARD = """
        def sequential_forward(x, layers):
            caches = []
            for forward, backward, params in layers:
                x, cache = forward(x, **params)
                caches.append(cache)
            return x, (layers, caches)
"""
SEQUENTIAL = [
    ("not_chained", "x, cache = forward(x, **params)", "y, cache = forward(x, **params)"),
    ("identity", ("    steps = []", "return x, steps"), ("    start, steps = x, []", "return start, steps")),
    (
        "not_chained",
        ("x, cache = forward(x, **params)", "return x, steps"),
        ("y, cache = forward(x, **params)", "return y, steps"),
    ),
    ("order_reversed", "in layers:", "in layers[::-1]:"),
    ("layer_skipped", "        x, cache", "        if not params:\n            continue\n        x, cache"),
    ("layer_skipped", "in layers:", "in layers[1:]:"),
    ("wrong_return", "return x, steps", "return x"),
    ("not_reversed", "reversed(cache)", "cache"),
    (
        "dy_not_chained",
        "        dy, grads = backward(dy, layer_cache)",
        "        dx, grads = backward(dy, layer_cache)",
    ),
    (
        "dy_unchanged",
        ("    all_grads = []", "        dy, grads = backward(dy, layer_cache)"),
        ("    all_grads, dx = [], dy", "        dx, grads = backward(dx, layer_cache)"),
    ),
    ("grads_reversed", "all_grads[::-1]", "all_grads"),
    (
        "grads_skipped",
        "        all_grads.append(grads)",
        "        if grads:\n            all_grads.append(grads)",
    ),
    (
        "grads_merged",
        ("all_grads = []", "all_grads.append(grads)", "all_grads[::-1]"),
        ("all_grads = {}", "all_grads.update(grads)", "all_grads"),
    ),
    ("layer_skipped", "reversed(cache)", "reversed(cache[1:])"),
    (
        "first_layer_forgotten",
        ("        dy, grads = backward(dy, layer_cache)", "return dy, all"),
        ("        dx = dy\n        dy, grads = backward(dy, layer_cache)", "return dx, all"),
    ),
    (
        "caches_not_reversed",
        None,
        whole(
            FORWARD
            + """
        def sequential_backward(dy, cache):
            layers, caches = cache
            all_grads = []
            for (forward, backward, params), layer_cache in zip(reversed(layers), caches):
                dy, grads = backward(dy, layer_cache)
                all_grads.insert(0, grads)
            return dy, all_grads
    """
        ),
    ),
    (
        "cache_overwritten",
        None,
        whole("""
        def sequential_forward(x, layers):
            caches = {}
            for forward, backward, params in layers:
                x, caches[forward] = forward(x, **params)
            return x, (layers, caches)

        def sequential_backward(dy, cache):
            layers, caches = cache
            all_grads = []
            for forward, backward, params in layers[::-1]:
                dy, grads = backward(dy, caches[forward])
                all_grads = [grads] + all_grads
            return dy, all_grads
    """),
    ),
    (
        "hidden_state",
        None,
        whole("""
        steps = []

        def sequential_forward(x, layers):
            steps.clear()
            for forward, backward, params in layers:
                x, cache = forward(x, **params)
                steps.append((backward, cache))
            return x, None

        def sequential_backward(dy, cache):
            all_grads = []
            for backward, layer_cache in reversed(steps):
                dy, grads = backward(dy, layer_cache)
                all_grads.insert(0, grads)
            return dy, all_grads
    """),
    ),
    (
        "aliased_cache",
        None,
        whole("""
        def sequential_forward(x, layers):
            steps = []
            for forward, backward, params in layers:
                x, cache = forward(x, **params)
                steps.append((backward, cache))
            return x, steps

        def sequential_backward(dy, cache):
            all_grads = []
            while cache:
                backward, layer_cache = cache.pop()
                dy, grads = backward(dy, layer_cache)
                all_grads.insert(0, grads)
            return dy, all_grads
    """),
    ),
]
DENOISING = [
    (
        "noisy_target",
        ("loss = np.mean((y - x) ** 2)", "dy = 2 * (y - x) / x.size"),
        ("loss = np.mean((y - noisy) ** 2)", "dy = 2 * (y - noisy) / x.size"),
    ),
    ("noisy_target", "dy = 2 * (y - x) / x.size", "dy = 2 * (y - noisy) / x.size"),
    ("noisy_target", "    noisy = corrupt(x, rng)", "    noisy = x = corrupt(x, rng)"),
    ("clean_input", "forward(noisy, params)", "forward(x, params)"),
    ("corrupted_twice", "    noisy = corrupt(x, rng)", "    noisy = corrupt(corrupt(x, rng), rng)"),
    (
        "noise_drawn_once",
        ("def denoising_step", "    noisy = corrupt(x, rng)"),
        (
            "_kept = {}\n\n\ndef denoising_step",
            "    if x.shape not in _kept:\n        _kept[x.shape] = corrupt(x, rng)\n"
            "    noisy = _kept[x.shape]",
        ),
    ),
    ("other_rng", "corrupt(x, rng)", "corrupt(x, np.random.default_rng(0))"),
    ("update_forgotten", "params[key] - learning_rate * grads[key]", "params[key]"),
    ("ascending", "params[key] - learning_rate", "params[key] + learning_rate"),
    ("learning_rate_divides", "learning_rate * grads[key]", "grads[key] / learning_rate"),
    ("learning_rate_forgotten", "learning_rate * grads[key]", "grads[key]"),
    ("step_alone", "params[key] - learning_rate", "-learning_rate"),
    (
        "some_params_forgotten",
        "        new_params[key] = params[key] - learning_rate * grads[key]",
        '        new_params[key] = params[key]\n        if "kernel" in key:\n'
        "            new_params[key] = params[key] - learning_rate * grads[key]",
    ),
    ("sign", "dy = 2 * (y - x)", "dy = 2 * (x - y)"),
    ("one_half", "dy = 2 * (y - x)", "dy = (y - x)"),
    ("times_elements", "(y - x) / x.size", "(y - x)"),
    ("times_features", "(y - x) / x.size", "(y - x) / len(x)"),
    ("sum_for_mean", "np.mean((y - x) ** 2)", "np.sum((y - x) ** 2)"),
    ("loss_for_gradient", "dy = 2 * (y - x) / x.size", "dy = (y - x) ** 2"),
    (
        "output_forgotten",
        ("np.mean((y - x) ** 2)", "2 * (y - x)"),
        ("np.mean((noisy - x) ** 2)", "2 * (noisy - x)"),
    ),
    (
        "mutated_input",
        ("    new_params = {}\n", "new_params[key] = params[key] -", "return loss, new_params"),
        ("", "params[key] -=", "return loss, params"),
    ),
    ("p_for_keep", "rng.random(x.shape) < p", "rng.random(x.shape) > p"),
    (
        "rescaled",
        "np.where(rng.random(x.shape) < p, 0, x).astype(x.dtype)",
        "(rng.random(x.shape) >= p) * x / (1 - p)",
    ),
    (
        "mask_returned",
        "np.where(rng.random(x.shape) < p, 0, x).astype(x.dtype)",
        "(rng.random(x.shape) >= p).astype(x.dtype)",
    ),
    ("one_draw_for_all", "rng.random(x.shape) < p", "rng.random(x.shape[1:]) < p"),
    ("one_draw_for_all", "rng.random(x.shape) < p", "rng.random(x.shape[-1]) < p"),
    ("rng_not_used", "rng.random(x.shape) < p", "np.random.random(x.shape) < p"),
    ("noise_drawn_once", "rng.random(x.shape) < p", "np.random.default_rng(0).random(x.shape) < p"),
    (
        "mutated_input",
        "    return np.where(rng.random(x.shape) < p, 0, x).astype(x.dtype)",
        "    x[rng.random(x.shape) < p] = 0\n    return x",
    ),
    (
        "fixed_count",
        "    return np.where(rng.random(x.shape) < p, 0, x).astype(x.dtype)",
        "    noisy = x.copy()\n    chosen = rng.choice(x.size, int(p * x.size), replace=False)\n"
        "    noisy.ravel()[chosen] = 0\n    return noisy",
    ),
    ("wrong_share", "< p, 0, x)", "< p / 2, 0, x)"),
    ("not_clipped", "np.clip(x + stddev * noise, 0, 1)", "x + stddev * noise"),
    ("noise_one_sided", "rng.standard_normal(x.shape)", "rng.random(x.shape)"),
    ("uniform_noise", "rng.standard_normal(x.shape)", "rng.uniform(-1, 1, x.shape)"),
    ("variance_for_stddev", "stddev * noise", "stddev**2 * noise"),
    ("stddev_ignored", "stddev * noise", "noise"),
    ("noise_times_x", "x + stddev * noise", "x + x * stddev * noise"),
    ("noise_times_x", "x + stddev * noise", "x * (1 + stddev * noise)"),
    ("image_forgotten", "np.clip(x + stddev * noise, 0, 1)", "np.clip(stddev * noise, 0, 1)"),
    ("noise_one_sided", "np.clip(x + stddev * noise, 0, 1)", "x + np.clip(stddev * noise, 0, 1)"),
    ("one_draw_for_all", "rng.standard_normal(x.shape)", "rng.standard_normal(x.shape[1:])"),
]
ACCUMULATED = (
    "            for key in params:\n                params[key] = params[key] - learning_rate * grads[key]",
    "            for key in params:\n"
    "                total_grads[key] = total_grads.get(key, 0) + grads[key]\n"
    "                params[key] = params[key] - learning_rate * total_grads[key]",
)
UPDATE = (
    "            for key in params:\n                params[key] = params[key] - learning_rate * grads[key]\n"
)
OVERFIT = [
    ("update_forgotten", "params[key] - learning_rate * grads[key]", "params[key]"),
    ("ascending", "params[key] - learning_rate", "params[key] + learning_rate"),
    ("learning_rate_divides", "learning_rate * grads[key]", "grads[key] / learning_rate"),
    ("learning_rate_forgotten", "learning_rate * grads[key]", "grads[key]"),
    (
        "gradients_accumulated",
        ("    losses = []", ACCUMULATED[0]),
        ("    losses, total_grads = [], {}", ACCUMULATED[1]),
    ),
    (
        "gradients_accumulated",
        ("        total = 0.0", ACCUMULATED[0]),
        ("        total, total_grads = 0.0, {}", ACCUMULATED[1]),
    ),
    (
        "starts_over",
        ("    params = dict(params)", "params[key] = params[key] - learning_rate"),
        (
            "    start_params, params = params, dict(params)",
            "params[key] = start_params[key] - learning_rate",
        ),
    ),
    (
        "once_per_epoch",
        (UPDATE, "        losses.append"),
        (
            "",
            "        for key in params:\n            params[key] = params[key] - learning_rate * grads[key]\n"
            "        losses.append",
        ),
    ),
    (
        "some_params_forgotten",
        "            for key in params:",
        '            for key in ("kernel_in", "kernel_out"):',
    ),
    (
        "first_params_returned",
        ("    params = dict(params)", "    return params, losses"),
        ("    given, params = params, dict(params)", "    return given, losses"),
    ),
    ("mutated_input", ("    params = dict(params)\n", "params[key] = params[key] -"), ("", "params[key] -=")),
    ("mutated_input", "params[key] = params[key] -", "params[key] -="),
    ("sign", "2 * (y - batch)", "2 * (batch - y)"),
    ("one_half", "2 * (y - batch)", "(y - batch)"),
    ("divided_by_all", "/ batch.size", "/ x.size"),
    ("times_features", "/ batch.size", "/ len(batch)"),
    ("times_elements", "2 * (y - batch) / batch.size", "2 * (y - batch)"),
    ("divided_by_full_batch", "/ batch.size", "/ (batch_size * x.shape[1])"),
    ("target_of_other_images", "dy = 2 * (y - batch)", "dy = 2 * (y - x[start : start + batch_size])"),
    ("not_shuffled", "rng.permutation(len(x))", "np.arange(len(x))"),
    (
        "shuffled_once",
        ("    losses = []", "        order = rng.permutation(len(x))\n"),
        ("    losses = []\n    order = rng.permutation(len(x))", ""),
    ),
    ("rng_not_used", "rng.permutation", "np.random.permutation"),
    ("rng_not_used", "    losses = []", "    losses = []\n    rng = np.random.default_rng(0)"),
    ("shuffled_once", "        order = rng", "        rng = np.random.default_rng(0)\n        order = rng"),
    ("last_batch_dropped", "range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)"),
    ("first_batch_only", "x[order[start : start + batch_size]]", "x[order[:batch_size]][: len(x) - start]"),
    ("whole_batch", "x[order[start : start + batch_size]]", "x[order]"),
    ("one_by_one", "order[start : start + batch_size]", "order[start : start + 1]"),
    (
        "drawn_with_replacement",
        "x[order[start : start + batch_size]]",
        "x[rng.integers(0, len(x), min(batch_size, len(x) - start))]",
    ),
    (
        "loss_per_batch",
        ("            total += len(batch) * loss\n", "        losses.append(total / len(x))\n"),
        ("            losses.append(loss)\n", ""),
    ),
    (
        "batches_not_weighted",
        ("total += len(batch) * loss", "total / len(x)"),
        ("total += loss", "total / len(range(0, len(x), batch_size))"),
    ),
    ("times_n", "losses.append(total / len(x))", "losses.append(total)"),
    ("last_batch_only", "losses.append(total / len(x))", "losses.append(loss)"),
    ("losses_not_reset", ("        total = 0.0\n", "    losses = []"), ("", "    losses, total = [], 0.0")),
    (
        "sum_for_mean",
        ("loss = np.mean((y - batch) ** 2)", "total += len(batch) * loss"),
        ("loss = np.sum((y - batch) ** 2)", "total += loss * len(x)"),
    ),
    ("divided_by_images", "total += len(batch) * loss", "total += loss"),
    (
        "loss_after_epoch",
        "losses.append(total / len(x))",
        "losses.append(np.mean((forward(x, params)[0] - x) ** 2))",
    ),
    ("wrong_order", "return params, losses", "return losses, params"),
]
MUTANTS = [
    (exercise, *mutant)
    for exercise, mutants in {
        "sequential": SEQUENTIAL,
        "denoising": DENOISING,
        "overfit": OVERFIT,
    }.items()
    for mutant in mutants
]
