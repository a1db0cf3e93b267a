"""The grammar is data: it must hold together, and adding a tool must be adding files."""

import re
from functools import cache

import pytest

from models.builtin.answers import answer_file
from models.builtin.consulting import TOOL as CONSULT
from models.builtin.dialogue import understand
from models.builtin.grammar_files import ToolGrammar, tool_grammars
from models.builtin.lexicon import LANGUAGES, Kind, lexicon, listed, read_table, table
from models.builtin.personal import TOOL as PERSONAL
from models.builtin.quizzing import TOOL as QUIZ
from models.builtin.reading import language_of, read
from models.builtin.recalling import TOOL as RECALL
from models.builtin.report_wishes import SCHEDULE, SCHEDULES
from models.builtin.slots import Question
from models.builtin.templates import Voice, render
from models.builtin.understanding import Context
from models.builtin.words import words_of
from tools.registry import ToolRegistry

NAMED = frozenset(
    {
        "@machine",
        "@center",
        "@person",
        "@order",
        "@customer",
        "@hours",
        "@length",
        "@each",
        "@percent",
        "@date",
        "@route",
        "@count",
        "@again",
        "@command",
        "@until",
        "@rerouted",
    }
)
GRAMMARS = {grammar.tool: grammar for grammar in tool_grammars()}
CONTEXT = Context(tools=frozenset(GRAMMARS))


@cache
def known_features() -> frozenset[str]:
    topics = table(read_table("outside")["topics"])
    return frozenset({*read_table("concepts"), *topics, *NAMED})


def test_every_tool_has_a_grammar_and_a_way_to_word_its_result() -> None:
    names = {spec.name for spec in ToolRegistry.discover().specs()}
    assert names - set(GRAMMARS) == {
        CONSULT,
        PERSONAL,
        QUIZ,
        RECALL,
        SCHEDULE,
        SCHEDULES,
    }  # they have rules of their own
    assert all(answer_file(name) is not None for name in GRAMMARS)


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
def test_ways_name_only_words_that_the_grammar_has(grammar: ToolGrammar) -> None:
    for intent in grammar.intents:
        named = intent.uses.union(intent.forbids, *(way.features for way in intent.ways))
        # `which` and the like are fillers in themselves; they may be listed for the reader.
        assert named - known_features() <= {"which", "@coded"}


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
def test_slots_fill_arguments_that_the_tool_really_has(grammar: ToolGrammar) -> None:
    spec = next(spec for spec in ToolRegistry.discover().specs() if spec.name == grammar.tool)
    properties = spec.input_schema["properties"]
    assert isinstance(properties, dict)
    assert {slot.argument for slot in grammar.slots} <= properties.keys()


@pytest.mark.parametrize("grammar", GRAMMARS.values(), ids=GRAMMARS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_that_people_are_shown_is_understood_as_its_own_tool(
    grammar: ToolGrammar, language: str
) -> None:
    for example in grammar.examples[language]:
        assert [query.tool for query in understand(example, CONTEXT).queries] == [grammar.tool]
        assert language_of(read(example)) == language


@pytest.mark.parametrize("tool", GRAMMARS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_templates_are_well_formed_and_survive_an_empty_result(tool: str, language: str) -> None:
    answers = answer_file(tool)
    assert answers is not None
    for variant in answers.variants:
        text = render(variant.text[language], {}, Voice(language, answers.words[language]))
        assert "{" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_words_for_every_question_back(language: str) -> None:
    asks = table(read_table("replies")["ask"])
    assert {question.value for question in Question} == set(asks)
    assert all(str(table(asks[name])[language]).strip() for name in asks)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_a_reply(language: str) -> None:
    for topic, entry in table(read_table("outside")["topics"]).items():
        assert str(table(table(entry)["reply"])[language]).endswith("."), topic


def test_translations_are_patterns_with_as_many_places_as_groups() -> None:
    for english, german in table(read_table("sentences")["de"]).items():
        places = {int(place) for place in re.findall(r"\{(\d)\}", str(german))}
        assert re.compile(english).groups >= len(places)
        assert not places or max(places) < re.compile(english).groups


def test_a_kind_of_work_can_be_found_by_its_stems() -> None:
    for family, entry in read_table("processes").items():
        assert listed(table(entry)["stems"]), family


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        ("available", Kind.CONCEPT, "free"),
        ("avialable", Kind.CONCEPT, "free"),
        ("AVAILABEL", Kind.CONCEPT, "free"),
        ("operaters", Kind.CONCEPT, "operator"),
        ("Verfügbarkeit", Kind.CONCEPT, "free"),
        ("Verfuegbarkeit", Kind.CONCEPT, "free"),
        ("verfugbarkeit", Kind.CONCEPT, "free"),
        ("Fräsmaschinen", Kind.PROCESS, "milling"),
        ("fraesen", Kind.PROCESS, "milling"),
    ],
)
def test_words_are_known_in_other_spellings_and_with_a_slip(written: str, kind: Kind, value: str) -> None:
    hit = lexicon().at(words_of(written), 0, reach=1)
    assert hit is not None
    assert value in {sense.value for sense in hit.senses if sense.kind is kind}


@pytest.mark.parametrize("written", ["Hermle", "Priya", "VF", "Studer", "Miller", "Boeing", "3100"])
def test_names_are_not_taken_for_misspelt_words(written: str) -> None:
    hit = lexicon().at(words_of(written), 0, reach=1)
    assert hit is None or all(sense.kind is Kind.MAKER for sense in hit.senses)


@pytest.mark.parametrize("digits", [19, 25, 7_900])
@pytest.mark.parametrize(
    "question",
    [
        "Can we take on a {}-hour order next month?",
        "What if WO-4003 had {} pieces?",
        "90 instead of {} pieces for WO-4003",
    ],
)
def test_a_number_beyond_all_measure_is_no_number(question: str, digits: int) -> None:
    given = [query.arguments for query in understand(question.format("9" * digits), CONTEXT).queries]
    assert "999" not in str(given)
