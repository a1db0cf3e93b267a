"""What models cost: the price list of the operator, and the cost of a turn, in exact decimals."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NoReturn, cast

from leadhand.errors import InvalidSetting, JsonValue

SETTING: Final = "LEADHAND_PRICES"
PER_TOKENS: Final = 1_000_000
# A millionth of the currency: a turn of a cheap model costs a few ten-thousandths.
SMALLEST_AMOUNT: Final = Decimal("0.000001")
MAX_PRICE: Final = Decimal(1_000_000)
MAX_FILE_BYTES: Final = 1_000_000
CURRENCY_CHARS: Final = 3
_REQUIRED: Final = ("input", "output", "currency")
_KNOWN: Final = {*_REQUIRED, "cached_input"}


@dataclass(frozen=True, slots=True)
class Cost:
    """Rounded half up to SMALLEST_AMOUNT."""

    amount: Decimal
    currency: str

    def as_json(self) -> dict[str, JsonValue]:
        """The amount as text: a float would not be exact."""
        return {"amount": f"{self.amount:f}", "currency": self.currency}


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens each. `cached_input` is for input that the provider had kept."""

    input: Decimal
    cached_input: Decimal
    output: Decimal


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of one model call, or of several. `cached_input` is a part of `input`, `reasoning` of `output`."""

    input: int = 0
    output: int = 0
    cached_input: int = 0
    reasoning: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.input + other.input,
            self.output + other.output,
            self.cached_input + other.cached_input,
            self.reasoning + other.reasoning,
        )

    @property
    def total(self) -> int:
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices by the exact name of the model, all in one currency; empty when the operator gave none."""

    prices: Mapping[str, Price] = field(default_factory=dict[str, Price])
    currency: str = ""

    def cost_of(self, model: str, tokens: Tokens) -> Cost | None:
        """None when the model has no price."""
        price = self.prices.get(model)
        if price is None:
            return None
        cached = min(tokens.cached_input, tokens.input)
        exact = (
            (tokens.input - cached) * price.input + cached * price.cached_input + tokens.output * price.output
        ) / PER_TOKENS
        return Cost(exact.quantize(SMALLEST_AMOUNT, ROUND_HALF_UP), self.currency)


def load_prices(setting: str | None) -> PriceList:
    """The price list that `LEADHAND_PRICES` holds or names.

    `{"model": {"input": 2.5, "cached_input": 0.25, "output": 10, "currency": "EUR"}}`: the price of a million
    tokens; `cached_input` is `input` when left out. Numbers may be text.

    Raises:
        InvalidSetting: one line that says where it is wrong.
    """
    if setting is None:
        return PriceList()
    listed = _object(_parsed(_text_of(setting)), "it should be an object of models")
    prices = {name: _price(name, price) for name, price in listed.items()}
    currencies = {str(_object(price, name)["currency"]) for name, price in listed.items()}
    if len(currencies) != 1:
        _refuse("it should hold at least one model, and all models one currency")
    return PriceList(prices, currencies.pop())


def _text_of(setting: str) -> str:
    if setting.lstrip().startswith("{"):
        return setting
    path = Path(setting).expanduser()
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            _refuse(f"the file is larger than {MAX_FILE_BYTES} bytes")
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        _refuse("it is neither a JSON object nor the path of a file with one that can be read")


def _parsed(text: str) -> object:
    try:
        return cast("object", json.loads(text, parse_float=Decimal, parse_int=Decimal))
    except (ValueError, InvalidOperation, RecursionError):
        _refuse("it is not JSON")


def _price(name: str, given: object) -> Price:
    price = _object(given, f'"{name}" should be an object')
    missing = [key for key in _REQUIRED if key not in price]
    if missing:
        _refuse(f'"{name}" has no "{missing[0]}"')
    if unknown := sorted(set(price) - _KNOWN):
        _refuse(f'"{name}" has "{unknown[0]}", which is not one of {", ".join(sorted(_KNOWN))}')
    currency = price["currency"]
    if not (isinstance(currency, str) and len(currency) == CURRENCY_CHARS and currency.isalpha()):
        _refuse(f'the currency of "{name}" should be three letters such as EUR')
    return Price(
        input=_amount(name, "input", price),
        cached_input=_amount(name, "cached_input" if "cached_input" in price else "input", price),
        output=_amount(name, "output", price),
    )


def _amount(name: str, key: str, price: Mapping[str, object]) -> Decimal:
    given = price[key]
    try:
        amount = Decimal(given) if isinstance(given, str | Decimal) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 <= amount <= MAX_PRICE:
        _refuse(f'"{key}" of "{name}" should be the price of a million tokens, from 0 to {MAX_PRICE}')
    return amount


def _object(given: object, problem: str) -> dict[str, object]:
    if not isinstance(given, dict):
        _refuse(problem)
    return cast("dict[str, object]", given)


def _refuse(problem: str) -> NoReturn:
    raise InvalidSetting(f"{SETTING}: {problem}")
