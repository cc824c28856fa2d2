"""minimal autograd: scalar class with operator overloads, closures as backward functions, topological order."""
import math
class Value:
    def __init__(self, data, _children=(), _op=''):
        self.data = data
        self.grad = 0
        self._backward = lambda: None
        self._prev = _children
        self._op = _op
    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other), '+')
        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out
    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other), '*')
        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out
    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,), 'tanh')
        def _backward(): self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out
    def backward(self):
        topo, visited = [], set()
        def build(v):
            if v not in visited:
                visited.add(v)
                for child in v._prev: build(child)
                topo.append(v)
        build(self)
        self.grad = 1
        for v in reversed(topo): v._backward()
    __radd__, __rmul__ = __add__, __mul__
    def __neg__(self): return self * -1
    def __sub__(self, other): return self + (-other)
ws, b, losses = [Value(0.5), Value(-0.3)], Value(0.1), []
for step in range(10):
    loss = sum((sum((w * x for w, x in zip(ws, xs)), b).tanh() - y) * ((ws[0] * xs[0] + ws[1] * xs[1] + b).tanh() - y) for xs, y in [((1, 2), 1), ((2, -1), -1), ((0, 1), 1)])
    for p in ws + [b]: p.grad = 0
    loss.backward()
    for p in ws + [b]: p.data -= 0.1 * p.grad
    losses.append(round(loss.data, 9))
final = [round(p.data, 9) for p in ws + [b]]
print(losses, final)
