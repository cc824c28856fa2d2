"""uncaught: `not` and a membership test are one comparison for Python, which stands where that does."""
import traceback
o0 = None
for k in range(2):
    try:
        if k == 0: -(not 1 not in o0)
        if k == 1: print(not o0 < 1)
    except TypeError:
        traceback.print_exc()
x = not 5 not in None
