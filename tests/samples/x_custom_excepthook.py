"""sys.excepthook replaced by a function: it gets the exception, exit code stays 1."""
import sys, traceback
def hook(tp, value, tb):
    print("hook", tp.__name__, value)
    frames = traceback.extract_tb(tb)
    print([(f.name, f.lineno, f.line) for f in frames])
    print("hook on stderr", file=sys.stderr)
sys.excepthook = hook
def a(): return b()
def b():
    raise KeyError("from b")
data = [1, 2]
a()
