"""augmented assignment on names: in-place vs rebinding, locals, globals, closures, all operators."""
def t(x):
    print("t", x)
    return x
a = b = [1]
a += t([2])
c = d = (1,)
c += t((2,))
print(a is b, c is d, b, d)
x = 7
x += t(3); x -= 2; x *= 5; x //= 3; x **= 2; x %= 100; x <<= 2; x >>= 1; x |= 1; x &= 0xff; x ^= 3; x /= 2
print(x)
s = "ab"; s2 = s; s *= 3; s += "!"
print(s, s2)
e = f = {1}
e |= {2}; e -= {1}; e ^= {5}
print(sorted(e), e is f)
dd = d2 = {"a": 1}
dd |= {"b": 2}
print(d2)
def loc():
    try:
        x += 1
    except UnboundLocalError as err:
        print(err)
    x = 0
    x += 1
    return x
def clo():
    n, l = 0, []
    def inner(v):
        nonlocal n, l
        n += v
        l += [n]
        return n
    inner(2), inner(3)
    return n, l
print(loc(), clo(), x)
try:
    nope += t(1)
except NameError as err:
    print(err)
try:
    c += t([1])
except TypeError as err:
    print(err, c)
y = 1
y += (y := 10) + y
print(y)
z = [1]
z += z
z += (v for v in z[:2])
print(z)
