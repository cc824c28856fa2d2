"""return out of a loop through finally, and from an except in a loop."""
def through(n):
    for i in range(n):
        try:
            if i == 2:
                return "returned"
        finally:
            n += 1
    return "ended"
def handled(items):
    out = []
    while True:
        try:
            out.append(next(items))
        except StopIteration as stop:
            return out, stop.value
print(through(5), through(1), handled(iter([1, 2, 3])))
