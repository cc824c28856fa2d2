"""uncaught: a custom BaseException passes `except Exception`, runs finally blocks and ends the script."""
class Stop(BaseException):
    pass
log = []
def worker(n):
    try:
        if n == 2:
            raise Stop("at", n)
        raise ValueError(n)
    except Exception as e:
        log.append(str(e))
    finally:
        log.append(("fin", n))
def loop():
    for n in range(5):
        try:
            worker(n)
        except Exception:
            log.append("no")
        else:
            log.append("else")
        finally:
            print(n, log[-1])
try:
    loop()
except ValueError:
    print("no")
finally:
    print(log)
