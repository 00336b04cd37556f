"""Signs that a word or number in a question belongs to a name, or does not."""

import re
from collections.abc import Sequence

from assistant.analyst.text import Atom

# Nouns that say what kind of thing a name beside them is.
KIND_NOUNS = {
    "product": ("product", "products", "item", "items", "sku", "skus", "article", "articles",
                "component", "components", "material", "materials", "part"),
    "family": ("family", "families", "category", "categories", "product group", "group"),
    "resource": ("resource", "resources", "line", "lines", "machine", "machines", "work center",
                 "work centre", "station", "cell", "labour pool", "labor pool"),
    "site": ("site", "sites", "plant", "plants", "factory", "warehouse", "warehouses", "dc",
             "depot", "distribution centre", "distribution center", "location"),
    "region": ("region", "regions", "area", "territory", "market"),
    "channel": ("channel", "channels"),
    "customer": ("customer", "customers", "client", "clients", "account", "accounts", "cafe"),
    "supplier": ("supplier", "suppliers", "vendor", "vendors"),
    "event": ("promotion", "promo", "event", "campaign", "deal", "launch"),
}  # fmt: skip
KIND_OF = {noun: kind for kind, nouns in KIND_NOUNS.items() for noun in nouns}
_UNIT_FORMS = {"litre": "l", "litres": "l", "liter": "l", "liters": "l", "ltr": "l"}


def unit_form(word: str) -> str:
    """Return the short form of a unit: `l` for litres."""
    return _UNIT_FORMS.get(word, word)


def looks_like_year(word: str) -> bool:
    """Tell whether a number may be a year."""
    return bool(re.fullmatch(r"(19|20)\d\d", word))


def is_quantity(text: str, atom: Atom) -> bool:
    """Tell whether a number counts something rather than belonging to a name."""
    if atom.text.isalpha():
        return False
    after = text[atom.end : atom.end + 14].lower()
    return bool(
        re.match(
            r"\s*(%|percent|per cent|pct|units?|cases?|pieces?|pcs|hours?|hrs?|h\b|days?|weeks?|"
            r"months?|quarters?|years?|points?|eur|usd|k\b|more|extra|additional|less|fewer)",
            after,
        )
    )


# Plain words that a name must be written with a capital to be meant.
_WORDLIKE = frozenset({"may", "will", "mark", "march", "april", "august", "rose", "bill", "art"})


def capital_matters(word: str) -> bool:
    """Tell whether a word is a name only with a capital: "May", "Will"."""
    return word in _WORDLIKE


def stands_alone(text: str, run: Sequence[Atom], form: tuple[str, ...]) -> bool:
    """Tell whether a whole form may be read as a name: not inside a word, not a plain word."""
    start, end = run[0].start, run[-1].end
    inside = re.search(r"[\w]$", text[:start]) or re.match(r"[^\W\d_]", text[end:])
    if inside and not _is_cjk(text, start, end):
        return False
    if len(form) > 1:
        return not all(word in _FUNCTION_FORMS for word in form)
    word, said = form[0], text[start:end]
    if word.isdigit():
        counted = len(word) < 5 or is_quantity(text, run[0])
        return beside_noun(text, start, end) or not counted
    if len(word) == 1:
        return beside_noun(text, start, end) or _is_cjk(text, start, end)
    if word in _FUNCTION_FORMS or capital_matters(word):
        return (said[0].isupper() and start > 0) or beside_noun(text, start, end)
    return True


_FUNCTION_FORMS = frozenset(
    "a an the it is in on at to of or and so as be we us do go if by up no all any can may will "
    "has had was are not out off for from with what which who how why when where one first last "
    "next new now today month week day year more most less least top best worst plan part "
    "us".split()
)


def _is_cjk(text: str, start: int, end: int) -> bool:
    return all(ord(sign) > 0x2E80 for sign in text[start:end])


def beside_noun(text: str, start: int, end: int) -> bool:
    """Tell whether a noun that says its kind stands beside a name: "line 7"."""
    before = re.search(r"([a-z]+(?: [a-z]+)?)[ #:]*$", text[:start].lower())
    after = re.match(r"[ -]([a-z]+)", text[end:].lower())
    nouns = {after[1]} if after else set()
    if before:
        nouns |= {before[1], before[1].split()[-1]}
    return any(noun in KIND_OF for noun in nouns)
