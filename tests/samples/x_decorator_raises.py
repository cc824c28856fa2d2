"""uncaught: exception in a decorator at decoration time, below a working decorated function."""
def require(*names):
    def deco(fn):
        args = fn.__code__.co_varnames[:fn.__code__.co_argcount]
        for n in names:
            if n not in args:
                raise TypeError("%s lacks %r" % (fn.__qualname__, n))
        def wrapper(*a):
            print("calling", fn.__name__, a)
            return fn(*a)
        return wrapper
    return deco
@require("x", "y")
def good(x, y):
    return x * y
value = good(3, 4)
print(value)
class Model:
    @staticmethod
    @require("self")
    @require("z")
    def bad(self, a):
        return a
