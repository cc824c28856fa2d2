"""contextlib: contextmanager with exceptions, suppress, ExitStack, closing, redirect_stdout, nullcontext."""
import contextlib, io
@contextlib.contextmanager
def tag(name, swallow=()):
    print("<%s>" % name)
    try:
        yield name.upper()
    except swallow as e:
        print("swallowed", repr(e))
    finally:
        print("</%s>" % name)
with tag("b") as B, tag("i", (KeyError, ZeroDivisionError)) as I:
    print(B, I)
    {}[B]
    print("unreached")
with contextlib.suppress(ZeroDivisionError, IndexError):
    before = 1
    1 / 0
    after = 1
print("after" in globals())
with contextlib.ExitStack() as st:
    names = [st.enter_context(tag("t%d" % i)) for i in range(3)]
    st.callback(print, "callback", sep="!")
    st.push(lambda tp, v, tb: print("push", tp) or True)
    raise ValueError("inside")
print(names)
buf = io.StringIO()
with contextlib.redirect_stdout(buf):
    print("hidden")
    with tag("x"):
        pass
captured = buf.getvalue()
print(repr(captured))
@tag("deco")
def f(x):
    print("in f", x)
    return x + 1
print(f(1), f(2))
with contextlib.nullcontext(5) as five:
    print(five)
try:
    with tag("e"):
        raise StopIteration("si")
except StopIteration as e:
    print("si through", e)
