b = 1


def f(a):
    return eval("a + 1", None, None), eval("a", None), eval("b", None, {"b": 7})


def g(a):
    exec("c = a + 1", None, None)
    exec("print(a)", None)
    return eval("b", {"b": 9}, None)


print(f(5), g(3), eval("b", None))
