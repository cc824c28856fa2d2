"""A variable of a comprehension that is read before it is bound is unbound, or what it was last."""
def early():
    a = 5
    try:
        return [a for b in [1] if a for a in [2]]
    except NameError as error:
        return repr(error)
def kept():
    return [a for b in [1, 2] if b == 1 or a for a in [b, 7]]
def in_target():
    place = [None]
    try:
        return [1 for (place[0], place) in [[1, 2]]]
    except NameError as error:
        return repr(error)
def in_iterable():
    try:
        return {a: c for b in [1] for a in [c] for c in [2]}
    except NameError as error:
        return repr(error)
print(early(), kept(), in_target(), in_iterable(), sep="\n")
try:
    print([q for b in [1] if q for q in [2]])
except NameError as error:
    print(repr(error))
