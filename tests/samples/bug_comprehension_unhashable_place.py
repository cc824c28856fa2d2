"""uncaught: an unhashable element or key of a comprehension: from 3.12 on the element is blamed."""
import traceback
def f(rows):
    return {row: 1 for row in rows}
for k in range(3):
    try:
        if k == 0: f([[1]])
        if k == 1: print({[v for j in range(2)] for v in [1, 2]})
        if k == 2: print({[v]: v for v in [1] if v})
    except TypeError:
        traceback.print_exc()
{[] for i0 in '1'}
