"""Identifiers in one form, so that the same thing written twice is the same.

Every form is stable: normalising what is normalised changes nothing. All begin with Unicode NFKC,
which makes full-width letters and digits plain ones. A key of a bank's own (a whole number, with a
minus sign or of 16 digits and more) passes as it is where it stands for a phone or a device.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from sandbox.lists.mistakes import Mistake, masked

#: weights of GB 11643-1999 (ISO 7064 MOD 11-2) and of GB 32100-2015
_ID_WEIGHTS = tuple(2 ** (17 - i) % 11 for i in range(17))
_CREDIT_WEIGHTS = tuple(3**i % 31 for i in range(17))
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: of text beyond ASCII, until its form changes no more; three were the most ever seen
_MOST_PASSES = 6
_KEY = re.compile(r"-\d{1,19}|\d{16,20}")
_CITIZEN, _OLD_CITIZEN = re.compile(r"\d{17}[\dX]"), re.compile(r"\d{15}")
_DOCUMENT = re.compile(r"[0-9A-Z]{5,20}")
_PUNCTUATION = re.compile(r"[\s\-\u2010-\u2015\u2212.\u00b7()/]+")
_SPACE = re.compile(r"\s+")
#: a blank beside a Chinese character separates nothing
_WIDE_SPACE = re.compile(r"(?<=[\u2e80-\u9fff\uf900-\ufaff]) | (?=[\u2e80-\u9fff\uf900-\ufaff])")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u200b-\u200f\ufeff]")


def normalise(kind: str, value: str) -> str:
    """The one form of an identifier; `Mistake` when it cannot be one of that kind.

    >>> normalise("phone", "138 0013-8000"), normalise("phone", "+1 (213) 555-0100")
    ('+8613800138000', '+12135550100')
    >>> normalise("id_number", "１３０１００ １９７５０１０６ ２３８９")
    '130100197501062389'
    >>> normalise("name", "  Wang   FANG "), normalise("name", "王 芳")
    ('wang fang', '王芳')
    >>> normalise("id_number", "130100197501062388")
    Traceback (most recent call last):
        ...
    sandbox.lists.mistakes.Mistake: The id_number ***88 ends in a wrong check character; ...
    """
    if kind not in RULES:
        raise Mistake("kind", f"{masked(kind)} is no kind", ", ".join(RULES), "correct the kind")
    form, before = _once(kind, value), value
    for _ in range(_MOST_PASSES):
        if form.isascii() or form == before:
            break
        # a blank that was taken out may have kept an accent from its letter
        form, before = _once(kind, form), form
    return form


def _once(kind: str, value: str) -> str:
    text = _plain(value)
    if not text:
        raise Mistake("value", f"the {kind} is empty", "at least one character", "give the value")
    return RULES[kind](text)


def _plain(value: str) -> str:
    """NFKC, without control characters and zero-width ones, trimmed."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return _CONTROL.sub("", unicodedata.normalize("NFKC", value)).strip()


def _id_number(text: str) -> str:
    """18 characters of GB 11643, an old one of 15 made new; else the number of another document.

    >>> _id_number("130100750106238")
    '130100197501062389'
    >>> _id_number("e1234567-8")
    'E12345678'
    """
    number = _PUNCTUATION.sub("", text).upper()
    if _CITIZEN.fullmatch(number):
        if _check_character(number) == number[17] and _is_date(number[6:14]):
            return number
        if number[0] == "9" and _is_credit_code(number):
            return number
        wrong = "ends in a wrong check character" if _is_date(number[6:14]) else "has no birth date"
        raise _refused("id_number", number, wrong, "18 characters of GB 11643")
    if _OLD_CITIZEN.fullmatch(number) and _is_date(f"19{number[6:12]}"):
        renewed = f"{number[:6]}19{number[6:]}"
        return renewed + _check_character(renewed)
    if not _DOCUMENT.fullmatch(number):
        raise _refused("id_number", number, "is no number of a document", "5 to 20 letters, digits")
    if number.isdigit() and len(number) in (17, 19):
        raise _refused("id_number", number, f"has {len(number)} digits", "18 of GB 11643")
    return number


def _check_character(number: str) -> str:
    total = sum(int(d) * w for d, w in zip(number[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def _is_credit_code(number: str) -> bool:
    """Of a business, GB 32100-2015: it may consist of digits alone."""
    values = [_CREDIT_ALPHABET.find(c) for c in number]
    total = sum(v * w for v, w in zip(values[:17], _CREDIT_WEIGHTS, strict=True))
    return min(values) >= 0 and values[17] == -total % 31


def _is_date(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1850
    except ValueError:
        return False


def _phone(text: str) -> str:
    """E.164 where the country is known: a plus sign, or the shape of a mainland Chinese number.

    Other national numbers stay digits without a plus sign.

    >>> _phone("010-1234 5678"), _phone("0086 13800138000"), _phone("213-555-0100")
    ('+861012345678', '+8613800138000', '2135550100')
    """
    if _KEY.fullmatch(text):
        return text
    number = _PUNCTUATION.sub("", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    digits = number.removeprefix("+")
    # isdigit alone would let other scripts' digits through
    if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 15):
        raise _refused("phone", text, "is no phone number", "5 to 15 digits, +country in front")
    if number[0] == "+":
        return number
    if len(digits) == 11 and digits[0] == "1" and digits[1] in "3456789":
        return f"+86{digits}"
    if len(digits) == 13 and digits.startswith("861") and digits[3] in "3456789":
        return f"+{digits}"
    if digits[0] == "0" and 10 <= len(digits) <= 12:
        return f"+86{digits[1:]}"
    return digits


def _device(text: str) -> str:
    """Lower case without separators: IMEI, MAC, UUID and advertising identifiers.

    >>> _device("00:1B:44:11:3A:B7"), _device("-8749753380862040962")
    ('001b44113ab7', '-8749753380862040962')
    """
    if _KEY.fullmatch(text):
        return text
    found = re.sub(r"[\s\-:.{}]+", "", text).casefold()
    if not found:
        raise _refused("device", text, "has neither letters nor digits", "an identifier")
    return found


def _account(text: str) -> str:
    """Digits, or letters and digits as in an IBAN, without blanks and hyphens.

    >>> _account("6222 0212 3456 7890"), _account("de44 5001 0517 5407 3249 31")
    ('6222021234567890', 'DE44500105175407324931')
    """
    if _KEY.fullmatch(text):
        return text
    number = _PUNCTUATION.sub("", text).upper()
    if not re.fullmatch(r"[0-9A-Z@_]{1,64}", number):
        raise _refused("account", text, "is no account number", "1 to 64 letters and digits")
    return number


def _words(text: str) -> str:
    """Names and addresses: lower case, one blank between words, none between Chinese characters.

    >>> _words("振兴中路 97号 18栋"), _words("12  High   Street")
    ('振兴中路97号18栋', '12 high street')
    """
    folded = _SPACE.sub(" ", unicodedata.normalize("NFKC", text.casefold())).strip()
    return folded if folded.isascii() else _WIDE_SPACE.sub("", folded)


def _key(text: str) -> str:
    """Numbers of customers and merchants: as they are, in lower case, without blanks.

    >>> _key("M-0042 ")
    'm-0042'
    """
    return _SPACE.sub("", unicodedata.normalize("NFKC", text.casefold()))


def _refused(kind: str, value: str, why: str, allowed: str) -> Mistake:
    what = f"the {kind} {masked(value)} {why}"
    return Mistake("value", what, allowed, "correct the value or the kind")


#: by kind of identifier
RULES: dict[str, Callable[[str], str]] = {
    "id_number": _id_number,
    "device": _device,
    "phone": _phone,
    "address": _words,
    "account": _account,
    "merchant": _key,
    "name": _words,
    "customer": _key,
}
