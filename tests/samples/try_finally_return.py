"""return inside try/finally: overrides, evaluation of the value before finally."""
log = []
def t(x):
    print("t", x)
    log.append(x)
    return x
def a():
    x = 1
    try:
        return t(x)
    finally:
        x = t(2)
def b():
    try:
        return t(10)
    finally:
        return t(11)
def c():
    try:
        1 / 0
    except ZeroDivisionError:
        return t(20)
    else:
        return t(21)
    finally:
        t(22)
def d():
    for i in range(3):
        try:
            try:
                return t(30 + i)
            finally:
                t(40 + i)
                if i < 2:
                    continue
        finally:
            t(50 + i)
    return t(60)
def e():
    try:
        raise KeyError("lost")
    finally:
        return t("swallowed")
def f():
    lst = [1]
    try:
        return lst
    finally:
        lst.append(2)
        lst = None
ra, rb, rc, rd, re_, rf = a(), b(), c(), d(), e(), f()
print(ra, rb, rc, rd, re_, rf)
