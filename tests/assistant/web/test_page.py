"""The page in a real browser: ask, see, follow a figure to its row, approve, come back."""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from assistant.channels.web import app

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed (apt install chromium)"
)
NOISE = re.compile(r"status of (403|404|422|500)")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Return an opener of pages; at the end none may have complained or gone astray."""
    complaints: list[str] = []
    contexts = []

    def opened(path: str = "/", at: str = address, **settings: object) -> Page:
        shape = {"viewport": {"width": 1280, "height": 800}, **settings}
        context = browser.new_context(**shape)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("console", lambda said: _complain(complaints, said.type, said.text))
        page.on("request", lambda asked: _stray(complaints, asked.url, at))
        page.goto(at + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _complain(complaints: list[str], kind: str, text: str) -> None:
    if kind in ("error", "warning") and not NOISE.search(text):
        complaints.append(f"{kind}: {text}")


def _stray(complaints: list[str], url: str, address: str) -> None:
    if not url.startswith((address, "data:", "blob:")):
        complaints.append(f"left the machine: {url}")


def ask(page: Page, question: str) -> None:
    page.wait_for_load_state()  # a page that has just changed the person binds its keys late
    page.fill("#question", question)
    page.press("#question", "Enter")
    expect(page.locator(".turn:not(.running)").last.locator(".question")).to_have_text(question)
    expect(page.locator(".turn.running")).to_have_count(0)


def rows(page: Page, column: int) -> list[str]:
    return page.locator(f".sheet tbody tr td:nth-child({column})").all_inner_texts()


def test_a_question_shows_its_progress_and_then_its_answer(open_page, gate):
    page = open_page()
    page.fill("#question", "hold L3 in March")
    page.press("#question", "Enter")
    step = page.locator(".turn.running .steps li")
    expect(step).to_have_text(re.compile("Capacity check · resource L3, months 6"))
    expect(page.locator("#question")).to_have_value("")
    expect(page.locator(".elapsed")).to_have_text(re.compile(r"\d+ s"))
    gate.set()
    expect(page.locator(".turn.answered .prose")).to_contain_text("worst in March 2027 at 118.2 %")
    expect(page.locator(".thread, .threads li.here")).to_have_text("hold L3 in March")
    assert "/threads/t_" in page.url


def test_a_reload_in_the_middle_of_a_turn_goes_on_watching_it(open_page, gate):
    page = open_page()
    page.fill("#question", "hold L3 in March")
    page.press("#question", "Enter")
    expect(page.locator(".steps li")).to_have_count(1)
    page.reload()
    expect(page.locator(".turn.running .steps li")).to_have_count(1)
    gate.set()
    expect(page.locator(".turn.answered .prose")).to_contain_text("118.2 %")


def test_a_stopped_turn_ends_at_once_and_leaves_nothing_behind(open_page, gate):
    page = open_page()
    page.fill("#question", "hold L3 in March")
    page.press("#question", "Enter")
    expect(page.locator(".steps li")).to_have_count(1)
    page.click(".stop")
    expect(page.locator(".turn .badge")).to_have_text("Stopped")
    gate.set()
    ask(page, "Can L3 make the March plan?")
    page.reload()
    expect(page.locator(".turn")).to_have_count(1)


def test_a_figure_opens_the_row_it_rests_on(open_page):
    page = open_page()
    ask(page, "Can L3 make the March plan?")
    figure = page.locator("a.fact", has_text="118.2 %")
    figure.hover()
    expect(page.locator("#tip")).to_contain_text("Load: 118.2 % · L3 · March 2027")
    figure.click()
    expect(page.locator("tr.shown td").nth(1)).to_have_text("Mar 2027")
    expect(page.locator("td.shown")).to_have_text("118.2")
    expect(page.locator("td.shown")).to_be_in_viewport()


def test_a_figure_of_an_earlier_answer_fetches_its_evidence(open_page):
    page = open_page()
    ask(page, "Can L3 make the March plan?")
    ask(page, "and the stock")
    expect(page.locator(".exhibit h3")).to_have_text("Inventory projection")
    page.locator("a.fact", has_text="118.2 %").click()
    expect(page.locator("td.shown")).to_have_text("118.2")
    expect(page.locator("#evidence-question")).to_have_text("Can L3 make the March plan?")


def test_a_table_sorts_filters_and_downloads(open_page):
    page = open_page()
    ask(page, "and the stock")
    assert len(rows(page, 1)) == 100
    page.click("th button:has-text('Closing')")
    expect(page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    assert rows(page, 1)[0] == "P-000"
    page.click("th button:has-text('Closing')")
    assert rows(page, 1)[0] == "P-599"
    # Missing stays last, whichever way one sorts.
    page.click("th button:has-text('Safety stock')")
    assert rows(page, 5)[0] == "40"
    page.click("th button:has-text('Safety stock')")
    assert rows(page, 5)[0] == "40"
    page.fill(".filter", "p-59 north")
    expect(page.locator(".count")).to_have_text("10 of 600 rows")
    with page.expect_download() as waiting:
        page.click("a.csv")
    with Path(waiting.value.path()).open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.reader(file))
    assert found[0] == ["product", "site", "month", "closing (case)", "safety_stock (case)"]
    assert (len(found), found[1][3]) == (601, "1000.5")


def test_a_fact_far_down_a_long_table_is_still_found(open_page):
    page = open_page()
    ask(page, "and the stock")
    page.locator("a.fact", has_text="P-599").click()
    expect(page.locator("tr.shown td").first).to_have_text("P-599")
    expect(page.locator("tr.shown")).to_be_in_viewport()


def test_the_chart_is_drawn_with_its_tooltip_in_the_pages_own_style(open_page):
    page = open_page()
    ask(page, "Can L3 make the March plan?")
    bars = page.locator(".drawing svg .mark-rect path")
    expect(bars.first).to_be_visible()
    bars.nth(4).hover()
    expect(page.locator("#vg-tooltip-element")).to_contain_text("Mar 2027")
    assert page.locator("#vg-tooltip-element").evaluate("e => getComputedStyle(e).position") == (
        "fixed"
    )


def test_a_chart_downloads_as_a_picture(open_page):
    page = open_page()
    ask(page, "Can L3 make the March plan?")
    with page.expect_download() as waiting:
        page.click(".picture")
    assert waiting.value.suggested_filename == "Hours on L3.png"
    assert Path(waiting.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_evidence_can_be_made_wider_and_stays_so(open_page):
    page = open_page()
    ask(page, "Can L3 make the March plan?")
    width = "document.getElementById('evidence').offsetWidth"
    before = page.evaluate(width)
    divider = page.locator("#divider").bounding_box()
    assert divider
    page.mouse.move(divider["x"] + 5, 400)
    page.mouse.down()
    page.mouse.move(divider["x"] - 100, 400, steps=4)
    page.mouse.up()
    wider = page.evaluate(width)
    assert wider > before + 80
    page.reload()
    assert page.evaluate(width) == wider
    page.focus("#divider")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(width) < wider


def test_an_earlier_conversation_is_found_by_its_words(open_page, client):
    for number in range(9):
        client.post("/api/ask", json={"question": f"Question number {number}"})
    page = open_page()
    page.fill("#find-thread", "number 7")
    expect(page.locator(".threads li:visible")).to_have_text("Question number 7")


def test_a_reload_keeps_answer_table_and_chart(open_page):
    page = open_page()
    ask(page, "Can L3 make the March plan?")
    page.reload()
    expect(page.locator(".turn.answered .prose")).to_contain_text("118.2 %")
    expect(page.locator(".sheet tbody tr")).to_have_count(6)
    expect(page.locator(".drawing svg")).to_be_visible()
    page.click(".new")
    expect(page.locator(".welcome h1")).to_be_visible()
    page.click(".threads li a")
    expect(page.locator(".drawing svg")).to_be_visible()


def test_asking_back_offers_the_choices_as_buttons(open_page):
    page = open_page()
    ask(page, "which line")
    expect(page.locator(".badge")).to_have_text("I need one more thing")
    page.click(".chip:has-text('Capacity of L3')")
    expect(page.locator(".turn.answered .prose")).to_contain_text("118.2 %")


def test_an_error_says_what_to_do_and_gives_a_reference(open_page):
    page = open_page()
    page.fill("#question", "crash please")
    page.press("#question", "Enter")
    expect(page.locator(".turn.failed .reference")).to_contain_text(re.compile("E-[0-9a-f]{6}"))
    assert "a bug of ours" not in page.content()
    page.fill("#question", "forbidden please")
    page.press("#question", "Enter")
    expect(page.locator(".turn").last).to_contain_text("Not permitted")


def test_approving_on_the_page_writes_the_decision(open_page):
    page = open_page()
    ask(page, "draft the decision")
    card = page.locator(".proposal")
    expect(card).to_contain_text("Sven Aalto")
    expect(card).to_contain_text("At least: 500")
    card.get_by_role("button", name="Approve").click()
    expect(page.locator(".proposal .decided")).to_contain_text("Approved by Petra Novak")
    page.reload()
    expect(page.locator(".proposal .decided")).to_contain_text("Approved by Petra Novak")


def test_who_may_not_approve_sees_who_may(open_page):
    page = open_page()
    page.select_option("#person", "dana")
    expect(page.locator(".welcome h1")).to_contain_text("Dana")
    ask(page, "draft the decision")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.locator(".proposal")).to_contain_text("may approve this")


def test_a_proposal_can_be_rejected_with_a_reason(open_page):
    page = open_page()
    ask(page, "draft the decision")
    page.click(".reject summary")
    page.fill(".reject textarea", "Too dear.")
    page.click(".reject button")
    expect(page.locator(".proposal .decided")).to_contain_text("Rejected by Petra Novak")


def test_notes_open_at_the_quoted_passage_and_stay_text(open_page):
    page = open_page()
    ask(page, "any note on it")
    page.click(".citation summary")
    expect(page.locator(".citation blockquote").first).to_contain_text("<script>")
    expect(page.locator(".citation.superseded")).to_contain_text("overruled later")
    assert page.evaluate("window.hacked") is None


def test_hostile_names_stay_text_and_the_policy_holds(open_page):
    page = open_page()
    ask(page, "hostile please")
    expect(page.locator(".drawing svg")).to_be_visible()
    expect(page.locator(".sheet td").first).to_contain_text("<script>")
    page.locator("a.fact").first.hover()
    page.goto(page.url.split("/threads")[0] + "/data")
    expect(page.locator(".issue-list")).to_contain_text("<script>")
    assert page.evaluate("window.hacked") is None


def test_the_policy_runs_no_script_but_ours(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    page.evaluate(
        """() => {
            window.refused = [];
            addEventListener('securitypolicyviolation', (e) => {
                refused.push(e.effectiveDirective);
                document.body.dataset.refused = refused.length;
            });
            const inline = document.createElement('script');
            inline.textContent = 'window.ran = 1';
            document.body.append(inline);
            const away = document.createElement('script');
            away.src = 'http://127.0.0.1:9/x.js';
            document.body.append(away);
            document.body.insertAdjacentHTML('beforeend', '<p style="color: red">styled</p>');
            document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.1:9/x.png">');
            try { setTimeout('window.ran = 1', 0) } catch (e) { /* refused at once is as good */ }
        }"""
    )
    expect(page.locator("body")).to_have_attribute("data-refused", re.compile("[5-9]"))
    assert set(page.evaluate("window.refused")) >= {
        "script-src-elem",
        "style-src-attr",
        "img-src",
        "script-src",
    }
    assert page.evaluate("window.ran") is None
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(open_page, scheme):
    page = open_page(
        viewport={"width": 390, "height": 844}, color_scheme=scheme, is_mobile=True, has_touch=True
    )
    wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert not page.evaluate(wide)
    ask(page, "Can L3 make the March plan?")
    assert not page.evaluate(wide)
    page.locator("a.fact", has_text="118.2 %").tap()
    expect(page.locator("#evidence")).to_be_in_viewport()
    expect(page.locator("td.shown")).to_be_in_viewport()
    assert not page.evaluate(wide)
    page.tap(".evidence-close")
    expect(page.locator("#evidence")).not_to_be_in_viewport()
    page.tap(".drawer-button")
    expect(page.locator("#threads")).to_be_in_viewport()
    for path in ("/decisions", "/data"):
        page.goto(page.url.split("/threads")[0] + path)
        assert not page.evaluate(wide)


def test_light_and_dark_follow_the_system(open_page):
    ground = "getComputedStyle(document.body).backgroundColor"
    page = open_page(color_scheme="dark")
    dark = page.evaluate(ground)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(ground) != dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_keeps_its_contrast(open_page, scheme):
    page = open_page(color_scheme=scheme)
    ask(page, "both please")
    ask(page, "draft the decision")
    ask(page, "any note on it")
    assert page.evaluate(CONTRAST) == []


def test_it_can_be_used_with_the_keyboard_alone(open_page):
    page = open_page()
    expect(page.locator("#question")).to_be_focused()
    page.keyboard.type("Can L3 make")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("the March plan?")
    assert "\n" in page.input_value("#question")
    page.keyboard.press("Enter")
    figure = page.locator("a.fact", has_text="118.2 %")
    figure.focus()
    expect(page.locator("#tip")).to_be_visible()
    assert figure.evaluate("e => getComputedStyle(e).outlineStyle") in ("solid", "auto")
    page.keyboard.press("Enter")
    expect(page.locator("td.shown")).to_have_text("118.2")


def test_a_long_question_is_counted_and_cut_at_the_limit(open_page):
    page = open_page()
    page.fill("#question", "x" * 3900)
    expect(page.locator("#counter")).to_have_text("3,900 / 4,000")
    page.press("#question", "End")
    page.keyboard.insert_text("y" * 300)
    expect(page.locator("#counter")).to_have_text("4,000 / 4,000")


def test_nothing_moves_below_a_chart_when_it_is_drawn(open_page):
    page = open_page()
    page.evaluate(
        """() => { window.moved = 0; new PerformanceObserver(list => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) moved += entry.value;
        }).observe({type: 'layout-shift', buffered: true}) }"""
    )
    ask(page, "Can L3 make the March plan?")
    expect(page.locator(".drawing svg")).to_be_visible()
    page.reload()
    page.evaluate(
        """() => { window.moved = 0; new PerformanceObserver(list => {
            for (const entry of list.getEntries()) moved += entry.value;
        }).observe({type: 'layout-shift', buffered: true}) }"""
    )
    expect(page.locator(".drawing svg")).to_be_visible()
    assert page.evaluate("moved") < 0.1


def test_the_demo_company_answers_through_the_built_in_analyst(open_page, workshop, serve):
    with serve(app(workshop.conversation, workshop.settings)) as address:
        page = open_page("", at=address)
        page.click(".example:has-text('Which lines are over')")
        answer = page.locator(".turn.answered .prose")
        expect(answer).to_contain_text("L3", timeout=60_000)
        expect(page.locator(".drawing svg")).to_be_visible()
        page.locator("a.fact", has_text="118").first.click()
        expect(page.locator("td.shown")).to_have_text("118.0")
        page.click("button:has-text('Replay')")
        expect(page.locator(".replay .same")).to_contain_text("Identical.", timeout=30_000)
        page.click(".rooms a:has-text('Decisions')")
        expect(page.locator(".sheet tbody tr").first).to_be_visible()
        page.click(".filters a:has-text('Not carried out')")
        expect(page.locator(".pill.bad").first).to_be_visible()
        page.click(".rooms a:has-text('Data')")
        expect(page.locator("main")).to_contain_text("OTIF")


# Every text on the page against what is painted behind it: WCAG AA, 4.5 (3 for large).
CONTRAST = r"""() => {
  const parse = (c) => (c.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const over = (top, under) => {
    const a = top[3] ?? 1;
    return [0, 1, 2].map((i) => top[i] * a + under[i] * (1 - a));
  };
  const ground = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length && (colour[3] ?? 1) > 0) layers.push(colour);
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("svg, [hidden], option, :disabled"))
      continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const [a, b] = [light(over(parse(style.color), under)), light(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5))
      poor.push(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return [...new Set(poor)];
}"""
