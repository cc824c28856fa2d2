"""numpy fancy and mask indexing stores: duplicates, broadcasting, views against copies, np.add.at."""
import numpy as np
a = np.zeros((4, 3))
idx = [0, 0, 2]
a[idx, [1, 1, 2]] += 1
np.add.at(a, (idx, [1, 1, 2]), 10)
print(a)
probs = np.arange(12, dtype=float).reshape(4, 3) / 10
y = np.array([0, 2, 1, 1])
delta = probs
delta[range(4), y] -= 1
print(probs, delta is probs)
m = probs > 0.5
probs[m] = -1
probs[~m & (probs < 0)] *= 100
print(probs, m.sum())
v = probs[1:3]
c = probs[[1, 2]]
v[:] = 7
c[:] = 8
print(probs[1], c.base is None, v.base is probs or v.base is probs.base)
probs[:, -1], probs[0] = 5, [1, 2, 3]
probs[probs == 7] = np.arange(4)
print(probs)
b = np.arange(10)
b[1:] += b[:-1]
print(b)
b[b % 2 == 0] = 0
b[[1, -1]], w = b[[-1, 1]], b
print(b, w is b)
onehot = np.zeros((3, 4), int)
onehot[np.arange(3), [3, 0, 1]] = 1
print(onehot, onehot.argmax(axis=1))
try:
    b[np.array([True, False])] = 1
except IndexError as e:
    print(e)
try:
    b[[1, 2, 3]] = [1, 2]
except ValueError as e:
    print(e)
k = np.where(b > 3)[0]
x, z = np.ix_([0, 1], [1, 2]), a[..., None]
a[x] = 9
print(a, z.shape, a[None, ..., ::2].shape, z[0, 1, 0])
