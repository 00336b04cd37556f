"""What customers will want: accuracy, forecasts, overrides and events."""
