"""break and continue leaving try blocks run the finally; for/else and while/else."""
log = []
for i in range(5):
    try:
        if i == 1:
            continue
        if i == 3:
            break
        log.append(("body", i))
    finally:
        log.append(("fin", i))
else:
    log.append("never")
n = 0
while n < 3:
    n += 1
    try:
        raise RuntimeError(n)
    except RuntimeError as e:
        if n == 2:
            continue
        log.append(e.args)
    finally:
        log.append(("w", n))
else:
    log.append(("else", n))
for a in "xy":
    for b in range(3):
        try:
            if b == 1:
                break
        finally:
            log.append(a + str(b))
    else:
        log.append("no")
        continue
    log.append("inner broke")
else:
    log.append("outer complete")
print(*log, sep="\n")
