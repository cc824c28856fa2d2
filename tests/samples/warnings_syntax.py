"""SyntaxWarnings given at compile time, before the first statement runs."""
print("first statement")
x = 5
if x is 5:
    print("same literal")
def f():
    assert (x, "always true")
    return x is not "abc"
r = f()
print(r)
def g():
    return [1, 2][True], "%d" % 3
print(g())
try:
    y = (1, 2)("call")
except TypeError as e:
    print(e)
try:
    z = [3]["idx"]
except TypeError as e:
    print(e)
