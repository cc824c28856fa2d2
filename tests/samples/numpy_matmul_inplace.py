"""@ and @=, reflected operators with arrays and user classes, __array_ufunc__ = None, precedence."""
import numpy as np
class Mat:
    __array_ufunc__ = None
    def __init__(self, n): self.n = n
    def __matmul__(self, o): print("matmul", self.n, type(o).__name__); return Mat(self.n + 1)
    def __rmatmul__(self, o): print("rmatmul", self.n, type(o).__name__); return Mat(self.n * 10)
    def __radd__(self, o): print("radd", type(o).__name__); return self
    def __imatmul__(self, o): print("imatmul"); return "replaced"
A = np.arange(4.).reshape(2, 2)
m = Mat(1)
r = (A @ m @ A).n
print(r, (A + m).n, (2 + m).n)
n = m
m @= A
print(m, n.n)
B = A @ A.T + A * 2 - A @ np.ones(2)
C = -A @ A ** 2
print(B, C, A.T @ [1, 0])
A @= np.array([[0., 1.], [1., 0.]])
print(A)
class Sub(np.ndarray):
    def __add__(self, o): print("Sub.add"); return "sub-add"
    def __radd__(self, o): print("Sub.radd"); return "sub-radd"
    def __getitem__(self, k): print("item", k); return super().__getitem__(k)
s = np.ones(2).view(Sub)
print(np.ones(2) + s, s + 1, type(s * 2).__name__, float(s[0]))
try:
    np.ones((2, 3)) @ np.ones((2, 3))
except ValueError as e:
    print(str(e)[:60])
try:
    np.float64(2) @ A
except ValueError as e:
    print(str(e)[:60])
x = np.array([1, 2, 3])
try:
    if x == 2:
        pass
except ValueError as e:
    print(e)
try:
    y = 0 < x < 3
except ValueError as e:
    print(e)
z = (0 < x) & (x < 3) | ~(x > 1)
print(z, 3 - x, 2 ** x, x // 2, x % 2, -x, divmod(x, 2), abs(-x), [1, 1, 1] + x)
del m, n, s
