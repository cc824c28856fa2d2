"""slices: evaluation order, stores, extended slices, deletion, slice objects passed to __getitem__."""
def t(x):
    print("t", x)
    return x
class S:
    def __getitem__(self, k): print("get", k); return [k]
    def __setitem__(self, k, v): print("set", k, v)
    def __delitem__(self, k): print("del", k)
s = S()
s[t(1):t(2):t(3)], s[t(4):, ..., None] = t("a"), t("b")
x = s[:], s[::], s[1:2, 3], s[(1, 2)], s[-1], s[::-1], s[()], s[None:None]
del s[1:], s[:t(2), t(3)]
s[t("i"):t("j")] += t([1])
L = list(range(10))
L[2:5] = "ab"
print(L)
L[::2] = [0] * len(L[::2])
print(L)
L[3:3] = L
print(L)
L[-3:] = []
del L[::-2]
print(L, L[100:], L[-100:2], L[5:1:-1])
for bad in ("L[::2] = [1]", "L[0:1] = 5", "L[::0]", "L['a']", "L[1:'b']", "'abc'[0] = 1", "(1,)[5]"):
    try:
        exec(bad)
    except (ValueError, TypeError, IndexError) as e:
        print(bad, "->", e)
M = [1, 2, 3]
M[:] = M[::-1]
N = M
M[:0] = [N[0]]
M[len(M):] = [9]
print(M, N is M)
M = M[:]
M += (7,)
print(N, M, slice(1, None, 2).indices(9))
b = bytearray(b"hello")
b[1:3] = b"EYY"
b[-1] ^= 32
print(b, "hello"[::-1], (1, 2, 3)[1:])
