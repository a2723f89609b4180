"""Draw a lot as engines/ballot/src/lot.rs documents it, written apart from it.

    lot.py VALUE PURPOSE NAME...     prints the order in which the names leave the urn
"""

import hashlib
import sys


def draw(value: str, purpose: str, names: list[str]) -> list[str]:
    seed = hashlib.sha256(f"linli-lot/1\n{purpose}\n{value}".encode()).digest()
    urn = sorted(set(names), key=lambda name: name.encode())
    block = 0
    order = []
    while urn:
        run = 2**64 // len(urn) * len(urn)
        while True:
            number = int.from_bytes(hashlib.sha256(seed + block.to_bytes(8, "big")).digest()[:8], "big")
            block += 1
            if number < run:
                break
        order.append(urn.pop(number % len(urn)))
    return order


if __name__ == "__main__":
    print("\n".join(draw(sys.argv[1], sys.argv[2], sys.argv[3:])))
