"""Places for streams: whose are used up, and that each is given back."""

from contextlib import ExitStack

import pytest

from leadhand.context import Principal
from leadhand.errors import TooManyStreams
from server.streams_open import OpenStreams


def person(name: str, shop: str = "north") -> Principal:
    return Principal(shop, name, frozenset())


def test_a_person_a_shop_and_the_process_each_have_their_most() -> None:
    streams = OpenStreams(max_all=4, max_of_shop=3, max_of_user=2)
    with ExitStack() as held:
        for who in (person("anna"), person("anna"), person("carl")):
            held.enter_context(streams.place(who))
        for who, limit in ((person("anna"), "user_streams"), (person("dora"), "shop_streams")):
            with pytest.raises(TooManyStreams) as refused, streams.place(who):
                pass
            assert refused.value.details["limit"] == limit
        held.enter_context(streams.place(person("anna", "south")))
        with pytest.raises(TooManyStreams) as refused, streams.place(person("bert", "south")):
            pass
        assert refused.value.details["limit"] == "streams"
    with streams.place(person("bert", "south")):
        pass


def test_a_place_is_given_back_however_its_stream_ends() -> None:
    streams = OpenStreams(max_all=1, max_of_shop=1, max_of_user=1)
    for _ in range(3):
        with pytest.raises(ConnectionError), streams.place(person("anna")):
            raise ConnectionError
    with streams.place(person("anna")), pytest.raises(TooManyStreams), streams.place(person("anna")):
        pass
    with streams.place(person("anna")):
        pass
