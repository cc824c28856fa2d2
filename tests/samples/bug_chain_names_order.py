"""a chained comparison reads its first name before its second."""
import traceback
a = 1
for k in range(4):
    try:
        if k == 0: nope1 < nope2 == 0
        if k == 1: nope3 < nope3 < a
        if k == 2: a < nope4 < nope5
        if k == 3: a.nope6 < nope7 < a
    except (NameError, AttributeError):
        traceback.print_exc()
nope8 < nope8 == 0
