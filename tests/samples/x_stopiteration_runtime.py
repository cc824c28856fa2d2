"""uncaught: StopIteration inside a generator becomes a RuntimeError with a cause; next() on an empty iterator."""
def take(it, n):
    for _ in range(n):
        yield next(it)
def first_even(xs):
    return next(x for x in xs if x % 2 == 0)
ok = list(take(iter("abc"), 2))
print(ok, first_even([1, 4, 6]))
try:
    first_even([1, 3])
except StopIteration as e:
    args = e.args
    print("no even", args)
rest = []
for item in take(iter([1, 2]), 3):
    rest.append(item)
    print(item)
