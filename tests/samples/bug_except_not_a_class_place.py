"""except 1 as name / inside a finally: where Python says the check failed."""
import traceback
i0 = 1
def f():
    try:
        try:
            1 / 0
        except i0 as error:
            pass
        finally:
            print("finally")
    except TypeError:
        traceback.print_exc()
f()
def g():
    try:
        1 / 0
    except i0:
        pass
try:
    g()
except TypeError:
    traceback.print_exc()
try:
    1 / 0
except (i0, ValueError) as error:
    pass
