"""a class may call anything `__dict__`, and a set may hold an iterator."""
class A:
    def __init__(self): self.x = 1
    @property
    def __dict__(self): raise KeyError("no")
a = A()
for i in range(4):
    a.x = a.x * 2 + i
held = {iter([1, 2, 3])}
for i in range(3):
    a.x += next(next(iter(held)))
print(a.x)
