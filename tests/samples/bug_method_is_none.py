class A:
    def __add__(self, other):
        return 1

    def __radd__(self, other):
        return 2


class B(A):
    __iadd__ = None


class C(A):
    __add__ = None


class D:
    def __radd__(self, other):
        return 3


def tried(what):
    try:
        print(what())
    except TypeError as error:
        print(type(error).__name__, error)


x = B()
try:
    x += 1
except TypeError as error:
    print(error)
tried(lambda: C() + 1)
tried(lambda: C() + D())
tried(lambda: 1 + C())
for make in (A, B, C):
    try:
        y = make() + D()
        print(y)
    except TypeError as error:
        print(error)
