"""suggestions for a misspelt free variable: traceback.print_exc and the interpreter itself differ on 3.12."""
import traceback
def outer():
    counter_value = 1
    def inner():
        return counter_valu + counter_value
    return inner
try:
    outer()()
except NameError:
    traceback.print_exc()
outer()()
