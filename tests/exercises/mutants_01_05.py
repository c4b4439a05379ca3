"""Wrong answers to exercises 1 to 5 as people write them, and what each is to be called.

Each is (exercise, key of the diagnosis, text of the solution, what stands in its place). Where the third is None,
the fourth is a whole file.
"""

from __future__ import annotations

from whole_file import whole

NUMERICAL_GRADIENT = [
    ("one_sided", "        moved[index] = x[index] - step\n        down = f(moved)", "        down = f(x)"),
    ("one_sided", "moved[index] = x[index] - step", "moved[index] = moved[index] - step"),
    ("one_half", "/ (2 * step)", "/ (4 * step)"),
    ("factor_two", "/ (2 * step)", "/ step"),
    ("product_for_quotient", "/ (2 * step)", "/ 2 * step"),
    ("not_divided", "(up - down) / (2 * step)", "up - down"),
    ("sign", "(up - down)", "(down - up)"),
    ("step_ignored", "    gradient = np", "    step = 1e-5\n    gradient = np"),
    ("integer_arithmetic", "np.zeros(x.shape)", "np.zeros_like(x)"),
    ("integer_arithmetic", "x.astype(np.float64)", "x.copy()"),
    ("sum_for_difference", "(up - down)", "(up + down)"),
    ("flat", "return gradient", "return gradient.ravel()"),
    (
        "not_put_back",
        None,
        whole("""
        def numerical_gradient(f, x, step=1e-5):
            x = x.astype(float)
            gradient = np.zeros_like(x)
            for index in np.ndindex(x.shape):
                old = x[index]
                x[index] = old + step
                up = f(x)
                x[index] = old - step
                down = f(x)
                gradient[index] = (up - down) / (2 * step)
            return gradient
        """),
    ),
    (
        "all_entries_at_once",
        None,
        whole("""
        def numerical_gradient(f, x, step=1e-5):
            slope = (f(x + step) - f(x - step)) / (2 * step)
            return slope * np.ones(x.shape)
        """),
    ),
    (
        "mutated_input",
        None,
        whole("""
        def numerical_gradient(f, x, step=1e-5):
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                x[index] += step
                up = f(x)
                x[index] -= 2 * step
                down = f(x)
                x[index] += step
                gradient[index] = (up - down) / (2 * step)
            return gradient
        """),
    ),
    (
        "one_sided",
        None,
        whole("""
        def numerical_gradient(f, x, step=1e-5):
            x = x.astype(float)
            gradient = np.zeros(x.shape)
            for index in np.ndindex(x.shape):
                x[index] += step
                up = f(x)
                x[index] -= step
                gradient[index] = (up - f(x)) / step
            return gradient
        """),
    ),
    (
        "rows_at_once",
        None,
        whole("""
        def numerical_gradient(f, x, step=1e-5):
            gradient = np.zeros(x.shape)
            for i in range(len(x)):
                up, down = x.astype(float), x.astype(float)
                up[i] += step
                down[i] -= step
                gradient[i] = (f(up) - f(down)) / (2 * step)
            return gradient
        """),
    ),
    (
        "exception",
        None,
        whole("""
        def numerical_gradient(f, x, step=1e-5):
            flat = x.astype(float).ravel()
            gradient = np.zeros(flat.shape)
            for i in range(len(flat)):
                e = np.zeros(flat.shape)
                e[i] = step
                gradient[i] = (f(flat + e) - f(flat - e)) / (2 * step)
            return gradient.reshape(x.shape)
        """),
    ),
]

RELU = [
    ("mask_from_dy", "dy * (x > 0)", "dy * (dy > 0)"),
    ("mask_from_dy", "dy * (x > 0)", "np.maximum(dy, 0)"),
    ("dy_forgotten", "dy * (x > 0)", "(x > 0) * 1.0"),
    ("wrong_side", "dy * (x > 0)", "dy * (x < 0)"),
    ("forward_for_derivative", "dy * (x > 0)", "dy * np.maximum(x, 0)"),
    ("sign_for_mask", "dy * (x > 0)", "dy * np.sign(x)"),
    ("dy_unchanged", "dy * (x > 0)", "dy"),
    ("value_for_dy", "dy * (x > 0)", "np.where(x > 0, x, 0)"),
    ("wrong_side", "np.maximum(x, 0), x", "np.minimum(x, 0), x"),
    ("abs_for_relu", "np.maximum(x, 0), x", "np.abs(x), x"),
    ("leaky", "np.maximum(x, 0), x", "np.where(x > 0, x, 0.01 * x), x"),
    ("one_number", "np.maximum(x, 0), x", "x.max(initial=0), x"),
    ("integer_arithmetic", "np.maximum(x, 0), x", "np.maximum(x, 0).astype(int), x"),
    (
        "mutated_input",
        "    return np.maximum(x, 0), x",
        "    mask = x > 0\n    x[~mask] = 0\n    return x, np.where(mask, 1.0, -1.0)",
    ),
    ("mutated_input", "    return dy * (x > 0)", "    dy[x <= 0] = 0\n    return dy"),
    ("wrong_return", "return np.maximum(x, 0), x", "return np.maximum(x, 0)"),
    (
        "hidden_state",
        None,
        whole("""
        def relu_forward(x):
            global mask
            mask = x > 0
            return np.maximum(x, 0), None

        def relu_backward(dy, cache):
            return dy * mask
        """),
    ),
    (
        "aliased_cache",
        None,
        whole("""
        def relu_forward(x):
            return np.maximum(x, 0), (x > 0) * 1.0

        def relu_backward(dy, cache):
            cache *= dy
            return cache
        """),
    ),
    ("sign", "dy * (x > 0)", "-dy * (x > 0)"),
    ("one_number", "np.maximum(x, 0), x", "np.max(x, 0), x"),
    ("exception", "np.maximum(x, 0), x", "max(0, x), x"),
]

SIGMOID = [
    ("wrong_derivative", "dy * y * (1 - y)", "dy * y"),
    ("wrong_derivative", "dy * y * (1 - y)", "dy * (1 - y)"),
    ("wrong_derivative", "dy * y * (1 - y)", "dy * (1 - y**2)"),
    ("wrong_derivative", "dy * y * (1 - y)", "dy * y * (1 + y)"),
    ("sign", "dy * y * (1 - y)", "dy * y * (y - 1)"),
    ("dy_forgotten", "dy * y * (1 - y)", "y * (1 - y)"),
    ("input_for_output", "return y, y", "return y, x"),
    ("applied_twice", "    y = cache\n", "    y = sigmoid_forward(cache)[0]\n"),
    ("dy_for_y", "dy * y * (1 - y)", "dy * (1 - dy)"),
    ("overflow", "    y = np.where(x >= 0, 1, small) / (1 + small)", "    y = 1 / (1 + np.exp(-x))"),
    ("overflow", "    y = np.where(x >= 0, 1, small) / (1 + small)", "    y = np.exp(x) / (1 + np.exp(x))"),
    (
        "overflow",
        "np.where(x >= 0, 1, small) / (1 + small)",
        "np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))",
    ),
    ("sign_of_exponent", "    y = np.where(x >= 0, 1, small) / (1 + small)", "    y = 1 / (1 + np.exp(x))"),
    ("abs_left_in", "np.where(x >= 0, 1, small) / (1 + small)", "1 / (1 + small)"),
    (
        "one_branch_only",
        "np.where(x >= 0, 1, small) / (1 + small)",
        "np.where(x >= 0, 1 / (1 + small), small)",
    ),
    ("precedence", "np.where(x >= 0, 1, small) / (1 + small)", "1 / 1 + np.exp(-x)"),
    ("softmax_for_sigmoid", "np.where(x >= 0, 1, small) / (1 + small)", "np.exp(x) / np.exp(x).sum()"),
    ("float32_arithmetic", "np.exp(-np.abs(x))", "np.exp(-np.abs(x.astype(np.float32)))"),
    ("precedence", "dy * y * (1 - y)", "dy * y * 1 - y"),
    ("clipped", "np.abs(x))", "np.abs(np.clip(x, -20, 20)))"),
    ("exception", "return y, y", "return y, (y,)"),
]

TANH = [
    ("wrong_derivative", "dy * (1 - y**2)", "dy * (1 - y)"),
    ("wrong_derivative", "dy * (1 - y**2)", "dy * y * (1 - y)"),
    ("wrong_derivative", "dy * (1 - y**2)", "dy * (1 + y**2)"),
    ("wrong_derivative", "dy * (1 - y**2)", "dy * (1 - y) ** 2"),
    ("sign", "dy * (1 - y**2)", "dy * (y**2 - 1)"),
    ("precedence", "dy * (1 - y**2)", "dy * 1 - y**2"),
    ("dy_forgotten", "dy * (1 - y**2)", "1 - y**2"),
    ("input_for_output", "return y, y", "return y, x"),
    ("applied_twice", "(1 - y**2)", "(1 - np.tanh(y) ** 2)"),
    ("dy_for_y", "dy * (1 - y**2)", "dy * (1 - dy**2)"),
    ("overflow", "np.tanh(x)", "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))"),
    ("overflow", "np.tanh(x)", "np.sinh(x) / np.cosh(x)"),
    ("overflow", "np.tanh(x)", "2 / (1 + np.exp(-2 * x)) - 1"),
    ("precedence", "np.tanh(x)", "np.exp(x) - np.exp(-x) / np.exp(x) + np.exp(-x)"),
    ("scaled", "np.tanh(x)", "2 / (1 + np.exp(-x)) - 1"),
    ("sigmoid_for_tanh", "np.tanh(x)", "1 / (1 + np.exp(-x))"),
    ("wrong_derivative", "dy * (1 - y**2)", "dy * (1 - y * 2)"),
    ("exception", "y = cache", "y, x = cache"),
]

DENSE = [
    ("bias_forgotten", "    y = x @ kernel + bias", "    y = x @ kernel"),
    ("bias_twice", "    y = x @ kernel + bias", "    y = x @ kernel + bias + bias"),
    ("transposed", "    y = x @ kernel + bias", "    y = x @ kernel.T + bias"),
    ("transposed", "dy @ kernel.T", "dy @ kernel"),
    ("transposed", "dkernel = x.T @ dy", "dkernel = (x.T @ dy).T"),
    ("transposed", "dkernel = x.T @ dy", "dkernel = dy.T @ x"),
    ("over_n", "dkernel = x.T @ dy", "dkernel = x.T @ dy / len(x)"),
    ("over_n", "dy.sum(axis=0)", "dy.mean(axis=0)"),
    ("wrong_axis", "dy.sum(axis=0)", "dy.sum(axis=1)"),
    ("sum_missing", "dbias = dy.sum(axis=0)", "dbias = dy"),
    ("wrong_shape", "dy.sum(axis=0)", "dy.sum(axis=0, keepdims=True)"),
    ("summed_over_all", "dy.sum(axis=0)", "dy.sum()"),
    ("zeros", "dbias = dy.sum(axis=0)", "dbias = np.zeros(kernel.shape[1])"),
    ("zeros", "dx = dy @ kernel.T", "dx = np.zeros_like(x)"),
    ("dy_forgotten", "dbias = dy.sum(axis=0)", "dbias = np.ones(len(x)) @ np.ones_like(dy)"),
    ("one_term_only", "dkernel = x.T @ dy", "dkernel = x[-1:].T @ dy[-1:]"),
    ("one_term_only", "dbias = dy.sum(axis=0)", "dbias = dy[0]"),
    ("wrong_order", "return dx, dkernel, dbias", "return dkernel, dx, dbias"),
    ("times_n", "dbias = dy.sum(axis=0)", "dbias = len(x) * dy.sum(axis=0)"),
    ("mutated_input", "    y = x @ kernel + bias\n", "    y = x @ kernel + bias\n    bias += 0 * bias + 1\n"),
    ("float32_arithmetic", "dkernel = x.T @ dy", "dkernel = (x.T @ dy).astype(np.float32)"),
    ("float32_arithmetic", "dx = dy @ kernel.T", "dx = dy.astype(np.float32) @ kernel.T.astype(np.float32)"),
    (
        "hidden_state",
        None,
        whole("""
        saved = {}

        def dense_forward(x, kernel, bias):
            saved["x"], saved["kernel"] = x, kernel
            return x @ kernel + bias, saved

        def dense_backward(dy, cache):
            return dy @ cache["kernel"].T, cache["x"].T @ dy, dy.sum(axis=0)
        """),
    ),
    ("sides_swapped", "dy @ kernel.T", "kernel.T @ dy"),
    ("sides_swapped", "dkernel = x.T @ dy", "dkernel = dy @ x.T"),
    ("sides_swapped", "    y = x @ kernel + bias", "    y = x.T @ kernel + bias"),
    ("transposed", "dkernel = x.T @ dy", "dkernel = x @ dy.T"),
    ("transposed", "dy @ kernel.T", "kernel @ dy.T"),
    ("over_n_and_sign", "dkernel = x.T @ dy", "dkernel = -x.T @ dy / len(x)"),
    ("wrong_return", "return dx, dkernel, dbias", "return dx, dkernel"),
]

MUTANTS = [
    (exercise, *mutant)
    for exercise, mutants in (
        ("numerical_gradient", NUMERICAL_GRADIENT),
        ("relu", RELU),
        ("sigmoid", SIGMOID),
        ("tanh", TANH),
        ("dense", DENSE),
    )
    for mutant in mutants
]
