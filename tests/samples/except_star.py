"""except*: splitting, several clauses, naked exceptions, re-raise, break-free flow, nested groups, return of the rest."""
log = []
def run(exc):
    try:
        try:
            log.append("body")
            if exc: raise exc
        except* (ValueError, TypeError) as eg:
            log.append(("VT", [repr(e) for e in eg.exceptions]))
        except* KeyError as eg:
            log.append(("K", eg.message, len(eg.exceptions)))
            raise
        except* OSError:
            log.append("OS")
            raise LookupError("from handler")
        else:
            log.append("else")
        finally:
            log.append("finally")
    except BaseException as e:
        def show(x): return [show(y) for y in x.exceptions] if isinstance(x, BaseExceptionGroup) else repr(x)
        log.append(("out", type(e).__name__, show(e)))
    try:
        eg
    except NameError:
        pass
EG = ExceptionGroup
for x in (None, ValueError(1), EG("a", [ValueError(2), TypeError(3)]), EG("b", [KeyError(1), EG("c", [ValueError(4), KeyError(5)])]),
          EG("d", [OSError("o"), KeyError("k"), IndexError("i")]), IndexError("naked"), BaseExceptionGroup("e", [KeyboardInterrupt(), ValueError(9)])):
    run(x)
print(*log, sep="\n")
g = EG("g", [ValueError(1), EG("h", [KeyError(2), ValueError(3)])])
m, rest = g.split(ValueError)
print(m.exceptions[0], rest.exceptions[0].exceptions, g.subgroup(lambda e: isinstance(e, KeyError)).message)
for bad in (lambda: EG("x", []), lambda: EG("x", [1]), lambda: EG("x", [KeyboardInterrupt()])):
    try:
        bad()
    except (ValueError, TypeError) as e:
        print(e)
try:
    try:
        raise EG("p", [ValueError()])
    except* ExceptionGroup:
        pass
except TypeError as e:
    print(e)
log = len(log)
del g, m, rest, x
