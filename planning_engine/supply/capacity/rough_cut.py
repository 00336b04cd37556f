"""Rough-cut capacity by overall factors, by bill of resources and by resource profile."""

from collections.abc import Mapping, Sequence

from planning_engine.errors import BadRequest

Plan = Mapping[str, Sequence[float]]
"""Quantity to make by product, one per period."""

Load = dict[str, list[float]]
"""Hours by resource, one per period."""


def overall_factors(
    plan: Plan, hours_per_unit: Mapping[str, float], shares: Mapping[str, float]
) -> Load:
    """Spread the hours of a plan over resources by the share each had in the past.

    `load = sum of quantity * hours per unit`; a resource's is that times its share.

    Args:
        plan: What is to be made.
        hours_per_unit: Hours of all resources together that one unit takes.
        shares: Share of all hours that each resource had; they add up to 1.

    Raises:
        BadRequest: A product's hours are not given, or the shares do not add up to 1.

    Example:
        100 at 2 h, 50 at 3 h and 25 at 4 h take 450 h, of which one centre has 60 %:

        >>> plan, hours = {"A": [100], "B": [50], "C": [25]}, {"A": 2, "B": 3, "C": 4}
        >>> overall_factors(plan, hours, {"X": 0.6, "Y": 0.4})
        {'X': [270.0], 'Y': [180.0]}
    """
    if abs(sum(shares.values()) - 1) > 1e-6:
        raise BadRequest(
            f"The shares of the resources add up to {sum(shares.values()):.3f}; they must add up "
            "to 1."
        )
    total = total_hours(plan, hours_per_unit)
    return {resource: [share * hours for hours in total] for resource, share in shares.items()}


def total_hours(plan: Plan, hours_per_unit: Mapping[str, float]) -> list[float]:
    """Return the hours that a plan takes of all resources together, by period."""
    total = [0.0] * _periods(plan)
    for product, quantities in plan.items():
        if product not in hours_per_unit:
            raise BadRequest(f"The hours that one unit of {product} takes are not given.")
        for t, quantity in enumerate(quantities):
            total[t] += quantity * hours_per_unit[product]
    return total


def bill_of_resources(plan: Plan, bill: Mapping[tuple[str, str], float]) -> Load:
    """Return the load that a plan puts on each resource, in the period it is wanted.

    `load_r,t = sum of quantity_i,t * bill_i,r`.

    Args:
        plan: What is to be made.
        bill: Hours of a resource that one unit takes, by product and resource.

    Example:
        >>> bill_of_resources({"A": [10, 20]}, {("A", "SAW"): 0.5})
        {'SAW': [5.0, 10.0]}
    """
    return resource_profile(plan, {(i, r, 0.0): hours for (i, r), hours in bill.items()})


def resource_profile(plan: Plan, profile: Mapping[tuple[str, str, float], float]) -> Load:
    """Return the load that a plan puts on each resource, in the period the work is done.

    `load_r,t = sum of quantity_i,t+k * profile_i,r,k`. A lead that is no whole number of
    periods splits: of work 0.25 periods ahead, a quarter falls into the period before. Work
    that should have been done before the first period is left out: it is under way or late.

    Args:
        plan: What is to be made, by the period it is wanted.
        profile: Hours of a resource that one unit takes, by product, resource and how many
            periods before it is wanted.

    Example:
        Welding takes 2 h a unit one period before it is wanted:

        >>> resource_profile({"A": [0, 10, 20]}, {("A", "WELD", 1): 2.0})
        {'WELD': [20.0, 40.0, 0.0]}
    """
    span = _periods(plan)
    load: Load = {}
    for (product, resource, lead), hours in profile.items():
        if lead < 0:
            raise BadRequest(f"The lead of {product} on {resource} is {lead:g}; give 0 or more.")
        row = load.setdefault(resource, [0.0] * span)
        whole, part = int(lead), lead - int(lead)
        for wanted, quantity in enumerate(plan.get(product, ())):
            for ahead, share in ((whole, 1 - part), (whole + 1, part)):
                if share and wanted - ahead >= 0:
                    row[wanted - ahead] += share * quantity * hours
    return load


def _periods(plan: Plan) -> int:
    lengths = {len(quantities) for quantities in plan.values()}
    if len(lengths) > 1:
        raise BadRequest("Give every product of the plan the same number of periods.")
    return lengths.pop() if lengths else 0
