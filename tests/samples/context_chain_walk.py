"""walking __context__, __cause__ and __suppress_context__ through several layers."""
def walk(e):
    out = []
    while e is not None:
        out.append((type(e).__name__, str(e), e.__cause__ is not None, e.__suppress_context__))
        e = e.__cause__ if e.__cause__ is not None else e.__context__
    return out
def low():
    return {}["k"]
def mid(kind):
    try:
        low()
    except KeyError as e:
        if kind == "from":
            raise ValueError("mid") from e
        if kind == "none":
            raise ValueError("mid") from None
        if kind == "class":
            raise ValueError from OSError
        raise ValueError("mid")
def top(kind):
    try:
        mid(kind)
    finally:
        try:
            [].pop()
        except IndexError as i:
            print("  in finally, context:", [x[0] for x in walk(i)])
results = {}
for kind in ("plain", "from", "none", "class"):
    try:
        top(kind)
    except Exception as e:
        results[kind] = walk(e)
        print(kind, *results[kind], sep="\n    ")
try:
    try:
        raise ValueError("x") from 3
    except TypeError as t:
        print(t)
        raise KeyError("again") from t.__context__
except KeyError as k:
    print(repr(k.__cause__), repr(k.__context__))
