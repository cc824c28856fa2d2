"""uncaught: an exception in a generator pipeline with yield from, consumed by a for loop in a function."""
def source(n):
    try:
        for i in range(n):
            print("source", i)
            yield n - i
    finally:
        print("source closed")
def invert(it):
    for v in it:
        yield 6 / (v - 1)
def chain(n):
    yield 0
    yield from invert(source(n))
    yield "end"
def collect(n):
    out = []
    for v in chain(n):
        out.append(v)
        results.append(v)
    return out
results = []
print(next(chain(1)))
collect(4)
