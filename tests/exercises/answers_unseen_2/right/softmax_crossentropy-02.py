import math

import numpy as np


def one_row(logits, label):
    """loss and gradient of one single example, as python lists"""
    biggest = max(logits)
    shifted = [v - biggest for v in logits]
    exps = [math.exp(v) for v in shifted]
    total = sum(exps)
    loss = math.log(total) - shifted[label]
    grad = []
    for k, e in enumerate(exps):
        g = e / total
        if k == label:
            g = g - 1.0
        grad.append(g)
    return loss, grad


def softmax_crossentropy(z, t):
    n = len(z)
    total_loss = 0.0
    dz = np.empty_like(z)
    for i in range(n):
        loss_i, grad_i = one_row([float(v) for v in z[i]], int(t[i]))
        total_loss += loss_i / n
        for k in range(len(grad_i)):
            dz[i, k] = grad_i[k] / n
    return total_loss, dz
