"""The mean absolute miss: its gradient is a sign, the same size however far the miss.

Cost: np.abs(pred - y).mean()
"""

import numpy as np

np.random.seed(14)
X = np.random.randn(30, 2)
y = X[:, :1] - 2 * X[:, 1:] ** 2 + 0.3
W1 = np.random.randn(2, 6)
b1 = np.random.randn(1, 6)
W2 = np.random.randn(6, 1)
b2 = np.zeros((1, 1))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def d_sigmoid(x):
    return sigmoid(x) * (1 - sigmoid(x))


lr = 0.1
epochs = 30
for it in range(epochs):
    zh = X.dot(W1) + b1
    ah = sigmoid(zh)
    pred = ah.dot(W2) + b2

    d_pred = np.sign(pred - y) / len(y)
    d_W2 = ah.T.dot(d_pred)
    d_b2 = d_pred.sum(axis=0, keepdims=True)
    d_zh = d_pred.dot(W2.T) * d_sigmoid(zh)
    d_W1 = X.T.dot(d_zh)
    d_b1 = d_zh.sum(axis=0, keepdims=True)

    W1, b1 = W1 - lr * d_W1, b1 - lr * d_b1
    W2, b2 = W2 - lr * d_W2, b2 - lr * d_b2
    if it % 10 == 0:
        print(f"{it}: {np.abs(pred - y).mean():.5f}")
