"""Opaque numbers stay opaque, also to who knows the algorithm and many of the pairs."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from data_generators.identifiers import hide, opaque, owner, plain
from data_generators.streams import BLOCK, Block, Streams

KEY = "20240229/address_id"
NUMBERS = np.arange(20_000)
WHOLE = 1 << 64
FACTORS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def splitmix(number, salt):
    """A public scrambler with one secret salt: what the numbers once were."""
    with np.errstate(over="ignore"):
        z = number.astype(np.uint64) + np.uint64(salt)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(FACTORS[0])
        z = (z ^ (z >> np.uint64(27))) * np.uint64(FACTORS[1])
    return (z ^ (z >> np.uint64(31))).view(np.int64)


def unscrambled(numbers):
    """Splitmix turned round, but for the salt."""
    z = numbers.view(np.uint64).copy()
    with np.errstate(over="ignore"):
        for shift, factor in ((31, FACTORS[1]), (27, FACTORS[0]), (30, None)):
            whole = z.copy()
            for _ in range(64 // shift + 1):
                z = whole ^ (z >> np.uint64(shift))
            if factor is not None:
                z = z * np.uint64(pow(factor, -1, WHOLE))
    return z


def told_by_known_pairs(numbers, shown):
    """Share of the second half that an attacker decodes who knows the pairs of the first.

    Tries the salt that most known pairs agree on, after splitmix, after nothing, by sum and by
    exclusive or.
    """
    known, best = numbers[: len(numbers) // 2].astype(np.uint64), 0.0
    rest = numbers[len(numbers) // 2 :].astype(np.uint64)
    for guess in (unscrambled(shown), shown.view(np.uint64)):
        first, second = guess[: len(known)], guess[len(known) :]
        with np.errstate(over="ignore"):
            for salts, decoded in (
                (first - known, lambda salt, of=second: of - salt),
                (first ^ known, lambda salt, of=second: of ^ salt),
            ):
                salt, _ = Counter(salts.tolist()).most_common(1)[0]
                best = max(best, float((decoded(np.uint64(salt)) == rest).mean()))
    return best


def test_known_pairs_decode_no_other_number():
    assert told_by_known_pairs(NUMBERS, splitmix(NUMBERS, 7**20)) == 1.0
    assert told_by_known_pairs(NUMBERS, NUMBERS ^ 12_345) == 1.0
    assert told_by_known_pairs(NUMBERS, opaque(NUMBERS, KEY)) == 0.0


def test_every_bit_of_a_number_moves_half_of_the_bits_shown():
    """Also for the low numbers that positions are. Six standard deviations, 24 × 64 shares."""
    shown = opaque(NUMBERS, KEY)
    for bit in range(24):
        changed = (shown ^ opaque(NUMBERS ^ (1 << bit), KEY)).view(np.uint64)
        flips = (changed[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
        assert np.abs(flips.mean(axis=0) - 0.5).max() < 6 * 0.5 / np.sqrt(len(NUMBERS))


def test_differences_of_neighbours_never_repeat():
    shown = opaque(NUMBERS, KEY).view(np.uint64)
    with np.errstate(over="ignore"):
        assert len(np.unique(shown[1:] - shown[:-1])) == len(NUMBERS) - 1
    assert len(np.unique(shown[1:] ^ shown[:-1])) == len(NUMBERS) - 1


def test_another_key_shows_other_numbers():
    assert not set(opaque(NUMBERS, KEY)) & set(opaque(NUMBERS, KEY + "0"))
    assert not set(opaque(NUMBERS, KEY)) & set(NUMBERS)


@given(arrays.arrays(np.int64, st.integers(0, 30)), st.text(max_size=40))
def test_the_key_turns_it_round(numbers, key):
    assert (plain(opaque(numbers, key), key) == numbers).all()


def test_a_number_says_whose_it_is_to_the_world_and_only_in_its_block():
    streams = Streams(2**127, Block(3, 3 * BLOCK, 3 * BLOCK + 100))
    shown = hide(np.array([5, 5, BLOCK - 1]), "phone_id", streams)
    assert owner(shown, "phone_id", streams).tolist() == [5, 5, BLOCK - 1]
    assert (hide(np.array([5]), "device_id", streams) != shown[:1]).all()
