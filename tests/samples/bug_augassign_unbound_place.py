"""`name += value` with an unbound name: the name is underlined, not the statement."""
import traceback
def f():
    x += 1
for k in range(2):
    try:
        f() if k else [f for f in ()]
        total += 1
    except NameError:
        traceback.print_exc()
text += "z"
