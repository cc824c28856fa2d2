"""uncaught: an exception inside a comprehension at module level, in a dict comprehension with a condition call."""
def check(k, limit=3):
    if k >= limit:
        raise ValueError(f"{k} is too large")
    return k % 2 == 0
done = []
small = {k: k ** 2 for k in range(3) if check(k)}
print(small)
names = ["a", "bb", "ccc"]
big = {k: [done.append(k) or
           v / k for v in (1, 2)] for k in range(2, 6)
       if not check(k) or names}
