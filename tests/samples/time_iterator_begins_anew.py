"""an iterator whose __iter__ begins anew is asked for once, however the loop is run."""
class Loader:
    def __init__(self, n): self.n, self.begun = n, 0
    def __iter__(self):
        self.i, self.begun = 0, self.begun + 1
        return self
    def __next__(self):
        self.i += 1
        if self.i > self.n: raise StopIteration
        return self.i
loader, total = Loader(5), 0
for x in loader:
    total += x
    if total > 100:
        break
for at, (x, y) in enumerate(zip(loader, "abc")):
    total += at * x
print(total, loader.begun)
