import enum
class Kind(str, enum.Enum):
    A = "a"
    B = "b"
class Rate(float):
    pass
lr = Rate(0.5)
lr.hits = 0
kind = Kind.A
w = 1.0
for epoch in range(6):
    w -= lr * w
    lr.hits += 1
    kind = Kind.B if kind is Kind.A else Kind.A
print(w, kind, lr.hits)
