"""yield from: delegation of send/throw/close, return value, iterators without send, nested recursion."""
def inner(n):
    total = 0
    try:
        for i in range(n):
            r = yield i
            print("inner got", r)
            total += r or 0
    except KeyError as e:
        print("inner caught", e)
        return "early"
    finally:
        print("inner finally")
    return total
def outer():
    a = yield from inner(2)
    print("a =", a)
    b = yield from [10, 20]
    print("b =", b)
    c = yield from inner(5)
    print("c =", c)
    return a, c
g = outer()
print(next(g), g.send(5), g.send(7), next(g))
print(next(g), g.throw(KeyError("k")) if False else "x")
try:
    g.throw(KeyError("k"))
except StopIteration as e:
    result = e.value
    print(result)
def tree(t):
    if isinstance(t, list):
        for x in t:
            yield from tree(x)
    else:
        yield t
flat = list(tree([1, [2, [3, []], 4], [[5]]]))
print(flat)
def sends_list():
    yield from [1, 2]
s = sends_list(); next(s)
try:
    s.send(3)
except AttributeError as e:
    print(e)
def bad():
    try:
        yield from 5
    except TypeError as e:
        yield str(e)
print(list(bad()))
w = outer(); next(w); w.close()
def running():
    try:
        next(me)
    except ValueError as e:
        yield str(e)
me = running()
print(next(me), [(yy, z) for yy in (y for y in flat if y > 2) for z in tree([yy])])
del g, s, w, me
