"""An object that holds its data, its layers and its output, and climbs down by adding.

Cost: np.sum((net.y - net.output) ** 2)
"""

import numpy as np

epochs = 20
np.random.seed(1)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def slope(a):
    return a * (1 - a)


class Net:
    def __init__(self, x, y):
        self.x, self.y = x, y
        self.first = np.random.rand(x.shape[1], 4)
        self.second = np.random.rand(4, 1)

    def forward(self):
        self.hidden = sigmoid(np.dot(self.x, self.first))
        self.output = sigmoid(np.dot(self.hidden, self.second))

    def backward(self):
        delta = 2 * (self.y - self.output) * slope(self.output)
        d_second = np.dot(self.hidden.T, delta)
        d_first = np.dot(self.x.T, np.dot(delta, self.second.T) * slope(self.hidden))
        self.first += d_first
        self.second += d_second


X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
net = Net(X, np.array([[0], [1], [1], [0]]))
for _epoch in range(epochs):
    net.forward()
    net.backward()
print(np.sum((net.y - net.output) ** 2))
