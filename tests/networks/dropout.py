"""Inverted dropout with a fixed seed: ReLU units, of which some are silent in each round.

Cost: loss
"""

import numpy as np

np.random.seed(8)
X = np.random.randn(30, 5)
target = np.sum(X[:, :2] ** 2, axis=1, keepdims=True) / 2

W1 = np.random.randn(5, 10) * np.sqrt(2 / 5)
b1 = np.full((1, 10), 0.1)
W2 = np.random.randn(10, 1) * np.sqrt(2 / 10)
b2 = np.zeros((1, 1))
keep = 0.8
alpha = 0.02
epochs = 30
for epoch in range(epochs):
    z1 = X.dot(W1) + b1
    a1 = np.maximum(z1, 0)
    mask = (np.random.rand(*a1.shape) < keep) / keep
    silenced = a1 * mask
    out = silenced.dot(W2) + b2
    loss = np.mean(np.square(out - target))

    grad_out = 2 * (out - target) / target.size
    grad_W2 = silenced.T.dot(grad_out)
    grad_b2 = grad_out.sum(0, keepdims=True)
    grad_silenced = grad_out.dot(W2.T)
    grad_a1 = grad_silenced * mask
    grad_z1 = grad_a1 * (z1 > 0)
    grad_W1 = X.T.dot(grad_z1)
    grad_b1 = grad_z1.sum(0, keepdims=True)

    W1 -= alpha * grad_W1
    b1 -= alpha * grad_b1
    W2 -= alpha * grad_W2
    b2 -= alpha * grad_b2
    if epoch % 10 == 9:
        print(f"{epoch + 1:3d} {loss:.4f}")
