"""XXH3, 64 bits, seed 0, of many byte strings of one length above 240 at once.

Written from the published description of the algorithm, so that tests can put a right checksum
on wrong bytes; https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
"""

from __future__ import annotations

import numpy as np

# fmt: off
SECRET = np.frombuffer(bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
), np.uint8)
# fmt: on
PRIME32_1, PRIME32_2, PRIME32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
PRIME64_1, PRIME64_2, PRIME64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
PRIME64_4, PRIME64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5
STRIPE, PER_BLOCK = 64, (192 - 64) // 8
MASK = 2**64 - 1


def _lanes(data: np.ndarray, start: int) -> np.ndarray:
    """Eight little-endian words from there."""
    return np.ascontiguousarray(data[..., start : start + STRIPE]).view("<u8")


def _accumulate(acc: np.ndarray, lanes: np.ndarray, key_from: int) -> None:
    keyed = lanes ^ _lanes(SECRET, key_from)
    acc += lanes[:, [1, 0, 3, 2, 5, 4, 7, 6]]
    acc += (keyed & np.uint64(0xFFFFFFFF)) * (keyed >> np.uint64(32))


def _fold(a: int, b: int) -> int:
    product = a * b
    return (product & MASK) ^ (product >> 64)


def _finish(acc: list[int], length: int) -> int:
    key = [int.from_bytes(SECRET[11 + 8 * i : 19 + 8 * i].tobytes(), "little") for i in range(8)]
    value = length * PRIME64_1
    for i in range(0, 8, 2):
        value += _fold(acc[i] ^ key[i], acc[i + 1] ^ key[i + 1])
    value &= MASK
    value ^= value >> 37
    value = value * 0x165667919E3779F9 & MASK
    return value ^ value >> 32


def xxh3_64(data: np.ndarray) -> list[int]:
    """The hash of each row of a matrix of bytes with more than 240 columns."""
    count, length = data.shape
    assert length > 240, "shorter inputs have another rule"
    first = [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1]
    acc = np.tile(np.array(first, np.uint64), (count, 1))
    with np.errstate(over="ignore"):
        for stripe in range((length - 1) // STRIPE):
            place = stripe % PER_BLOCK
            _accumulate(acc, _lanes(data, stripe * STRIPE), 8 * place)
            # A block is scrambled only when bytes follow it.
            if place == PER_BLOCK - 1 and (stripe + 1) * STRIPE < length:
                acc ^= acc >> np.uint64(47)
                acc ^= _lanes(SECRET, 192 - STRIPE)
                acc *= np.uint64(PRIME32_1)
        _accumulate(acc, _lanes(data, length - STRIPE), 192 - STRIPE - 7)
    return [_finish([int(lane) for lane in row], length) for row in acc]
