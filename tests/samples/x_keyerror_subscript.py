"""uncaught: KeyError inside nested subscripts with an implicit context from an except block."""
config = {"layers": {"dense": [64, 32]}, "lr": 0.1}
def lookup(cfg, *path):
    for p in path:
        cfg = cfg[p]
    return cfg
def with_default(cfg):
    try:
        return lookup(cfg, "layers", "conv")
    except KeyError as missing:
        print("missing", missing)
        return cfg["layers"]["dense"][0] + cfg["fallback"]["conv"][1]
a, b = lookup(config, "layers", "dense"), lookup(config, "lr")
print(a, b)
print("before", with_default(config), "after")
