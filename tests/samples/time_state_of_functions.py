"""what functions carry along: attributes, defaults, caches, texts; and sets that grow and shrink."""
import functools
@functools.lru_cache
def square(n):
    print("worked out", n)
    return n * n
def step(x, seen=[]):
    step.calls = getattr(step, "calls", 0) + 1
    seen.append(x)
    step.__doc__ = f"called {step.calls} times"
    return len(seen) * square(x % 2)
names, total = set(), 0
for i in range(5):
    total += step(i)
    names.add(str(i * total))
    names.discard(str(i))
for name in sorted(names):
    names.remove(name)
names.update(["x", "y", "z"])
print(total, step.calls, step.__doc__, sorted(names))
