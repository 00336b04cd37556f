"""What the built-in analyst makes of the what-if questions: the levers it would pull."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.agent import Agent, Brain
from assistant.analyst.model import AnalystModel
from assistant.analyst.vocabulary import Vocabulary
from assistant.embedding import load_encoder
from assistant.settings import Settings
from evals.whatif_company import MONTHS
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import PlanningError
from planning_engine.levers import Lever
from planning_engine.scenario import apply
from planning_engine.supply.plan.plan_inputs import read_problem
from planning_engine.supply.shortfalls.full_plan import plan_in_full
from planning_engine.supply.shortfalls.full_plan_model import FullPlan
from tools.context import ToolContext

_LEVERS: TypeAdapter[tuple[Lever, ...]] = TypeAdapter(tuple[Lever, ...])


class Reader:
    """The analyst over one company."""

    def __init__(self, company: Snapshot, cache: Path) -> None:
        model = AnalystModel(
            Vocabulary.from_snapshot(company), load_encoder(Settings().embedding), cache
        )
        self._agent = Agent(Brain("built-in analyst", model, is_language_model=False), prompt="")
        self._company = company

    def levers(self, question: str) -> tuple[Lever, ...]:
        """Return the levers of the call the analyst makes; none where it makes none."""
        outcome, _ = self._agent.run(
            question, (), ToolContext(self._company), lambda progress: None
        )
        for call in outcome.calls:
            try:
                return _LEVERS.validate_python(call.arguments.get("levers", ()))
            except ValidationError:
                return ()
        return ()

    def is_right(self, question: str, expected: float | None) -> bool:
        """Tell whether the analyst's levers cost what is expected, None where nothing can."""
        levers = self.levers(question)
        if not levers:
            return False
        try:
            problem = read_problem(apply(self._company, levers, MONTHS), MONTHS)
            plan = plan_in_full(problem)
        except PlanningError:
            return False
        cost = plan.cost if isinstance(plan, FullPlan) else None
        if cost is None or expected is None:
            return cost is None and expected is None
        return abs(cost - expected) < 1e-6
