"""nested finally blocks whose return, break and continue override each other and pending exceptions."""
out = []
def f(mode):
    try:
        try:
            try:
                if mode == 0:
                    raise ValueError("inner")
                if mode == 1:
                    return "body"
                out.append("fallthrough")
            finally:
                out.append(("f1", mode))
                if mode == 2:
                    return "f1"
        except ValueError as e:
            out.append(("caught", str(e)))
            return "handler"
        else:
            out.append("else")
        finally:
            out.append(("f2", mode))
    finally:
        out.append(("f3", mode))
        if mode == 1:
            return "f3"
    return "end"
res = [f(m) for m in range(4)]
print(res)
for o in out:
    print(o)
def loop():
    seen = []
    while True:
        try:
            try:
                raise IndexError(len(seen))
            finally:
                seen.append("x")
                if len(seen) < 3:
                    continue
                break
        finally:
            seen.append("outer")
    return seen
print(loop())
