"""As many connections as the setting says must not fail for want of file numbers."""

import resource
from collections.abc import Iterator

import pytest

from cli.listening import allow_open_files


@pytest.fixture(autouse=True)
def limits_as_before() -> Iterator[tuple[int, int]]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_low_limit_of_the_process_is_raised() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    allow_open_files(400)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (400, hard)


def test_a_high_limit_is_left_alone(limits_as_before: tuple[int, int]) -> None:
    allow_open_files(1)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == limits_as_before
