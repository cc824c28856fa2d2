"""walrus: in conditions, comprehensions (leaks to the function), nested, with short circuits."""
def t(x):
    print("t", x)
    return x
if (n := t(10)) > 5 and (m := t(n - 10)):
    print("no")
print(n, m)
vals = [y := 1, y ** 2, y + 3]
print(vals, y)
sq = [last := v * v for v in range(4) if (half := v // 2) >= 0]
print(sq, last, half)
def f():
    total = 0
    parts = [total := total + v for v in (1, 2, 3)]
    any((wit := w) > 1 for w in parts)
    return total, parts, wit
print(f())
data = iter([3, 2, 1, 0, 9])
while (k := next(data)):
    print("k", k)
print(k, next(data))
x = 1
print((x := x + 1) + (x := x * 10) - x, x)
print(f"{(w := 5) + 1} {w=} {(z := w):>{w}}")
def g(a=(dflt := 7)): return a + dflt
print(g(), dflt)
def h():
    def inner():
        nonlocal cnt
        return [cnt := cnt + 1 for _ in range(3)]
    cnt = 0
    r = inner()
    return r, cnt
print(h())
lam = (lambda: (loc := 3) + loc)()
print(lam, "loc" in globals())
d = {(key := "a"): (val := key * 2)}
print(d, key, val)
del data
