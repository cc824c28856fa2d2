"""exceptions raised by __iter__, __next__, __exit__, __contains__, __eq__ in the machinery of statements."""
log = []
class It:
    def __init__(self, n, exc): self.n, self.exc = n, exc
    def __iter__(self):
        if self.n < 0: raise self.exc
        return self
    def __next__(self):
        self.n -= 1
        if self.n < 0: raise self.exc
        return self.n
def loop(it):
    got = []
    try:
        for x in it:
            got.append(x)
        else:
            got.append("else")
    except Exception as e:
        got.append(repr(e))
    finally:
        log.append(got)
    return got
print(loop(It(2, StopIteration())), loop(It(1, ValueError("next"))), loop(It(-1, TypeError("iter"))), loop(5), loop(None))
def unpack(it):
    try:
        a, *b = it
        return a, b
    except Exception as e:
        return repr(e)
print(unpack(It(3, StopIteration)), unpack(It(1, OSError)), unpack(It(0, StopIteration)))
class Eq:
    def __eq__(self, o): raise ArithmeticError("eq")
for expr in ("3 in [1, Eq()]", "Eq() in []", "Eq() == 1", "[Eq()] == [1]", "{1: Eq()} == {1: 2}", "max(It(2, KeyError('m')))", "[*It(1, KeyError('s'))]", "print(*It(1, KeyError('p')))", "list(zip(It(2, KeyError('z')), 'abc'))", "{**It(1, KeyError)}", "1 in It(3, KeyError('never'))", "7 in It(3, KeyError('contains'))", "dict([(1, 2), (3,)])", "''.join(It(1, 0))", "sum(It(2, ValueError('sum')))"):
    try:
        r = eval(expr)
    except Exception as e:
        r = repr(e)
    log.append((expr, r))
print(*log, sep="\n")
def gen():
    for v in It(2, RuntimeError("inner")):
        yield v
try:
    total = 0
    for v in gen():
        total += v
except RuntimeError as e:
    print(e, total, v)
