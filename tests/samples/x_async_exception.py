"""uncaught: an exception raised in an awaited coroutine of a task, chained from another."""
import asyncio
trace = []
async def leaf(n):
    await asyncio.sleep(0)
    trace.append(n)
    return 10 // n
async def middle(n):
    try:
        return await leaf(n)
    except ZeroDivisionError as e:
        trace.append("middle")
        raise ValueError("middle failed") from e
    finally:
        trace.append("fin")
async def main():
    print(await middle(5))
    await middle(0)
try:
    asyncio.run(main())
except ValueError as e:
    print(trace, e, repr(e.__cause__))
coro = main()
try:
    coro.send(None)
except StopIteration:
    pass
try:
    coro.throw(KeyError("thrown in"))
finally:
    print(trace)
    del coro
