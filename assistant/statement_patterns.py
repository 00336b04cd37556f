"""Patterns and word lists by which statements are recognised in a text."""

import re

MONTHS = (
    "January February March April May June July August September October November December"
).split()
MONTH = "|".join([*MONTHS, *(f"{name[:3]}" for name in MONTHS), "Sept"])
WORDS = "two three four five six seven eight nine ten eleven twelve".split()
ORDINALS = "second third fourth fifth sixth seventh eighth ninth tenth".split()
SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "mn": 1e6, "billion": 1e9}
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}
CODES = "EUR USD GBP CHF JPY CNY SEK NOK DKK PLN BDT INR AUD CAD".split()
UNIT_FORMS = {
    "h": "hour", "hr": "hour", "hrs": "hour", "pcs": "unit", "pc": "unit", "piece": "unit",
    "d": "day", "kilogram": "kg", "kilograms": "kg", "kilo": "kg", "kilos": "kg",
    "liter": "litre", "boxes": "box", "t": "tonne", "ton": "tonne", "people": "person",
}  # fmt: skip
MEASURES = frozenset(
    "hour day week month quarter year minute unit case box bottle pallet litre kg tonne crate "
    "keg pack can carton shift pp turn".split()
)
COUNTED = frozenset(
    "product item sku line order customer supplier decision note passage meeting resource site "
    "plant family region channel component event cycle period table row series lot promotion "
    "warehouse action person point model scenario lever".split()
)

NUMBER = re.compile(
    rf"""(?P<sign>[-−+±]\s?)?
    (?:(?P<before>{"|".join(CODES)}|[€$£¥])\s?(?P<inner>[-−])?)?
    (?P<digits>\d{{1,3}}(?:[,\u202f\u00a0]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
    (?:\s?(?P<scale>k|K|M|mn|thousand|million|billion)\b)?
    (?P<percent>\s?%|\s?(?:per\s?cent|percent)\b(?!age)|\s?(?:percentage\ points?|pp)\b)?
    (?:\s?(?P<after>{"|".join(CODES)}|[€$£¥])(?!\w))?""",
    re.VERBOSE,
)
DATES = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{MONTH})\.?,?\s+(?P<year>\d{{4}})\b"),
    re.compile(rf"\b(?P<month>{MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,\s*(?P<year>\d{{4}})\b"),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{MONTH})\b(?!\s+\d{{4}})"),
    re.compile(rf"\b(?P<month>{MONTH})\.?,?\s+(?P<year>\d{{4}})\b"),
    re.compile(r"\b(?P<year>20\d{2})-(?P<month>\d{2})\b"),
    re.compile(r"\b(?P<quarter>Q[1-4])(?:\s+(?P<year>\d{4}))?\b"),
    re.compile(rf"\b(?P<month>{'|'.join(name for name in MONTHS if name != 'May')})\b"),
    re.compile(
        r"\b(?P<month>Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)\b\.?(?=[\s,;:.)\-–]|$)"
    ),
    re.compile(
        r"\b(?:in|of|by|to|for|or|and|until|since|from|through|,)\s+(?P<month>May)\b"
        r"|\b(?P<m2>May)(?=\s(?:and|to|is at|,)\b)"
    ),
    re.compile(r"(?<![\d.,])(?P<year>(?:19|20)\d{2})(?![\d%]|[.,]\d)"),
)  # fmt: skip
COUNT_WORD = re.compile(rf"\b(?P<word>one|{'|'.join(WORDS)})\b(?=\s+(?P<next>\w+))", re.I)
RANK = re.compile(
    rf"\b(?:(?P<digits>\d{{1,2}})(?:st|nd|rd|th)|(?P<word>{'|'.join(ORDINALS)}))"
    r"(?=[\s-](?:highest|largest|biggest|worst|best|lowest|smallest|most|least|place|rank))"
    r"|\b(?:rank(?:ed|s)?|No\.|number|place)\s+(?P<rank>\d{1,2})\b|#(?P<hash>\d{1,2})\b",
    re.I,
)
MULTIPLE = re.compile(r"\b(?:twice|double[ds]?|tripled?|halved|threefold|twofold)\b", re.I)
CODE = re.compile(r"\b(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+\b")
BULLET = re.compile(r"(?m)^\s*(?:\(?\d{1,2}[.)]\s)")
SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-Z0-9\"'(*\[-])|\n+")

# Capitalised words that are not a name on their own, though names begin with them.
PLAIN = frozenset([*MONTHS, "The", "Line", "Plant", "Spring", "Summer", "Autumn", "Winter"])
