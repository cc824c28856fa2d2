# loop: for k in range(6):
# check: right
# cost: total.data
"""Scalars that remember where they come from, and a neuron made of them."""
import math
import random


class Value:
    def __init__(self, data, _children=(), _op=""):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._prev = tuple(_children)
        self._op = _op

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), "+")

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), "*")

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), "tanh")

        def _backward():
            self.grad += (1 - t * t) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        topo, visited = [], set()

        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev:
                    build(child)
                topo.append(v)
        build(self)
        self.grad = 1.0
        for v in reversed(topo):
            v._backward()

    __radd__ = __add__
    __rmul__ = __mul__

    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
    def __repr__(self): return f"Value({self.data:.4f}, grad={self.grad:.4f})"


random.seed(1337)
w = [Value(random.uniform(-1, 1)) for _ in range(1)]
b = Value(0.0)
xs, ys = [(2.0,), (-0.5,)], [1.0, -1.0]
for k in range(6):
    outs = [(sum(wi * xi for wi, xi in zip(w, x)) + b).tanh() for x in xs]
    total = sum((o - y) * (o - y) for o, y in zip(outs, ys))
    for p in w + [b]:
        p.grad = 0.0
    total.backward()
    for p in w + [b]:
        p.data -= 0.1 * p.grad
    print(k, total)
print(w, b)
