"""Which columns describe what nobody may be declined for, told by name."""

import re

#: words of a column's name that make it protected, wherever they stand
WORDS = frozenset(
    (
        "sex", "gender", "male", "female", "marital", "marriage", "married", "spouse", "divorced",
        "race", "ethnic", "ethnicity", "minority", "nationality", "citizenship", "religion",
        "region", "province", "birthplace", "hukou", "dialect", "birth", "birthday", "birthdate",
        "dob", "pregnant", "pregnancy", "children", "dependants", "dependents", "disability",
        "disabled", "postcode", "zipcode",
    )
)  # fmt: skip
#: the same in names that are written in Chinese
CHINESE = (
    "性别",
    "年龄",
    "婚姻",
    "婚否",
    "民族",
    "户籍",
    "籍贯",
    "宗教",
    "出生",
    "省份",
    "地区",
    "残疾",
    "子女",
)
#: whose age an age is; the age of a device or of an account is not protected
_AGE = re.compile(
    r"((applicant|customer|client|borrower|person|neighbours|mean|log)_)?ages?"
    r"(_(years|yrs|band|bin|bucket|group|class|code|num|woe|\d)\w*)?"
)


def is_protected(column: str) -> bool:
    """Whether a column is of sex, marriage, age, region, ethnicity or the like.

    >>> [is_protected(c) for c in ("age", "SEX", "region_x", "MaritalStatus", "年龄")]
    [True, True, True, True, True]
    >>> is_protected("device_age_days"), is_protected("declared_income")
    (False, False)
    """
    # MaritalStatus -> marital_status
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column).lower()
    name = re.sub(r"[\s\-.*?]+", "_", name).strip("_")
    return (
        not WORDS.isdisjoint(name.split("_"))
        or _AGE.fullmatch(name) is not None
        or any(word in column for word in CHINESE)
    )
