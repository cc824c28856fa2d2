import numpy as np


class Affine:
    def __init__(self, rng, n_in, n_out):
        self.W = rng.standard_normal((n_in, n_out)) / np.sqrt(n_in)
        self.b = np.zeros(n_out)

    def __call__(self, x):
        self.x = x
        return x @ self.W + self.b

    def back(self, g):
        self.gW, self.gb = self.x.T @ g, g.sum(0)
        return g @ self.W.T


class Tanh:
    def __call__(self, x):
        self.y = np.tanh(x)
        return self.y

    def back(self, g):
        return g * (1 - self.y ** 2)


class Chain:
    def __init__(self, *units):
        self.units = units

    def __call__(self, x):
        for unit in self.units:
            x = unit(x)
        return x

    def back(self, g):
        for unit in reversed(self.units):
            g = unit.back(g)
        return g

    def step(self, lr):
        for unit in self.units:
            if hasattr(unit, "W"):
                unit.W -= lr * unit.gW
                unit.b -= lr * unit.gb
