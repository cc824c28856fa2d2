"""numpy random: legacy seed/randn/permutation/choice/shuffle and Generator, state saved and restored."""
import numpy as np
np.random.seed(42)
a = np.random.randn(2, 3)
b = np.random.permutation(5)
c = np.random.choice(10, size=4, replace=False)
d = np.random.rand(), np.random.randint(0, 10, 3), np.random.uniform(-1, 1, (2,))
print(a.round(6), b, c, d[0].__round__(6), d[1], d[2].round(6))
state = np.random.get_state()
x = np.random.normal(size=3)
np.random.set_state(state)
assert (np.random.normal(size=3) == x).all()
arr = np.arange(6).reshape(3, 2)
np.random.shuffle(arr)
print(arr)
rng = np.random.default_rng(7)
e = rng.standard_normal((2, 2)).round(6)
f = rng.integers(0, 100, size=5)
g = rng.permutation(arr)
print(e, f, g, rng.choice(["a", "b", "c"], p=[0.1, 0.2, 0.7]), rng.random(3).round(5))
rs = np.random.RandomState(1)
def batches(n, size, r=rs):
    idx = r.permutation(n)
    for i in range(0, n, size):
        yield idx[i:i + size]
h = [list(map(int, bt)) for bt in batches(7, 3)]
print(h, rs.binomial(10, 0.5, 3), rs.multinomial(5, [0.2, 0.8]))
import random
random.seed(3)
lst = list(range(5)); random.shuffle(lst)
print(lst, random.choice("abc"), random.sample(range(10), 3), round(random.gauss(0, 1), 6), random.randint(1, 6))
