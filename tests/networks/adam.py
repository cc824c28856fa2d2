"""Adam over a dictionary of parameters: sigmoid units, cross-entropy, a mean gradient.

Cost: loss_of(params, X, y)
"""

import numpy as np

rng = np.random.RandomState(11)
X = rng.randn(36, 3)
y = (X[:, [0]] * X[:, [1]] + X[:, [2]] > 0) * 1.0
params = {
    "W1": rng.randn(3, 6) * 0.6, "b1": np.zeros((1, 6)),
    "W2": rng.randn(6, 1) * 0.6, "b2": np.zeros((1, 1)),
}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward(params, X):
    a1 = sigmoid(X @ params["W1"] + params["b1"])
    return a1, sigmoid(a1 @ params["W2"] + params["b2"])


def loss_of(params, X, y):
    _, p = forward(params, X)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def gradients(params, X, y):
    a1, p = forward(params, X)
    n = X.shape[0]
    dz2 = (p - y) / n
    da1 = dz2 @ params["W2"].T
    dz1 = da1 * a1 * (1 - a1)
    return {
        "W1": X.T @ dz1, "b1": dz1.sum(axis=0, keepdims=True),
        "W2": a1.T @ dz2, "b2": dz2.sum(axis=0, keepdims=True),
    }


lr, beta1, beta2, eps = 0.05, 0.9, 0.999, 1e-8
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(w) for k, w in params.items()}
epochs = 30
for t in range(1, epochs + 1):
    grads = gradients(params, X, y)
    for k in params:
        m[k] = beta1 * m[k] + (1 - beta1) * grads[k]
        v[k] = beta2 * v[k] + (1 - beta2) * grads[k] ** 2
        m_hat = m[k] / (1 - beta1 ** t)
        v_hat = v[k] / (1 - beta2 ** t)
        params[k] = params[k] - lr * m_hat / (np.sqrt(v_hat) + eps)
    if t % 10 == 0:
        print(f"step {t}: {loss_of(params, X, y):.6f}")
