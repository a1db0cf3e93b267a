"""Rounding at the output, and only there: half up, exactly, from integers and fractions.

Hours have 2 decimals, percentages 1, the coefficient of variation 3 (planning-domain section 4).
"""

from fractions import Fraction
from math import isqrt

HOUR_PLACES = 2
PERCENT_PLACES = 1
CV_PLACES = 3


def round_half_up(value: Fraction | int, places: int) -> float:
    """`value` with `places` decimals; a half goes away from zero, as ROUND_HALF_UP does."""
    scale = 10**places
    exact = abs(Fraction(value)) * scale
    units = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return (units if value >= 0 else -units) / scale


def hours(minutes: int) -> float:
    """Minutes as hours."""
    return round_half_up(Fraction(minutes, 60), HOUR_PLACES)


def percent(value: Fraction) -> float:
    """A percentage that is a percentage already: Fraction(85) is 85.0."""
    return round_half_up(value, PERCENT_PLACES)


def round_root(square: Fraction, places: int) -> float:
    """The square root of `square`, rounded half up without a detour over floating point."""
    scaled = square * 10 ** (2 * places)
    # k is right where (2k - 1)^2 <= 4 x < (2k + 1)^2.
    units = (isqrt(4 * scaled.numerator // scaled.denominator) + 1) // 2
    return units / 10**places


def coefficient(square: Fraction) -> float:
    """A coefficient of variation from its square."""
    return round_root(square, CV_PLACES)
