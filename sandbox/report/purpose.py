"""Section 2: what the model is, and what it is for."""

from sandbox.cell import CellResult
from sandbox.report.document import Bullets, Facts, Gap, Heading, Paragraph, Section
from sandbox.report.settings import FAMILIES, setting
from sandbox.report.sign_off import ModelCard
from sandbox.report.standing import Standing

#: features that are named in the facts about a model, at most
NAMED = 40
_USE = {
    "limit": (
        "Setting credit limits, approval included, from the PD of each applicant and a limit "
        "policy applied outside the model.",
        (
            "Setting prices or provisions (IFRS 9, CAS 22) without a validation of their own.",
            "Products, channels or partners other than those of the evaluation data.",
            "Decisions without a manual route for customers who ask for one.",
        ),
    ),
    "pd": (
        "Ranking accounts by risk and estimating their probability of default.",
        (
            "Setting limits or prices without a validated policy on top.",
            "Capital or provisions without a validation of their own.",
            "Portfolios other than that of the evaluation data.",
        ),
    ),
    "fraud": (
        "Ranking applications or accounts for review by fraud analysts.",
        (
            "Refusing customers automatically on the score alone.",
            "Reading the score as a probability of fraud.",
            "Fraud types that the evaluation data does not hold.",
        ),
    ),
}


def model(standing: Standing, card: ModelCard | None = None) -> Section:
    """Section 2: what the model is, what it reads and returns, what it is for and not for."""
    reference = standing.champion.reference
    cell = reference.cell
    use, out_of_scope = _USE.get(cell.role, ("Not recorded.", ()))
    if card is not None:
        use = f"{card.purpose.removesuffix('.')}. {use}" if card.purpose else use
        out_of_scope = (*card.out_of_scope, *out_of_scope)
    facts = [
        ("Model", cell.model),
        ("Family", FAMILIES.get(cell.family, cell.family)),
        ("Role", {"limit": "credit limits", "pd": "PD"}.get(cell.role, cell.role)),
        ("Returns", ", ".join(reference.outputs) or "not recorded"),
        *_read(reference),
        *(setting(name, value) for name, value in sorted(reference.params.items())),
    ]
    return Section(
        2,
        "Model and intended use",
        (
            Heading("The model"),
            Facts(tuple(facts)),
            Heading("Intended use"),
            Paragraph(use),
            Heading("Uses out of scope"),
            Bullets(out_of_scope),
            Heading("Materiality"),
            Paragraph(f"Tier {card.tier}, set by the bank.")
            if card and card.tier
            else Gap("Not evaluated: no sign-off file names the model's tier."),
        ),
    )


def _read(reference: CellResult) -> list[tuple[str, str]]:
    """What the model reads; of scores that came without a model nobody here knows it."""
    if reference.evidence or not reference.inputs:
        return [("Reads", _list(reference.inputs))]
    return [
        ("Reads", "not known: only its scores were given"),
        ("In the table beside the score", _list(reference.inputs)),
    ]


def _list(names: tuple[str, ...]) -> str:
    """How many, and which where they are few.

    >>> _list(("age", "rent_monthly")), _list(("x",) * 158)
    ('2 features: age, rent_monthly', '158 features, see section 4')
    """
    if not names:
        return "not recorded"
    count = f"{len(names)} feature{'s' if len(names) > 1 else ''}"
    # more are a wall of names; section 4 lists each with its meaning
    return f"{count}: {', '.join(names)}" if len(names) <= NAMED else f"{count}, see section 4"
