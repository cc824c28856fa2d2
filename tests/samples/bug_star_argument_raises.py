def bad():
    raise TypeError("mine")
def g(*a, **k):
    print("called", a, k)
for make in (lambda: g(*(bad() for i in range(1))),):
    try:
        make()
    except TypeError as e:
        print(e)
try:
    g(*(bad() for i in range(1)))
except TypeError as e:
    print(e)
try:
    g(*map(int, [1, None]))
except TypeError as e:
    print(e)
class K:
    n = 0
    def keys(self):
        K.n += 1
        return ["a"]
    def __getitem__(self, key):
        raise TypeError("item")
try:
    g(**K())
except TypeError as e:
    print(e, K.n)
for bad in ("g(*5)", "g(**5)", "g(**{1: 2})", "g(**{'a': 1}, **{'a': 2})", "g(*iter([1]), *3)"):
    try:
        exec(bad)
    except TypeError as e:
        print(e)
try:
    g(*iter([1]), *3)
except TypeError as e:
    print(e)
try:
    g(1, **{"a": 1}, **{"a": 2})
except TypeError as e:
    print(e)
