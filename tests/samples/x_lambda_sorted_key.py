"""uncaught: an exception in a lambda called natively by sorted, map inside a generator expression."""
calls = []
rank = {"a": 1, "b": 2}
key = lambda s: (calls.append(s), rank[s])[1]
print(sorted("ba", key=key), calls)
compose = lambda f, g: lambda x: f(g(x))
def process(items):
    total = sum(compose(lambda v: v * 2, key)(i) for i in items)
    ordered = sorted(items, key=lambda s: -key(s))
    return total, ordered
out = process(["b", "a"])
del key
key = lambda s: rank[s]
final = process(["a", "zz"])
