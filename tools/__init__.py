"""The deterministic tools: one typed request in, one Evidence out."""
