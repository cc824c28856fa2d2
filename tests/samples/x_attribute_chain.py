"""uncaught: AttributeError in the middle of an attribute and call chain."""
class Node:
    def __init__(self, value, nxt=None):
        self.value = value
        self.next = nxt
    def get(self): return self.next
    def __getitem__(self, i): return self.next
lst = Node(1, Node(2, Node(3)))
print(lst.next.next.value, lst.get().get().value, lst[0][0].value)
depth = 0
cur = lst
while cur:
    depth += 1
    cur = cur.next
def chain(n):
    return n.next.get()[0].value.bit_length() + n.get().value
print(depth)
value = chain(lst)
