"""What a language model is told, as Markdown files; `load` fills in the values."""

from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent


def load(name: str, **values: str) -> str:
    """Return a prompt with its `$values` filled in.

    Raises:
        FileNotFoundError: There is no such prompt.
        KeyError: A value the prompt needs was not given.
        ValueError: A value was given that the prompt does not use.
    """
    template = Template((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    unused = sorted(set(values) - set(template.get_identifiers()))
    if unused:
        raise ValueError(f"prompt {name} has no place for {', '.join(unused)}")
    return template.substitute(values).strip()
