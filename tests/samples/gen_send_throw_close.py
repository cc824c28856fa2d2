"""generators: send, throw, close, finally on close, return values, reuse after the end."""
def echo(start):
    print("started", start)
    got = start
    try:
        while True:
            try:
                got = yield got
                print("got", got)
            except ValueError as e:
                print("caught", e)
                got = "recovered"
    except GeneratorExit:
        print("closing")
        raise
    finally:
        print("finally")
g = echo("s")
try:
    g.send(1)
except TypeError as e:
    print(e)
print(next(g), g.send("a"), next(g), g.throw(ValueError("boo")), g.send("z"))
try:
    g.throw(KeyError, KeyError("out"))
except KeyError as e:
    print("escaped", e)
print(list(g), next(g, "default"))
h = echo(2)
h.close()
next(k := echo(3)); k.close(); k.close()
def ret():
    x = yield 1
    return x, "ret"
r = ret(); next(r)
try:
    r.send(5)
except StopIteration as e:
    value = e.value
    print(value)
def stubborn():
    try:
        yield 1
    finally:
        yield 2
s = stubborn(); next(s)
try:
    s.close()
except RuntimeError as e:
    print(e)
def leak():
    yield next(iter([]))
try:
    next(leak())
except RuntimeError as e:
    print(e, repr(e.__cause__))
del g, h, k, r, s
