"""del (a, b) with an unbound name: the name is underlined."""
a = 1
del (a, nope)
