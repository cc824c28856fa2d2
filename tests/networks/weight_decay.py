"""Logistic regression with a squared penalty, in the cost as in the gradient; lambda over 2n.

Cost: cost(theta, X, y, lam)
"""

import numpy as np

np.random.seed(19)
m = 40
X = np.c_[np.ones(m), np.random.randn(m, 4)]
y = (X @ np.array([0.3, 1.0, -1.0, 0.5, 0.0]) + 0.3 * np.random.randn(m) > 0).astype(float)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def cost(theta, X, y, lam):
    h = sigmoid(X @ theta)
    data = -(y @ np.log(h) + (1 - y) @ np.log(1 - h)) / len(y)
    return data + lam / (2 * len(y)) * np.sum(theta[1:] ** 2)


def gradient(theta, X, y, lam):
    h = sigmoid(X @ theta)
    grad = X.T @ (h - y) / len(y)
    grad[1:] += lam / len(y) * theta[1:]
    return grad


theta = np.random.randn(5) * 0.5
alpha, lam = 0.5, 2.0
epochs = 30
for i in range(epochs):
    theta = theta - alpha * gradient(theta, X, y, lam)
    if i % 10 == 0:
        print(f"iteration {i}: cost {cost(theta, X, y, lam):.6f}")
