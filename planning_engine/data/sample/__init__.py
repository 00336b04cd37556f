"""The demo company: Kaito Beverages, generated from a seed, with planted facts.

A beverage maker as of 31 October 2026, in EUR: 32 finished products in five families, 14
bought components, two plants with three lines and a labour pool each, three distribution
centres, 40 customers in four regions and three channels, 48 months of sales, six closed
S&OP cycles with their meeting notes and decisions. The same seed gives the same bytes.

What balances, to the case: stock = stock a month before + receipts - sales at every DC,
stock = stock before + receipts - use at the plants, cases delivered on order lines = sales,
cases made = cases received by the DCs. Finished goods are kept at the DCs only, components
at the plants only.

Planted, with known answers in `PLANTED` (figures for seed 7):

- `overload`: line L3 is over its hours in February (107.8 %) and March 2027 (118.0 %)
  because of the Kaito Spring Cup, +60 % on Kaito Cola cans; without it 85.5 % and 93.8 %.
  No other line or labour pool exceeds 100 % from November 2026 to April 2027.
- `late_supplier`: Citrosa's citrus concentrate, half a day late until May 2026, has come
  13.4 days late on average since June, 17.7 in October; two orders are overdue.
- `stock_out`: Leaf Peach 0.5 L runs out at the West DC in January 2027; nothing else does
  before May 2027. The allocation key in the plans since September gives West too little.
- `over_forecast`: the consensus of Juice is 16.5 % too high at lag 2, and in every month;
  the other families are within 2 %.
- `under_forecaster`: Lucia Ferro's sales forecasts for the South DC are 18.6 % too low and
  10 points worse than the statistical ones; those of the other two add value.
- `launch`: Volt Berry, on sale since 1 August 2026, with Volt Mango as its like product.
- `end_of_life`: Lemonwell ends on 31 December 2026 with 25,116 cases for 2,510 of demand.
- `not_carried_out`: decision D-12, a Saturday shift on line 5 in September, never happened.
"""

from planning_engine.data.sample.company import company_toml, snapshot, tables, write
from planning_engine.data.sample.decision_log import decisions
from planning_engine.data.sample.meetings import SampleNote, notes, write_notes
from planning_engine.data.sample.planted import PLANTED, Planted

__all__ = [
    "PLANTED",
    "Planted",
    "SampleNote",
    "company_toml",
    "decisions",
    "notes",
    "snapshot",
    "tables",
    "write",
    "write_notes",
]
