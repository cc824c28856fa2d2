"""items of a dictionary are read when their turn comes; what is popped and put back moves."""
from collections import OrderedDict, deque
params = {"a": 1, "b": 2, "c": 3}
for name, value in params.items():
    params["c"] += value
    params["b"] *= 2
ordered = OrderedDict(params)
for i, (name, value) in enumerate(ordered.items()):
    ordered["c"] -= i
for i in range(4):
    ordered.move_to_end("abc"[i % 3], last=i % 2 == 0)
recent = deque(ordered, maxlen=3)
for name in recent:
    params[name] += 1
print(params, ordered, recent)
