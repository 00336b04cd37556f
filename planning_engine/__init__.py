"""Computes: data, demand, supply, finance, scenarios and KPIs of sales and operations planning."""
