"""print to stderr, sep/end/flush/file, sys.stdout.write, input reaching EOF, stdin reads, a replaced sys.stdout."""
import io, sys
print("a", "b", sep="", end="|")
print(flush=True)
print("to stderr", 1, file=sys.stderr, end="!\n")
n = sys.stdout.write("written\n")
sys.stderr.write("err %d\n" % n)
def ask(prompt):
    try:
        return input(prompt)
    except EOFError as e:
        print("[EOF]", e)
        return None
answers = [ask("name? "), ask("")]
print(answers, sys.stdin.read() == "", [line for line in sys.stdin])
class Tee:
    def __init__(self, s): self.s, self.buf = s, []
    def write(self, x): self.buf.append(x); return self.s.write(x.upper())
    def flush(self): self.s.flush()
old = sys.stdout
sys.stdout = tee = Tee(old)
print("through tee", 1.5, sep=",")
sys.stdout = old
print(tee.buf)
print("x", file=(buf := io.StringIO()))
print(*[1, 2], *"ab", sep="\n", end="\n\n", file=None)
text = buf.getvalue()
print(repr(text), print("inner"), end="")
print()
def noisy(x):
    print("noisy", x)
    return x
print(noisy(1), noisy(2), sep=noisy("-"), end=noisy(";\n"))
for bad in (dict(sep=1), dict(end=2), dict(nope=3)):
    try:
        print("z", **bad)
    except TypeError as e:
        print(e)
sys.stdout.writelines(["l1\n", "l2\n"])
print("é→日本", ascii("é"), "tab\there", r"raw\n")
del old, tee, buf
