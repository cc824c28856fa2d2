"""uncaught: unicode identifiers and strings before the failing operation on the same line (caret columns)."""
größe = 3
Δx, 名前 = 0, "データ"
def f(é): return é
def calc(π):
    π0 = "é" if False else 2
    return ("日本語", f("ñandú"), "😀" * 2, π0 / π, "after")
try:
    "ééé".nope
except AttributeError as e:
    print(e)
print(f("ü"), 名前[0], größe)
ﬁ = "nfkc"
print(fi, "fi" in globals(), [k for k in globals() if k.startswith("f")])
print("größer:", größe, "→", calc(1)[3]); x = "ÄÖÜ" + 名前 + f("ß"); y = [größe, "é", calc(Δx)]
