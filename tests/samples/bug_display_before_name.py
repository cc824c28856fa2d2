"""an operand that is a display is built before a later name is read: unhashable keys, stars of no iterable."""
l0 = []
for k in range(4):
    try:
        if k == 0: {[]: 1} < nope
        if k == 1: l0[:] += [*1, nope]
        if k == 2: print({*[[]]}, nope)
        if k == 3: [f"{1:zz}", nope]
    except Exception as e:
        print(k, type(e).__name__, e)
