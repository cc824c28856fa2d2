"""One layer, no name for the gradient: the whole step stands in the update, and is added.

Cost: 0.5 * np.sum((y - out) ** 2)
"""

import numpy as np

np.random.seed(13)
X = np.random.randint(0, 2, (12, 3)).astype(float)
y = X[:, [0]]
W = np.random.uniform(-1, 1, (3, 1))
b = np.zeros((1, 1))

epochs = 30
for epoch in range(epochs):
    z = X @ W + b
    out = 1 / (1 + np.exp(-z))
    slope = out * (1 - out)
    W += X.T @ ((y - out) * slope)
    b += np.sum((y - out) * slope, axis=0, keepdims=True)
    if epoch % 10 == 0:
        print(f"round {epoch}: {0.5 * np.sum((y - out) ** 2):.5f}")
