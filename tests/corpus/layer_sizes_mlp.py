# check: right
# cost: net.cost(x, y)
"""Any number of layers as lists of matrices; one example at a time, examples in columns."""
import random
import numpy as np


class Network(object):
    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def cost(self, x, y):
        return 0.5 * np.sum((self.feedforward(x) - y) ** 2)

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations, zs = [x], []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return (nabla_b, nabla_w)

    def evaluate(self, test_data):
        return sum(int(np.argmax(self.feedforward(x)) == np.argmax(y)) for (x, y) in test_data)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


np.random.seed(2); random.seed(2)
training = [(np.array([[a], [b]]), np.eye(2)[:, [int(a > b)]]) for a, b in np.random.rand(3, 2)]
net = Network([2, 3, 2])
for j in range(2):
    random.shuffle(training)
    for x, y in training:
        nabla_b, nabla_w = net.backprop(x, y)
        net.weights = [w - 0.5 * nw for w, nw in zip(net.weights, nabla_w)]
        net.biases = [b - 0.5 * nb for b, nb in zip(net.biases, nabla_b)]
    print("Epoch {0}: {1} / {2}".format(j, net.evaluate(training), len(training)))
print(sum(float(np.abs(w).sum()) for w in net.weights))
