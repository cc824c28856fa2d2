"""uncaught: recursion without end in a plain function, repeated lines folded in the traceback."""
calls = 0
def down(n):
    global calls
    calls = n if n < 20 else 20
    return down(n + 1) + 1
def start():
    print("starting")
    return down(0)
start()
