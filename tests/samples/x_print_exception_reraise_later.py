"""uncaught: exceptions stored in a list and re-raised later elsewhere (tracebacks grow), with_traceback(None)."""
import traceback
stored = []
def make(n):
    try:
        [0, 1][n]
    except IndexError as e:
        stored.append(e)
    else:
        print("fine", n)
for n in range(1, 4): make(n)
def again(e):
    raise e
def clean(e):
    raise e.with_traceback(None)
try:
    again(stored[0])
except IndexError as e:
    print(len(traceback.extract_tb(e.__traceback__)), [f.name for f in traceback.extract_tb(e.__traceback__)])
    try:
        again(e)
    except IndexError:
        print(traceback.format_exc())
try:
    clean(stored[0])
except IndexError as e:
    print([f.name for f in traceback.extract_tb(e.__traceback__)], e.__context__)
last = stored.pop()
stored = len(stored)
try:
    {}["other"]
except KeyError:
    again(last)
