"""while/else, for/else, and loops that modify the sequence they iterate."""
lst = [1, 2, 3, 4, 5]
seen = []
for x in lst:
    seen.append(x)
    if x % 2:
        lst.remove(x)
    if len(seen) < 4 and x == 4:
        lst.append(99)
print(lst, seen)
d = {"a": 1}
try:
    for k in d:
        d[k + "x"] = 2
except RuntimeError as e:
    print(e)
s = {1}
try:
    for k in s:
        s.add(k + 1)
except RuntimeError as e:
    print(e)
grow = [0]
for g in grow:
    if g < 5:
        grow.append(g + 1)
else:
    print("else", g)
it = iter([1, 2, 3, 4, 5, 6])
pairs = []
for a in it:
    for b in it:
        pairs.append((a, b))
        break
    else:
        pairs.append("exhausted")
print(pairs)
n = 5
while n:
    n -= 1
    if n == 10:
        break
else:
    print("while else", n)
for i in range(3):
    i *= 10
print(i)
for q in []:
    pass
assert "q" not in globals()
rows = [[1, 2], [3]]
for rows[0][0], in [(7,), (8,)]:
    print(rows)
for i, lst in enumerate([lst, lst]):
    print(i, lst)
