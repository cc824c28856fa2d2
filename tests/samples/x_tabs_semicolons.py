"""uncaught: tabs for indentation, several statements on one line, the failing one in the middle."""
def f(n):
	if n:
		a = 1; b = 2; c = a + b
		while n: n -= 1; a *= 2
		return a, b, c
	else: x = 5; y = x	/	n; z = y
	return x
r = f(3); print(r); q = r[0]
class T: a = 1; b = a + 1; c = [a, b]
print(T.c); print(T.b); s = T.a; del T
for i in range(2): p = i; print(p); p += 1
if r: u = 1; v = 2
if not r: w = 1; k = 2
try: print("try"); r[9]; print("no")
except IndexError: m = 1; print("except"); m += 1
finally: print("finally"); o = 1
g = 1; h = f(0); j = 2
