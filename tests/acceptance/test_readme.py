"""What the README asks, and where it points to; that its examples run stands in test_documentation."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
ASKED = re.findall(r"^\$ \.venv/bin/leadhand (chat .*)$", README, re.MULTILINE)
LINKS = re.findall(r"\]\((?!https?:)([^)#]+)", README)


def test_the_readme_asks_the_three_questions() -> None:
    assert len(ASKED) == 3


def test_every_page_that_the_readme_points_to_is_there() -> None:
    missing = [link for link in LINKS if not (REPOSITORY / link).exists()]
    assert not missing


def test_every_target_that_the_readme_tells_is_one_of_the_makefile() -> None:
    targets = set(
        re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    told = set(re.findall(r"^\$ (?:\w+=\S+ )*make ([a-z-]+)", README, re.MULTILINE))
    assert told
    assert told <= targets
