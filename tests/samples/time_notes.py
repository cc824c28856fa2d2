"""an exception gets its notes once, however often it is gone back to."""
def fails(n):
    for i in range(n):
        try:
            [0, 1][i]
        except IndexError as error:
            error.add_note(f"item {i}")
            raise
try:
    fails(4)
except IndexError as error:
    error.add_note("caught")
    kept = error
    print(error.__notes__, error.args)
for i in range(2):
    kept.add_note(str(i))
print(kept.__notes__)
