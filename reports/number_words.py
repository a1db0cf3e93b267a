"""Words of English and German that say numbers, units, weekdays and months."""

from collections.abc import Mapping

_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_MONTHS_DE = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip
_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_DE = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")

MONTHS: Mapping[str, int] = {
    **{name[:3]: number for number, name in enumerate(_MONTHS_EN, start=1)},
    **{name[:3]: number for number, name in enumerate(_MONTHS_DE, start=1)},
    **{name: number for number, name in enumerate(_MONTHS_EN, start=1)},
    **{name: number for number, name in enumerate(_MONTHS_DE, start=1)},
    "Sept": 9,
}
# Monday is 0.
WEEKDAYS: Mapping[str, int] = {
    **{name[:3]: number for number, name in enumerate(_DAYS_EN)},
    **{name[:2]: number for number, name in enumerate(_DAYS_DE)},
    **{name: number for number, name in enumerate(_DAYS_EN)},
    **{name: number for number, name in enumerate(_DAYS_DE)},
    "Sonnabend": 5,
}
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("%", "percent", "per cent", "Prozent"), "percent"),
    **dict.fromkeys(
        ("h", "hrs", "hr", "hour", "hours", "Std", "Std.", "Stunde", "Stunden", "working hours"), "hours"
    ),
    **dict.fromkeys(("min", "minute", "minutes", "Minute", "Minuten"), "minutes"),
    **dict.fromkeys(("day", "days", "Tag", "Tage", "Tagen"), "days"),
    **dict.fromkeys(("week", "weeks", "Woche", "Wochen"), "weeks"),
}
_ONES_EN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_ONES_DE = (
    "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf",
    "dreizehn", "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
)  # fmt: skip
_NOTHING = (
    "no", "none", "nobody", "nothing", "neither", "kein", "keine", "keinen", "keinem", "keiner", "keines",
    "niemand", "niemanden", "nichts",
)  # fmt: skip
# Case aside. That there is nothing of something is a number too: 0.
NUMBER_WORDS: Mapping[str, int] = {
    **{word: number for number, word in enumerate(_ONES_EN)},
    **{word: number for number, word in enumerate(_ONES_DE)},
    **dict.fromkeys(_NOTHING, 0),
}
# Amounts and times that no figure says so: patterns, case aside.
VAGUE = (
    r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?",
    r"\w*(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)",
    r"(?:hundred|thousand|million|billion|dozen)s?", r"\w*(?:hundert|tausend)\w*",
    r"(?:Million|Milliarde)(?:en)?",
    r"Dutzend\w*", r"half|halves|halb\w*|Hälfte", r"(?:one-)?(?:third|quarter)s?", r"Drittel|Viertel",
    r"doubl\w*|twice|thrice|tripl\w*|verdoppel\w*|doppelt\w*|dreifach\w*|zweimal|dreimal",
    r"both|couple|beide\w*",
    r"second|fourth|fifth|zweite\w?|dritte\w?|vierte\w?|fünfte\w?",
    r"today|tomorrow|yesterday|tonight|heute|morgen|gestern|übermorgen|vorgestern",
    r"(?:next|this|last|coming|following|previous) (?:week|month|year|quarter)",
    r"(?:nächste|diese|letzte|kommende|vorige|folgende)[nrms]? (?:Woche|Monat|Jahr|Quartal)\w*",
)  # fmt: skip
