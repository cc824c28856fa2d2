"""bare raise in a helper called from an except block re-raises the current exception; outside it is a RuntimeError."""
import sys
def reraise():
    raise
def info():
    tp, v, tb = sys.exc_info()
    return tp and tp.__name__, str(v), tb is not None
print(info())
try:
    reraise()
except RuntimeError as e:
    print("no active:", e)
def work():
    try:
        {}["missing"]
    except KeyError:
        print("in", info())
        try:
            int("x")
        except ValueError:
            print("inner", info())
        print("back", info())
        reraise()
    finally:
        print("finally", info())
try:
    work()
except KeyError as e:
    print("got", e.args, info())
    names = []
    tb = e.__traceback__
    while tb:
        names.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    del tb
    print(names)
print("after", info())
