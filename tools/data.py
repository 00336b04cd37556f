"""`describe_data`: what the company's data holds, and the names to ask about."""

from typing import Literal

from pydantic import Field

from tools.request import Request

Topic = Literal[
    "overview",
    "tables",
    "products",
    "families",
    "sites",
    "resources",
    "customers",
    "regions",
    "channels",
    "suppliers",
    "events",
    "kpis",
    "issues",
    "product",
    "calendar",
]


class DescribeRequest(Request):
    """What to describe."""

    topic: Topic = Field("overview", description="What to list; overview says what there is.")
    name: str | None = Field(None, description="For topic product: its id or name.")
    family: str | None = Field(None, description="Only products of this family.")
