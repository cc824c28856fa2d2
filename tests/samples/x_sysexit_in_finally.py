"""sys.exit(3) inside finally overrides a pending exception; exit codes of caught SystemExit."""
import sys
codes = []
for arg in (None, 0, 5, "text", (1, 2), True):
    try:
        sys.exit(arg)
    except SystemExit as e:
        codes.append((e.code, e.args))
print(codes)
def f():
    try:
        raise ValueError("pending")
    finally:
        print("in finally", repr(sys.exc_info()[1]))
        sys.exit(len(codes) - 3)
f()
