"""a star of no iterable within a display: where Python says so, alone and among others."""
import traceback
a = 1
for k in range(5):
    try:
        if k == 0: [*1, a]
        if k == 1: (a, *a, a)
        if k == 2: x = {*a}
        if k == 3: print([a, *None], a)
        if k == 4: {**a, "k": 1}
    except TypeError:
        traceback.print_exc()
[*a]
