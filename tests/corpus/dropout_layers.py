# check: right
# cost: float(np.mean((out - Y) ** 2))
"""Layers that know how to go forward and backward; one of them drops units at random."""
import numpy as np

RNG = np.random.default_rng(99)


class Layer:
    trainable = False

    def forward(self, x, training=True):
        raise NotImplementedError

    def backward(self, grad):
        raise NotImplementedError

    def update(self, lr):
        pass


class Dense(Layer):
    trainable = True

    def __init__(self, fan_in, fan_out):
        super().__init__()
        self.w = RNG.normal(0, np.sqrt(2 / fan_in), (fan_in, fan_out))
        self.b = np.full(fan_out, 0.01)

    def forward(self, x, training=True):
        self.x = x
        return x @ self.w + self.b

    def backward(self, grad):
        self.dw = self.x.T @ grad
        self.db = grad.sum(axis=0)
        return grad @ self.w.T

    def update(self, lr):
        self.w -= lr * self.dw
        self.b -= lr * self.db


class ReLU(Layer):
    def forward(self, x, training=True):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class Dropout(Layer):
    def __init__(self, keep):
        self.keep = keep

    def forward(self, x, training=True):
        if not training:
            return x
        self.drawn = (RNG.random(x.shape) < self.keep) / self.keep
        return x * self.drawn

    def backward(self, grad):
        return grad * self.drawn


layers = [Dense(3, 8), ReLU(), Dropout(0.75), Dense(8, 1)]
X = RNG.normal(size=(12, 3))
Y = np.abs(X[:, :1]) + X[:, 1:2] * X[:, 2:]
for epoch in range(8):
    out = X
    for layer in layers:
        out = layer.forward(out)
    grad = 2 * (out - Y) / len(Y)
    for layer in layers[::-1]:
        grad = layer.backward(grad)
    for layer in layers:
        layer.update(lr=0.05)
    if epoch in (0, 3, 7):
        print(f"{epoch:>3}: {np.mean((out - Y) ** 2):10.6f}")
test = X
for layer in layers:
    test = layer.forward(test, training=False)
print(sum(l.trainable for l in layers), "layers with weights;", test[:2].ravel())
