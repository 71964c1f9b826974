"""exp's seeded random streams (src/support/random.ts) once more, in Python, so that reference scripts can draw the same noise."""

MASK = 0xFFFFFFFF


def _rotl(x, k):
    return ((x << k) | (x >> (32 - k))) & MASK


def _hash(state, text):
    """FNV-1a over the text, then a 32-bit avalanche."""
    h = state & MASK
    for character in text:
        h = ((h ^ ord(character)) * 0x01000193) & MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return h ^ (h >> 16)


class Rng:
    """xoshiro128** (Blackman & Vigna 2018), seeded through splitmix32."""

    def __init__(self, key):
        self.key = key
        state = key
        words = []
        for _ in range(4):
            state = (state + 0x9E3779B9) & MASK
            z = ((state ^ (state >> 16)) * 0x21F0AAAD) & MASK
            z = ((z ^ (z >> 15)) * 0x735A2D97) & MASK
            words.append(z ^ (z >> 15))
        words[3] |= 1
        self.words = words

    @staticmethod
    def from_seed(seed):
        return Rng(_hash(0x811C9DC5, str(seed)))

    def split(self, purpose):
        return Rng(_hash(self.key, f"/{purpose}"))

    def next_uint32(self):
        a, b, c, d = self.words
        result = (_rotl((b * 5) & MASK, 7) * 9) & MASK
        t = (b << 9) & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = _rotl(d, 11)
        self.words = [a, b, c, d]
        return result


def keep_mask(rng, step, layer, rate, size):
    """Inverted-dropout mask: 0 with probability `rate`, else 1 / (1 - rate)."""
    stream = rng.split(step).split(layer)
    return [0.0 if stream.next_uint32() / 2**32 < rate else 1 / (1 - rate) for _ in range(size)]
