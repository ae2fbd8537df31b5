"""Does the portfolio stand a downturn?"""

from sandbox.validation.catalogue.entry import Entry

_RESERVE = "Hold reserves or capital for it, tighten limits, or price for the risk."

ENTRIES: dict[str, Entry] = {
    "stress.default_rate": Entry(
        "Default rate in the severe downturn",
        "How many default when the log-odds of every PD rise as in the severe downturn.",
        _RESERVE,
        "stress/default_rate",
        share=True,
    ),
    "stress.downturn": Entry(
        "Profit in the severe downturn, over exposure",
        "The portfolio earns its losses in a severe downturn, and keeps its capital.",
        _RESERVE,
        "stress/profit_share",
        share=True,
    ),
    "stress.loss": Entry(
        "Expected loss in the severe downturn, over that of the base",
        "By how much losses rise in the severe downturn.",
        _RESERVE,
        "stress/loss_multiple",
    ),
    "stress.partner_collapse": Entry(
        "Capital taken by the fall of one partner",
        "No partner's fall takes a large part of the capital.",
        "Cap the exposure to the partner, or have the money held in escrow.",
        "stress/partner_collapse",
        share=True,
    ),
    "stress.sensitivity": Entry(
        "Capital taken by one adverse assumption",
        "What the result hangs on: PD, loss given default, exposure and margin, one at a time.",
        "Back the assumption with data, or hold a margin of conservatism.",
        "stress/sensitivity",
        share=True,
    ),
    "stress.reverse_profit": Entry(
        "Smallest shock that ends profit (log-odds)",
        "PDs can rise a good deal before the portfolio makes a loss.",
        _RESERVE,
        "stress/breaks_profit_at",
    ),
    "stress.reverse_capital": Entry(
        "Smallest shock that takes all capital (log-odds)",
        "PDs can rise a great deal before losses take all capital.",
        _RESERVE,
        "stress/breaks_capital_at",
    ),
}
