"""uncaught: an error at a name, where stepping doesn't stop."""
x = 1
for i in range(3):
    x = x * 2
print(x, nowhere < nothing == 0)
