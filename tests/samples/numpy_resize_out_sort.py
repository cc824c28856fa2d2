"""a.resize in place, out= arguments, a.sort, partition, fill, ufunc where, np.copyto, shuffles in place."""
import numpy as np
def grow():
    a = np.array([1, 2, 3])
    a.resize((2, 3), refcheck=False)
    return a
g = grow()
print(g)
def hold():
    a = np.arange(4)
    b = a
    try:
        a.resize(8)
    except ValueError as e:
        print("refused:", str(e).split("\n")[0][:40])
    v = a[:2]
    try:
        v.resize(5)
    except ValueError as e:
        print("view:", "own" in str(e))
    return b
h = hold()
out = np.empty(3)
res = np.add([1, 2, 3], 1, out=out)
print(res is out, out)
np.multiply(out, 2, out=out, where=[True, False, True])
np.exp(np.zeros(3), out)
print(out)
s = np.array([[3, 1, 2], [9, 7, 8]])
ret = s.sort()
print(ret, s)
s[::-1].sort(axis=0)
print(s)
s.fill(4); s.flat[1::2] = 0; s.shape = 3, 2
print(s)
np.copyto(s, [[1, 2]], where=s == 4)
print(s, np.clip(s, 0, 1, out=s) is s, s.sum(0, out=np.zeros(2, int)))
rng = np.random.RandomState(3)
p = np.arange(6)
print(rng.shuffle(p), p)
acc = np.zeros((2, 2))
for i in range(3):
    np.dot(np.eye(2) * i, np.ones((2, 2)), out=acc[:])
    acc.setflags(write=i != 2)
try:
    acc += 1
except ValueError as e:
    print(e)
d = np.diag(acc)
try:
    d[0] = 1
except ValueError as e:
    print(e)
