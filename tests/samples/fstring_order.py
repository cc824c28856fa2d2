"""f-strings: evaluation order, nested format specs, conversions, = form, custom __format__."""
def t(x):
    print("t", x)
    return x
class F:
    def __init__(self, n): self.n = n
    def __format__(self, spec): print("format", self.n, repr(spec)); return "<%s|%s>" % (self.n, spec)
    def __repr__(self): return "F%d" % self.n
    def __str__(self): return "str%d" % self.n
a, b = F(1), F(2)
print(f"{t(1)} {t(2)!r:>{t(5)}} {t('é')!a} {a} {b:x{t('y')}z}")
print(f"{a!r} {a!s:>8} {a=} {a=!s} {a =:q} { b = !r:^6}")
w, p, val = 10, 3, 3.14159265
print(f"{val:{w}.{p}f}|{val:<{w}}|{val:^+{w}.{p - 1}e}|{1234567:,}|{255:#x}|{5:03d}")
print(f"{{}} {{{val:.1f}}} {'nested ' + f'{w}' + str({1: 2}[1])}")
print(f"{lambda_ if (lambda_ := 3) else 0} {(lambda x: x * 2)(4)} {[i for i in range(3)]}")
s = (f"multi {w}"
     f" line {p}" " plain {not}"
     rf" raw\n {w}")
print(s)
print(f"{w=} {w + p = } {'q'!r} {None} {True:d} {1e10:g}")
try:
    f"{t(1)}{t('x'):d}{t(3)}"
except ValueError as e:
    print(e)
try:
    f"{[1]:>5}"
except TypeError as e:
    print(e)
print("%s %r %5.2f %%" % (a, b, val), "{0!r} {1:>4} {k[0]}".format(a, 5, k=[7]))
x = f""
assert x == "" and f"{''}" == ""
print(f"{3:{'>'}{5}}", f"{'a' 'b'}", f'{w:{"0"}{p}}')
a = b = None
