"""Questions on what the data holds: which topic, which product, which KPI's definition."""

from assistant.analyst.frame import Ask, Choice, Filled, Frame
from assistant.analyst.kpi_words import measure_of
from assistant.analyst.naming import sure_names, which_one
from assistant.analyst.phrases import says
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Thing, Vocabulary

# In the order they are looked for: "promos in the calendar" is about promotions.
_TOPICS = ("issues", "events", "calendar", "kpis", "tables", "suppliers", "customers", "channels",
           "resources", "sites", "regions", "families", "products")  # fmt: skip


def fill_describe(signals: Signals, vocabulary: Vocabulary) -> Filled:
    """Return what to describe: a KPI, a product, or one of the lists."""
    measure = measure_of(signals)
    if measure and not says("kpi_word", signals.text):
        return Filled(Frame("describe", slots={"topic": "kpis", "name": measure.kpis[0]}))
    products = next((m for m in signals.mentions if "product" in m.kinds), None)
    if products:
        return _product(products.text, products.of_kind("product"))
    topic = next((name for name in _TOPICS if says(f"topic_{name}", signals.text)), "overview")
    if topic == "issues" and not says("about_data", signals.text):
        topic = "overview"
    families = [t.id for m in signals.mentions for t in m.of_kind("family")]
    if families and topic in ("products", "overview", "families"):
        slots = {"topic": "products", "family": families[0]}
        return Filled(Frame("describe", sure_names(signals), slots=slots))
    return Filled(Frame("describe", sure_names(signals), slots={"topic": topic}))


def _product(said: str, things: tuple[Thing, ...]) -> Filled:
    frame = Frame("describe", slots={"topic": "product", "name": things[0].id})
    if len(things) == 1:
        return Filled(frame)
    ask = which_one(said, things)
    single = [c for c in ask.choices if len(c.names["product"]) == 1]
    choices = tuple(Choice(c.text, slots={"name": c.names["product"][0]}) for c in single)
    return Filled(frame, Ask(ask.text, choices))
