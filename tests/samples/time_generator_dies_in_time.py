"""what a half consumed generator does at its end is done when the loop is left, and only then."""
log = []
def items(name):
    try:
        for i in range(4):
            yield i
    finally:
        log.append(name)
        print("end of", name)
for x in items("first"):
    if x == 1:
        break
print("behind", log)
def fails():
    for y in items("second"):
        if y:
            raise ValueError(y)
try:
    fails()
except ValueError:
    print("handled", log)
it = items("third")
for i in range(2):
    log.append(next(it))
del it
print(log)
