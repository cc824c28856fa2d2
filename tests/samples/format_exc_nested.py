"""traceback.format_exc and print_exc in except blocks of nested calls and chained exceptions."""
import sys
import traceback
def a(x):
    return b(x) + 1
def b(x):
    return (lambda y: 10 // y)(x)
def c(x):
    try:
        return a(x)
    except ZeroDivisionError as e:
        raise RuntimeError("c failed") from e
try:
    a(0)
except ZeroDivisionError:
    text1 = traceback.format_exc()
    print(text1)
try:
    c(0)
except RuntimeError:
    traceback.print_exc()
    traceback.print_exc(file=sys.stdout)
def helper():
    return traceback.format_exc(limit=1)
try:
    [a(i) for i in (1, 0)]
except Exception:
    text2 = helper()
    print(text2)
print(traceback.format_exc())
def frames():
    return [(f.name, f.line) for f in traceback.extract_stack()][-2:]
def caller():
    return frames()
st = caller()
print(st)
