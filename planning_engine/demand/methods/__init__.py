"""Forecasting methods and the seasons they lean on: history in, means out."""
