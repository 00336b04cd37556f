"""The web page and the REST API, on this machine only."""

from assistant.channels.web.application import app

__all__ = ["app"]
