"""A list of parameters that a comprehension makes anew in each round.

Cost: loss(params, X, y)
"""

import numpy as np

rng = np.random.default_rng(3)
X = rng.normal(size=(25, 4))
y = np.tanh(X @ rng.normal(size=(4, 2)))


def forward(params, X):
    W1, b1, W2, b2 = params
    h = np.tanh(X @ W1 + b1)
    return h, h @ W2 + b2


def loss(params, X, y):
    _, out = forward(params, X)
    return ((out - y) ** 2).sum() / (2 * len(X))


def gradient(params, X, y):
    _, _, W2, _ = params
    h, out = forward(params, X)
    dout = (out - y) / len(X)
    dh = dout @ W2.T
    dz = (1 - h * h) * dh
    return [X.T @ dz, dz.sum(axis=0), h.T @ dout, dout.sum(axis=0)]


params = [rng.normal(size=(4, 4)), np.zeros(4), rng.normal(size=(4, 2)), np.zeros(2)]
lr = 0.2
epochs = 30
for epoch in range(epochs):
    grads = gradient(params, X, y)
    params = [p - lr * g for p, g in zip(params, grads, strict=True)]
    if epoch % 10 == 0:
        print(f"{epoch}: {loss(params, X, y):.6f}")
