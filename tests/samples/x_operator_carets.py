"""uncaught with carets: subscripts, calls with spaces, unary and comparison operators caught and printed, then a last one."""
import traceback
class Z:
    def __bool__(self): raise ValueError("no truth")
    def __getitem__(self, k): raise KeyError(k)
    def __lt__(self, o): raise TypeError("lt")
    def __neg__(self): raise TypeError("neg")
    def __iter__(self): raise OSError("iter")
    def __setitem__(self, k, v): raise IndexError(k)
    def __delattr__(self, n): raise AttributeError("del " + n)
    def __call__(self, *a): raise NameError("call")
z, data = Z(), {"a": [1, 2]}
def f1(): return 1 + (2 * data["a"] ["b"]) + 3
def f2(): return [ -z , 1]
def f3(): x = 1 if z else 2
def f4(): return 0 < 1 < z < 2
def f5(): a, b = z
def f6(): z [ 3 ] = data
def f7(): del z.foo, data
def f8(): return (z  (1, *[2],
                      k=data) )
def f9(): z["é"] += 1
def f10(): data["a"] = data["a"] + data [ "x" ]
def f11():
    for q in z: pass
def f12(): return not z or data
def f13(): return f"{1 + 1} {z[0]!r} x"
def f14(): assert z, "msg"
def f15():
    with z: pass
def f16(): return print(*z, sep="")
count = 0
for fn in (f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15, f16):
    try:
        fn()
    except Exception:
        count += 1
        traceback.print_exc()
print(count)
del fn
last = (1, data["a"][0] + data["a"][1] * data["a"] [ 2 ] , count)
