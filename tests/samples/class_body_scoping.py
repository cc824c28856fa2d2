"""class bodies: own namespace, comprehension scoping, global lookups, loops and conditionals in the body, __qualname__."""
x = "global"
def t(v):
    print("t", v)
    return v
class A:
    print(x, __name__, __qualname__)
    x = t("class")
    y = [x for _ in range(2)]
    z = [v for v in [x, x + "!"]]
    def get(self): return x
    for i in range(3):
        if i == 1:
            continue
        sq = i * i
    try:
        bad = [i * k for k in range(2)]
    except NameError as e:
        print("NameError", e)
    lam = lambda self, x=x: (x, self.i)
    del sq
    here = sorted(k for k in vars() if not k.startswith("__"))
    class Inner:
        try:
            w = y
        except NameError as e:
            print("inner", e)
        q = x
        name = __qualname__
print(A.y, A.z, A().get(), A().lam(), A.here, A.Inner.q, A.Inner.name)
def f():
    x = "local"
    class B:
        print(x)
        x = x + "+B"
        def m(self): return x, __class__.__qualname__
        def w(self): return [x for x in x]
    return B().m(), B.x, B().w()
r = f()
print(r)
class C: 
    "doc"; a: int = 1; b: str
    with open(__file__) as fh: first = fh.readline()[:6]
    fh = None
print(C.__doc__, C.__annotations__, C.first, hasattr(C, "b"), C.__module__)
while True:
    class Loop:
        n = len(r)
        for n in range(9):
            if n > 4: break
    break
print(Loop.n)
