"""in-place operators on arrays against rebinding; aliasing through arguments, lists, dicts, loops and views."""
import numpy as np
w = np.ones(3)
alias = w
w += 1
print(alias)
w = w + 1
print(alias, w)
params = {"W": np.zeros((2, 2)), "b": np.zeros(2)}
grads = {k: np.full_like(v, 0.5) for k, v in params.items()}
for k in params:
    params[k] -= 0.1 * grads[k]
for p, g in zip(params.values(), grads.values()):
    p -= g
for p in params.values():
    p = p * 0
print(params["W"], params["b"], p)
def inplace(x, y=2):
    x *= y
    x = x + 100
    return x
def rebind(x):
    x = x * 2
    return x
q = np.arange(3.)
r = inplace(q), rebind(q)
print(q, r)
M = np.arange(9).reshape(3, 3)
row, col, flat, T = M[1], M[:, 0], M.ravel(), M.T
row += 10
T[0, 2] = -1
flat[0] = 77
col *= 2
print(M, flat, M.flatten() is M)
try:
    M += 0.5
except TypeError as e:
    print(type(e).__name__, "Cannot cast" in str(e))
try:
    q += np.ones((2, 3))
except ValueError as e:
    print(e)
lst = [np.zeros(2)] * 2
lst[0] += 1
lst[1] = lst[1] + 1
print(lst)
A = B = np.eye(2)
A @= np.array([[1., 2.], [3., 4.]])
print(B, A is B)
A[0], A[1] = A[1], A[0]
print(A)
A[[0, 1]] = A[[1, 0]]
scalar = np.float64(1.5)
s2 = scalar
scalar += 1
print(scalar, s2)
