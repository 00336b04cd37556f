"""Slack: mentions, direct messages and thread replies, answered in their thread."""
