"""half consumed generators: finally runs when the last reference dies, on break of a loop and with tee/islice/zip."""
import itertools
def gen(name, n=3):
    print("start", name)
    try:
        for i in range(n):
            yield i
    finally:
        print("end", name)
for x in gen("loop"):
    if x == 1:
        break
print("after break")
g = gen("held")
for x in g:
    break
print("held still", next(g))
g = None
print("released")
print(list(zip(gen("z1", 2), gen("z2", 3))))
print(list(itertools.islice(gen("isl", 10), 2)))
a, b = itertools.tee(gen("tee", 2))
print(next(a), next(a), list(b), list(a))
def use():
    it = gen("local")
    next(it)
    print("leaving use")
use()
print("left")
def ret():
    for y in gen("ret"):
        return y
print(ret())
def exc():
    for y in gen("exc"):
        raise ValueError(y)
try:
    exc()
except ValueError as e:
    print("handler", e)
print("after handler")
def ctx():
    with open(__file__) as fh:
        for line in fh:
            yield len(line) > 0
c = ctx()
print(next(c))
c.close()
pipeline = (v * 2 for v in (u + 1 for u in gen("pipe")))
print(next(pipeline))
pipeline.close()
print("closed", sum(gen("sum")), 1 in gen("contains"), dict(enumerate(gen("enum", 1))))
next(gen("unused"))
gen("never started")
del a, b, c, pipeline
print("done")
