"""A question being decided: what was seen in it, and what it looks like."""

from assistant.analyst.intents import Ranking
from assistant.analyst.kpi_words import measure_of
from assistant.analyst.levers import read_levers
from assistant.analyst.periods import Period
from assistant.analyst.phrases import says
from assistant.analyst.signals import Signals
from assistant.analyst.vocabulary import Vocabulary
from planning_engine.data.calendars import months_between


class Case:
    """A question being decided: what was seen in it, and what it looks like."""

    def __init__(self, signals: Signals, ranking: Ranking, vocabulary: Vocabulary) -> None:
        self.signals = signals
        self.ranking = ranking
        self.best = ranking.best
        self.text = signals.text.lower()
        self.cues = signals.cues
        self.clock = vocabulary.clock
        self._vocabulary = vocabulary
        measure = measure_of(signals)
        self.measure = measure
        self.kpis = measure.kpis if measure else ()

    def says(self, name: str) -> bool:
        """Tell whether the question uses a wording of that name."""
        return says(name, self.text)

    def names(self, kind: str) -> bool:
        """Tell whether the question names a thing of that kind."""
        return any(kind in mention.kinds for mention in self.signals.mentions)

    def levers(self, *, versus: bool = False) -> int:
        """Return how many levers the question pulls."""
        return len(read_levers(self.signals, self._vocabulary, versus=versus).levers)

    @property
    def lever_kinds(self) -> frozenset[str]:
        """Kinds of the levers that the question pulls."""
        levers = read_levers(self.signals, self._vocabulary).levers
        return frozenset(str(lever["kind"]) for lever in levers)

    @property
    def is_past(self) -> bool:
        """Whether the question is about what happened."""
        if any(p.leans == "past" for p in self.signals.periods):
            return True
        ends = [p.span[1] or p.span[0] for p in self._sure_periods if p.span]
        if any(end and end < self.clock.plan_start for end in ends):
            return True
        return self.says("past")

    @property
    def is_ahead(self) -> bool:
        """Whether the question is about months to come."""
        periods = self.signals.periods
        if any(p.leans == "future" for p in periods):
            return True
        starts = [p.span[0] or p.span[1] for p in self._sure_periods if p.span]
        if any(start and start >= self.clock.plan_start for start in starts):
            return True
        return self.says("ahead") and not any(p.leans == "past" for p in periods)

    @property
    def is_nearer_ahead(self) -> bool:
        """Whether a month without a year is nearer in the plan than in the past."""
        if self.is_past:
            return False
        for period in self.signals.periods:
            if period.months:
                back, _ = period.placed("past", self.clock)
                ahead, _ = period.placed("future", self.clock)
                if back and ahead:
                    since = months_between(back, self.clock.last_actual)
                    return months_between(self.clock.plan_start, ahead) <= since
        return False

    @property
    def _sure_periods(self) -> list[Period]:
        return [p for p in self.signals.periods if p.span and not p.whole_year]
