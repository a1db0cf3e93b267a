"""How a quiz is worded: the questions with their letters, and the marks with what they quote."""

from collections.abc import Mapping

from leadhand.errors import JsonValue
from models.builtin.formats import escaped, sentence
from models.builtin.lexicon import listed, read_table, table
from models.builtin.replies import fault_text
from models.builtin.results import Result

# As the tool writes it; in Markdown each of its signs would have to be escaped.
_GAP = "_____"


def told(result: Result, language: str) -> str:
    """The answer in Markdown; what comes from documents and planning terms shows as it is."""
    if result.fault is not None:
        no_quiz = result.fault.code == "not_found"
        return _reply("no_quiz", language) if no_quiz else fault_text(result.fault, language)
    values = result.values
    if values.get("answerable") is False:
        reason = "too_little" if values.get("reason") == "too_little" else "nothing_found"
        return _reply(reason, language, topic=escaped(str(values.get("topic", ""))))
    return _marked(values, language) if values.get("mode") == "marked" else _asked(values, language)


def _asked(values: Mapping[str, JsonValue], language: str) -> str:
    topic = escaped(str(values.get("topic") or "")) or _reply("terms", language)
    blocks = [_reply("asked", language, topic=topic), *_notes(values, language)]
    blocks += [_question(one, language) for one in _objects(values.get("questions"))]
    return "\n\n".join([*blocks, _reply("how", language)])


def _question(one: Mapping[str, JsonValue], language: str) -> str:
    place = _reply("source", language, place=_place(_object(one.get("place")), language))
    options = [f"- {_option(_object(option))}" for option in _objects(one.get("options"))]
    asked = sentence(str(one.get("question", "")).replace(_GAP, "……"))
    return "\n".join([f"**{one.get('number')}.** {asked} ({place})", "", *options])


def _marked(values: Mapping[str, JsonValue], language: str) -> str:
    blocks = [_mark(one, language) for one in _objects(values.get("marks"))]
    before = (str(number) for number in listed(values.get("answered_before")))
    blocks += [_reply("before", language, number=number) for number in before]
    unclear = [escaped(str(text)) for text in listed(values.get("unclear"))]
    blocks += [_reply("unclear", language, text=text) for text in unclear]
    score, left = _object(values.get("score")), _objects(values.get("questions"))
    last = [_reply("score", language, right=str(score.get("right")), answered=str(score.get("answered")))]
    if left:
        numbers = ", ".join(str(one.get("number")) for one in left)
        last.append(_reply("open", language, numbers=numbers))
    else:
        last.append(_reply("done", language, of=str(score.get("of"))))
    return "\n\n".join([*blocks, " ".join(last)])


def _mark(one: Mapping[str, JsonValue], language: str) -> str:
    given, right = _object(one.get("given")), _option(_object(one.get("right")))
    name = "right" if one.get("is_right") is True else "wrong" if given else "given_up"
    head = _reply(name, language, number=str(one.get("number")), given=_option(given), right=right)
    passage = _object(one.get("passage"))
    cite = passage.get("cite_as")
    quote = _reply(
        "quote",
        language,
        explanation=sentence(str(one.get("explanation", ""))),
        quote=sentence(str(one.get("quote", ""))),
        place=_place(passage or {"title": one.get("title")}, language),
        cite=f" {cite}" if isinstance(cite, str) else "",
    )
    return f"{head} {quote}"


def _option(option: Mapping[str, JsonValue]) -> str:
    return f"{option.get('letter')}) {escaped(str(option.get('text', '')))}" if option else ""


def _place(place: Mapping[str, JsonValue], language: str) -> str:
    """Title, the innermost heading and the page."""
    title = str(place.get("title", ""))
    inner = [str(name) for name in listed(place.get("section"))][-1:]
    names = [escaped(name) for name in dict.fromkeys([title, *inner]) if name]
    page = place.get("page")
    return ", ".join([*names, *([_reply("page", language, page=str(page))] if page is not None else [])])


def _notes(values: Mapping[str, JsonValue], language: str) -> list[str]:
    known = table(read_table("quizzing")["told"])
    sentences = [str(one) for name in ("assumptions", "warnings") for one in listed(values.get(name))]
    return [
        _reply(str(reply), language)
        for said in sentences
        for beginning, reply in known.items()
        if said.startswith(beginning)
    ]


def _reply(name: str, language: str, **values: str) -> str:
    """A reply of the grammar; a value is put in as it is, whatever it holds."""
    text = str(table(table(read_table("quizzing")["replies"])[language])[name])
    parts = text.split("{")
    filled = [parts[0]]
    for part in parts[1:]:
        key, _, rest = part.partition("}")
        filled.append(values.get(key, "") + rest)
    return "".join(filled)


def _objects(values: JsonValue) -> list[dict[str, JsonValue]]:
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
