"""uncaught in __del__ is reported as ignored on stderr and the script goes on; then a NameError after del."""
import sys
def report(u): print("unraisable", u.exc_type.__name__, u.exc_value, u.err_msg is None)
sys.unraisablehook = report
class D:
    def __init__(self, n): self.n = n
    def __del__(self):
        print("del", self.n)
        raise ValueError("in del %s" % self.n)
D(1)
x = D(2)
x = None
def f():
    d = D(3)
    return d.n * 2
print(f())
print("to stderr", file=sys.stderr)
sys.stderr.write("written\n")
del x
value = 7
print(value, x)
