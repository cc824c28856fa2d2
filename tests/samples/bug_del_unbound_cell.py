"""del of an unbound variable that an inner function captures, and of a free one."""
def f():
    try:
        del x
    except NameError as e:
        print(type(e).__name__, e)
    def g(): return x
    x = 1
    def h():
        nonlocal x
        del x
        try:
            del x
        except NameError as e:
            print(type(e).__name__, e)
    h()
    del (x,)
f()
