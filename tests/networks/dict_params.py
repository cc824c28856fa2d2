"""Parameters in a dictionary, with functions that hand new dictionaries on: two classes, tanh.

Cost: cost
"""

import numpy as np

np.random.seed(4)
X = np.random.randn(2, 50)
Y = (X[:1] ** 2 + X[1:] ** 2 > 1.2).astype(float)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def initialise(n_x, n_h, n_y):
    return {
        "W1": np.random.randn(n_h, n_x) * 0.5,
        "b1": np.zeros((n_h, 1)),
        "W2": np.random.randn(n_y, n_h) * 0.5,
        "b2": np.zeros((n_y, 1)),
    }


def forward(X, params):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = np.tanh(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = sigmoid(Z2)
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def compute_cost(A2, Y):
    m = Y.shape[1]
    return -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m


def backward(params, cache, X, Y):
    m = X.shape[1]
    grads = {}
    dZ2 = cache["A2"] - Y
    grads["W2"] = 1 / m * dZ2 @ cache["A1"].T
    grads["b2"] = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dA1 = params["W2"].T @ dZ2
    dZ1 = dA1 * (1 - np.power(cache["A1"], 2))
    grads["W1"] = 1 / m * dZ1 @ X.T
    grads["b1"] = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return grads


def update(params, grads, lr):
    new = {}
    for name in params:
        new[name] = params[name] - lr * grads[name]
    return new


params = initialise(2, 5, 1)
lr = 0.8
epochs = 40
for i in range(epochs):
    A2, cache = forward(X, params)
    cost = compute_cost(A2, Y)
    grads = backward(params, cache, X, Y)
    params = update(params, grads, lr)
    if i % 10 == 0:
        print("cost after iteration", i, ":", cost)
