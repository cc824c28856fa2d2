# loop: for epoch in range(5):
# check: right
# cost: cost.data
"""Units, layers and a net of scalars that know their gradients; `sum` adds them up."""
import math
import random


class Scalar:
    def __init__(self, data, parents=()):
        self.data, self.grad, self.parents = data, 0.0, parents
        self.spread = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data + other.data, (self, other))
        def spread():
            self.grad += out.grad
            other.grad += out.grad
        out.spread = spread
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data * other.data, (self, other))
        def spread():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out.spread = spread
        return out

    def __pow__(self, power):
        out = Scalar(self.data ** power, (self,))
        def spread():
            self.grad += power * self.data ** (power - 1) * out.grad
        out.spread = spread
        return out

    def tanh(self):
        out = Scalar(math.tanh(self.data), (self,))
        def spread():
            self.grad += (1 - out.data ** 2) * out.grad
        out.spread = spread
        return out

    def __radd__(self, other): return self + other
    def __rmul__(self, other): return self * other
    def __sub__(self, other): return self + -1 * other

    def backward(self):
        order, known = [], set()
        def visit(node):
            if node not in known:
                known.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)
        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.spread()


class Unit:
    def __init__(self, count, bends=True):
        self.w = [Scalar(random.uniform(-1, 1)) for _ in range(count)]
        self.b, self.bends = Scalar(0.1), bends

    def __call__(self, x):
        act = sum((wi * xi for wi, xi in zip(self.w, x)), self.b)
        return act.tanh() if self.bends else act

    def parameters(self): return self.w + [self.b]


random.seed(7)
hidden, last = [Unit(2), Unit(2)], Unit(2, bends=False)
points, wanted = [(1.0, 0.5), (-1.5, 2.0), (0.5, -1.0)], [1, -1, 1]
parameters = [p for unit in [*hidden, last] for p in unit.parameters()]
for epoch in range(5):
    scores = [last([unit(x) for unit in hidden]) for x in points]
    cost = sum((score - y) ** 2 for score, y in zip(scores, wanted)) * (1 / len(points))
    for p in parameters:
        p.grad = 0.0
    cost.backward()
    for p in parameters:
        p.data -= 0.05 * p.grad
    print(f"epoch {epoch}: {cost.data:.4f}")
print([round(p.data, 4) for p in parameters])
