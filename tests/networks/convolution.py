"""A small convolution over one row, a mean over the places, and a logistic output.

Cost: loss
"""

import numpy as np

rng = np.random.default_rng(9)
count, width, size, filters = 16, 10, 3, 4
X = rng.normal(size=(count, width))
y = np.arange(count) % 2
X[y == 1, 3:6] += np.array([1.0, -1.5, 1.0])

kernels = rng.normal(size=(size, filters)) * 0.5
bias = np.zeros(filters)
w = rng.normal(size=filters) * 0.5
places = width - size + 1

lr = 0.5
epochs = 15
for epoch in range(epochs):
    maps = np.zeros((count, places, filters))
    for i in range(places):
        maps[:, i] = X[:, i:i + size] @ kernels + bias
    active = np.maximum(maps, 0)
    pooled = active.mean(axis=1)
    p = 1 / (1 + np.exp(-pooled @ w))
    loss = -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))

    dscore = (p - y) / count
    dw = pooled.T @ dscore
    dpooled = np.outer(dscore, w)
    dactive = np.repeat(dpooled[:, None, :], places, axis=1) / places
    dmaps = dactive * (maps > 0)
    dkernels = np.zeros_like(kernels)
    for i in range(places):
        dkernels += X[:, i:i + size].T @ dmaps[:, i]
    dbias = dmaps.sum(axis=(0, 1))

    kernels -= lr * dkernels
    bias -= lr * dbias
    w -= lr * dw
    if epoch % 5 == 0:
        print("epoch", epoch, "loss", round(float(loss), 6))
