import numpy as np
import pandas as pd
import pytest

from planning_engine.data.company import parse_company
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot, conform

ROWS = 1_500_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Sales in cents, in a file of many row groups, as a large import leaves them."""
    random = np.random.default_rng(1)
    sales = pd.DataFrame(
        {
            "date": pd.Timestamp(2026, 9, 1),
            "product": "A",
            "site": "S",
            "customer": "K",
            "quantity": np.round(random.random(ROWS) * 10, 3),
            "revenue": np.round(random.random(ROWS) * 100, 2),
        }
    )
    path = tmp_path_factory.mktemp("large") / "sales.parquet"
    conform(TABLES["sales"], sales).to_parquet(path, row_group_size=100_000)
    products = conform(TABLES["products"], pd.DataFrame({"product": ["A"]}))
    company = parse_company('name = "L"\ncurrency = "EUR"\nas_of = 2026-10-31')
    return Snapshot("s_large", company, {"products": products, "sales": str(path)})


def test_the_same_question_gives_the_same_digits_over_millions_of_rows(large):
    sums = {
        tuple(large.query("SELECT sum(revenue) AS r, sum(quantity) AS q FROM sales").iloc[0])
        for _ in range(12)
    }
    assert len(sums) == 1
