"""Exercise 20: the contractive penalty, a square of products, of which each factor has a gradient."""

import numpy as np

from npae.exercises.exercise import Exercise, Gradients, Terms, Wrong


def cases(rng):
    """Return codes and kernels of several sizes."""
    settings = ((3, 4, 2, 0.5), (1, 2, 3, 2.0), (2, 5, 4, 0.1), (4, 3, 5, 1.5))
    return [arguments(rng, *setting) for setting in settings]


def square(rng):
    """Return cases in which all sizes are equal."""
    return [arguments(rng, k, k, k, weight) for k, weight in ((3, 0.5), (4, 2.0))]


def arguments(rng, n, inputs, units, weight):
    """Return h between 0 and 1, a normal kernel, and the weight."""
    return {
        "h": rng.uniform(0.1, 0.9, (n, units)),
        "kernel": rng.standard_normal((inputs, units)),
        "weight": weight,
    }


def slopes(c):
    """Return the derivative of the sigmoid from its output."""
    return c.h * (1 - c.h)


def squares(c):
    """Return the sum of squares of the kernel, for each unit."""
    return (c.kernel**2).sum(axis=0)


def share(c):
    """Return what every image counts for."""
    return c.weight / len(c.h)


def penalty(c, slope=slopes, k2=squares):
    """Return the penalty, or what comes of other factors."""
    return share(c) * np.sum(slope(c) ** 2 * k2(c))


def dh(c, last=lambda h: 1 - 2 * h, k2=squares):
    """Return dh, or what comes of other factors."""
    return share(c) * 2 * slopes(c) * last(c.h) * k2(c)


def dkernel(c):
    """Return dkernel."""
    return share(c) * 2 * c.kernel * (slopes(c) ** 2).sum(axis=0)


def over_units(c):
    """Return the squares summed over the units, as is right for nobody."""
    return (c.kernel**2).sum(axis=1)


def frobenius(c):
    """Return the norm of each image's Jacobian."""
    return np.sqrt((slopes(c) ** 2 * squares(c)).sum(axis=1))


WRONG_AXIS = "the kernel's squares were summed over the units; the sum is over the inputs, for each unit."
NOT_SQUARED = "h * (1 - h) is not squared, though the Jacobian is."
WRONG_PENALTY = (
    Wrong("weight_forgotten", lambda c: penalty(c) / c.weight, "the penalty is not multiplied by weight."),
    Wrong("weight_squared", lambda c: penalty(c) * c.weight, "weight went in twice."),
    Wrong("not_squared", lambda c: share(c) * np.sum(slopes(c) * squares(c)), NOT_SQUARED),
    Wrong("wrong_axis", lambda c: penalty(c, k2=over_units), WRONG_AXIS),
    Wrong(
        "root",
        lambda c: share(c) * np.sum(frobenius(c)),
        "a root was taken: the norm, where its square belongs.",
    ),
    Wrong("root", lambda c: c.weight * np.sqrt(penalty(c) / c.weight), "a root was taken."),
    Wrong(
        "wrong_derivative", lambda c: penalty(c, lambda c: 1 - c.h**2), "1 - h^2 is the derivative of tanh."
    ),
    Wrong(
        "derivative_forgotten", lambda c: penalty(c, lambda c: c.h), "h itself is taken for its derivative."
    ),
    Wrong(
        "derivative_twice",
        lambda c: penalty(c, lambda c: sigmoid_slope(c.h)),
        "the sigmoid was applied to h, which is its output already.",
    ),
    Wrong(
        "kernel_not_squared",
        lambda c: penalty(c, k2=lambda c: c.kernel.sum(axis=0)),
        "the kernel is not squared.",
    ),
    Wrong(
        "square_of_sum",
        lambda c: penalty(c, k2=lambda c: c.kernel.sum(axis=0) ** 2),
        "the kernel was summed first and squared then; the squares are to be summed.",
    ),
    Wrong(
        "mean_for_sum", lambda c: penalty(c) / c.h.shape[1], "the penalty is averaged over the units, too."
    ),
    Wrong(
        "mean_for_sum", lambda c: penalty(c) / len(c.kernel), "the penalty is averaged over the inputs, too."
    ),
    Wrong(
        "mean_for_sum",
        lambda c: penalty(c) / c.kernel.size,
        "the penalty is averaged over the entries of the Jacobian, too.",
    ),
    Wrong(
        "weight_decay",
        lambda c: c.weight * np.sum(c.kernel**2),
        "the squares of the kernel alone: weight decay.",
    ),
    Wrong(
        "mean_first",
        lambda c: c.weight * np.sum(slopes(c).mean(axis=0) ** 2 * squares(c)),
        "h * (1 - h) was averaged over the images before it was squared.",
    ),
)


def sigmoid_slope(z):
    """Return the derivative of the sigmoid at z."""
    y = 1 / (1 + np.exp(-z))
    return y * (1 - y)


S_ONCE = "dh lacks the derivative of h * (1 - h) by h, a factor of its own."
WRONG_DH = (
    Wrong("weight_forgotten", lambda c: dh(c) / c.weight, "dh is not multiplied by weight."),
    Wrong("chain_rule_cut", lambda c: dh(c, last=lambda h: 1), S_ONCE),
    Wrong(
        "wrong_derivative",
        lambda c: dh(c, last=lambda h: 1 - h),
        "the derivative of h - h^2 by h was taken for 1 - h.",
    ),
    Wrong(
        "wrong_derivative",
        lambda c: dh(c, last=lambda h: 1 + 2 * h),
        "h - h^2 was derived with a wrong sign.",
    ),
    Wrong(
        "wrong_derivative", lambda c: dh(c, last=lambda h: h * (1 - h)), "s took the place of its derivative."
    ),
    Wrong(
        "derived_by_z",
        lambda c: dh(c) * slopes(c),
        "this is the gradient by what goes into the sigmoid: one factor h * (1 - h) too many.",
    ),
    Wrong(
        "not_squared",
        lambda c: share(c) * (1 - 2 * c.h) * squares(c),
        "this is the derivative of s, not of its square.",
    ),
    Wrong("wrong_axis", lambda c: dh(c, k2=over_units), WRONG_AXIS),
    Wrong(
        "square_of_sum",
        lambda c: dh(c, k2=lambda c: c.kernel.sum(axis=0) ** 2),
        "the kernel was summed first and squared then.",
    ),
    Wrong(
        "penalty_for_slope",
        lambda c: share(c) * slopes(c) ** 2 * squares(c),
        "dh holds the terms of the penalty.",
    ),
    Wrong("kernel_forgotten", lambda c: dh(c, k2=lambda c: 1), "the kernel is missing from dh."),
)
WRONG_DKERNEL = (
    Wrong("weight_forgotten", lambda c: dkernel(c) / c.weight, "dkernel is not multiplied by weight."),
    Wrong(
        "not_squared",
        lambda c: share(c) * 2 * c.kernel * slopes(c).sum(axis=0),
        "h * (1 - h) is not squared in dkernel.",
    ),
    Wrong(
        "square_of_sum",
        lambda c: share(c) * 2 * c.kernel * slopes(c).sum(axis=0) ** 2,
        "h * (1 - h) was summed over the images first and squared then.",
    ),
    Wrong(
        "mean_first",
        lambda c: c.weight * 2 * c.kernel * slopes(c).mean(axis=0) ** 2,
        "h * (1 - h) was averaged over the images before it was squared.",
    ),
    Wrong(
        "squared_kernel_left",
        lambda c: share(c) * 2 * c.kernel**2 * (slopes(c) ** 2).sum(axis=0),
        "the kernel is still squared: deriving takes one power away.",
    ),
    Wrong(
        "squared_kernel_left",
        lambda c: share(c) * c.kernel**2 * (slopes(c) ** 2).sum(axis=0),
        "dkernel holds the terms of the penalty, not their derivative.",
    ),
    Wrong("weight_decay", lambda c: 2 * c.weight * c.kernel, "this is the gradient of plain weight decay."),
)
FOUND = "formula ({}) in the docstring of the file"

EXERCISE = Exercise(
    name="contractive",
    title="the contractive penalty: squares of a Jacobian",
    checks=(
        Gradients(
            forward="contractive",
            backward=None,
            output="penalty",
            gradients={"dh": "h", "dkernel": "kernel"},
            example={
                "h": np.array([[0.5, 0.4]]),
                "kernel": np.array([[1.0, 0], [2, 0], [0, -1]]),
                "weight": 0.5,
            },
            cases=cases,
            square=square,
            reference=penalty,
            axes={"h": "n units", "kernel": "inputs units"},
            terms={
                "dkernel": Terms(
                    lambda c: share(c) * 2 * c.kernel * slopes(c)[:, None, :] ** 2, "n inputs units", "n"
                )
            },
            wrong={"penalty": WRONG_PENALTY, "dh": WRONG_DH, "dkernel": WRONG_DKERNEL},
            pointers={"penalty": FOUND.format(2), "dh": FOUND.format(3), "dkernel": FOUND.format(4)},
        ),
    ),
    hints=(
        "Nothing has to be built as large as a Jacobian: k2 has one number for each unit, s one for each "
        "unit of each image.",
        "The penalty is a sum of s^2 * k2. For dh, derive s^2 by h, with s = h - h^2: outer derivative "
        "times inner.",
        "For dkernel, derive kernel^2 by the kernel. Which images does kernel[k, u] meet? Their squares add "
        "up.",
        "With s and k2 as variables each of the three results is one line; weight / n stands in all of them.",
    ),
)
