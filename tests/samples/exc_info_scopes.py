"""sys.exc_info and sys.exception in nested handlers, generators and functions called from handlers."""
import sys
def cur():
    return repr(sys.exc_info()[1])
def gen():
    print("gen start", cur())
    try:
        raise KeyError("in gen")
    except KeyError:
        print("gen handler", cur())
        yield 1
        print("gen handler resumed", cur())
    print("gen after", cur())
    yield 2
g = gen()
try:
    raise ValueError("outer")
except ValueError:
    print("a", cur())
    next(g)
    print("b", cur())
print("c", cur())
try:
    raise TypeError("second")
except TypeError:
    next(g)
    print("d", cur())
assert sys.exc_info() == (None, None, None)
def f():
    try:
        raise OSError("x")
    except OSError:
        return cur()
    finally:
        print("fin", cur())
r = f()
print(r, cur())
def loop():
    for i in range(2):
        try:
            raise IndexError(i)
        except IndexError:
            if i == 0:
                continue
            break
    return cur()
print(loop())
