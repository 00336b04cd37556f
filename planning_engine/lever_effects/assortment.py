"""What levers on products do: prices, unit costs, launches, discontinuations."""

from datetime import date

import pandas as pd

from planning_engine.data.calendars import add_months
from planning_engine.data.columns import conform
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest
from planning_engine.lever_effects.demand import as_forecasts, of_products, plan_frame
from planning_engine.lever_effects.effect import Effect, Frames, Pull, Span, matching, mean
from planning_engine.levers import DiscontinuationLever, LaunchLever, PriceLever, UnitCostLever

# Tables whose rows a new product takes over from the one it is like.
_MADE_LIKE = ("routings", "bom", "sourcing", "lanes", "policies")


def price(snapshot: Snapshot, lever: PriceLever, span: Span) -> Pull:
    """Change list prices; with an elasticity e, demand is multiplied by (new / old) ** e."""
    products = snapshot.frame("products")
    hit = of_products(snapshot, products, lever.product, lever.family) & products["price"].notna()
    if lever.product and lever.percent is not None and not hit.any():
        raise BadRequest(
            f"No price of {lever.product} is in the data to change by per cent; give the new price."
        )
    if lever.price is not None:
        hit = of_products(snapshot, products, lever.product, lever.family)
    old = products["price"].copy()
    new = old * (1 + (lever.percent or 0.0) / 100) if lever.price is None else lever.price
    products["price"] = products["price"].where(~hit, new)
    effect = Effect(lever, "price", mean(old[hit]), mean(products["price"][hit]), int(hit.sum()))
    frames: Frames = {"products": products} if hit.any() else {}
    if lever.elasticity:
        ratio = (products["price"] / old).where(hit & (old > 0)).dropna()
        factors = dict(zip(products["product"][ratio.index], ratio**lever.elasticity, strict=True))
        answer, demand = _scaled(snapshot, lever, factors, span)
        return Pull(Effect(**{**vars(effect), "also": answer}), {**frames, **demand})
    return Pull(effect, frames)


def _scaled(
    snapshot: Snapshot, lever: PriceLever, factors: dict[str, float], span: Span
) -> tuple[Effect, Frames]:
    plan = plan_frame(snapshot, span)
    factor = plan["product"].map(factors).fillna(1.0).astype(float)
    hit = factor != 1
    moved = plan["quantity"] * factor
    effect = Effect(
        lever, "demand", float(plan["quantity"][hit].sum()), float(moved[hit].sum()), int(hit.sum())
    )
    return effect, as_forecasts(snapshot, plan.assign(quantity=moved)) if hit.any() else {}


def unit_cost(snapshot: Snapshot, lever: UnitCostLever, span: Span) -> Pull:
    """Change standard costs, and purchase prices where there are any."""
    frames: Frames = {}
    touched, before, after = 0, 0.0, 0.0

    def changed(values: pd.Series) -> pd.Series:
        if lever.cost is not None:
            return pd.Series(lever.cost, index=values.index)
        return values * (1 + (lever.percent or 0.0) / 100)

    if lever.supplier is None:
        products = snapshot.frame("products")
        hit = of_products(snapshot, products, lever.product, lever.family)
        hit &= products["standard_cost"].notna() | (lever.cost is not None)
        old = products["standard_cost"].copy()
        products["standard_cost"] = old.where(~hit, changed(old))
        before, after = mean(old[hit]), mean(products["standard_cost"][hit])
        touched, frames["products"] = int(hit.sum()), products
    else:
        snapshot.require("sourcing", to="change what a supplier asks")
    if snapshot.has("sourcing"):
        sourcing = snapshot.frame("sourcing")
        hit = of_products(snapshot, sourcing, lever.product, lever.family)
        hit &= matching(sourcing, supplier=lever.supplier)
        hit &= sourcing["price"].notna() | (lever.cost is not None and lever.supplier is not None)
        old = sourcing["price"].copy()
        sourcing["price"] = old.where(~hit, changed(old))
        if lever.supplier is not None:
            before, after = mean(old[hit]), mean(sourcing["price"][hit])
        touched += int(hit.sum())
        frames["sourcing"] = sourcing
    effect = Effect(lever, "cost", before, after, touched)
    return Pull(effect, frames if touched else {})


# --- launches and discontinuations


def launch(snapshot: Snapshot, lever: LaunchLever, span: Span) -> Pull:
    """Let a product's demand begin on its day, as a share of that of the one it is like.

    Without a product it is like, a product in the data keeps the demand planned for it, cut or
    filled up with that of its first full month.
    """
    is_known = bool(
        snapshot.rows("SELECT 1 FROM products WHERE product = $p", {"p": lever.product})
    )
    frames = _launched(snapshot, lever) if is_known else _made_like(snapshot, lever)
    plan = plan_frame(snapshot, span)
    planned = plan[plan["product"] == lever.product]
    whole = plan[plan["product"] == lever.like] if lever.like else _filled(snapshot, lever, planned)
    share = whole["month"].map(lambda month: _after(month.date(), lever.on)).astype(float)
    part = lever.percent / 100 if lever.like else 1.0
    sold = whole.assign(product=lever.product, quantity=whole["quantity"] * part * share)
    rest = plan[plan["product"] != lever.product].copy()
    before = float(planned["quantity"].sum())
    also = None
    if lever.like and lever.taken_percent:
        kept = whole["quantity"] - sold["quantity"] * lever.taken_percent / 100
        rest.loc[whole.index, "quantity"] = kept.clip(lower=0)
        theirs = float(whole["quantity"].sum()), float(rest.loc[whole.index, "quantity"].sum())
        also = Effect(lever, "demand", *theirs, len(whole))
    effect = Effect(lever, "demand", before, float(sold["quantity"].sum()), len(sold), also=also)
    if effect.is_empty:
        return Pull(effect, {})
    after = pd.concat([rest, sold], ignore_index=True)
    return Pull(effect, {**frames, **as_forecasts(snapshot, after)})


def _launched(snapshot: Snapshot, lever: LaunchLever) -> Frames:
    products = snapshot.frame("products")
    products["launch_on"] = pd.to_datetime(products["launch_on"])
    products.loc[products["product"] == lever.product, "launch_on"] = pd.Timestamp(lever.on)
    return {"products": products}


def _filled(snapshot: Snapshot, lever: LaunchLever, planned: pd.DataFrame) -> pd.DataFrame:
    """Return the demand of a product as if it were on sale already, month by month and site."""
    ((old,),) = snapshot.rows(
        "SELECT launch_on::DATE FROM products WHERE product = $p", {"p": lever.product}
    )
    if old is None:
        return planned
    full = planned[planned["month"] >= pd.Timestamp(old)]
    first = full.sort_values("month").groupby("site", dropna=False)["quantity"].first()
    filled = planned["site"].map(first).fillna(planned["quantity"]).astype(float)
    return planned.assign(
        quantity=planned["quantity"].where(planned["month"] >= pd.Timestamp(old), filled)
    )


def _made_like(snapshot: Snapshot, lever: LaunchLever) -> Frames:
    """Return the tables with a new product made, bought and moved as another one is."""
    if lever.like is None:
        raise BadRequest(
            f"'{lever.product}' is not in the data. To launch a new product, say which product it "
            "is like."
        )
    products = snapshot.frame("products")
    row = products[products["product"] == lever.like].assign(
        product=lever.product,
        name=lever.product,
        launch_on=pd.Timestamp(lever.on),
        end_on=None,
        like_product=lever.like,
    )
    frames = {"products": _joined("products", products, row)}
    for name in _MADE_LIKE:
        if snapshot.has(name):
            table = snapshot.frame(name)
            rows = table[table["product"] == lever.like].assign(product=lever.product)
            if len(rows):
                frames[name] = _joined(name, table, rows)
    return frames


def _joined(name: str, *parts: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([conform(TABLES[name], part) for part in parts], ignore_index=True)


def discontinuation(snapshot: Snapshot, lever: DiscontinuationLever, span: Span) -> Pull:
    """End a product's demand with its last day of sale; a successor may take part of it."""
    products = snapshot.frame("products")
    hit = products["product"] == lever.product
    products["end_on"] = pd.to_datetime(products["end_on"])
    products.loc[hit, "end_on"] = pd.Timestamp(lever.on)
    plan = plan_frame(snapshot, span)
    mine = plan["product"] == lever.product
    share = plan["month"].map(lambda month: 1 - _after(month.date(), lever.on, 1)).astype(float)
    kept = plan["quantity"].where(~mine, plan["quantity"] * share)
    lost = plan.assign(quantity=plan["quantity"] - kept)[mine]
    effect = Effect(
        lever,
        "demand",
        float(plan["quantity"][mine].sum()),
        float(kept[mine].sum()),
        int((lost["quantity"] > 0).sum()),
    )
    after = plan.assign(quantity=kept)
    if lever.successor and lever.moves_percent and not lost.empty:
        moved = lost.assign(
            product=lever.successor, quantity=lost["quantity"] * lever.moves_percent / 100
        )
        theirs = float(plan["quantity"][plan["product"] == lever.successor].sum())
        gain = float(moved["quantity"].sum())
        also = Effect(lever, "demand", theirs, theirs + gain, len(moved))
        effect = Effect(**{**vars(effect), "also": also})
        keys = ["product", "site", "month"]
        after = pd.concat([after, moved], ignore_index=True)
        after = after.groupby(keys, dropna=False, sort=True)["quantity"].sum().reset_index()
    if effect.is_empty:
        return Pull(effect, {})
    return Pull(effect, {"products": products, **as_forecasts(snapshot, after)})


def _after(month: date, day: date, later: int = 0) -> float:
    """Return the share of a month's days from a day on (`later` days after it), 0 to 1."""
    following = add_months(month, 1)
    length = (following - month).days
    left = (following - day).days - later
    return min(1.0, max(0.0, left / length))
