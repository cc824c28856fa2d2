"""What `super()` raises without its first argument or its class; from 3.12 on `super().f` differs."""
class Base:
    def no_argument():
        super()
    def deleted(x):
        del x
        super()
    def deleted_asked(x):
        del x
        super().f()
    def deleted_then_asked(x):
        del x
        s = super()
        return s.f
    def no_cell(x):
        nonlocal __class__
        del __class__
        super()
for name in "no_argument", "deleted", "deleted_asked", "deleted_then_asked", "no_cell":
    try:
        getattr(Base, name)(*([] if name == "no_argument" else [Base()]))
    except (RuntimeError, NameError) as error:
        print(name, type(error).__name__, error)
def outside(self):
    super()
try:
    outside(1)
except RuntimeError as error:
    print(error)
