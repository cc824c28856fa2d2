"""iterators half-way through, held by all sorts of things, and the list behind one of them changes."""
import itertools
log = list(range(20))
class Held:
    __slots__ = ("it",)
held = Held()
held.it = iter(log)
chained, cycled = itertools.chain([1, 2], iter(log)), itertools.cycle([7, 8, 9])
advance, append = iter("abcdefgh").__next__, [].append
seen = []
for i in range(5):
    seen.append((next(held.it), next(chained), next(cycled), advance()))
    log.insert(0, i)
    append(i)
print(seen, append.__self__)
