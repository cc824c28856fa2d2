"""chained tuple swaps on attributes, linked list reversal, tree insertion, stack and queue classes."""
class Node:
    __slots__ = "v", "next"
    def __init__(self, v, next=None): self.v, self.next = v, next
    def __iter__(self):
        n = self
        while n: yield n.v; n = n.next
def build(*vs):
    head = None
    for v in vs[::-1]: head = Node(v, head)
    return head
def reverse(h):
    prev = None
    while h: h.next, prev, h = prev, h, h.next
    return prev
l = reverse(build(1, 2, 3, 4))
forward = list(l)
print(forward)
class Tree:
    def __init__(self): self.root = None
    def insert(self, k):
        if self.root is None:
            self.root = [k, None, None]; return self
        cur = self.root
        while True:
            i = 1 if k < cur[0] else 2
            if cur[i] is None: cur[i] = [k, None, None]; break
            cur = cur[i]
        return self
    def walk(self, n=...):
        if n is ...: n = self.root
        if n:
            yield from self.walk(n[1]); yield n[0]; yield from self.walk(n[2])
tr = Tree().insert(5).insert(2).insert(8).insert(1)
walked = [*tr.walk()]
print(walked, tr.root)
a = [1, 2, 3]
a[0], a[a[0]] = a[1], a[2]
print(a)
i = 0; b = [10, 20, 30]
i, b[i], *b[1:] = 2, "x", 7, 8, 9
print(i, b)
x, y = 1, 2
x, y = y, x + y; x, y = y, x
(x, y), z = (y, x), x
print(x, y, z)
cell = {"k": [0]}
cell["k"], ref = cell["k"] + [1], cell["k"]
ref.append("old")
print(cell, ref)
p = q = r = s = {}
p["x"] = q; keys = list(r["x"])
p = q = r = s = None
del l, tr
