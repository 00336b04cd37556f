"""The tools by name: declared with `@tool`, run with checked requests."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ValidationError

from planning_engine.errors import BadRequest, UnknownName, nearest
from tools.context import ToolContext
from tools.evidence import Evidence, Fact, evidence_id

# The modules that declare tools, in the order a person would list them.
MODULES = (
    "data",
    "kpi",
    "forecast",
    "demand",
    "hierarchy",
    "events",
    "overrides",
    "override_draft",
    "capacity",
    "inventory",
    "stock_policy",
    "segments",
    "supply_plan",
    "plan_coach",
    "lots",
    "full_plan",
    "aggregate",
    "requirements",
    "promise",
    "scenario",
    "plan_of_record",
    "change",
    "risk",
    "money",
    "grid",
    "exceptions",
    "notes",
    "decisions",
    "minutes",
)

RequestT = TypeVar("RequestT", bound=BaseModel)
ToolFunction = Callable[[ToolContext, RequestT], Evidence]


@dataclass(frozen=True)
class Tool:
    """A declared tool: its name, what a model reads about it, its request and function."""

    name: str
    description: str
    request: type[BaseModel]
    function: Callable[[ToolContext, Any], Evidence]  # Any: each tool has its own request


_declared: dict[str, Tool] = {}


def tool(function: ToolFunction[RequestT]) -> ToolFunction[RequestT]:
    """Declare a tool. Its name is the function's, its description the docstring."""
    hints = get_type_hints(function)
    request = hints[list(inspect.signature(function).parameters)[1]]
    _declared[function.__name__] = Tool(
        function.__name__, inspect.getdoc(function) or "", request, function
    )
    return function


@cache
def all_tools() -> Mapping[str, Tool]:
    """Return every tool by name."""
    for module in MODULES:
        import_module(f"tools.{module}")
    return dict(_declared)


def read_request(name: str, arguments: Mapping[str, Any]) -> BaseModel:
    """Return the typed request of a tool call.

    Raises:
        UnknownName: There is no such tool.
        BadRequest: An argument is unknown, missing or out of range.
    """
    tools = all_tools()
    if name not in tools:
        raise UnknownName("tool", name, tools)
    request = tools[name].request
    for argument in arguments:
        if argument not in request.model_fields:
            close = nearest(argument, request.model_fields)
            known = ", ".join(request.model_fields)
            hint = f"Did you mean '{close[0]}'?" if close else f"It takes: {known}."
            raise BadRequest(f"{name} has no argument '{argument}'. {hint}")
    try:
        return request.model_validate(arguments)
    except ValidationError as problem:
        raise BadRequest(_sentence(name, problem)) from problem


def run(name: str, arguments: Mapping[str, Any], context: ToolContext) -> Evidence:
    """Run one tool and stamp its evidence.

    Raises:
        PlanningError: The request cannot be answered; the message says why.
    """
    request = read_request(name, arguments)
    evidence = all_tools()[name].function(context, request)
    scope = context.snapshot.scope
    seen = scope.sentence()
    summary = f"{evidence.summary} (You see {seen}.)" if seen else evidence.summary
    names = sorted(scope.families | scope.sites | scope.regions)
    stamped = replace(
        evidence,
        summary=summary,
        # Last, so that the places of the tool's own facts stay.
        facts=(*evidence.facts, *(Fact("scope", seen_name) for seen_name in names)),
        tool=name,
        request=request.model_dump(mode="json", exclude_none=True, exclude_defaults=True),
        snapshot=context.snapshot.id,
    )
    return replace(stamped, id=evidence_id(stamped))


# What pydantic finds, as a planner would say it; `{}` is the limit it names.
_LIMITS = {
    "greater_than_equal": ("ge", "give {} or more"),
    "greater_than": ("gt", "give more than {}"),
    "less_than_equal": ("le", "give {} at most"),
    "less_than": ("lt", "give less than {}"),
    "string_too_short": ("min_length", "write at least {} characters"),
    "string_too_long": ("max_length", "write at most {} characters"),
    "too_short": ("min_length", "give at least {}"),
    "too_long": ("max_length", "give at most {}"),
    "literal_error": ("expected", "choose {}"),
    "union_tag_invalid": ("tag", "there is no kind '{}'; choose {expected_tags}"),
}


def _said(kind: str, message: str, limits: Mapping[str, Any]) -> str:
    if kind == "missing":
        return "is needed"
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return words.format(limits[name], **limits)
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _sentence(name: str, problem: ValidationError) -> str:
    parts = []
    errors = problem.errors()
    # A list whose entries failed counts as empty as well; that is no second mistake.
    inside = {error["loc"][0] for error in errors if len(error["loc"]) > 1}
    for error in errors:
        if error["type"] == "too_short" and error["loc"][0] in inside:
            continue
        place = ".".join(str(part) for part in error["loc"]) or "request"
        parts.append(f"{place}: {_said(error['type'], error['msg'], error.get('ctx') or {})}")
    return f"{name} cannot take this request ({'; '.join(parts)})."
