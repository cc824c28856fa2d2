"""`from x import *` within a statement that Python itself executes, which jumps out of a loop."""
i0 = 0
while 1:
    match i0:
        case 0 | 1:
            if i0 < 1:
                i0 += 1
                continue
            from collections import *
            break
print(i0, Counter("aab"))
