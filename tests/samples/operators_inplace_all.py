"""every in-place dunder and its fallback order: __iop__, __op__, __rop__; results assigned even when None."""
import operator
ops = "add sub mul truediv floordiv mod pow lshift rshift and or xor matmul".split()
syms = dict(zip(ops, "+ - * / // % ** << >> & | ^ @".split()))
class I: pass
class O: pass
class R: pass
for op in ops:
    def i(self, o, op=op): print("i" + op, end=" "); return None
    def o(self, o, op=op): print(op, end=" "); return (op,)
    def r(self, o, op=op): print("r" + op, end=" "); return [op]
    setattr(I, f"__i{op}__", i)
    setattr(O, f"__{op}__", o)
    setattr(R, f"__r{op}__", r)
results = {}
for op in ops:
    x, y, z = I(), O(), 5
    exec(f"x {syms[op]}= 1; y {syms[op]}= 1; z {syms[op]}= R()")
    results[op] = x, y, z
    print(results[op])
class U:
    def __neg__(self): return "neg"
    def __pos__(self): return "pos"
    def __abs__(self): return "abs"
    def __invert__(self): return "inv"
    def __index__(self): return 2
    def __round__(self, n=None): return n
    def __divmod__(self, o): return "dm"
    def __float__(self): return 1.5
    def __hash__(self): return 7
    def __le__(self, o): return "le"
u = U()
print(-u, +u, abs(u), ~u, [1, 2, 3][u], "abc"[:u], round(u), round(u, 3), divmod(u, 1), float(u), hex(u), {u: 1}[u], u <= 1, 1 >= u, range(u))
print(operator.iadd([1], [2]), operator.matmul.__name__, 5 .__add__(2.0), (5).__rsub__(7), True + True, 3 .bit_length())
x = [1]; y = x; x *= 2; x += "ab"; x = x + ["c"]
print(x, y)
try:
    x -= [1]
except TypeError as e:
    print(e)
try:
    x["a"] @= 1
except TypeError as e:
    print(e)
del u, i, o, r
x = y = z = 0
