"""with statements with several items: enter/exit order, binding targets, suppression between items."""
class CM:
    def __init__(self, name, suppress=False, fail=None):
        print("init", name)
        self.name, self.suppress, self.fail = name, suppress, fail
    def __enter__(self):
        print("enter", self.name)
        if self.fail == "enter":
            raise ValueError("enter " + self.name)
        return self.name, len(self.name)
    def __exit__(self, tp, v, tb):
        print("exit", self.name, tp and tp.__name__, v, tb is not None)
        if self.fail == "exit":
            raise KeyError("exit " + self.name)
        return self.suppress
d = {}
with CM("a") as (x, y), CM("bb") as d["k"], CM("ccc"):
    print(x, y, d)
with CM("s", suppress=True), CM("t"):
    1 / 0
with CM("s2", True), CM("t2", fail="enter") as never:
    print("no")
with CM("s3", True), CM("t3", fail="exit"):
    print("body")
def f():
    for i in range(3):
        with CM("w%d" % i) as z:
            if i == 0:
                continue
            if i == 1:
                return z
with (CM("p1") as p, CM("p2", True) as q,):
    r = f()
    print(r)
    raise SystemError("suppressed")
try:
    with CM("z1", fail="exit"):
        raise TypeError("body")
except KeyError as e:
    ctx = repr(e.__context__)
    print(e, ctx)
assert "never" not in globals()
