x = 1
def f():
    (x): int
    return x
print(f())
def g():
    y: int
    try:
        return y
    except UnboundLocalError as e:
        return str(e)
print(g())
def h():
    (z): int = 3
    return z
print(h())
