"""an unbound name that is spilled before a later operand is underlined itself, not the operand."""
import traceback
def t(*args): return 0
for text in ("first call", "tuple", "target", "subscript"):
    try:
        if text == "first call": nope1(t(1), 2)
        if text == "tuple": (nope2, t(t()))
        if text == "target": nope3[t(t())] += 1
        if text == "subscript": t(nope4, nope5[t()])
    except NameError:
        traceback.print_exc()
nope6(t, [1][5])
