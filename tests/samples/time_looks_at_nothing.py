"""nobody asks an object of the script for its class or name but the script."""
class P:
    total = 1
    def __getattribute__(self, name):
        print("get", name)
        return object.__getattribute__(self, name)
    def __call__(self, x): return x
p = P()
held = [p]
p.total += len(held)
for each in held:
    each.total += p(2)
print(object.__getattribute__(p, "total"))
