"""`~(not 0)` and other constants are folded when the script is compiled, warnings included."""
for i in range(2):
    x = ~(not 0), ~5, -(not 3), not not 1
    if ~(not x):
        pass
    try:
        ~1.5
    except TypeError as error:
        print(error)
    print(x, (not 0) + 1)
