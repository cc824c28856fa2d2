"""uncaught: ZeroDivisionError in the middle of a multi-line expression inside a function."""
def t(x):
    print("t", x)
    return x
def compute(a, b):
    total = (t(a)
             + t(b) * (
                 t(3)
                 - t(a) / (b - b) + t("never")
             )
             + t(99))
    return total
kept = [1, 2]
first = (t(1) +
         t(2))
result = compute(first, 5)
print("unreached")
