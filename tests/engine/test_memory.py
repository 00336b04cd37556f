from planning_engine.data.memory import remember
from planning_engine.data.scope import Scope


def _counting(size=2):
    calls = []

    @remember(size)
    def count(snapshot, months, *, extra=0):
        calls.append((snapshot.id, months, extra))
        return len(calls)

    return count, calls


def test_the_same_question_on_the_same_facts_is_computed_once(lemonade):
    count, calls = _counting()
    company = lemonade()
    assert [count(company, 1), count(company, 1), count(company, 1, extra=2)] == [1, 1, 2]
    assert len(calls) == 2


def test_another_scope_and_other_facts_are_computed_anew(lemonade):
    count, calls = _counting(size=8)
    company = lemonade()
    for seen in (company, company.narrowed(Scope(sites=frozenset({"P"}))), lemonade()):
        count(seen, 1)
    count(company.narrowed(Scope()), 1)
    assert len(calls) == 3


def test_the_longest_unused_result_goes_first(lemonade):
    count, calls = _counting()
    company = lemonade()
    for months in (1, 2, 1, 3, 1, 2):
        count(company, months)
    assert [months for _, months, _ in calls] == [1, 2, 3, 2]
