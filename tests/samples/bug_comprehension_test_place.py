"""uncaught: before 3.12 what stands behind a comparison in a comprehension's `if` is placed there."""
import traceback
class Odd:
    def __bool__(self):
        raise ValueError
    def __iter__(self):
        return self
    def __next__(self):
        raise KeyError
odd = Odd()
for make in [
    lambda: {[] for v in 'xy' if v != 2},
    lambda: {[] for v in 'xy' if v != 2 if v},
    lambda: [w for v in [1] for w in v],
    lambda: [w for v in [1] if v != 2 for w in v],
    lambda: [w for v in [odd] if not v == 2 for w in v],
    lambda: [w for v in [odd] for w in v],
    lambda: [1 for v in [odd] if v != 2 if v],
    lambda: [1 for v in [odd] if v != 2 and v],
    lambda: [1 for v in [odd] if not (v == 2 or not v)],
    lambda: {[]: 1 for v in [0] if (v != 1 if v != 2 else v)},
    lambda: {[]: 1 for v in [0] if -1 < v < 2 for w in [1]},
    lambda: 1 if 1 != 2 and odd else 2,
]:
    try:
        make()
    except (TypeError, ValueError, KeyError):
        traceback.print_exc()
try:
    if 1 != 2 and odd:
        pass
except ValueError:
    traceback.print_exc()
try:
    while 1 != 2 and odd:
        pass
except ValueError:
    traceback.print_exc()
def found(values):
    return {[] for v in values if v != 2}
found('x')
