"""uncaught: exception notes added on the way up, re-raised with bare raise, custom exception class with __str__."""
class TrainError(Exception):
    def __init__(self, epoch, loss):
        super().__init__(epoch, loss)
        self.epoch, self.loss = epoch, loss
    def __str__(self): return f"epoch {self.epoch}: loss {self.loss}\nsecond line"
def step(e):
    loss = 1 / (e + 1)
    if e == 3:
        raise TrainError(e, loss)
    return loss
def train():
    for e in range(10):
        try:
            losses.append(step(e))
        except TrainError as err:
            err.add_note(f"after {len(losses)} steps")
            err.add_note("multi\nline note")
            raise
losses = []
try:
    train()
except Exception as err:
    notes = err.__notes__
    err.add_note("top")
    print(notes, repr(err), err.args)
    raise
