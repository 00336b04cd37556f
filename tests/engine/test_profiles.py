"""Each shipped profile, against sums that pandas takes from the source on its own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from planning_engine.data.importing import ImportReport, import_source
from planning_engine.data.profile import profile_names, read_profile
from planning_engine.data.schema import TABLES
from planning_engine.data.snapshot import Snapshot
from planning_engine.errors import BadRequest, DataProblem, UnknownName


@pytest.fixture(scope="module")
def imported(shared_data: Path, tmp_path_factory) -> Callable[..., ImportReport]:
    """Return an importer of the shared data sets, each made once."""
    store = tmp_path_factory.mktemp("store")
    made: dict[tuple[str, ...], ImportReport] = {}

    def report(profile: str, folder: str, **settings: str) -> ImportReport:
        key = (profile, folder, *sorted(settings.items()))
        if key not in made:
            source = str(shared_data / folder)
            made[key] = import_source(source, store=store, profile=profile, settings=settings)
        return made[key]

    return report


def snapshot_of(report: ImportReport) -> Snapshot:
    assert report.snapshot is not None, report.sentence()
    return report.snapshot


def value(snapshot: Snapshot, sql: str) -> float:
    return float(snapshot.query(sql).iloc[0, 0])


def rows_of(report: ImportReport, rule: str) -> int:
    return sum(issue.rows for issue in report.issues if issue.rule == rule)


# --- supplygraph -----------------------------------------------------------------------------


def daily(folder: Path, name: str) -> pd.DataFrame:
    frame = pd.read_csv(folder / "Temporal Data" / "Unit" / name, parse_dates=["Date"])
    return frame.set_index("Date")


def test_supplygraph_totals_are_those_of_the_daily_files(imported, shared_data):
    snapshot = snapshot_of(imported("supplygraph", "supplygraph"))
    folder = shared_data / "supplygraph"
    for table, column, file, stated in (
        ("orders", "quantity", "Sales Order.csv", 7_753_184),
        ("production", "actual_quantity", "Production .csv", 7_660_572),
        ("sales", "quantity", "Delivery To distributor.csv", 7_653_465),
        ("receipts", "quantity", "Factory Issue.csv", 7_655_962),
    ):
        total = value(snapshot, f"SELECT sum({column}) FROM {table}")
        assert round(total) == stated
        assert total == pytest.approx(daily(folder, file).to_numpy().sum())


def test_supplygraph_months_are_those_of_the_orders(imported):
    snapshot = snapshot_of(imported("supplygraph", "supplygraph"))
    months = snapshot.query(
        "SELECT month(ordered_on) AS m, round(sum(quantity)) AS q FROM orders GROUP BY 1 ORDER BY 1"
    )
    stated = [1_245_021, 1_299_520, 1_402_436, 957_839, 839_650, 863_657, 955_681, 189_380]
    assert months["q"].astype(int).tolist() == stated


def test_supplygraph_keeps_the_sku_named_twice_as_two_products(imported, shared_data):
    snapshot = snapshot_of(imported("supplygraph", "supplygraph"))
    ordered = daily(shared_data / "supplygraph", "Sales Order.csv")
    for product in ("POP001L12P", "POP001L12P.1"):
        assert snapshot.find("product", product) == product
        mine = value(snapshot, f"SELECT sum(quantity) FROM orders WHERE product = '{product}'")
        assert mine == pytest.approx(ordered[product].sum())
    assert len(snapshot.names("product")) == 41


def test_supplygraph_collapses_the_duplicates_of_the_plant_file(imported, shared_data):
    report = imported("supplygraph", "supplygraph")
    places = pd.read_csv(shared_data / "supplygraph" / "Nodes" / "Nodes Type (Plant & Storage).csv")
    assert report.tables["lanes"] == len(places.dropna().drop_duplicates())
    assert rows_of(report, "collapsed") == places.duplicated().sum() == 6268


def test_supplygraph_marks_stock_and_capacity_as_assumed(imported):
    snapshot = snapshot_of(imported("supplygraph", "supplygraph"))
    assert value(snapshot, "SELECT min(quantity) FROM stock") >= 0
    for table in ("stock", "resources", "calendars", "routings"):
        assert "assumption" in {issue.severity for issue in snapshot.issues_of([table])}
    friday = "SELECT sum(hours) FROM calendars WHERE dayofweek(date) = 5"
    assert value(snapshot, friday) == 0


def test_supplygraph_stock_balances_with_production_and_deliveries(imported):
    snapshot = snapshot_of(imported("supplygraph", "supplygraph"))
    gap = value(
        snapshot,
        "SELECT max(abs(s.last - s.first - coalesce(p.made, 0) + coalesce(d.gone, 0))) FROM ("
        "SELECT product, arg_max(quantity, date) AS last, arg_min(quantity, date) AS first "
        "FROM stock GROUP BY 1) s "
        "LEFT JOIN (SELECT product, sum(actual_quantity) AS made FROM production GROUP BY 1) p "
        "USING (product) "
        "LEFT JOIN (SELECT product, sum(quantity) AS gone FROM sales GROUP BY 1) d USING (product)",
    )
    assert gap == pytest.approx(0, abs=1e-6)


def test_an_assumed_value_can_be_set_at_the_import(imported):
    usual = snapshot_of(imported("supplygraph", "supplygraph"))
    more = snapshot_of(imported("supplygraph", "supplygraph", opening_cover_days="14"))
    opening = "SELECT sum(quantity) FROM stock WHERE date = DATE '2022-12-31'"
    assert value(more, opening) > value(usual, opening)
    message = next(i.message for i in more.issues if i.rule == "opening-stock")
    assert "plus 14 days" in message


# --- adventureworks --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sales_lines(shared_data) -> pd.DataFrame:
    """Return the good sales lines as they stand, read by pandas alone."""
    files = sorted((shared_data / "adventureworks" / "sales").glob("*Sales_20*"))
    names = ["day", "stock", "order", "key", "customer", "territory", "line", "quantity"]
    parts = [pd.read_csv(file, header=None, names=names, dtype=str) for file in files]
    lines = pd.concat(parts)
    good = lines[lines["day"].str.fullmatch(r"\d\d/\d\d/\d{4}", na=False)].copy()
    good["date"] = pd.to_datetime(good["day"], format="%d/%m/%Y")
    good["number"] = good["order"].str[2:].astype(int)
    good["quantity"] = good["quantity"].astype(int)
    return good


def test_adventureworks_keeps_every_good_line_and_counts_the_junk(imported, sales_lines):
    report = imported("adventureworks", "adventureworks")
    snapshot = snapshot_of(report)
    assert report.tables["sales"] == len(sales_lines) == 56_047
    assert value(snapshot, "SELECT sum(quantity) FROM sales") == sales_lines["quantity"].sum()
    junk = next(i for i in report.issues if (i.table, i.rule) == ("sales", "junk-lines"))
    assert junk.rows == 19
    assert junk.examples[0].startswith("sales/AdventureWorks_Sales_2015.csv line 1: 1,")


def swapped_by_hand(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines of January 2 to 12 that stand in another month of their year."""
    found = []
    for year in (2016, 2017):
        january = lines[(lines["date"].dt.year == year) & (lines["date"].dt.month == 1)]
        last_of_january = january["number"].max()
        first = lines[lines["date"] < f"{year}-01-01"]["number"].max()
        found.append(
            lines[
                (lines["date"].dt.year == year)
                & (lines["date"].dt.month > 1)
                & lines["number"].between(first, last_of_january)
            ]
        )
    return pd.concat(found)


def test_adventureworks_finds_the_swapped_dates_and_repairs_them_by_the_rule(imported, sales_lines):
    wrong = swapped_by_hand(sales_lines)
    report = imported("adventureworks", "adventureworks")
    issue = next(i for i in report.issues if i.rule == "swapped-dates")
    assert issue.rows == len(wrong)
    assert "repair_swapped_dates" in issue.message
    assert "January 2016, January 2017" in issue.message
    snapshot = snapshot_of(report)
    assert value(snapshot, "SELECT count(*) FROM sales WHERE date > DATE '2017-06-30'") == 0
    early = "date BETWEEN DATE '2016-01-02' AND DATE '2016-01-12'"
    assert (
        value(snapshot, f"SELECT count(*) FROM sales WHERE {early}")
        == (wrong["date"].dt.year == 2016).sum()
    )


def test_adventureworks_leaves_swapped_dates_alone_when_the_rule_is_off(imported, sales_lines):
    report = imported("adventureworks", "adventureworks", repair_swapped_dates="off")
    issue = next(i for i in report.issues if i.rule == "swapped-dates")
    assert (issue.severity, issue.rows) == ("warning", len(swapped_by_hand(sales_lines)))
    late = value(snapshot_of(report), "SELECT count(*) FROM sales WHERE date > DATE '2017-06-30'")
    assert late == (sales_lines["date"] > "2017-06-30").sum() > 0


def test_adventureworks_joins_all_sales_to_the_erp_products(imported, shared_data):
    snapshot = snapshot_of(imported("adventureworks", "adventureworks"))
    linked = "SELECT avg((product IN (SELECT product FROM products))::INT) FROM sales"
    assert value(snapshot, linked) == 1
    assert value(snapshot, "SELECT count(DISTINCT product) FROM sales") == 130
    both = "SELECT count(DISTINCT s.product) FROM sales s JOIN bom b ON b.product = s.product"
    assert value(snapshot, both) == 88


def test_adventureworks_brings_bom_vendors_stock_and_purchase_orders(imported, shared_data):
    report = imported("adventureworks", "adventureworks")
    snapshot = snapshot_of(report)
    erp = shared_data / "adventureworks" / "erp"
    read = {"sep": "\t", "header": None}
    bom = pd.read_csv(erp / "BillOfMaterials.csv", **read)
    in_force = bom[bom[4].isna()]
    assert len(in_force) == 2480
    assert report.tables["bom"] == in_force[1].notna().sum()
    assert value(snapshot, "SELECT sum(quantity) FROM bom") == pytest.approx(
        in_force.dropna(subset=[1])[7].sum()
    )
    assert report.tables["sourcing"] == len(pd.read_csv(erp / "ProductVendor.csv", **read)) == 460
    assert value(snapshot, "SELECT sum(quantity) FROM stock") == 335_974
    assert report.tables["stock"] == 432
    lines = pd.read_csv(erp / "PurchaseOrderDetail.csv.gz", **read)
    assert report.tables["receipts"] == len(lines) == 8845
    assert value(snapshot, "SELECT sum(quantity) FROM receipts") == lines[3].sum()


# --- scms ------------------------------------------------------------------------------------


def test_scms_on_time_rate_and_days_late_are_those_stated(imported):
    snapshot = snapshot_of(imported("scms", "scms_delivery"))
    rate = value(snapshot, "SELECT 100 * avg((delivered_on <= promised_on)::INT) FROM orders")
    late = value(
        snapshot,
        "SELECT avg(delivered_on - promised_on) FROM orders WHERE delivered_on > promised_on",
    )
    assert round(rate, 2) == 88.51
    assert round(late, 1) == 21.4


def test_scms_lead_times_are_those_of_direct_drops(imported, shared_data):
    snapshot = snapshot_of(imported("scms", "scms_delivery"))
    path = shared_data / "scms_delivery" / "SCMS_Delivery_History_Dataset.csv.gz"
    source = pd.read_csv(path, encoding="utf-8-sig")
    sent = source["PO Sent to Vendor Date"].str.replace(
        r"^20(\d\d)-(\d\d)-(\d\d)$", r"\1/\2/\3", regex=True
    )
    sent = pd.to_datetime(sent, format="%m/%d/%y", errors="coerce")
    came = pd.to_datetime(source["Delivered to Client Date"], format="%d-%b-%y")
    days = (came - sent).dt.days
    pairs = source.assign(days=days)[days >= 0].groupby(["Item Description", "Vendor"])["days"]
    expected = pairs.mean()
    mine = snapshot.query(
        "SELECT product, supplier, lead_time_days FROM sourcing WHERE lead_time_days IS NOT NULL"
    ).set_index(["product", "supplier"])["lead_time_days"]
    pd.testing.assert_series_equal(
        mine.sort_index(), expected.sort_index(), check_names=False, check_index_type=False
    )


def test_scms_can_be_given_as_its_one_file(shared_data, tmp_path, imported):
    path = shared_data / "scms_delivery" / "SCMS_Delivery_History_Dataset.csv.gz"
    report = import_source(str(path), store=tmp_path / "store", profile="scms")
    assert report.tables == imported("scms", "scms_delivery").tables


# --- frepple ---------------------------------------------------------------------------------


def records(shared_data: Path, model: str, kind: str) -> pd.DataFrame:
    content = json.loads((shared_data / "frepple_demo" / f"{model}.json").read_text())
    return pd.DataFrame([row["fields"] for row in content if row["model"] == f"input.{kind}"])


@pytest.mark.parametrize("model", ["manufacturing_demo", "demo"])
def test_frepple_models_bring_their_demands_stock_and_orders(imported, shared_data, model):
    report = imported("frepple", "frepple_demo", model=model)
    snapshot = snapshot_of(report)
    demands = records(shared_data, model, "demand")
    closed = demands[demands["status"] == "closed"]
    assert report.tables["orders"] == len(demands)
    assert value(snapshot, "SELECT sum(quantity) FROM orders") == demands["quantity"].sum()
    assert report.tables.get("sales", 0) == len(closed)
    buffers = records(shared_data, model, "buffer")
    assert value(snapshot, "SELECT sum(quantity) FROM stock") == buffers["onhand"].sum()
    assert report.tables["receipts"] == len(records(shared_data, model, "operationplan"))
    assert report.tables["resources"] == len(records(shared_data, model, "resource"))


def test_frepple_durations_become_hours_and_days(imported):
    snapshot = snapshot_of(imported("frepple", "frepple_demo"))
    saw = "SELECT hours_per_unit FROM routings WHERE product = 'chair leg' AND resource = 'saw'"
    assert value(snapshot, saw) == pytest.approx(1200 / 3600)
    screws = "SELECT lead_time_days FROM sourcing WHERE product = 'chair'"
    assert value(snapshot, screws) == 30
    legs = "SELECT quantity FROM bom WHERE product = 'round table' AND component = 'table leg'"
    assert value(snapshot, legs) == 4


def test_frepple_steps_of_a_routing_add_up_under_its_product(imported):
    snapshot = snapshot_of(imported("frepple", "frepple_demo"))
    varnish = "SELECT sum(hours_per_unit) FROM routings WHERE product = 'varnished chair'"
    assert value(snapshot, varnish) == 0.5


def test_frepple_calendars_hold_working_days_holidays_and_groups(imported):
    snapshot = snapshot_of(imported("frepple", "frepple_demo"))

    def hours(resource: str, day: str) -> float:
        return value(
            snapshot,
            f"SELECT hours FROM calendars WHERE resource = '{resource}' AND date = DATE '{day}'",
        )

    assert hours("assembly line", "2021-01-04") == 48  # a Monday, two of them
    assert hours("assembly line", "2021-01-03") == 0  # a Sunday
    assert hours("saw", "2021-07-20") == 0  # the summer closure
    assert hours("operators", "2021-01-12") == 72  # Philippe, Carl and Antonio
    assert hours("operators", "2021-01-13") == 48  # Antonio is away


def test_frepple_takes_a_single_file_and_a_folder_with_one_model(shared_data, tmp_path, imported):
    file = shared_data / "frepple_demo" / "demo.json"
    tables = imported("frepple", "frepple_demo", model="demo").tables
    alone = import_source(str(file), store=tmp_path / "store", profile="frepple")
    assert alone.tables == tables
    folder = tmp_path / "one"
    folder.mkdir()
    shutil.copy(file, folder / "my_plant.json")
    assert import_source(str(folder), store=tmp_path / "store", profile="frepple").tables == tables


def test_frepple_reads_a_model_that_lacks_most_of_it(tmp_path):
    model = [
        {"model": "input.item", "pk": "pump", "fields": {}},
        {
            "model": "input.demand",
            "fields": {
                "name": "D1",
                "item": "pump",
                "location": "shop",
                "due": "2026-03-01",
                "quantity": 3,
            },
        },
        {
            "model": "input.operation",
            "fields": {
                "name": "make",
                "type": "time_per",
                "duration_per": "PT30M",
                "item": "pump",
                "location": "shop",
            },
        },
        {"model": "input.resource", "fields": {"name": "bench", "location": "shop"}},
        {"model": "input.operationresource", "fields": {"operation": "make", "resource": "bench"}},
    ]
    path = tmp_path / "small.json"
    path.write_text(json.dumps(model))
    report = import_source(str(path), store=tmp_path / "store", profile="frepple")
    snapshot = snapshot_of(report)
    assert snapshot.frame("routings")["hours_per_unit"].tolist() == [0.5]
    assert value(snapshot, "SELECT min(hours) FROM calendars") == 24
    assert snapshot.frame("forecasts")["quantity"].tolist() == [3]


def model_of(tmp_path: Path, **kinds: list[dict[str, object]]) -> Path:
    rows = [{"model": f"input.{kind}", "fields": f} for kind, many in kinds.items() for f in many]
    path = tmp_path / "model.json"
    path.write_text(json.dumps(rows))
    return path


def test_frepple_reads_a_network_that_only_distributes(tmp_path):
    source = model_of(
        tmp_path,
        location=[{"name": "hub"}, {"name": "shop", "available": "never listed"}],
        demand=[
            {"name": "D1", "item": "tea", "location": "shop", "due": "2026-02-01", "quantity": 5,
             "status": "closed"},
            {"name": "D2", "item": "tea", "location": "shop", "due": "2026-03-01", "quantity": 7},
            {"name": "D3", "item": "tea", "location": "shop", "due": "2026-03-01",
             "status": "canceled"},
        ],
        buffer=[{"name": "tea @ hub", "onhand": 40, "minimum": 6}],
        itemdistribution=[{"item": "tea", "origin": "hub", "location": "shop", "leadtime": "P2D"}],
        itemsupplier=[{"item": "tea", "supplier": "garden", "leadtime": "7 00:00:00"}],
        operationplan=[{"reference": "PO1", "type": "PO", "status": "approved", "item": "tea",
                        "location": "hub", "quantity": 9, "enddate": "2026-02-20"},
                       {"reference": "PO2", "type": "PO", "status": "proposed", "item": "tea",
                        "location": "hub", "quantity": 9, "enddate": "2026-02-20"}],
    )  # fmt: skip
    report = import_source(str(source), store=tmp_path / "store", profile="frepple")
    snapshot = snapshot_of(report)
    assert snapshot.frame("lanes")["lead_time_days"].tolist() == [2]
    assert snapshot.frame("sourcing")["lead_time_days"].tolist() == [7]
    assert snapshot.frame("stock")[["product", "site", "quantity"]].values.tolist() == [
        ["tea", "hub", 40]
    ]
    assert snapshot.frame("receipts")["receipt"].tolist() == ["PO1"]
    assert report.tables["orders"] == 2
    assert rows_of(report, "not-firm") == 1
    assert snapshot.company.as_of.isoformat() == "2026-02-01"


def test_frepple_reads_steps_that_hand_on_and_resources_by_the_week(tmp_path):
    source = model_of(
        tmp_path,
        location=[{"name": "works"}],
        demand=[{"name": "D", "item": "chair", "due": "2026-03-01", "quantity": 2}],
        operation=[
            {"name": "all", "type": "routing", "item": "chair"},
            {"name": "cut", "type": "time_per", "duration_per": 600, "owner": "all"},
            {"name": "glue", "type": "time_per", "duration": 1800, "duration_per": 1200,
             "owner": "all"},
        ],
        operationmaterial=[
            {"operation": "cut", "item": "wood", "quantity": -3},
            {"operation": "cut", "item": "cut wood", "quantity": 1, "type": "end"},
            {"operation": "glue", "item": "cut wood", "quantity": -1},
            {"operation": "glue", "item": "chair", "quantity": 1, "type": "end"},
        ],
        resource=[{"name": "bench"}, {"name": "crew", "type": "buckets_week", "maximum": 35},
                  {"name": "air", "type": "infinite"}],
        operationresource=[
            {"operation": "cut", "resource": "bench"}, {"operation": "glue", "resource": "bench"},
            {"operation": "glue", "resource": "crew", "quantity": 0.5},
            {"operation": "glue", "resource": "air"},
        ],
    )  # fmt: skip
    snapshot = snapshot_of(import_source(str(source), store=tmp_path / "s", profile="frepple"))
    assert snapshot.frame("bom")[["product", "component", "quantity"]].values.tolist() == [
        ["chair", "wood", 3]
    ]
    columns = ["site", "resource", "hours_per_unit", "setup_hours"]
    assert snapshot.frame("routings")[columns].values.tolist() == [
        ["works", "bench", 0.5, 0.5],
        ["works", "crew", 0.5, 0],
    ]
    week = "resource = 'crew' AND date BETWEEN DATE '2026-03-02' AND DATE '2026-03-08'"
    assert value(snapshot, f"SELECT sum(hours) FROM calendars WHERE {week}") == pytest.approx(35)
    assert snapshot.names("resource") == ("bench", "crew")


# --- profiles in general ---------------------------------------------------------------------


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_says_what_it_is_and_names_only_tables_of_ours(name):
    profile = read_profile(name)
    assert profile.description
    assert profile.tables.keys() <= TABLES.keys()
    for assumption in profile.assumptions:
        assert set(assumption.tables) <= TABLES.keys()
        assert assumption.message.format(**assumption.values)


def test_an_unknown_profile_gets_a_suggestion(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean 'supplygraph'"):
        import_source(str(tmp_path), store=tmp_path / "store", profile="suplygraph")


def test_a_setting_of_a_profile_is_checked(tmp_path):
    with pytest.raises(BadRequest, match="is neither on nor off"):
        import_source(
            str(tmp_path),
            store=tmp_path / "s",
            profile="adventureworks",
            settings={"repair_swapped_dates": "maybe"},
        )


def test_a_folder_that_lacks_a_file_of_the_profile_is_refused(tmp_path):
    with pytest.raises(DataProblem, match="has no Temporal Data/Unit/Sales Order"):
        import_source(str(tmp_path), store=tmp_path / "s", profile="supplygraph")


def test_a_bad_cell_behind_a_profile_is_told_with_its_line(shared_data, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(shared_data / "supplygraph", folder)
    path = folder / "Temporal Data" / "Unit" / "Production .csv"
    path.chmod(0o644)
    lines = path.read_text().splitlines()
    lines[9] = lines[9].replace(",", ",abc", 1)
    path.write_text("\n".join(lines))
    with pytest.raises(DataProblem, match=r"Production \.csv line 10"):
        import_source(str(folder), store=tmp_path / "s", profile="supplygraph")


def test_a_profile_of_ones_own_is_a_folder_of_sql(source_of, tmp_path):
    folder = tmp_path / "erp"
    folder.mkdir()
    (folder / "profile.toml").write_text(
        'description = "Ours"\n[company]\nname = "X"\ncurrency = "EUR"\n'
        '[relations.stuff]\nfiles = "stuff.csv"\n'
    )
    (folder / "products.sql").write_text("SELECT DISTINCT sku AS product FROM source.stuff")
    (folder / "sales.sql").write_text(
        "SELECT day AS date, sku AS product, pieces AS quantity, _place FROM source.stuff"
    )
    source = source_of({"stuff.csv": "sku,day,pieces\nA,2026-01-31,4\nA,2026-02-28,-5\n"})
    (source / "company.toml").unlink()
    report = import_source(str(source), store=tmp_path / "s", profile=str(folder))
    assert report.tables == {"products": 1, "sales": 2}
    assert report.company is not None
    assert report.company.as_of.isoformat() == "2026-02-28"
    negative = next(i for i in report.issues if i.rule == "negative")
    assert negative.examples[0].startswith("stuff.csv line 3")


def test_people_come_from_a_company_toml_beside_the_source(shared_data, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    shutil.copy(shared_data / "frepple_demo" / "demo.json", folder)
    (folder / "company.toml").write_text('name = "Us"\n[[people]]\nid = "kim"\nrole = "planner"\n')
    report = import_source(str(folder / "demo.json"), store=tmp_path / "s", profile="frepple")
    assert report.company is not None
    assert (report.company.name, report.company.currency) == ("Us", "USD")
    assert [person.id for person in report.company.people] == ["kim"]


@pytest.mark.parametrize(
    ("profile", "folder"), [("supplygraph", "supplygraph"), ("scms", "scms_delivery")]
)
def test_the_same_source_gives_the_same_snapshot_each_time(
    profile, folder, shared_data, tmp_path, imported
):
    again = import_source(str(shared_data / folder), store=tmp_path, profile=profile)
    assert snapshot_of(again).id == snapshot_of(imported(profile, folder)).id
