"""locals() leaves out a captured name that isn't bound yet, and no other."""
def around():
    zz = 2
    def inner():
        return aa, zz
    print(sorted(locals()))
    aa = 1
    print(sorted(locals()), inner())
    del aa
    print(sorted(locals()))
around()
