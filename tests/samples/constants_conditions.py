"""constant conditions, docstrings, bare constants, Ellipsis, folded operations, long elif chains, deep nesting."""
"second string, not a docstring"
1; "bare"; ...; None; (1, 2); -5
while 1:
    if 0:
        print("never")
    if not 0: break
else:
    print("never else")
while 0: print("never")
else: print("while 0 else")
if "": x = 1
elif None: x = 2
elif ...: x = 3
print(x, 1 + 2 * 3 ** 2, -2 ** 2, 7 // -2, 7 % -3, -7 % 3, 2 ** -1, 0.1 + 0.2, "a" * 3, (1, 2) + (3,), ~5, not 1, 1 << 4, "ab"[1], 1_000, 0x_ff, 1e3, 3j * 2j, b"a" b"b")
def doc(): "only a docstring"
def nodoc(): 1; "not"
def ell(): ...
print(doc(), doc.__doc__, nodoc.__doc__, ell())
def grade(n):
    if n > 90: return "A"
    elif n > 80: return "B"
    elif n > 70: return "C"
    elif n > 60: return "D"
    elif n == 0: pass
    elif n < 0: raise ValueError(n)
    else: return "F"
grades = [grade(n) for n in (95, 85, 75, 65, 5, 0)]
print(grades, __debug__, __doc__[:8])
if 1:
    for a in range(2):
        while True:
            try:
                with open(__file__) as fh:
                    if a:
                        for b in "xy":
                            if b == "y":
                                try: break
                                finally: deep = (a, b)
                    break
            finally:
                x += 1
fh = None
print(deep, x, a)
a = b = c = []; a.append(1); b += [2]; c = c + [3]
print(a, b, c, a is b)
a, b = b, a; x = x + 1 if not c else -x
x, y, z = z0 = (x, x + 1, x + 2); (p), [q, r] = 1, (2, 3)
assert (x, y, z) == z0
try:
    t = 1 / 0 if x else 2
except ZeroDivisionError: t = 0x10 or 1
print(t, x, y, z, p, q, r); pass; print("end")
