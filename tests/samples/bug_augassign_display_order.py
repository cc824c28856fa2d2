"""name += [other]: the target's name is read before those of a display on the right."""
import traceback
for k in range(3):
    try:
        if k == 0: nope1 += [nope2]
        if k == 1: nope3 += (nope4, *[1])
        if k == 2: nope5 += f"{nope6}"
    except NameError:
        traceback.print_exc()
nope7 += [nope8]
