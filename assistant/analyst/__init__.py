"""The built-in analyst: understands a planning question without a language model."""
