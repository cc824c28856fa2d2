"""try/except/else/finally order; exceptions in else are not caught by the sibling except."""
trace = []
def run(where):
    trace.append("start " + where)
    try:
        trace.append("try")
        if where == "try":
            raise ValueError(where)
    except ValueError as e:
        trace.append("except " + e.args[0])
        if where == "except":
            raise
    else:
        trace.append("else")
        if where == "else":
            raise ValueError("from else")
    finally:
        trace.append("finally")
    trace.append("after")
    return where
for w in ("none", "try", "else"):
    try:
        print(run(w))
    except ValueError as exc:
        print("escaped", exc, exc.__context__)
        trace.append("escaped")
print("\n".join(trace))
def sel(e):
    try:
        raise e
    except (KeyError, IndexError) as k:
        return "lookup-pair " + type(k).__name__
    except LookupError:
        return "lookup"
    except Exception:
        return "exception"
    except:
        return "bare"
kinds = [sel(KeyError(1)), sel(IndexError()), sel(LookupError()), sel(OSError()), sel(KeyboardInterrupt())]
print(kinds)
