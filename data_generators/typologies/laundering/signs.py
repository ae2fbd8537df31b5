"""What shows of laundering whatever its shape; a shape's own file says what is different there."""

from data_generators.typologies.manner import Manner

SIGNS = Manner(
    placed=0.3, wait=0.6, spread=4.0, kept=0.05, parts=0.4, uneven=0.15, by_night=0.3,
    strange_device=0.4, strangers=1.0, young=0.6, words="goods",
)  # fmt: skip
