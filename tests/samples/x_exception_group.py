"""uncaught: ExceptionGroup partly handled by except*, nested groups and notes in the traceback."""
def fail(e):
    raise e
def gather(*jobs):
    errs = []
    for j in jobs:
        try:
            fail(j)
        except Exception as e:
            errs.append(e)
    if errs:
        raise ExceptionGroup("gathered", errs)
handled = []
def run():
    try:
        gather(ValueError("v1"), KeyError("k"), ExceptionGroup("sub", [ValueError("v2"), OSError("o")]))
    except* ValueError as eg:
        handled.append([str(x) for x in eg.exceptions])
        print("values", eg.exceptions[0], len(eg.exceptions))
    except* KeyError as eg:
        eg.add_note("a note")
        handled.append("key")
        raise RuntimeError("while handling keys")
    else:
        print("never")
    finally:
        print("finally", handled)
run()
