"""uncaught: an exception inside nested list comprehensions in a function (frames differ by version)."""
def t(x):
    print("t", x)
    return x
def normalise(rows):
    return [[t(v) / sum(r) for v in r] for r in rows if len(r)]
good = normalise([[1, 3], []])
print(good)
module_level = [x for x in range(3)]
res = normalise([[1], [0, 0]])
