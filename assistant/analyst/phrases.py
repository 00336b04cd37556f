"""Wordings of the trade by name, kept as data: `says("asks_effect", text)`."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import yaml


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    text = (files("assistant.analyst") / "phrases.yaml").read_text(encoding="utf-8")
    loaded: Mapping[str, list[str]] = yaml.safe_load(text)
    return {name: re.compile(joined(said)) for name, said in loaded.items()}


def joined(said: list[str]) -> str:
    """Return one pattern for several wordings, each of whole words."""
    return "|".join(rf"(?<![\w])(?:{entry})(?![\w])" for entry in said)


def says(name: str, text: str) -> bool:
    """Tell whether a text uses a wording of that name, in any case."""
    return bool(_patterns()[name].search(text.lower()))


def found(name: str, text: str) -> re.Match[str] | None:
    """Return the first place where a text uses a wording of that name."""
    return _patterns()[name].search(text.lower())


def begins(name: str, text: str) -> bool:
    """Tell whether a text begins with a wording of that name."""
    return bool(_patterns()[name].match(text.lower()))
