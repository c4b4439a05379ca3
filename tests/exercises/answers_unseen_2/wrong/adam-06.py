import numpy as np

DECAY = np.array([0.9, 0.999])      # beta_1, beta_2


def adam_step(param, grad, state, learning_rate=1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    mv, t = (np.zeros((2,) + np.shape(param)), 0) if state is None else state
    t = t + 1
    decay = DECAY.reshape((2,) + (1,) * np.ndim(param))

    mean = decay[0] * mv[0] + (1 - decay[0]) * grad
    variance = decay[1] * mv[1] + (1 - decay[1]) * (grad - mean) ** 2
    mv = np.stack([mean, variance])

    mean_hat, variance_hat = mv / (1 - decay ** t)
    step = mean_hat / (np.sqrt(variance_hat) + epsilon)
    return param - learning_rate * step, (mv, t)
