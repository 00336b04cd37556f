"""German and Chinese questions on common subjects, word by word into English."""

import re
from functools import cache
from importlib.resources import files

import yaml


@cache
def _words(language: str) -> tuple[tuple[str, str], ...]:
    text = (files("assistant.analyst") / "languages.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text).get(language, {})
    return tuple(sorted(((str(k), str(v)) for k, v in entries.items()), key=lambda e: -len(e[0])))


def translated(question: str, language: str) -> tuple[str, bool]:
    """Return a question in English words, and whether enough of it was known.

    Names, codes and numbers stay as they are.
    """
    text, known = question, 0
    for word, english in _words(language):
        pattern = re.escape(word) if language == "zh" else rf"(?<!\w){word}(?!\w)"
        text, count = re.subn(pattern, f" {english} ", text, flags=re.I)
        known += count if english and english not in ("the", "of", "is") else 0
    text = re.sub(r"\s+", " ", text.replace("？", "?").replace("，", ", ")).strip()
    return text, known > 0
