"""uncaught: augmented assignment through a validating setter and a __setitem__ that raises on the way."""
class Param:
    def __init__(self, v): self._v, self.log = v, []
    @property
    def value(self):
        self.log.append("get")
        return self._v
    @value.setter
    def value(self, v):
        self.log.append(("set", v))
        if v < 0:
            raise ValueError(f"negative: {v}")
        self._v = v
class Bag(dict):
    def __setitem__(self, k, v):
        super().__setitem__(k, v)
        if v > 10:
            raise OverflowError(k)
p, bag = Param(3), Bag(a=9)
p.value -= 1; p.value *= 2
try:
    bag["a"] += p.value
except OverflowError as e:
    print("over", e, bag)
def descend(q, lr):
    for step in range(3):
        q.value -= lr; print("step", step, q._v)
log = p.log
total = bag["a"]
descend(p, 3)
