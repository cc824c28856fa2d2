"""a generator that raises before its first item, in a loop that runs natively."""
def none():
    raise ValueError("first")
    yield
for n in range(3):
    try:
        for item in none():
            pass
    except ValueError as error:
        print(n, error)
for item in none():
    pass
