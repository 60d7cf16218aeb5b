#!/usr/bin/env python3
"""Recompute the draw of a waiting room from its published file, with nothing but SHA-256.

    python3 check_draw.py draw.json
"""
import hashlib
import json
import sys

draw = json.load(open(sys.argv[1], encoding="utf-8"))
sha = lambda data: hashlib.sha256(data).digest()
if "seed" not in draw:
    sys.exit("the draw has not been held: only its commitment is published, " + draw["commitment"])
seed = bytes.fromhex(draw["seed"])
if sha(seed).hex() != draw["commitment"]:
    sys.exit("the seed is not the one that was committed to")
arrivals = draw.get("arrivals", [])
if arrivals != sorted(set(arrivals)):
    sys.exit("the arrivals are not sorted, or one stands there twice")
digest = sha("".join(line + "\n" for line in arrivals).encode())
if digest.hex() != draw["digest"]:
    sys.exit("the digest is not that of the arrivals")


def rank(line):
    band, number = line.split(" ")
    return band, sha(seed + digest + bytes.fromhex(number))


if sorted(arrivals, key=rank) != draw.get("order", []):
    sys.exit("the order is not the one that the seed gives")
print(f"{len(arrivals)} arrivals: the order is the one that seed and arrivals give")
