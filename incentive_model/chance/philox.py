"""Philox4x32-10, a counter-based generator.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. All words are
32 bits held in ordinary integers and masked after every step, so that the same lines give the
same words compiled (64-bit integers that wrap) and interpreted (integers without end).
"""

MASK = 0xFFFFFFFF
MULTIPLIER_A = 0xD2511F53
MULTIPLIER_B = 0xCD9E8D57
WEYL_A = 0x9E3779B9
WEYL_B = 0xBB67AE85
ROUNDS = 10


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Four 32-bit words for a 128-bit counter ``c0..c3`` and a 64-bit key ``k0, k1``."""
    for _ in range(ROUNDS):
        a = MULTIPLIER_A * c0
        b = MULTIPLIER_B * c2
        # `a >> 32` may carry a sign when compiled; the mask removes it.
        c0, c1, c2, c3 = (
            ((b >> 32) & MASK) ^ c1 ^ k0,
            b & MASK,
            ((a >> 32) & MASK) ^ c3 ^ k1,
            a & MASK,
        )
        k0 = (k0 + WEYL_A) & MASK
        k1 = (k1 + WEYL_B) & MASK
    return c0, c1, c2, c3
