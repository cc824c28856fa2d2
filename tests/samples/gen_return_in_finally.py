"""generators with return/break/continue in finally, try/except around yield, exceptions swallowed by a return."""
def a():
    try:
        yield 1
        raise ValueError("lost")
    finally:
        return "from finally"
def run(g):
    out = []
    while True:
        try:
            out.append(next(g))
        except StopIteration as e:
            return out, e.value
        except Exception as e:
            out.append(repr(e))
def b():
    for i in range(3):
        try:
            yield i
            if i == 1:
                raise KeyError(i)
        except KeyError as e:
            yield "caught %s" % e
            continue
        finally:
            yield "fin %d" % i
    return "b done"
def c():
    while True:
        try:
            x = yield
            try:
                yield 10 / x
            finally:
                if x == 2:
                    break
        except ZeroDivisionError:
            yield "zero"
    yield "after"
ra, rb = run(a()), run(b())
print(ra, rb)
g = c()
rc = [next(g), g.send(5), next(g), g.send(0), next(g), g.send(2), next(g)]
print(rc)
def d():
    try:
        yield 1
    except GeneratorExit:
        return "quiet"
def e():
    with_log = []
    try:
        yield with_log
    finally:
        with_log.append("cleanup")
gd = d(); next(gd); print(gd.close() in (None, "quiet"))
ge = e(); lst = next(ge); del ge
print(lst)
del g, gd
