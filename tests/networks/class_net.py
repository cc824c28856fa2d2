"""A network as a class: forward, backward and step are methods, the cost is a mean square.

Cost: net.loss(X, y)
"""

import numpy as np

rng = np.random.default_rng(1)
X = rng.uniform(-1, 1, (40, 2))
y = (X[:, :1] * X[:, 1:] > 0).astype(float)


class Network:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = rng.normal(0, 1, (n_in, n_hidden))
        self.b1 = np.zeros((1, n_hidden))
        self.W2 = rng.normal(0, 1, (n_hidden, n_out))
        self.b2 = np.zeros((1, n_out))

    @staticmethod
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    def forward(self, X):
        self.z1 = X @ self.W1 + self.b1
        self.a1 = np.tanh(self.z1)
        self.z2 = self.a1 @ self.W2 + self.b2
        self.a2 = self.sigmoid(self.z2)
        return self.a2

    def loss(self, X, y):
        return np.mean((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        n = len(X)
        delta2 = 2 / n * (self.a2 - y) * self.a2 * (1 - self.a2)
        self.dW2 = self.a1.T @ delta2
        self.db2 = delta2.sum(axis=0, keepdims=True)
        delta1 = (delta2 @ self.W2.T) * (1 - self.a1 ** 2)
        self.dW1 = X.T @ delta1
        self.db1 = delta1.sum(axis=0, keepdims=True)

    def step(self, lr):
        self.W1 -= lr * self.dW1
        self.b1 -= lr * self.db1
        self.W2 -= lr * self.dW2
        self.b2 -= lr * self.db2


net = Network(2, 6, 1)
epochs = 30
for epoch in range(epochs):
    net.forward(X)
    net.backward(X, y)
    net.step(0.5)
    if epoch % 10 == 0:
        print(f"epoch {epoch}: loss {net.loss(X, y):.6f}")
