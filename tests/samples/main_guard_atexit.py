"""if __name__ == "__main__", sys.argv, __file__ basename, atexit handlers in reverse order."""
import atexit
import os
import sys
atexit.register(print, "registered first, printed last")
@atexit.register
def summary():
    print("summary", done, sorted(k for k in globals() if k.startswith("d")))
def main(argv=None):
    argv = sys.argv[1:] if argv is None else argv
    print("args", argv, len(sys.argv))
    if not argv:
        return 0
    return len(argv)
done = False
here = os.path.basename(__file__)
name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
print(here, name, __name__, __doc__[:12], __package__, __spec__)
if __name__ != "__main__":
    print("imported?")
elif done:
    pass
else:
    code = main(["x", "y"])
    done = True
    print("code", code)
m = sys.modules["__main__"]
print(m.done, m.main is main, "__builtins__" in vars(m))
del m
if __name__ == "__main__":
    def late(): print("late handler", done)
    atexit.register(late)
    atexit.unregister(summary) if not done else None
    sys.exit(main())
