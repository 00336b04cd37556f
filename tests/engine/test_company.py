"""company.toml: whose data it is, read strictly and written again without loss."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning_engine.data.company import parse_company, read_company
from planning_engine.data.company_text import company_toml, read_values
from planning_engine.errors import DataProblem

GOOD = 'name = "Mill"\ncurrency = "EUR"\nas_of = 2026-10-31\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('currency = "EUR"\nas_of = 2026-10-31\n', "'name' is missing or is not a text"),
        (GOOD.replace("2026-10-31", '"31.10.2026"'), "'as_of' is missing or is not a day"),
        (GOOD + 'bucket = "year"\n', "bucket 'year' is not one of day, week, month"),
        (GOOD + "fiscal_start = 13\n", "fiscal_start must be a month number"),
        (GOOD + "fense = 3\n", "unknown setting 'fense'. Did you mean 'fences'?"),
        (GOOD + "fences = 3\n", r"write the fences as \[fences\]"),
        (GOOD + '[fences]\ndemand_days = "x"\n', "demand_days must be a number of days"),
        (GOOD + '[people]\nid = "kim"\n', r"write each person as \[\[people\]\]"),
        (GOOD + '[[people]]\nrole = "planner"\n', "a person without an id"),
        (GOOD + '[[people]]\nid = "kim"\nrole = "boss"\n', "role 'boss' of 'kim' is not one of"),
        (GOOD + 2 * '[[people]]\nid = "kim"\nrole = "viewer"\n', "two people have the id 'kim'"),
        (GOOD + '[[people]]\nid = "kim"\nrole = "viewer"\nregions = "North"\n', "must be a list"),
        ("name = ", "is not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_said_in_a_sentence(text, said):
    with pytest.raises(DataProblem, match=said):
        parse_company(text)


def test_a_missing_or_wrongly_encoded_file_is_a_sentence(tmp_path):
    path = tmp_path / "company.toml"
    with pytest.raises(DataProblem, match=r"is missing\. Write one with at least"):
        read_company(path)
    path.write_bytes('name = "Café"'.encode("latin-1"))
    with pytest.raises(DataProblem, match="is not UTF-8"):
        read_company(path)


def test_a_moment_as_of_is_taken_as_its_day():
    company = parse_company('name = "Mill"\ncurrency = "EUR"\nas_of = 2026-10-31T18:00:00\n')
    assert company.as_of == date(2026, 10, 31)
    assert not isinstance(company.as_of, datetime)


PLAIN = st.one_of(
    st.text(max_size=20),
    st.integers(-9, 9),
    st.booleans(),
    st.dates(),
    st.lists(st.text(max_size=5), max_size=3),
)
KEYS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
FLAT = st.dictionaries(KEYS, PLAIN, max_size=4)


@given(plain=FLAT, table=FLAT, people=st.lists(FLAT, min_size=1, max_size=3))
def test_settings_survive_being_written_and_read_again(plain, table, people):
    values = {**plain, "fences": table, "people": people}
    assert read_values(company_toml(values)) == values
