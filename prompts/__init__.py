"""The texts a language model is given, as files."""
