"""What may be asked after a planning tool: questions that the analyst itself can answer."""

from collections.abc import Mapping

# Tool → questions; `{of}` becomes " of NAME" where the call named something.
AFTER: Mapping[str, tuple[str, ...]] = {
    "review_demand": (
        "How accurate was the forecast{of}?",
        "Who overrides the forecast, and does it help?",
        "What uplift did our promotions bring?",
    ),
    "estimate_uplift": (
        "Which promotions are planned?",
        "Where is the bottleneck in the next six months?",
        "How accurate was our forecast by family?",
    ),
    "review_overrides": (
        "Forecast value added by step",
        "Which reasons for overrides pay off?",
        "How accurate was our forecast by family?",
    ),
    "reconcile_forecast": (
        "Does the forecast by channel add up to the total?",
        "How accurate was our forecast by family?",
        "Show me the S&OP grid",
    ),
    "plan_in_full": (
        "What would it take to deliver everything on time?",
        "Where is the bottleneck in the next six months?",
        "How risky is the plan?",
    ),
    "explain_late": (
        "What would it take to deliver everything on time?",
        "Where is the bottleneck in the next six months?",
        "What do we have to order?",
    ),
    "find_relaxations": (
        "Where is the bottleneck in the next six months?",
        "How risky is the plan?",
        "What does the plan bring in money?",
    ),
    "plan_aggregate": (
        "Where is the bottleneck in the next six months?",
        "What does the plan bring in money?",
        "What if demand rises 10 %?",
    ),
    "plan_requirements": (
        "Which order releases are past due?",
        "Which suppliers deliver late?",
        "Which products will stock out?",
    ),
    "size_lots": (
        "Where is the bottleneck in the next six months?",
        "What do we have to order and make?",
        "Are our safety stocks right?",
    ),
    "promise_order": (
        "Which products will stock out?",
        "What do we have to order and make?",
        "How big is our order backlog?",
    ),
    "size_stock": (
        "Where in the network should we hold safety stock?",
        "ABC analysis",
        "Which products have excess stock?",
    ),
    "place_safety_stock": (
        "Are our safety stocks right?",
        "What is our inventory worth?",
        "ABC analysis",
    ),
    "segment_products": (
        "Are our safety stocks right?",
        "Which products have excess stock?",
        "How accurate was our forecast by family?",
    ),
    "plan_in_money": (
        "Is the plan short of budget because of volume, mix, price or cost?",
        "How much cash does the plan bring?",
        "What should I look at first?",
    ),
    "show_grid": (
        "Why did the plan change since last cycle?",
        "What does the plan bring in money?",
        "How big is our order backlog?",
    ),
    "rank_exceptions": (
        "What would it take to deliver everything on time?",
        "Why did the plan change since last cycle?",
        "Which decisions are overdue?",
    ),
    "explain_change": (
        "Show me the S&OP grid",
        "How stable is our plan?",
        "Who overrides the forecast, and does it help?",
    ),
    "assess_risk": (
        "What would it take to deliver everything on time?",
        "Are our safety stocks right?",
        "What should I look at first?",
    ),
    "draft_override": (
        "Who overrides the forecast, and does it help?",
        "What is the plan of record?",
    ),
    "draft_plan_of_record": ("What is the plan of record?", "How risky is the plan?"),
    "find_plans_of_record": (
        "How risky is the plan?",
        "What does the plan bring in money?",
        "Which decisions are open?",
    ),
}
