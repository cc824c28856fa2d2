"""uncaught: SystemExit with a string message from a nested function; finally and atexit run."""
import atexit
import sys
atexit.register(lambda: print("atexit 1"))
@atexit.register
def bye(): print("atexit 2", state)
state = "start"
def check(v):
    global state
    try:
        if v > 1:
            state = "exiting"
            sys.exit(f"value {v} is too large")
    except Exception:
        print("not caught here")
    finally:
        print("finally", v)
for i in range(5):
    check(i)
