"""A perceptron, and every way there is to print a number."""
from decimal import Decimal
from string import Template
import datetime
import textwrap

import numpy as np

points = [((2, 1), 1), ((1, 3), 1), ((-1, -2), -1), ((-2, 1), -1), ((0, -3), -1)]
w = [0.0, 0.0]
b = 0
for epoch in range(10):
    mistakes = 0
    for (x1, x2), label in points:
        s = w[0] * x1 + w[1] * x2 + b
        if s * label <= 0:
            w[0] += 0.1 * label * x1
            w[1] += 0.1 * label * x2
            b += label
            mistakes += 1
    print("epoch %02d: %-3d%s" % (epoch, mistakes, "*" * mistakes))
    if not mistakes:
        break

print("%s|%r|%5.1f|%-8s|%+d|%e|%g|%x|%o|%%|%c" % (w, "a'b", w[0], "left", b, 12345.678, 1e-5, 255, 8, "z"))
print("%(name)s has %(count)04d" % {"name": "net", "count": 42})
print("{} {0}".format(1) if False else "{0:>8}|{1:<8}|{2:^8}|{3:*^9}".format("r", "l", "c", "m"))
print("{:,} {:.2%} {:b} {:#x} {:08.3f} {!r:>6} {a[1]} {o.real}".format(1234567, .256, 10, 255, 3.14159, "q", a=[1, 2], o=2j))
x, width, prec = 3.14159265, 10, 3
print(f"{x:{width}.{prec}f}|{x!r}|{x:e}|{w=}|{'nested ' + f'{b:d}'}|{{}}|{None!s:>6}|{x:>+{width}.1f}")
print(f"{datetime.date(2020, 2, 29):%d.%m.%Y} {Decimal('1.10') + 1} {True:d} {'x':*>3}")
print(f'''{
    x
    :.2f} over lines''', r"\n stays", b"bytes", "tab\there", "uni\u00e9\N{GREEK SMALL LETTER ETA}")
print(Template("$who costs $$${price}").substitute(who="it", price=3))
print(textwrap.dedent("""\
    a block
      of text"""), sep="")
arr = np.array([[1.5, -2.25, 1e-9], [1e6, np.nan, np.inf]])
print(arr); print(repr(arr)); print(str(arr[0, 0]), repr(arr[0]), arr.dtype, arr.shape)
print(np.array2string(arr, precision=2, suppress_small=True, formatter={"float_kind": "{:7.2f}".format}))
with np.printoptions(precision=1, linewidth=30, threshold=4):
    print(np.arange(20) / 3)
print("%s" % (np.float32(0.1),), "%.3f" % np.float64(2 / 3), f"{np.int64(7):03d}", "{:.1f}".format(np.float32(2.55)))
print(*[1, 2, 3], sep=", ", end=".\n")
print("a" "b" 'c', "-" * 20, str(1.0), repr(0.1 + 0.2), 1e16, 1e-7, 10 ** 20, -0.0)
print("joined: " + ", ".join(map("{:.1f}".format, w)), "abc".center(9, "."), "7".zfill(3), "tItle".title())
