"""The built-in analyst: understands a planner's question without a language model."""
