"""Three layers written out flat: tanh, tanh, sigmoid, half the squared miss.

Cost: loss
"""

import numpy as np

np.random.seed(7)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def sigmoid_prime(x):
    s = sigmoid(x)
    return s * (1 - s)


def tanh_prime(x):
    return 1 - np.tanh(x) ** 2


X = np.random.randn(30, 4)
y = (np.sin(X[:, 0]) + X[:, 1] * X[:, 2] > 0).astype(float).reshape(-1, 1)

W1 = np.random.randn(4, 4) * 0.7
b1 = np.zeros(4)
W2 = np.random.randn(4, 4) * 0.7
b2 = np.zeros(4)
W3 = np.random.randn(4, 1) * 0.7
b3 = np.zeros(1)

lr = 0.05
epochs = 40
for epoch in range(epochs):
    z1 = np.dot(X, W1) + b1
    a1 = np.tanh(z1)
    z2 = np.dot(a1, W2) + b2
    a2 = np.tanh(z2)
    z3 = np.dot(a2, W3) + b3
    out = sigmoid(z3)
    loss = 0.5 * np.sum((out - y) ** 2)

    delta3 = (out - y) * sigmoid_prime(z3)
    delta2 = np.dot(delta3, W3.T) * tanh_prime(z2)
    delta1 = np.dot(delta2, W2.T) * tanh_prime(z1)

    dW3 = np.dot(a2.T, delta3)
    db3 = np.sum(delta3, axis=0)
    dW2 = np.dot(a1.T, delta2)
    db2 = np.sum(delta2, axis=0)
    dW1 = np.dot(X.T, delta1)
    db1 = np.sum(delta1, axis=0)

    W3 -= lr * dW3
    b3 -= lr * db3
    W2 -= lr * dW2
    b2 -= lr * db2
    W1 -= lr * dW1
    b1 -= lr * db1

    if epoch % 10 == 0:
        print(f"epoch {epoch:3d}  loss {loss:.5f}")
