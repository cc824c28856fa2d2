"""except clause types are evaluated lazily, top to bottom, only when an exception arrives."""
def exc(tp):
    print("eval", tp.__name__ if isinstance(tp, type) else tuple(x.__name__ for x in tp))
    return tp
def f(x):
    try:
        r = 10 / x
    except exc(KeyError):
        r = "key"
    except exc((TypeError, ValueError)):
        r = "type"
    except exc(ZeroDivisionError):
        r = "zero"
    except exc(OSError):
        r = "os"
    return r
rs = [f(2), f("a"), f(0)]
print(rs)
try:
    try:
        1 / 0
    except "not a type":
        print("unreachable")
except TypeError as e:
    print(e, "|", type(e.__context__).__name__)
try:
    try:
        [][1]
    except undefined_name:
        pass
except NameError as e:
    print(e, "|", repr(e.__context__))
