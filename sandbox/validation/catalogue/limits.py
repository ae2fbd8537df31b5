"""Do limits act as predicted, and are bounds on them kept?"""

from sandbox.validation.catalogue.entry import Entry

_RESPONSE = "Learn the response from decisions at random, or bound limits to those observed."
_MONOTONE = "Constrain predictions to rise with the limit."
_CAPS = "Stop issuing; find why the cap did not hold, and correct the limits granted."
_SPREAD = "Bound the exposure by group in the portfolio step."

ENTRIES: dict[str, Entry] = {
    "limits.pd_response": Entry(
        "Error of the PD by limit (RMSE)",
        "At every limit granted, as many default as predicted there.",
        _RESPONSE,
        "limits/pd_response_rmse",
    ),
    "limits.ead_response": Entry(
        "Error of the exposure by limit (RMSE), over mean exposure",
        "At every limit granted, as much is owed as predicted there.",
        _RESPONSE,
        "limits/ead_response_rmse",
        share=True,
    ),
    "limits.monotone_pd": Entry(
        "Rows whose PD falls with the limit",
        "A higher limit never lowers the predicted PD.",
        _MONOTONE,
        "limits/pd_falls",
        share=True,
    ),
    "limits.monotone_ead": Entry(
        "Rows whose exposure falls with the limit",
        "A higher limit never lowers the predicted exposure.",
        _MONOTONE,
        "limits/ead_falls",
        share=True,
    ),
    "limits.house_caps": Entry(
        "Limits above a cap of the house",
        "No limit granted is above a cap of the house.",
        _CAPS,
        "limits/house_breaches",
        share=True,
    ),
    "limits.regulatory_caps": Entry(
        "Limits above a cap of the law",
        "No limit granted is above a cap of the law.",
        _CAPS,
        "limits/regulatory_breaches",
        share=True,
    ),
    "limits.concentration_partner": Entry(
        "Concentration of limits by partner (HHI)",
        "Limits are spread over partners.",
        _SPREAD,
        "limits/hhi_partner",
    ),
    "limits.concentration_region": Entry(
        "Concentration of limits by region (HHI)",
        "Limits are spread over regions.",
        _SPREAD,
        "limits/hhi_region",
    ),
}
