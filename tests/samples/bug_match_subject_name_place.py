"""a NameError in a match statement: the name that was read is underlined, not one of a pattern."""
match len((P(),)):
    case P():
        pass
