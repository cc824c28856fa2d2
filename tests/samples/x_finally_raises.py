"""uncaught: an exception in finally replaces the one from except, which has replaced the one from try."""
steps = []
def cleanup(x):
    steps.append("cleanup")
    return [1, 2][x]
def work(d):
    try:
        return d["a"]
    except KeyError as e:
        steps.append("handler")
        raise LookupError("no a") from e
    finally:
        steps.append("finally")
        cleanup(len(d) + 2)
print(work.__name__)
try:
    work({"a": 1})
except IndexError as e:
    print("first", e, e.__context__)
print(steps)
work({})
