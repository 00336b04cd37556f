"""`company.toml` of the demo company: what it is called, its date, its people."""

TEXT = """# The demo company. Generated: no real company, no real person.
name = "Kaito Beverages"
currency = "EUR"
as_of = 2026-10-31
bucket = "month"
fiscal_start = 1

[fences]
demand_days = 14
planning_days = 30

[[people]]
id = "elena"
name = "Elena Marsh"
role = "executive"
slack = "U0ELENA"
email = "elena.marsh@kaito.example"

[[people]]
id = "tomas"
name = "Tomas Reiter"
role = "executive"
slack = "U0TOMAS"
email = "tomas.reiter@kaito.example"

[[people]]
id = "ingrid"
name = "Ingrid Sol"
role = "executive"
slack = "U0INGRID"
email = "ingrid.sol@kaito.example"

[[people]]
id = "petra"
name = "Petra Novak"
role = "planner"
slack = "U0PETRA"
email = "petra.novak@kaito.example"

[[people]]
id = "sven"
name = "Sven Aalto"
role = "planner"
slack = "U0SVEN"
email = "sven.aalto@kaito.example"

[[people]]
id = "maya"
name = "Maya Lindt"
role = "planner"
slack = "U0MAYA"
email = "maya.lindt@kaito.example"

[[people]]
id = "bruno"
name = "Bruno Keil"
role = "planner"
slack = "U0BRUNO"
email = "bruno.keil@kaito.example"

[[people]]
id = "sam"
name = "Sam Ortiz"
role = "sales"
slack = "U0SAM"
email = "sam.ortiz@kaito.example"
regions = ["North"]

[[people]]
id = "lucia"
name = "Lucia Ferro"
role = "sales"
slack = "U0LUCIA"
email = "lucia.ferro@kaito.example"

[[people]]
id = "dana"
name = "Dana Wolff"
role = "viewer"
slack = "U0DANA"
email = "dana.wolff@kaito.example"
"""
