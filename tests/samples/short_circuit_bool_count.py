"""and/or/not/ternary/while/assert call __bool__ exactly as often as CPython; __len__ fallback."""
class B:
    calls = 0
    def __init__(self, name, v): self.name, self.v = name, v
    def __bool__(self):
        B.calls += 1
        print("bool", self.name)
        return self.v
    def __repr__(self): return self.name
T, F, U = B("T", True), B("F", False), B("U", True)
print(T and F, T or F, F and T, F or F, not T, not F)
print(B.calls); B.calls = 0
print(T and F or U, F or T and U, (F or F) and T, not (T and F))
print(B.calls); B.calls = 0
print("yes" if T and U else "no", "yes" if not F or T else "no", "a" if F else "b" if F else "c")
if T and F or U and not F:
    print("branch")
if not (T or F):
    print("no")
elif F:
    print("no")
else:
    print("else")
while not F and B.calls < 20:
    B.calls += 5
assert T and U, "never"
print([x for x in (T, F, U) if x if not F])
print(any([F, T, U]), all([T, F, U]))
print(B.calls)
class L:
    def __len__(self): print("len"); return 0
print(bool(L()), not L(), (L() and 1) is None)
class Bad:
    def __bool__(self): return 2
try:
    if Bad(): pass
except TypeError as e:
    print(e)
x = None or [] or {} or 0 or "" or ()
print(x, 1 and 2 and 3, 1 and 0 and 3, 0 or None)
total = B.calls
