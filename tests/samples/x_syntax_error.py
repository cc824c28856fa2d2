"""uncaught: a syntax error."""
print("never")
def f(:
    pass
