"""a comprehension with a lambda in dead code, which 3.12 leaves out: what follows is as before."""
i0 = 2
try:
    raise ValueError
    {lambda: i0 for i0 in 1}
except Exception as error:
    pass
try:
    o1 = 3 % i0
except TypeError as error:
    print(error)
