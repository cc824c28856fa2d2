"""special methods that have no __get__: Python doesn't bind them. And an unhashable class."""
class Say:
    def __init__(self, word): self.word = word
    def __call__(self, *args): print(self.word, len(args))

class Manager:
    __enter__ = Say("enter")
    __exit__ = Say("exit")

with Manager() as entered:
    print("body", entered)

class Meta(type):
    def __eq__(cls, other):
        return True

class Unhashable(metaclass=Meta):
    def __call__(self, x):
        return x + 1

made = Unhashable()
print(made(1), Unhashable == 3)
del made, Manager
