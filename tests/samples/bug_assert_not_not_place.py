"""uncaught: assert with a doubled or single `not`: the part that Python blames."""
import traceback
i0 = 1
for k in range(3):
    try:
        if k == 0: assert not i0
        if k == 1: assert not not i0 in ()
        if k == 2: assert not not (i0 and 0)
    except AssertionError:
        traceback.print_exc()
assert not (not i0 in ())
