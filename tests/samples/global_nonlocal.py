"""global and nonlocal binding: for targets, del, import, class bodies, def and except names."""
count = 0
def bump(n=1):
    global count, created
    count += n
    created = count * 10
    return count
vals = [bump(), bump(5), count, bump()]
print(vals, created)
def loops():
    global gi, gmod, gfun
    for gi in range(3):
        pass
    import math as gmod
    def gfun(): return gi
loops()
print(gi, gmod.floor(2.5), gfun(), gfun.__qualname__)
gmod = None
def outer():
    x, y = 0, []
    def inc():
        nonlocal x
        x += 1
        y.append(x)
        def deeper():
            nonlocal x
            x *= 2
            return x
        return deeper
    d = inc(); d()
    inc()()
    class K:
        nonlocal x
        x = 100
        z = x
    y.append(K.z)
    return x, y, "x" in K.__dict__
print(outer())
class G:
    global from_class
    from_class = "yes"
    count = count + 1
    hidden = count
print(from_class, G.count, G.hidden, count)
def deleter():
    global from_class
    del from_class
deleter()
print("from_class" in globals())
def f():
    def g():
        global count
        count = "g"
    count = "local"
    g()
    return count
print(f(), count)
