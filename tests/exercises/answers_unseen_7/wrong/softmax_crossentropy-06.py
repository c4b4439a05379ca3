import numpy as np


def softmax_crossentropy(z, t):
    number = z.shape[0]
    biggest = np.amax(z, axis=1, keepdims=True)
    s = z - biggest
    logSum = np.log(np.exp(s).sum(axis=0, keepdims=True))
    logP = s - logSum
    loss = 0
    grad = np.exp(logP)
    for i in range(number):
        label = t[i]
        loss = loss - logP[i, label]
        grad[i, label] = grad[i, label] - 1
    return loss / number, grad
