"""star unpacking in displays, assignment targets, nested targets, and the order of target binding."""
def t(x):
    print("t", x)
    return x
a, *b, c = range(5)
print(a, b, c)
*p, = "xyz"
(q, (r, *s)), u = (1, (2, 3, 4)), 5
print(p, q, r, s, u)
lst = [*t([1, 2]), t(3), *t((4,)), *()]
dd = {**t({"a": 1}), "b": t(2), **t({"a": 3})}
st = sorted({*t([1]), *t((2, 1))})
tp = *t([1]), t(2)
print(lst, dd, list(dd), st, tp)
arr = [0, 0, 0]
i = 0
i, arr[i] = 1, 2
print(i, arr)
i = 0
arr[i], i, arr[i] = 5, 2, 7
print(arr, i)
x = y = z = t([])
x.append(1)
print(y, z is x)
k = [0, 1]
j = 0
j = k[j] = 1
print(j, k)
for n, (m, *rest) in [(1, (2, 3)), (4, (5, 6, 7))]:
    print(n, m, rest)
errs = []
for bad in [(1,), (1, 2, 3), 5, None]:
    try:
        e1, e2 = bad
    except (ValueError, TypeError) as e:
        errs.append(str(e))
try:
    h, *tl, l2 = iter([1])
except ValueError as e:
    errs.append(str(e))
print(errs)
def ret(*a): return *a, *a[::-1]
print(ret(1, 2))
def gy():
    yield *[1, 2], 3
print(next(gy()))
