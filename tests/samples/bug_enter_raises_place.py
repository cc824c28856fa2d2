"""__enter__ that raises or doesn't take its argument: before 3.12 the whole with statement is blamed."""
import traceback
class M:
    def __enter__(self):
        raise ValueError("enter")
    def __exit__(self, *args):
        pass
class N(M):
    def __enter__():
        pass
for cls in (M, N):
    try:
        with cls() as x:
            pass
    except (TypeError, ValueError):
        traceback.print_exc()
with M():
    pass
