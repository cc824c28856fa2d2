"""__del__ timing: temporaries, rebinding, del, end of function, loop variables, exceptions keeping frames alive."""
class D:
    def __init__(self, n): self.n = n
    def __del__(self): print("del", self.n)
    def use(self): return self.n
    def pair(self): return (self, 1)
print("start")
D("temp")
print("after temp", D("arg").use(), "end of args")
x = D("first")
x = D("second")
print("rebound")
y = x
del x
print("name deleted")
y = None
def f(p):
    loc = D("local")
    print("in f", p.n)
    return D("returned").use()
print(f(D("param")))
for i in range(2):
    it = D("loop%d" % i)
    print("body", i)
it = 0
[D("elem"), D("elem2")][0].use()
print("list gone")
a, b = D("ta"), D("tb")
a, b = b, a
a = 1
print("a gone")
b = 1
def g():
    keep = D("in frame")
    raise ValueError("x")
try:
    g()
except ValueError as e:
    print("handler")
print("after handler")
print([D("comp%d" % k).use() for k in range(2)])
d = {"k": D("value")}
d["k"] = 0
print("replaced")
D("attr").pair()[0].n + "z"
print("stmt done"); D("x") and None; print("semi")
if D("cond").use(): print("in if")
def gen():
    z = D("gen local")
    yield 1
q = gen(); next(q)
print("drop gen"); q = None
last = D("at exit")
print("end")
