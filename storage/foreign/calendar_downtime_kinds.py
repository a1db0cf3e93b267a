"""Whether a downtime of a calendar is maintenance or a breakdown: as answered for the event or its category,
by their words, or asked."""

from storage.exchange.problems import shown
from storage.foreign.calendar_events import Events
from storage.foreign.calendar_kinds import tells_kind
from storage.foreign.calendar_series import Series
from storage.foreign.decisions import Choice, Question

ALL = "downtime"
_KINDS = (Choice("maintenance", "planned"), Choice("breakdown", "not planned"))


def kind_of(events: Events, series: Series) -> str | None:
    """None while it is asked. Of several categories that say different things, the event is asked about."""
    given, own = events.decisions.given, events.key("downtime", series)
    if ALL in given:  # it is used, though each event may say it itself
        _settled(events, series, ALL)
    if own in given:
        return _settled(events, series, own)
    categories = [category for category in series.categories if not events.is_part(category)]
    answered = {_settled(events, series, f"downtime.{c}") for c in categories if f"downtime.{c}" in given}
    kinds = answered or {kind for category in categories if (kind := tells_kind(category)) is not None}
    if len(kinds) == 1:
        return kinds.pop()
    if kinds:
        return _settled(events, series, own)
    if categories:
        for category in categories:
            _settled(events, series, f"downtime.{category}")
        return None
    return tells_kind(series.summary) or _settled(events, series, ALL)


def settle_given_kinds(events: Events, series: Series) -> None:
    """Marks what was answered for its category, or for it, as used, where it is no downtime."""
    for key in (events.key("downtime", series), *(f"downtime.{category}" for category in series.categories)):
        if key in events.decisions.given:
            _settled(events, series, key)


def _settled(events: Events, series: Series, key: str) -> str | None:
    word = key.partition(".")[2]
    members = (
        [other for other in events.of_file if word in other.categories] if word else list(events.of_file)
    )
    texts = {
        "": "Which kind of downtime are events that do not say it?",
        series.summary: f'Which kind of downtime is "{shown(word)}"?',
    }
    question = Question(
        key,
        texts.get(word, f'Which kind of downtime are events of the category "{shown(word)}"?'),
        _KINDS,
        why=f"such as {shown(series.summary)}" if not word else events.list_of(members or [series]),
    )
    return events.decisions.settle(question)
