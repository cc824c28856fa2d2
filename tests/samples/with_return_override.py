"""return within with; __exit__ suppression after return; with inside try/finally and loops."""
events = []
class Mgr:
    def __init__(self, s): self.s = s
    def __enter__(self): events.append("+" + self.s); return self
    def __exit__(self, *a): events.append("-" + self.s + (":" + a[0].__name__ if a[0] else "")); return True
def val(x):
    events.append(x)
    return x
def f():
    with Mgr("a"):
        with Mgr("b"):
            return val("ret")
    return "not"
def g():
    with Mgr("c"):
        return 1 / 0
    return "suppressed"
def h():
    try:
        with Mgr("d"):
            raise KeyError
        return val("after with")
    finally:
        with Mgr("e"):
            return val("fin")
def k():
    for i in range(4):
        with Mgr(str(i)):
            if i == 2:
                break
            raise StopIteration
    else:
        return "else"
    return i
res = f(), g(), h(), k()
print(res)
print(*events)
class NoExit:
    def __enter__(self): print("entered?")
try:
    with NoExit():
        pass
except (TypeError, AttributeError) as e:
    print(type(e).__name__, e)
try:
    with open:
        pass
except TypeError as e:
    print(e)
