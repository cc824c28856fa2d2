"""what a loop changes around itself: arguments, error handling, hooks, printing."""
import sys
import warnings
import numpy as np
seen = []
sys.path += ['one', 'two', 'three', 'four']
for i in range(3):
    sys.argv.append(str(i))
    sys.path.pop()
    seen.append(sys.path[-1])
    with np.errstate(all="ignore"):
        seen.append(np.geterr()["over"])
        with np.errstate(over="raise"):
            seen.append(np.geterr()["over"])
    np.set_printoptions(precision=i + 1)
    seen.append(str(np.array([1 / 3])))
warnings.showwarning = lambda *args, **kwargs: seen.append(str(args[0]))
for i in range(2):
    warnings.warn(f"number {i}")
print(seen, sys.argv[1:])
