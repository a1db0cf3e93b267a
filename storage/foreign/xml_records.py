"""XML documents of records, read as the same lists of objects would be in JSON."""

from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat

from leadhand.errors import ForeignFileUnreadable
from storage.foreign.json_rows import OWN_TEXT

Value: TypeAlias = "str | dict[str, Value] | list[Value]"

_MAX_DEPTH = 50


class _Refused(Exception):
    """It declares what may grow without end, or is nested too deep."""


@dataclass(slots=True)
class _Element:
    name: str
    parts: dict[str, list[Value]] = field(default_factory=dict[str, "list[Value]"])
    text: list[str] = field(default_factory=list[str])

    def value(self) -> Value:
        said = "".join(self.text).strip()
        if not self.parts:
            return said
        found: dict[str, Value] = {
            name: values[0] if len(values) == 1 else values for name, values in self.parts.items()
        }
        return found if not said else {OWN_TEXT: said, **found}


def is_xml(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n").startswith("<?xml")


def xml_document(text: str, name: str) -> Value:
    """Elements by their names without namespaces, attributes like parts, several of one name as a list.

    Raises:
        ForeignFileUnreadable: it is no XML, declares entities, or is nested more than 50 deep.
    """
    # What the text says of its encoding is of the file; here it is text already.
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    open_ = [_Element("")]

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if len(open_) > _MAX_DEPTH:
            raise _Refused
        open_.append(_Element(_plain(tag), {_plain(key): [value] for key, value in attributes.items()}))

    def end(_tag: str) -> None:
        done = open_.pop()
        open_[-1].parts.setdefault(done.name, []).append(done.value())

    def said(data: str) -> None:
        open_[-1].text.append(data)

    def declared(*_: object) -> None:
        raise _Refused

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = said
    parser.EntityDeclHandler = declared
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n").encode(), True)
    except expat.ExpatError as error:
        raise ForeignFileUnreadable(f"{name} begins as XML does, and is none: {error}.") from None
    except _Refused:
        raise ForeignFileUnreadable(
            f"{name} declares entities or is nested more than {_MAX_DEPTH} deep; plain XML would be right."
        ) from None
    return open_[0].value()


def _plain(tag: str) -> str:
    return tag.rpartition(" ")[2]
