"""uncaught: unpack mismatch in a for loop target of a function called in a method."""
class Loader:
    def __init__(self, rows): self.rows, self.seen = rows, []
    def __iter__(self): yield from self.rows
    def load(self):
        for i, (x, y) in enumerate(self):
            self.seen.append((i, x, y))
        return self.seen
ok = Loader([(1, 2), (3, 4)]).load()
print(ok)
counts = []
for bad in ([(1,)], [1], [None], ["abc"]):
    try:
        Loader(bad).load()
    except (ValueError, TypeError) as e:
        counts.append(str(e))
print(counts)
loader = Loader([(1, 2), (3, 4, 5)])
try:
    res = loader.load()
finally:
    print(loader.seen)
    partial = loader.seen
    del loader
