"""An empty cell that a variable holds isn't an unbound variable."""
def make():
    def inner():
        return x
    if False:
        x = 1
    return inner.__closure__[0]
cell = make()
try:
    cell.cell_contents
except ValueError as error:
    print("module:", error)
def look():
    held = cell
    try:
        return held.cell_contents == 5
    except ValueError as error:
        return repr(error)
print(look())
def own():
    if False:
        y = 1
    def inner():
        return y
    try:
        return inner.__closure__[0].cell_contents
    except ValueError as error:
        return repr(error)
print(own())
