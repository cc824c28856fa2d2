"""the name bound by `except E as e` is deleted at the end of the handler, also when left by break."""
e = "before"
try:
    raise ValueError("v")
except ValueError as e:
    kept = e
    print("in", e)
try:
    print(e)
except NameError as ne:
    print("gone:", ne)
def f():
    err = 1
    for i in range(2):
        try:
            1 / i
        except ZeroDivisionError as err:
            pass
        try:
            print("err is", err)
        except UnboundLocalError as u:
            print("unbound:", u)
    try:
        raise KeyError
    except KeyError as err:
        err = "rebound"
        print(err)
    return "err" in locals()
print(f())
def g():
    try:
        raise KeyError
    except KeyError as k:
        del k
    return sorted(locals())
print(g())
def h():
    try:
        raise KeyError("c")
    except KeyError as k:
        fn = lambda: k
        print(repr(fn()))
    try:
        fn()
    except NameError as n:
        print(type(n).__name__, n)
h()
kept = str(kept)
