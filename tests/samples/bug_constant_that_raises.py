"""an operand such as 1 // 0 or -None is computed when its turn comes, not with the last operand."""
def t(v):
    print("t", v)
    return v
l0 = [1]
for k in range(7):
    try:
        if k == 0: print(1 // 0, t(1))
        if k == 1: l0[t(0)] = None + 1
        if k == 2: x = {t("a"): -None, t("b"): t(2)}
        if k == 3: None + 1 | nope
        if k == 4: x = (1 / 0) + t(3)
        if k == 5: x = [2 ** "a", *t([4])]
        if k == 6: t((1 // 0, 2)).append(t(5))
    except Exception as e:
        print(k, type(e).__name__, e)
