"""Layers as objects: each takes the gradient of what it gave and returns that of what it got.

Cost: mse(output, Y)
"""

import numpy as np

np.random.seed(17)


class Dense:
    def __init__(self, n_in, n_out):
        self.weights = np.random.randn(n_in, n_out) / np.sqrt(n_in)
        self.bias = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, grad, lr):
        grad_x = grad @ self.weights.T
        grad_weights = self.x.T @ grad
        grad_bias = np.sum(grad, axis=0, keepdims=True)
        self.weights -= lr * grad_weights
        self.bias -= lr * grad_bias
        return grad_x


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad, lr):
        return grad * (1 - self.out ** 2)


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(0, x)

    def backward(self, grad, lr):
        return grad * (self.x > 0)


def mse(output, target):
    return np.mean((output - target) ** 2)


def mse_grad(output, target):
    return 2 * (output - target) / output.size


X = np.random.randn(24, 3)
Y = np.abs(X[:, :1]) - X[:, 1:2] * 0.5
network = [Dense(3, 6), Tanh(), Dense(6, 6), ReLU(), Dense(6, 1)]

lr = 0.1
epochs = 25
for epoch in range(epochs):
    output = X
    for layer in network:
        output = layer.forward(output)
    if epoch % 5 == 0:
        print(f"epoch {epoch}: error {mse(output, Y):.6f}")
    grad = mse_grad(output, Y)
    for layer in reversed(network):
        grad = layer.backward(grad, lr)
