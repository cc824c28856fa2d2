"""uncaught: NameError with similarly named variables, suggestions in functions too."""
import traceback
learning_rate = 0.1
def step(weights):
    gradient = 2
    return weights - learnin_rate * gradient
def local():
    momentum = 1
    return momentun + 1
class A:
    blech = 1
    def m(self): return self.bleach, self.blach
for fn in (lambda: step(1), local, lambda: lenn([]), lambda: A().m(), lambda: A.blec, lambda: [].apend(1)):
    try:
        fn()
    except (NameError, AttributeError):
        print(traceback.format_exc())
def outer():
    counter_value = 5
    def inner():
        return counter_valu + counter_value
    return inner
iterations = 3
outer()()
