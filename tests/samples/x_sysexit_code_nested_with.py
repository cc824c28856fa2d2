"""sys.exit(7) inside with, generator and try/except Exception; exits with the code after the cleanup prints."""
import sys, contextlib
@contextlib.contextmanager
def res(n):
    print("open", n)
    try:
        yield n
    except Exception:
        print("not for SystemExit")
    finally:
        print("close", n)
def numbers():
    with res("gen"):
        for i in range(5):
            yield i
def main():
    with res("a"), res("b"):
        for i in numbers():
            try:
                if i == 2:
                    sys.exit(i + 5)
            except Exception:
                print("never")
            else:
                print("else", i)
    return 0
try:
    code = main()
except SystemExit as e:
    code = e.code
    print("code", code)
    raise
