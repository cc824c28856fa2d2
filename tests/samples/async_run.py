"""async functions with asyncio.run: await order, gather, async for, async with, async generators, exceptions, timeouts."""
import asyncio
order = []
async def work(n, fail=False):
    order.append(f"{n} start")
    await asyncio.sleep(0)
    if fail:
        raise ValueError(n)
    order.append(f"{n} end")
    return n * 2
class ACM:
    async def __aenter__(self): order.append("enter"); return 5
    async def __aexit__(self, tp, v, tb): order.append(f"exit {tp and tp.__name__}"); return True
class AIt:
    def __init__(self, n): self.n = n
    def __aiter__(self): return self
    async def __anext__(self):
        if not self.n: raise StopAsyncIteration
        self.n -= 1
        return self.n
async def agen(n):
    try:
        for i in range(n):
            got = yield i
            order.append(("agen got", got))
    finally:
        order.append("agen fin")
async def main():
    print(await work(1), await asyncio.gather(work(2), work(3), work(4, True), return_exceptions=True))
    async with ACM() as v, ACM():
        raise KeyError(v)
    async for x in AIt(3):
        if x == 1: continue
        order.append(x)
    else:
        order.append("else")
    print([y async for y in agen(3) if y != 1], {k: await work(k) async for k in AIt(2)})
    g = agen(5)
    print(await g.asend(None), await g.asend("hi")); await g.aclose()
    t = asyncio.create_task(work(9))
    await asyncio.sleep(0); order.append("main goes on")
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.001)
    except asyncio.TimeoutError as e:
        order.append(type(e).__name__)
    return await t, [await w for w in (work(7), work(8))]
result = asyncio.run(main())
print(result)
for o in order: print(o)
try:
    asyncio.run(work(0, True))
except ValueError as e:
    print("raised", e)
co = work(5); co.close()
del co
