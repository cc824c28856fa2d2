"""Momentum: each weight keeps a velocity; regression with one tanh layer.

Cost: np.mean((pred - y) ** 2)
"""

import numpy as np

np.random.seed(2)
x = np.linspace(-2, 2, 32).reshape(-1, 1)
y = np.sin(2 * x) + 0.05 * np.random.randn(32, 1)

W1 = np.random.randn(1, 8)
b1 = np.random.randn(1, 8) * 0.1
W2 = np.random.randn(8, 1) * 0.3
b2 = np.zeros((1, 1))
vW1, vb1 = np.zeros_like(W1), np.zeros_like(b1)
vW2, vb2 = np.zeros_like(W2), np.zeros_like(b2)

lr = 0.02
beta = 0.9
epochs = 40
for epoch in range(epochs):
    z = x @ W1 + b1
    h = np.tanh(z)
    pred = h @ W2 + b2
    if epoch % 10 == 0:
        print("epoch", epoch, "mse", np.mean((pred - y) ** 2))

    dpred = 2 * (pred - y) / len(x)
    dW2 = h.T @ dpred
    db2 = np.sum(dpred, axis=0, keepdims=True)
    dh = dpred @ W2.T
    dz = dh * (1 - np.square(h))
    dW1 = x.T @ dz
    db1 = np.sum(dz, axis=0, keepdims=True)

    vW2 = beta * vW2 - lr * dW2
    vb2 = beta * vb2 - lr * db2
    vW1 = beta * vW1 - lr * dW1
    vb1 = beta * vb1 - lr * db1
    W2 += vW2
    b2 += vb2
    W1 += vW1
    b1 += vb1
