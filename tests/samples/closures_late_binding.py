"""late-binding closures in loops, shared cells, default capture, counters."""
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
gs = []
for i in range(3):
    gs.append(lambda x, i=i: (x, i))
print([g(9) for g in gs], i)
def make():
    fns = []
    for j in range(3):
        def f(): return j
        fns.append(f)
    yield fns
    j = 42
    yield fns
m = make()
first = [f() for f in next(m)]
second = [f() for f in next(m)]
print(first, second)
def counter(start=0):
    n = start
    def inc(by=1):
        nonlocal n
        n += by
        return n
    def get(): return n
    def reset():
        nonlocal n
        n = start
    return inc, get, reset
inc, get, reset = counter(5)
inc(); inc(3)
print(get(), reset(), get(), inc.__closure__[0].cell_contents)
inc2, get2, _ = counter()
inc2()
print(get(), get2(), inc.__code__.co_freevars, counter.__code__.co_cellvars)
def swap():
    a, b = 1, 2
    fa = lambda: (a, b)
    a, b = b, a
    return fa()
print(swap())
def early():
    def use(): return later
    try:
        use()
    except NameError as e:
        msg = str(e)
    later = "ok"
    return use(), msg
er = early()
print(er)
del fs, gs
