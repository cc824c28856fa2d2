"""Small scripts with loops of every kind, for what runs them natively and goes back into them.

Each has few ops, ends in well under a second, and computes the same each time. What they share:
something is carried over from one iteration to the next, so a wrong state soon shows.
"""

from __future__ import annotations

LOOPS = {
    "for_range": """
        total = 0
        for i in range(5):
            total += i * total + 1
        print(total)
    """,
    "nested": """
        total, seen = 1, []
        for i in range(3):
            for j in range(i, 4):
                total = total * 3 % 101 + j
            for k in [total, i]:
                seen.append(k)
        print(total, seen)
    """,
    "in_function": """
        def train(n):
            w = 1.0
            for i in range(n):
                w = w * 1.5 - i
            return w
        results = [train(2), train(4)]
        for n in range(3):
            results.append(train(n))
        print(results)
    """,
    "in_method": """
        class Net:
            scale = 2.0
            def __init__(self, w):
                self.w, self.__steps = w, 0
            def step(self, x):
                self.w -= 0.1 * x * self.scale
                self.__steps += 1
            def train(self, xs):
                for self.x in xs:
                    self.step(self.x)
                    self.__class__.scale *= 0.9
                return self.__steps
        net = Net(1.0)
        for epoch in range(3):
            steps = net.train([1, 2, 3])
            print(epoch, steps, net.w)
    """,
    "in_closure": """
        def make(start):
            total = start
            def add(n):
                nonlocal total
                for i in range(n):
                    total += i + total % 3
                return total
            def look():
                return total
            return add, look
        add, look = make(5)
        seen = []
        for n in range(4):
            add(n)
            seen.append(look())
        print(seen)
    """,
    "while_else": """
        n, log = 5, []
        while n:
            n -= 1
            if n == 2:
                continue
            log.append(n)
        else:
            log.append("else")
        while True:
            n += 1
            if n > 3:
                break
        else:
            log.append("never")
        for i in range(3):
            log.append(i)
        else:
            log.append("for else")
        for i in range(3):
            if i == 1:
                break
        else:
            log.append("never")
        print(log, n, i)
    """,
    "continue_in_orelse": """
        log = []
        for a in "xy":
            for b in range(3):
                if b == a:
                    break
                log.append(a + str(b))
            else:
                log.append("no")
                continue
            log.append("never")
        print(log)
    """,
    "leaving_try": """
        log = []
        def f(n):
            for i in range(n):
                try:
                    log.append(i)
                    if i == 1:
                        continue
                    if i == 3:
                        return "returned"
                finally:
                    log.append(-i)
                log.append("body")
            return "ended"
        for n in range(6):
            try:
                if n == 2:
                    continue
                if n == 5:
                    break
                log.append(f(n))
            finally:
                log.append(("finally", n))
        print(log)
    """,
    "leaving_with": """
        log = []
        class Guard:
            def __init__(self, n):
                self.n = n
            def __enter__(self):
                log.append(("enter", self.n))
                return self
            def __exit__(self, kind, value, trace):
                log.append(("exit", self.n, kind and kind.__name__))
                return kind is KeyError
        def f():
            for i in range(9):
                with Guard(i) as g, Guard(-i):
                    if i == 1:
                        continue
                    if i == 2:
                        raise KeyError(i)
                    if i == 4:
                        return g.n
        for j in range(2):
            with Guard("outer"):
                log.append(f())
                if j == 1:
                    break
        print(log)
    """,
    "raised_and_caught": """
        log = []
        def risky(n):
            if n % 3 == 1:
                raise ValueError(n)
            return 10 // n
        for n in [3, 1, 0, 2]:
            try:
                log.append(risky(n))
            except ValueError as error:
                log.append(error.args)
            except ZeroDivisionError:
                log.append("zero")
        try:
            for n in [2, 1, 3]:
                log.append(risky(n))
        except ValueError as error:
            kept = error
            log.append("around")
            for k in range(3):
                log.append((k, str(kept)))
        print(log)
    """,
    "raised_and_uncaught": """
        total = 0
        for i in range(5):
            total += i
            [1, 2, 3][i]
    """,
    "raised_deep": """
        log = []
        def inner(n):
            for i in range(n):
                log.append(i)
                if len(log) > 7:
                    raise RuntimeError("enough")
        def outer():
            for n in range(6):
                inner(n)
        try:
            outer()
        except RuntimeError:
            log.append("caught")
        while True:
            log.append(0)
            inner(1)
    """,
    "handled_exceptions": """
        import sys
        log = []
        try:
            [][0]
        except IndexError as error:
            for i in range(3):
                log.append((sys.exc_info()[0].__name__, i))
                try:
                    if i == 1:
                        raise
                except IndexError as again:
                    log.append(again is error)
                try:
                    {}[i]
                except KeyError as other:
                    log.append(other.__context__ is error)
        print(log)
    """,
    "generators": """
        def numbers(n):
            x = 1
            for i in range(n):
                x = yield x * 2 + i
                x = x or i
        seen = []
        for value in numbers(4):
            seen.append(value)
        g = numbers(6)
        for i in range(3):
            seen.append(next(g))
        for value in g:
            seen.append(value + 100)
        for value in (n * n for n in seen):
            seen[0] += value
        print(seen)
    """,
    "generator_raises_first": """
        def none():
            raise ValueError("first")
            yield
        def one():
            yield 1
            raise ValueError("second")
        log = []
        for make in (none, one, none):
            try:
                for value in make():
                    log.append(value)
            except ValueError as error:
                log.append(str(error))
        print(log)
    """,
    "iterators": """
        import itertools
        log, half = [], iter([1, 2, 3, 4, 5, 6])
        for a in half:
            for b in half:
                log.append((a, b))
                break
        for i, (x, y) in enumerate(zip([1, 2, 3], itertools.cycle("ab"))):
            log.append((i, x, y))
        for x in map(str, filter(None, [0, 1, 2, 3])):
            log.append(x)
        for x in reversed(log[:4]):
            log.append(x)
        for x in itertools.chain([1, 2], (3, 4)):
            log.append(x)
        for x in itertools.accumulate([1, 2, 3, 4]):
            log.append(x)
        for x, y in itertools.product("ab", range(2)):
            log.append(x * y)
        for x in itertools.islice(itertools.count(3, 2), 1, 4):
            log.append(x)
        for c in "text":
            log.append(c)
        for c in b"xyz":
            log.append(c)
        print(log)
    """,
    "stray_iterators": """
        import itertools, re
        log = []
        for key, group in itertools.groupby([1, 1, 2, 3, 3]):
            log.append((key, len(list(group))))
        one, other = itertools.tee([1, 2, 3])
        for x in one:
            log.append(x + next(other))
        for x, y in itertools.pairwise([1, 2, 3, 4]):
            log.append(x * y)
        for found in re.finditer("[a-z]", "a1b2c3"):
            log.append(found.group())
        advance = iter([5, 6, 7, 8]).__next__
        for i in range(3):
            log.append(advance())
        print(log)
    """,
    "dict_iteration": """
        params = {"a": 1.0, "b": 2.0, "c": 3.0}
        log = []
        for name, value in params.items():
            params["c"] += value
            log.append((name, value))
        for name in params:
            params["a"] = params[name] - params["a"]
        for value in params.values():
            params["b"] += value
            log.append(value)
        for key in list(params):
            del params[key]
            log.append(len(params))
        for key in {3, 1, 2}:
            params[key] = log[key]
        try:
            for key in params:
                params[key + 10] = 0
        except RuntimeError as error:
            log.append(str(error))
        print(log, params)
    """,
    "ordered_dict": """
        from collections import Counter, OrderedDict, defaultdict, deque
        params = OrderedDict(a=1, b=2, c=3)
        counts, groups, last = Counter(), defaultdict(list), deque(maxlen=3)
        for name, value in params.items():
            params["c"] += value
            last.append(value)
        for i in range(5):
            params.move_to_end("abc"[i % 3], last=i % 2 == 0)
            counts[next(iter(params))] += i
            groups[i % 2].append(i)
            last.appendleft(i)
        for value in params.values():
            params["a"] += value
        for value in last:
            counts["last"] += value
        print(params, counts, groups, last)
    """,
    "own_iterators": """
        class Loader:
            def __init__(self, n):
                self.n, self.begun = n, 0
            def __iter__(self):
                self.i = 0
                self.begun += 1
                return self
            def __next__(self):
                self.i += 1
                if self.i > self.n:
                    raise StopIteration
                return self.i
        class Old:
            def __len__(self):
                print("len")
                return 3
            def __getitem__(self, at):
                if at > 2:
                    raise IndexError
                return at * 2
        loader, total = Loader(4), 0
        for epoch in range(2):
            for x in loader:
                total += x
            for i, (x, y) in enumerate(zip(loader, [7, 8, 9])):
                total += i * x * y
        for x in Old():
            total += x
        print(total, loader.begun)
    """,
    "growing_list": """
        queue, seen = [1], []
        for x in queue:
            seen.append(x)
            if x < 4:
                queue.append(x + 1)
                queue.append(x + 2)
            if len(queue) > 9:
                del queue[:2]
        print(queue, seen)
    """,
    "comprehensions": """
        x, rows = "outer", []
        for i in range(3):
            rows.append([x * i for x in range(i)])
            pairs = {x: [y + i for y in range(x)] for x in range(2)}
            if any((found := x) > 1 for x in range(i + 1)):
                rows.append(found)
        print(x, rows, pairs)
    """,
    "deleted_variable": """
        log = []
        for i in range(4):
            kept = i
            if i % 2:
                del i
            else:
                log.append(i)
            if kept != 2:
                del kept
        def f():
            for n in range(3):
                log.append(n)
                del n
            try:
                log.append(n)
            except UnboundLocalError:
                log.append("unbound")
        f()
        print(log, "i" in globals(), "kept" in globals())
    """,
    "declared_variable": """
        count = 0
        def f():
            global count, made
            for count in range(3):
                made = count * 2
            def g():
                nonlocal inner
                for inner in range(3):
                    pass
            inner = None
            g()
            return inner
        for k in range(2):
            count += f()
        print(count, made)
    """,
    "functions_in_loops": """
        made, later = [], []
        for i in range(3):
            def f(x, i=i):
                f.calls = getattr(f, "calls", 0) + 1
                return x + i
            made.append(f)
            later.append(lambda: i)
            made[0](1)
        def outer():
            found = []
            for j in range(3):
                def g():
                    return j
                found.append(g)
            return [g() for g in found]
        print([f(10) for f in made], [f() for f in later], outer(), made[0].calls)
    """,
    "function_attributes": """
        def step(x):
            step.calls = getattr(step, "calls", 0) + 1
            return x * step.calls
        def keep(x, seen=[]):
            seen.append(x)
            return len(seen)
        total = 0
        for i in range(4):
            total += step(i) + keep(i)
        print(total, step.calls)
    """,
    "classes_in_loops": """
        made = []
        for i in range(3):
            class C:
                label = "c" * i
                for j in range(2):
                    label += str(j)
                def get(self, k=i):
                    return self.label, k, __class__.__name__
            made.append(C())
        print([each.get() for each in made])
    """,
    "private_names": """
        class A:
            __shared = 0
            def run(self, __n):
                for __i in range(__n):
                    self.__value = __i
                    A.__shared += __i
                    def __helper():
                        return __i
                    __helper()
                return self.__value
        a = A()
        out = [a.run(2), a.run(3)]
        print(out, a._A__value, A._A__shared)
    """,
    "shadowed_builtins": """
        sum = 0
        for input in range(4):
            sum += input
            max = sum
        range = [1, 2]
        for iter in range:
            sum -= iter
            len = sum
        print(sum, max, len)
    """,
    "super_in_loops": """
        class Base:
            def scale(self, x):
                return x + 1
        class Net(Base):
            def train(self):
                out = []
                for x in range(3):
                    out.append(super().scale(x))
                    for y in [lambda: super(Net, self).scale(x)]:
                        out.append(y())
                return out
        print(Net().train())
    """,
    "arrays_in_place": """
        import numpy as np
        np.random.seed(1)
        W = np.random.randn(3, 2)
        alias, row, turned = W, W[1], W.T
        history = []
        for epoch in range(4):
            W -= 0.1 * W.sum()
            row[0] += epoch
            turned[1, :2] *= -1
            history.append(W.copy())
            probs = W / 2
            delta = probs
            delta[range(3), [0, 1, 0]] -= 1
        print(alias is W, row, history[1][0])
    """,
    "arrays_resized": """
        import numpy as np
        a = np.arange(3)
        total = 0
        for i in range(4):
            a.resize(len(a) + 2, refcheck=False)
            a[-1] = i
            total += a.sum()
        b = np.arange(12.0)
        for i in range(3):
            b.shape = [(3, 4), (4, 3), (12,)][i]
            b += i
        print(a, total, b)
    """,
    "array_forms": """
        import numpy as np
        f = np.asfortranarray(np.arange(6.0).reshape(2, 3))
        z = np.array(2.0)
        s = np.zeros(2, dtype=[("x", float), ("n", int)])
        o = np.array([[], {}, None], dtype=object)
        m = np.ma.masked_array([1.0, 2.0, 3.0], [0, 1, 0])
        r = np.arange(3.0)
        for i in range(3):
            f *= 2
            z += f[1, 1]
            s["x"][i % 2] += i
            s["n"] += 1
            o[0].append(i)
            o[2] = i
            m[i] = np.ma.masked if i == 2 else i * 10
            r.flags.writeable = i == 1
            r = r + z
            for row in f:
                row += 1
            for at, value in np.ndenumerate(f):
                z -= value
            for value in f.flat:
                z += 1
        print(f, z, s, o, m, r)
    """,
    "large_arrays": """
        import numpy as np
        data = np.arange(30000.0)
        written = np.zeros(20000)
        view = written[5000:]
        def change(x):
            x[::2] += 1
        total = 0.0
        for i in range(4):
            total += data[i * 1000]
            written[i] = total
            change(view)
        print(total, written.sum())
    """,
    "random_numbers": """
        import random
        import numpy as np
        np.random.seed(3)
        random.seed(3)
        rng = np.random.default_rng(5)
        old = np.random.RandomState(7)
        own = random.Random(9)
        draw = np.random.default_rng(11).normal
        log = []
        for i in range(4):
            log.append(np.random.randn())
            log.append((random.random(), random.gauss(0, 1)))
            log.append((rng.normal(), old.randn(), own.random(), draw()))
            np.random.shuffle(log)
        print(log)
    """,
    "spawned_generators": """
        import numpy as np
        seeds, rng, log = np.random.SeedSequence(1), np.random.default_rng(2), []
        for i in range(3):
            child = seeds.spawn(1)[0]
            log.append(np.random.default_rng(child).integers(100))
            log.append(rng.bit_generator.seed_seq.spawn(1)[0].generate_state(1)[0])
        print(log)
    """,
    "memory": """
        import functools, io
        from array import array
        text, data, numbers = io.StringIO(), bytearray(b"ab"), array("d", [1.0])
        append, log = [].append, []
        @functools.lru_cache
        def square(n):
            log.append(("worked out", n))
            return n * n
        for i in range(4):
            text.write(str(i))
            data[0] += 1
            data.append(i)
            numbers.append(i)
            append(i)
            log.append(square(i % 2) + len(append.__self__))
        print(text.getvalue(), data, numbers, log)
    """,
    "slots_and_properties": """
        class Point:
            __slots__ = ("x", "__y")
            def __init__(self):
                self.x = 0
            @property
            def y(self):
                return self.__y
            @y.setter
            def y(self, value):
                self.__y = value
        p, log = Point(), []
        for i in range(4):
            p.y = p.x + i
            p.x += p.y
            if i == 2:
                del p.x
                p.x = 7
            log.append((p.x, p.y))
        print(log)
    """,
    "sets": """
        seen, log = set(), []
        for word in "the quick brown fox jumps over the lazy dog".split():
            if word in seen:
                seen.discard("quick")
            seen.add(word)
            log.append(len(seen))
        for word in sorted(seen):
            seen.remove(word)
        print(log, seen)
    """,
    "recursion": """
        def walk(tree, depth=0):
            total = 0
            for each in tree:
                if isinstance(each, list):
                    total += walk(each, depth + 1)
                else:
                    total += each * depth
            return total
        out = [walk([1, [2, [3, 4], 5], 6]), walk([[1]])]
        print(out)
    """,
    "streams": """
        import contextlib, io, sys
        text = io.StringIO()
        for i in range(3):
            with contextlib.redirect_stdout(text):
                for j in range(2):
                    print(i, j)
            print("out", i)
            print("err", file=sys.stderr)
        print(text.getvalue(), end="")
        sys.stdout.write("written\\n")
    """,
    "surroundings": """
        import sys, warnings
        import numpy as np
        log = []
        for i in range(3):
            with np.errstate(all="ignore"):
                log.append(np.geterr()["divide"])
            np.seterr(over=["ignore", "warn", "raise"][i])
            np.set_printoptions(precision=i + 2)
            sys.setrecursionlimit(3000 + i)
            warnings.simplefilter("ignore")
            log.append(str(np.array([1 / 3])))
        print(log, sys.argv[1:])
        sys.argv.append("more")
        print(len(sys.argv))
    """,
    "edge_loops": """
        out = []
        for i in []:
            out.append(i)
        for i in range(1):
            out.append(i)
        while False:
            out.append(1)
        for out[0] in (3, 4):
            pass
        for a, *b in [(1, 2, 3), (4,)]:
            out += b
        for _ in range(2):
            for _ in range(2):
                for _ in range(2):
                    out.append(_)
        print(out)
    """,
    "annotated": """
        def f(n):
            total: int = 0
            for i in range(n):
                x: float = i / 2
                y: int
                total += i
            return total, x
        value: int = 0
        for i in range(3):
            value: int = value + f(i + 1)[0]
        print(value, __annotations__)
    """,
    "looking_at_frames": """
        out = []
        for i in range(3):
            j = i
            out.append(sorted(n for n in locals() if len(n) == 1))
            exec("k = i * 2")
            out.append(eval("k + j"))
        def f():
            for a in range(2):
                out.append(sorted(locals()))
                out.append(vars()["a"])
        f()
        print(out)
    """,
    "imports_in_loops": """
        out = []
        for name in ["math", "json"]:
            module = __import__(name)
            import string as text
            from itertools import count, repeat as again
            out.append((module.__name__, text.digits, next(count(2))))
        print(out)
    """,
    "exits": """
        import sys
        total = 0
        for i in range(5):
            total += i
            if i == 3:
                sys.exit(2)
    """,
    "main_in_function": """
        import numpy as np
        def build(passes):
            np.random.seed(0)
            W = np.random.randn(2, 2)
            model = {}
            for i in range(passes):
                W -= 0.1 * W.dot(W)
                model = {"W": W}
                if i % 2 == 0:
                    print(i, W.sum())
            return model
        for n in (3, 2):
            model = build(n)
        print(model["W"])
    """,
}
