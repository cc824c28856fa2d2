"""a continue in the else of an inner loop belongs to the outer one."""
log = []
for a in "xyz":
    for b in range(3):
        try:
            if b == 1 and a == "y":
                break
        finally:
            log.append(a + str(b))
    else:
        log.append("all")
        continue
    log.append("broken off")
print(log)
