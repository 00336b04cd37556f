"""Charts as pictures, for places that draw none themselves."""

from collections.abc import Mapping
from typing import Any


def to_png(spec: Mapping[str, Any]) -> bytes:  # Any: Vega-Lite JSON
    """Return a Vega-Lite chart as PNG, at twice the screen's density."""
    import vl_convert

    return bytes(vl_convert.vegalite_to_png({**spec, "background": "white"}, scale=2))
