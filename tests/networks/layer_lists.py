"""Any number of layers in lists, the weights updated in place by a loop over pairs.

Cost: 0.5 * np.mean(np.sum((activations[-1] - y) ** 2, axis=1))
"""

import numpy as np

np.random.seed(21)
sizes = [3, 5, 5, 2]
weights, biases = [], []
for i in range(len(sizes) - 1):
    weights.append(np.random.randn(sizes[i], sizes[i + 1]) / np.sqrt(sizes[i]))
    biases.append(np.zeros(sizes[i + 1]))
X = np.random.randn(32, 3)
y = np.stack([X[:, 0] > 0, X[:, 1] * X[:, 2] > 0], axis=1).astype(float)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(x):
    activations = [x]
    for W, b in zip(weights, biases, strict=True):
        activations.append(sigmoid(activations[-1] @ W + b))
    return activations


def backprop(activations, y):
    grads_w, grads_b = [], []
    out = activations[-1]
    delta = (out - y) * out * (1 - out) / len(y)
    for layer in range(len(weights) - 1, -1, -1):
        below = activations[layer]
        grads_w.insert(0, below.T @ delta)
        grads_b.insert(0, delta.sum(axis=0))
        if layer > 0:
            delta = delta @ weights[layer].T * below * (1 - below)
    return grads_w + grads_b


lr = 1.0
epochs = 30
params = weights + biases
for epoch in range(epochs):
    activations = forward(X)
    grads = backprop(activations, y)
    for p, g in zip(params, grads, strict=True):
        p -= lr * g
    if epoch % 10 == 0:
        print(epoch, 0.5 * np.mean(np.sum((activations[-1] - y) ** 2, axis=1)))
