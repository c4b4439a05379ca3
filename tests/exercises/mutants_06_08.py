"""Wrong answers to exercises 6 to 8 as people write them, and what each is to be called.

Each is (exercise, key of the diagnosis, text of the solution, what stands in its place). Where the third is None,
the fourth is a whole file.
"""

from __future__ import annotations

from whole_file import whole

MEAN_SQUARED_ERROR = [
    ("one_half", "2 * difference / y.size", "difference / y.size"),
    ("sign", "2 * difference / y.size", "2 * (t - y) / y.size"),
    ("times_elements", "2 * difference / y.size", "2 * difference"),
    ("times_features", "2 * difference / y.size", "2 * difference / len(y)"),
    ("times_examples", "2 * difference / y.size", "2 * difference / y[0].size"),
    ("times_elements_and_one_half", "2 * difference / y.size", "difference"),
    ("times_features_and_one_half", "2 * difference / y.size", "difference / len(y)"),
    ("not_differentiated", "2 * difference / y.size", "difference**2 / y.size"),
    ("not_differentiated", "2 * difference / y.size", "2 * difference**2 / y.size"),
    ("only_y", "2 * difference / y.size", "2 * y / y.size"),
    ("sign_for_difference", "2 * difference / y.size", "np.sign(difference) / y.size"),
    ("times_elements", "np.mean(difference**2)", "np.sum(difference**2)"),
    ("times_features", "np.mean(difference**2)", "np.sum(difference**2) / len(y)"),
    ("one_half", "np.mean(difference**2)", "np.mean(difference**2) / 2"),
    ("root_of_mean", "np.mean(difference**2)", "np.sqrt(np.mean(difference**2))"),
    ("root_of_mean", "np.mean(difference**2)", "np.linalg.norm(difference)"),
    ("absolute_for_square", "np.mean(difference**2)", "np.mean(np.abs(difference))"),
    ("squared_mean", "np.mean(difference**2)", "np.mean(difference) ** 2"),
    ("wrong_axis", "np.mean(difference**2)", "np.mean(difference**2, axis=0)"),
    ("wrong_axis", "np.mean(difference**2)", "np.mean(difference**2, axis=-1)"),
    ("sum_missing", "np.mean(difference**2)", "difference**2 / 1"),
    ("mutated_input", "    difference = y - t", "    difference = y\n    difference -= t"),
    ("wrong_return", "return loss, dy", "return loss"),
    ("summed_over_all", "2 * difference / y.size", "2 * difference.mean()"),
    ("absolute", "2 * difference / y.size", "2 * np.abs(difference) / y.size"),
]

BINARY_CROSSENTROPY = [
    ("times_elements", "(p - t) / z.size", "p - t"),
    ("times_features", "(p - t) / z.size", "(p - t) / len(z)"),
    ("sign", "(p - t) / z.size", "(t - p) / z.size"),
    ("sigmoid_forgotten", "(p - t) / z.size", "(z - t) / z.size"),
    ("gradient_of_p", "(p - t) / z.size", "(p - t) / (p * (1 - p)) / z.size"),
    ("sigmoid_slope_twice", "(p - t) / z.size", "(p - t) * p * (1 - p) / z.size"),
    ("factor_two", "(p - t) / z.size", "2 * (p - t) / z.size"),
    ("one_term_only", "(p - t) / z.size", "-t * (1 - p) / z.size"),
    ("only_p", "(p - t) / z.size", "p / z.size"),
    ("times_elements", "return np.mean(terms), dz", "return np.sum(terms), dz"),
    ("times_features", "return np.mean(terms), dz", "return np.sum(terms) / len(z), dz"),
    ("wrong_axis", "return np.mean(terms), dz", "return np.mean(terms, axis=0), dz"),
    ("bars_forgotten", "np.log1p(small)", "np.log1p(np.exp(z))"),
    ("bars_forgotten", "np.log1p(small)", "np.log1p(np.exp(-z))"),
    ("max_forgotten", "np.maximum(z, 0) - z * t", "z - z * t"),
    ("targets_swapped", "np.maximum(z, 0) - z * t", "np.maximum(z, 0) - z * (1 - t)"),
    ("sign", "return np.mean(terms), dz", "return -np.mean(terms), dz"),
    (
        "log_of_zero",
        None,
        whole("""
        def binary_crossentropy(z, t):
            small = np.exp(-np.abs(z))
            p = np.where(z >= 0, 1, small) / (1 + small)
            loss = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
            return loss, (p - t) / z.size
        """),
    ),
    (
        "log_of_zero",
        None,
        whole("""
        def binary_crossentropy(z, t):
            p = 1 / (1 + np.exp(-z))
            loss = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
            return loss, (p - t) / z.size
        """),
    ),
    (
        "clipped",
        None,
        whole("""
        def binary_crossentropy(z, t):
            p = 1 / (1 + np.exp(-np.clip(z, -500, 500)))
            q = np.clip(p, 1e-7, 1 - 1e-7)
            loss = -np.mean(t * np.log(q) + (1 - t) * np.log(1 - q))
            return loss, (p - t) / z.size
        """),
    ),
    (
        "epsilon_in_log",
        None,
        whole("""
        def binary_crossentropy(z, t):
            small = np.exp(-np.abs(z))
            p = np.where(z >= 0, 1, small) / (1 + small)
            loss = -np.mean(t * np.log(p + 1e-8) + (1 - t) * np.log(1 - p + 1e-8))
            return loss, (p - t) / z.size
        """),
    ),
    (
        "one_term_only",
        None,
        whole("""
        def binary_crossentropy(z, t):
            p = 1 / (1 + np.exp(-z))
            return -np.mean(t * np.log(p)), (p - t) / z.size
        """),
    ),
    ("overflow", "np.where(z >= 0, 1, small) / (1 + small)", "1 / (1 + np.exp(-z))"),
    (
        "overflow",
        None,
        whole("""
        def binary_crossentropy(z, t):
            loss = np.mean(np.log(1 + np.exp(-z)) + (1 - t) * z)
            small = np.exp(-np.abs(z))
            return loss, (np.where(z >= 0, 1, small) / (1 + small) - t) / z.size
        """),
    ),
    ("wrong_side", "np.where(z >= 0, 1, small) / (1 + small)", "np.where(z >= 0, small, 1) / (1 + small)"),
    ("one_forgotten", "np.log1p(small)", "np.log(small)"),
    ("sign_of_target", "np.maximum(z, 0) - z * t", "np.maximum(z, 0) + z * t"),
]


ADAM = [  # beside its slips
    ("mutated_input", "    param = param - learning_rate", "    param -= learning_rate"),
    (
        "state_shared",
        None,
        whole("""
        t = 0

        def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
            global t
            if state is None:
                t, state = 0, (0.0, 0.0)
            t += 1
            m = beta_1 * state[0] + (1 - beta_1) * grad
            v = beta_2 * state[1] + (1 - beta_2) * grad**2
            m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
            return param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), (m, v)
        """),
    ),
    ("wrong_return", "return param, (m, v, t)", "return param"),
    (
        "hidden_state",
        None,
        whole("""
        t = 0

        def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
            global t
            t += 1
            m, v = (0.0, 0.0) if state is None else state
            m = beta_1 * m + (1 - beta_1) * grad
            v = beta_2 * v + (1 - beta_2) * grad**2
            m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
            return param - learning_rate * m_hat / (np.sqrt(v_hat) + epsilon), (m, v)
        """),
    ),
]

MUTANTS = [
    (exercise, *mutant)
    for exercise, mutants in (
        ("mean_squared_error", MEAN_SQUARED_ERROR),
        ("binary_crossentropy", BINARY_CROSSENTROPY),
        ("adam", ADAM),
    )
    for mutant in mutants
]
