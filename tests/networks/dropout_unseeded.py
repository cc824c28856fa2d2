"""Dropout without a seed: no two runs silence the same units or start from the same weights.

Cost: -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
"""

import numpy as np

X = np.random.uniform(-1, 1, size=(40, 3))
y = (X.sum(axis=1, keepdims=True) > 0).astype(float)
w_hidden = np.random.normal(size=(3, 7))
w_out = np.random.normal(size=(7, 1))
b_out = np.zeros(1)


def sigmoid(t):
    return 1 / (1 + np.exp(-t))


rate = 0.3
learning_rate = 0.4
epochs = 20
for epoch in range(epochs):
    s_hidden = X @ w_hidden
    hidden = np.tanh(s_hidden)
    mask = np.random.binomial(1, 1 - rate, size=hidden.shape) / (1 - rate)
    dropped = hidden * mask
    p = sigmoid(dropped @ w_out + b_out)
    if epoch % 5 == 0:
        cost = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        print("epoch", epoch, "cost", cost)

    delta_out = p - y
    delta_hidden = delta_out @ w_out.T * mask * (1 - hidden ** 2)
    w_out = w_out - learning_rate * dropped.T @ delta_out / len(y)
    b_out = b_out - learning_rate * delta_out.mean(axis=0)
    w_hidden = w_hidden - learning_rate * X.T @ delta_hidden / len(y)
