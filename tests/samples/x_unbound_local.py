"""uncaught: UnboundLocalError after a conditional assignment in nested calls with a loop."""
total = 10
def accumulate(values, verbose=False):
    for v in values:
        if v > 100:
            best = v
        if verbose:
            total = 0
    return best + total
def run(n):
    return [accumulate(range(k)) for k in range(n, n + 1)]
try:
    accumulate([500])
except UnboundLocalError as e:
    message = str(e)
    print(message)
x = 1; y = run(3); z = 2
