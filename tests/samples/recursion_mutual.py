"""recursion: fib with a memo, mutual, ackermann, hanoi, permutations, nested defs, recursion through map and lambda."""
from functools import lru_cache
def fib(n, memo={}):
    if n in memo: return memo[n]
    memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return memo[n]
def even(n): return True if n == 0 else odd(n - 1)
def odd(n): return False if n == 0 else even(n - 1)
def ack(m, n):
    if not m: return n + 1
    return ack(m - 1, 1 if not n else ack(m, n - 1))
moves = []
def hanoi(n, a="A", b="B", c="C"):
    if n:
        hanoi(n - 1, a, c, b); moves.append(a + c); hanoi(n - 1, b, a, c)
def perms(xs):
    if not xs: return [[]]
    return [[x] + p for i, x in enumerate(xs) for p in perms(xs[:i] + xs[i + 1:])]
def depth(t): return 1 + max(map(depth, t), default=0) if isinstance(t, list) else 0
fact = lambda n: n * fact(n - 1) if n else 1
@lru_cache(maxsize=None)
def ways(n): return 1 if n < 2 else ways(n - 1) + ways(n - 2)
def outer(n):
    def go(k):
        nonlocal calls
        calls += 1
        return k if k < 2 else go(k - 1) + go(k - 2)
    calls = 0
    return go(n), calls
def qs(l): return l and qs([x for x in l[1:] if x < l[0]]) + l[:1] + qs([x for x in l[1:] if x >= l[0]])
hanoi(3)
fibs = [fib(i) for i in range(30)]
print(fibs[-1], even(50), odd(51), ack(2, 2), moves, perms([1, 2, 3])[3:], depth([1, [2, [3]], []]))
print(fact(20), ways(40), ways.cache_info(), outer(10), qs([3, 1, 2, 3, 0]))
import sys
def down(n): return 0 if n == 0 else 1 + down(n - 1)
old = sys.getrecursionlimit()
print(down(400))
def inf(n=0):
    return inf(n + 1)
try:
    inf()
except RecursionError as e:
    print(type(e).__name__, str(e)[:32])
def visit(n):
    try:
        return visit(n - 1) if n else 1 // 0
    finally:
        moves.append(n)
try:
    visit(3)
except ZeroDivisionError:
    print(moves[-4:])
del ways
