"""The conversation: settings, people, models, the loop, the number firewall, channels."""
