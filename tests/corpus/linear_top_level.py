# check: factor 0.5
# cost: sum([(w*x+b - t)**2 for x, t in pairs])
pairs = [(1.0, 1.0), (2.0, 2.5), (3.0, 2.0), (4.0, 4.5)]
w, b = 0.0, 0.0
for i in range(10):
    dw = db = 0.0
    for x, t in pairs:
        dw = dw + x*(w*x+b - t)
        db = db + (w*x+b - t)
    w = w - 0.02*dw
    b = b - 0.02*db
    print("%2d  w %.4f  b %.4f" % (i, w, b));
total = 0
for x, t in pairs: total += (w*x+b-t)**2
print ("total", total)
assert isinstance(total, float); del x, t
try: print(x)
except NameError: print("x is deleted")

# the same without a loop
n = len(pairs)
sx = sum([p[0] for p in pairs]); sy = sum(p[1] for p in pairs)
sxx, sxy = 0, 0
for p in pairs:
    sxx += p[0]**2; sxy += p[0]*p[1]
slope = (n*sxy - sx*sy)/(n*sxx - sx*sx)
print("exactly: w %.4f b %.4f" % (slope, (sy - slope*sx)/n), "not there yet" if abs(slope - w) > .01 else "there")
