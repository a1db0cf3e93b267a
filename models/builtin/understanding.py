"""What a message comes to: calls to make, a question back, or one of the ways of not answering."""

from collections.abc import Collection
from dataclasses import dataclass, field

from models.builtin.slots import Arguments, Question

# What tries changes out, one at a time.
SIMULATE = "simulate_schedule_change"


@dataclass(frozen=True, slots=True)
class Query:
    """One tool call, and what its answer is about.

    `focus`: people asked about; `excluded`: names left out; `aspects`: the concepts of the question.
    """

    tool: str
    arguments: Arguments
    focus: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    aspects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ask:
    """A question back. `pending`: the call that waits for the answer."""

    question: Question
    pending: Query


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was made of one message.

    `topics`: what it is about that no tool answers; `social`: a greeting and the like; `explain`: it asks
    about the last result; `unclear`: tools between which it does not tell; `ignored`: words not used;
    `lost`: parts that were not understood; `too_long`: it was not even read. Of what is not
    understood, `near`: the tools asked for most alike; `made_out`: the names, dates and amounts.
    """

    queries: tuple[Query, ...] = ()
    ask: Ask | None = None
    topics: tuple[str, ...] = ()
    social: str = ""
    explain: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    too_long: bool = False
    near: tuple[str, ...] = ()
    made_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What the turns before leave behind: the last calls, a call that waits, the language; and the tools.

    `simulations`: ids of all simulations so far, newest last. `lenient`: the second look at a message that
    was not understood word by word.
    """

    queries: tuple[Query, ...] = ()
    pending: Query | None = None
    language: str = "en"
    tools: Collection[str] = field(default_factory=frozenset[str])
    simulations: tuple[str, ...] = ()
    lenient: bool = False

    @property
    def base(self) -> Query | None:
        """The call that a message may continue."""
        return self.pending or (self.queries[-1] if self.queries else None)
