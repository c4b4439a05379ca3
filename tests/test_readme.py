"""The README does not rot: its links lead somewhere, and its commands are the ones that CI runs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_a_link_leads_to_a_file(target):
    assert (ROOT / target).exists()


def test_the_first_two_shell_blocks_set_everything_up():
    first, second, *_ = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert "npae train conv" in first and "pytest" in second and first.count("\n") == second.count("\n") == 1


def test_the_recipes_of_the_readme_are_those_there_are():
    from npae.recipes import RECIPES

    assert all(f"`{name}`" in README for name in RECIPES)
