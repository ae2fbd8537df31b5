"""Published figures, a world's own values beside them, and whether they lie inside.

>>> from data_generators import World, scenarios
>>> world = World(scenarios.online_rental, customers=300, months=6, seed=7)
>>> lines = compare(Setting(world.scenario), measured(world))
>>> next(line.standing.value for line in lines if line.figure.id == "lgd.by_time")
'not in this world yet'
"""

from data_generators.fidelity.applicability import Setting, applies
from data_generators.fidelity.cards import TAIWAN, CardColumns, measured_on_cards
from data_generators.fidelity.comparison import Line, Standing, compare, gates_outside
from data_generators.fidelity.figures import Figure, by_id, figures
from data_generators.fidelity.measurement import measured
from data_generators.fidelity.reading import Reading

__all__ = [
    "TAIWAN",
    "CardColumns",
    "Figure",
    "Line",
    "Reading",
    "Setting",
    "Standing",
    "applies",
    "by_id",
    "compare",
    "figures",
    "gates_outside",
    "measured",
    "measured_on_cards",
]
