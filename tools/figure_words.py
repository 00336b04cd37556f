"""The names of a plan's figures, in a table and in a sentence."""

LABELS = {
    "service": "Service",
    "late_quantity": "Late demand",
    "peak_load": "Highest load",
    "overloaded_months": "Months over their hours",
    "overflow": "Overflow",
    "overtime": "Overtime",
    "stock_outs": "Stocks that run out",
    "plan_cost": "Plan cost",
    "revenue": "Revenue at list prices",
    "cost_of_goods": "Cost of goods",
    "margin": "Margin at list prices",
    "inventory_value": "Stock value at the end",
    "carrying_cost": "Carrying cost",
    "cash": "Net cash",
}
SAID_AS = {
    "service": "service",
    "peak_load": "the highest load",
    "overloaded_months": "the number of overloaded months",
    "overtime": "overtime",
    "stock_outs": "the number of stocks that run out",
    "plan_cost": "the plan cost",
    "margin": "the margin at list prices",
    "inventory_value": "the stock value at the end",
}
