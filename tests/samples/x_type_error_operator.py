"""uncaught: TypeError of an operator with user operands, carets under a binary operation in a return."""
class Vec:
    def __init__(self, *v): self.v = v
    def __add__(self, o):
        if not isinstance(o, Vec):
            return NotImplemented
        return Vec(*(a + b for a, b in zip(self.v, o.v)))
    def norm(self): return sum(a * a for a in self.v) ** 0.5
def total(vs, scale):
    acc = Vec(0, 0)
    for v in vs: acc = acc + v
    return acc.norm() * 2 + (acc + scale).norm() - 1
n = total([Vec(1, 2), Vec(2, 2)], Vec(0, 0))
print(n)
m = total([Vec(1, 2)], 5)
