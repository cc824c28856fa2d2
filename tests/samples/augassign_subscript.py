"""augmented assignment on subscripts: container and index are evaluated once, value after the load."""
def t(x):
    print("t", x)
    return x
calls = 0
def idx():
    global calls
    calls += 1
    return calls % 3
L = [[10], [20], [30]]
def get():
    print("get L")
    return L
get()[idx()] += t([1])
get()[idx()][0] *= t(2)
get()[t(0)][t(0)] -= t(5)
print(L, calls)
class D(dict):
    def __getitem__(self, k): print("getitem", k); return super().__getitem__(k)
    def __setitem__(self, k, v): print("setitem", k, v); super().__setitem__(k, v)
    def __missing__(self, k): print("missing", k); return 0
d = D()
d[t("a")] += t(1)
d[t("a"), t("b")] += t(2)
print(dict(d))
tup = ([1], 2)
try:
    tup[0] += [3]
except TypeError as e:
    print(e, tup)
try:
    L[t(7)] += t("not evaluated")
except IndexError as e:
    print(e)
i = 0
arr = [1, 2, 3]
def change():
    global i
    i = 2
    return 100
arr[i] += change()
print(arr, i)
arr[i:] += [arr[i - 1]]
arr[idx():idx() + 1] *= 2
print(arr, calls)
def repl():
    global arr
    old, arr = arr, ["new"]
    return 1000
keep = arr
arr[0] += repl()
print(arr, keep)
word = {}
for ch in "hello":
    word[ch] = word.get(ch, 0) + 1
    word["n"] = word.setdefault("n", 0) + 1
print(word)
