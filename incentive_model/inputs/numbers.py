"""Numbers as people write them, as Python reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import Enum

#: Full-width signs, blanks of other widths, the real minus sign.
_TYPED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    **dict.fromkeys((0x00A0, 0x2007, 0x2009, 0x202F, 0x3000), 0x20),
    0x2212: 0x2D,
}

_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?")
# The first group of thousands does not start with 0: 0,250 can only be a quarter.
_BLANKS = re.compile(r"[+-]?[1-9]\d{0,2}( \d{3})+([.,]\d+)?")
_COMMAS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_POINTS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+")
_LONG_POINT = re.compile(r"[+-]?\d+\.\d{3,}")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")


class Comma(Enum):
    """What a comma means in the numbers of a file."""

    THOUSANDS = "thousands"
    DECIMALS = "decimals"
    UNCLEAR = "unclear"


class UnclearNumber(ValueError):
    """A number that may mean two things; ``str()`` says how to write it."""


def comma_in(cells: Iterable[str], separator: str) -> Comma:
    """What a comma means in a file with these fractions.

    Where it separates cells it can only part thousands. Elsewhere 1,234 is decided by the file's other
    fractions: 0,5 or 0.5.
    """
    if separator == ",":
        return Comma.THOUSANDS
    texts = [_tidied(cell).removesuffix("%").rstrip() for cell in cells]
    decimals = any(_DECIMAL_COMMA.fullmatch(text) and not _COMMAS.fullmatch(text) for text in texts)
    points = any("." in text and _PLAIN.fullmatch(text) and not _POINTS.fullmatch(text) for text in texts)
    if decimals == points:
        return Comma.UNCLEAR
    return Comma.DECIMALS if decimals else Comma.THOUSANDS


def plain(cell: str, comma: Comma, *, whole: bool, share: bool) -> str:
    """``cell`` with the digits, point and minus that Python reads; what is no number stays as it is.

    Args:
        cell: what somebody wrote, for example ``1,234``, ``1 234``, full-width digits or ``60%``.
        comma: what a comma means in the file.
        whole: only whole numbers make sense.
        share: from 0 to 1, so that a percentage makes sense.

    Raises:
        UnclearNumber: it could mean two things.
    """
    text = _tidied(cell)
    percent = text.endswith("%")
    text = text.removesuffix("%").rstrip()
    joined, pointed = text.replace(",", ""), text.replace(",", ".")
    if _COMMAS.fullmatch(text):
        can_be_decimal = not whole and text.count(",") == 1 and "." not in text
        if comma is Comma.THOUSANDS or (comma is Comma.UNCLEAR and not can_be_decimal):
            text = joined
        elif comma is Comma.DECIMALS and can_be_decimal:
            text = pointed
        else:
            raise UnclearNumber(f"write {joined}" + (f" or {pointed}" if can_be_decimal else ""))
    elif whole and (_DECIMAL_COMMA.fullmatch(text) or _LONG_POINT.fullmatch(text)):
        raise UnclearNumber("write it without commas and points")
    elif _DECIMAL_COMMA.fullmatch(text):
        if comma is Comma.THOUSANDS:
            raise UnclearNumber(f"write {pointed}")
        text = pointed
    elif _POINTS.fullmatch(text) and comma is Comma.DECIMALS:
        raise UnclearNumber(f"write {text.replace('.', '')} or {text.replace('.', ',')}")
    if percent:
        if not share or not _PLAIN.fullmatch(text):
            raise UnclearNumber("write it without %")
        text = format(Decimal(text) / 100, "f")
    return text


def _tidied(cell: str) -> str:
    text = cell.translate(_TYPED).strip()
    return text.replace(" ", "") if _BLANKS.fullmatch(text.removesuffix("%").rstrip()) else text
