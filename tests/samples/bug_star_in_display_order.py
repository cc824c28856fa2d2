"""a star within a display is iterated when its turn comes, before later operands: side effects and errors."""
def t(v):
    print("t", v)
    return v
def gen(*values):
    for v in values:
        print("gen", v)
        yield v
print([*gen(1, 2), t(3)])
print((t(0), *gen(1), t(2), *gen(3)), {*gen(4), t(5)})
print([t(1), [*gen(2), 5], t(3)])
class D:
    def keys(self):
        print("keys")
        return ["k"]
    def __getitem__(self, key):
        print("item", key)
        return 1
print({"a": 0, **D(), "b": t(2)})
print(dict(a=[*gen(1)], b=t(2)))
for k in range(3):
    try:
        if k == 0: [*1, t(k)]
        if k == 1: print({**None}, t(k))
        if k == 2: t([*None]).append(t(k))
    except TypeError as e:
        print(k, e)
