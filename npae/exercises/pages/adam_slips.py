"""How Adam becomes a little wrong: the slips of exercise 8."""

from npae.exercises.slips import Slip

M, V = "m = beta_1 * m + (1 - beta_1) * grad\n", "v = beta_2 * v + (1 - beta_2) * grad**2"
M_HAT, V_HAT = "m_hat = m / (1 - beta_1**t)", "v_hat = v / (1 - beta_2**t)"
STEP, ROOT, STATE = (
    "learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)",
    "(np.sqrt(v_hat) + epsilon)",
    "return param, (m, v, t)",
)
NONE, TAKEN, IMPORT = (
    "    if state is None:\n",
    "    m, v, t = state\n    t = t + 1\n",
    "import numpy as np\n",
)
ALWAYS = "is always {}, whatever is handed over."
SWAPPED = "one beta stands where the other belongs, {}."

# fmt: off
SLIPS = (
    Slip("no_bias_correction", (M_HAT, V_HAT), ("m_hat = m", "v_hat = v"),
         "m and v are used as they are: formula (3) is missing."),
    Slip("no_bias_correction", V_HAT, "v_hat = v", "m is corrected, v is not: formula (3) has two parts."),
    Slip("no_bias_correction", M_HAT, "m_hat = m", "v is corrected, m is not: formula (3) has two parts."),
    Slip("corrected_kept", STATE, "return param, (m_hat, v_hat, t)",
         "the corrected m_hat and v_hat are carried on to the next step: the averages go on with m and v."),
    Slip("corrected_kept", STATE, "return param, (m_hat, v, t)", "the corrected m_hat is carried on to the next step."),
    Slip("corrected_kept", STATE, "return param, (m, v_hat, t)", "the corrected v_hat is carried on to the next step."),
    Slip("correction_multiplies", ("m / (1", "v / (1"), ("m * (1", "v * (1"),
         "m and v are multiplied by 1 - beta^t; formula (3) divides."),
    Slip("product_for_power", ("beta_1**t", "beta_2**t"), ("beta_1 * t", "beta_2 * t"),
         "beta · t stands where formula (3) has beta to the power of t."),
    Slip("betas_swapped", ("beta_1**t", "beta_2**t"), ("beta_2 ** t", "beta_1**t"), SWAPPED.format("in formula (3)")),
    Slip("betas_swapped", (M, V), ("m = beta_2 * m + (1 - beta_2) * grad\n", "v = beta_1 * v + (1 - beta_1) * grad**2"),
         SWAPPED.format("in formulas (1) and (2)")),
    Slip("betas_swapped", NONE, f"    beta_1, beta_2 = beta_2, beta_1\n{NONE}", SWAPPED.format("everywhere")),
    Slip("betas_swapped", NONE, f"    beta_2 = beta_1\n{NONE}", "the same beta, beta_1, is used for m and for v."),
    Slip("betas_swapped", "beta_2**t", "beta_1 ** t", "formula (3) is computed with beta_1 for v as well."),
    Slip("t_from_zero", "    t = t + 1\n", "",
         "t is 0 in the first step: formula (3) then divides by 1 - 1 = 0."),
    Slip("t_from_zero", "like(param), 0)", "like(param), -1)",
         "t is 0 in the first step: formula (3) then divides by 1 - 1 = 0."),
    Slip("t_too_large", "like(param), 0)", "like(param), 1)", "t is 2 in the first step: it has been counted up twice."),
    Slip("t_stands_still", STATE, "return param, (m, v, 0)",
         "formula (3) has t = 1 in every step: it is not counted up, or not handed on in state."),
    Slip("state_dropped", NONE, "    if True:\n",
         "every step is computed as if it were the first: m, v and t of the step before are not used."),
    Slip("state_dropped", STATE, "return param, (0 * m, 0 * v, t)", "m and v start from 0 in every step, only t goes on."),
    Slip("state_dropped", M, "m = (1 - beta_1) * grad\n", "m starts from 0 in every step."),
    Slip("state_dropped", V, "v = (1 - beta_2) * grad**2", "v starts from 0 in every step."),
    Slip("epsilon_inside", ROOT, "np.sqrt(v_hat + epsilon)",
         "epsilon is added under the root; formula (4) adds it to the root."),
    Slip("epsilon_inside", ROOT, "np.sqrt(v_hat + epsilon**2)",
         "epsilon squared is added under the root; formula (4) adds epsilon to the root."),
    Slip("epsilon_before_correction", ROOT, "((np.sqrt(v) + epsilon) / np.sqrt(1 - beta_2**t))",
         "epsilon is added to the root of v, and the correction is made afterwards, on epsilon as well."),
    Slip("epsilon_forgotten", ROOT, "np.sqrt(v_hat)", "there is no epsilon in the denominator."),
    Slip("root_forgotten", ROOT, "(v_hat + epsilon)", "the denominator is v_hat + epsilon, without the root."),
    Slip("correction_after_root", ROOT, "(np.sqrt(v_hat / (1 - beta_2**t)) + epsilon)",
         "the root is taken of v first and divided by 1 - beta_2^t after that; formula (4) takes it of v_hat."),
    Slip("v_forgotten", f" / {ROOT}", "", "the step is learning_rate · m_hat: nothing is divided by the root of v_hat."),
    Slip("m_forgotten", "learning_rate * m_hat", "learning_rate * grad", "g stands where formula (4) has m_hat."),
    Slip("sign", "param - learning", "param + learning", "the step is added: formula (4) subtracts it."),
    Slip("not_squared", "grad**2", "grad",
         "v is an average of g, not of g²: its root is not a number where g is negative."),
    Slip("not_squared", "grad**2", "np.abs(grad)", "v is an average of |g|, not of g²."),
    Slip("m_for_g", "grad**2", "m**2", "v averages the squares of m, where formula (2) has the squares of g."),
    Slip("one_for_all", "grad**2", "np.sum(grad**2)",
         "v is one number for all entries, from the sum of their squares; every entry has its own."),
    Slip("one_for_all", "grad**2", "np.mean(grad**2)",
         "v is one number for all entries, from the mean of their squares; every entry has its own."),
    Slip("weight_forgotten", M, "m = beta_1 * m + grad\n", "1 - beta_1 is missing in formula (1)."),
    Slip("weight_forgotten", V, "v = beta_2 * v + grad**2", "1 - beta_2 is missing in formula (2)."),
    Slip("weight_forgotten", (M, V), ("m = beta_1 * m + grad\n", "v = beta_2 * v + grad**2"),
         "1 - beta is missing in formulas (1) and (2)."),
    Slip("weights_swapped", M, "m = (1 - beta_1) * m + beta_1 * grad\n",
         "in formula (1), beta_1 and 1 - beta_1 have changed places."),
    Slip("weights_swapped", V, "v = (1 - beta_2) * v + beta_2 * grad**2",
         "in formula (2), beta_2 and 1 - beta_2 have changed places."),
    Slip("weights_swapped", (M, V),
         ("m = (1 - beta_1) * m + beta_1 * grad\n", "v = (1 - beta_2) * v + beta_2 * grad**2"),
         "in formulas (1) and (2), beta and 1 - beta have changed places."),
    *(Slip("setting_ignored", NONE, f"    {name} = {value}\n{NONE}", f"{told} {ALWAYS.format(value)}")
      for name, value, told in (("learning_rate", "0.001", "the learning rate"), ("beta_1", "0.9", "beta_1"),
                                ("beta_2", "0.999", "beta_2"), ("epsilon", "1e-7", "epsilon"),
                                ("epsilon", "1e-8", "epsilon"))),
    Slip("precedence", ROOT, "np.sqrt(v_hat) + epsilon",
         "epsilon is added to the parameter, and not to the denominator: a bracket is missing."),
    Slip("precedence", STEP, "learning_rate * (m_hat / np.sqrt(v_hat) + epsilon)",
         "epsilon is added to the quotient, and not to its denominator: a bracket is missing."),
    Slip("rate_divided", "- learning_rate", "- learning_rate / t",
         "the learning rate is divided by t: Adam's stays as it is."),
    Slip("step_for_param", "param = param - learning", "param = -learning",
         "what is returned is the step alone: it was not taken from the parameter."),
)

OTHER_DEFAULTS = tuple(
    Slip("other_default", f"{name}={old}", f"{name}={new}", f"the default of {name} seems to be {new}.")
    for name, old, new in (("learning_rate", "1e-3", "0.01"), ("beta_1", "0.9", "0.99"), ("beta_2", "0.999", "0.99"),
                           ("epsilon", "1e-7", "1e-08"), ("epsilon", "1e-7", "1e-06"))
)

SHARED = tuple(
    Slip("state_shared", (IMPORT, NONE, TAKEN, "    return param,"),
         (f"{IMPORT}\nKEPT = {{}}\n", f"    first = state is None\n{NONE}", taken, f"    {kept}\n    return param,"),
         f"two parameters that take their steps in turn share {what}: that is kept somewhere outside state.")
    for what, taken, kept in (
        ("m, v and t", f"    state = KEPT.get('state', state)\n{TAKEN}", "KEPT['state'] = m, v, t"),
        ("m, v and t", f"    state = state if first else KEPT['state']\n{TAKEN}", "KEPT['state'] = m, v, t"),
        ("t", "    m, v, _ = state\n    t = KEPT.get('t', 0) + 1\n", "KEPT['t'] = t"),
        ("t", "    m, v, _ = state\n    t = 1 if first else KEPT['t'] + 1\n", "KEPT['t'] = t"),
    )
)
# fmt: on
