"""a loop over an old sequence doesn't ask for its length."""
class Old:
    def __len__(self):
        print("len")
        return 3
    def __getitem__(self, at):
        if at > 2: raise IndexError
        return at
for x in Old():
    print(x)
