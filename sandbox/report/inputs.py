"""What the features of a world mean: the words of its data dictionary, for those a model reads."""

from data_generators.schema import APPLICATIONS, PROFILES
from sandbox.features import DERIVED, FLAG
from sandbox.features.meanings import meaning_of
from sandbox.report.document import Block, Column, Heading, Paragraph, Table
from sandbox.report.standing import Standing
from sandbox.report.wording import NONE

#: features listed before the reader unfolds the others; a fraud model has more than 150
SEEN = 15
#: features that section 4 lists itself; of more, the appendix has the list
MOST = 30


def dictionary(standing: Standing) -> list[Block]:
    """What section 4 says of the features: a line each, or where the list stands.

    Nothing for a bank's own table, whose columns the bank knows.
    """
    inputs = standing.champion.reference.inputs
    if not standing.world_made or len(inputs) <= MOST:
        return _listed(inputs) if standing.world_made else []
    said = f"The meaning of each of the {len(inputs)} features is in the appendix, section 12."
    return [Paragraph(said)]


def dictionary_of_many(standing: Standing) -> list[Block]:
    """The list for the appendix, where section 4 does not have it."""
    inputs = standing.champion.reference.inputs
    if not standing.world_made or len(inputs) <= MOST:
        return []
    return [Heading("Features"), *_listed(inputs)]


def _listed(inputs: tuple[str, ...]) -> list[Block]:
    if not inputs:
        return []
    spec = (
        Column("Feature", width=27),
        Column("Meaning", width=43),
        Column("Unit", width=15),
        Column("Comes from", width=15),
    )
    rows = tuple((name, *described(name)) for name in inputs)
    return [Table("Features", spec, rows, seen=SEEN)]


def described(feature: str) -> tuple[str, str, str]:
    """Meaning, unit and source of a feature; dashes for one that is in no dictionary.

    >>> described("bureau_limits_total")
    ('limits elsewhere', 'RMB', 'bureau')
    >>> described("is_instalment")
    ('applied for: instalment', '0 or 1', 'applicant')
    """
    columns = (*APPLICATIONS.columns, *PROFILES.columns)
    column = next((c for c in columns if c.name == feature), None)
    if column is not None:
        return column.meaning, column.unit or NONE, column.source
    if feature in DERIVED:
        return DERIVED[feature]
    if feature.startswith(FLAG):
        product = feature.removeprefix(FLAG).replace("_", " ")
        return f"applied for: {product}", "0 or 1", "applicant"
    if made := meaning_of(feature):
        meaning, unit, source = made
        return meaning, unit or NONE, source
    return NONE, NONE, NONE
