"""uncaught: `not a <= b` that raises: on 3.13 the whole `not` is blamed, where its value is used."""
import traceback
def f(i0):
    return str(not 4 <= i0)
for k in range(5):
    try:
        if k == 0: f(())
        if k == 1: x = not () < k
        if k == 2: print([not k > None, 1])
        if k == 3: print(not not k > None)
        if k == 4:
            while not k < "a": pass
    except TypeError:
        traceback.print_exc()
if not 4 in 5: pass
