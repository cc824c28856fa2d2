"""uncaught: assert with `and` / `or` whose comparison decides: before 3.12 the comparison is blamed."""
import traceback
o0 = None
for k in range(5):
    try:
        if k == 0: assert o0 and 2 == 3
        if k == 1: assert o0 or 2 == 3
        if k == 2: assert (1 == 2) or o0
        if k == 3: assert o0 is not None and k
        if k == 4: assert 1 < k and k < 2
    except AssertionError:
        traceback.print_exc()
assert 2 == 3 and o0
