"""What is suggested can be asked."""

from assistant.analyst.planning_suggestions import AFTER
from tools.registry import all_tools


def test_every_tool_suggested_after_exists():
    assert set(AFTER) <= set(all_tools())


def test_each_question_suggested_after_a_planning_tool_is_understood(analysts):
    analyst = analysts("demo")
    questions = {question.format(of=" of Juice") for asked in AFTER.values() for question in asked}
    misread = [q for q in sorted(questions) if not analyst.understand(q).calls]
    assert misread == []
