"""uncaught: exception in the iterable of a for statement over several lines, after a loop with else."""
def pairs(xs, ys):
    for i, (x, y) in enumerate(
        zip(xs,
            [v.strip()
             for v in ys])
    ):
        yield i, x, y
    else:
        print("pairs done")
seen = list(pairs([1, 2], [" a", "b "]))
print(seen)
for i, x, y in pairs(
    range(3),
    ["c", " d ", 5],
):
    print(i, x, y)
