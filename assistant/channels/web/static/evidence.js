// A figure in an answer opens its evidence, with the row it rests on marked.
import { lay } from "./sheet.js";

const desk = document.getElementById("desk");
const panel = document.getElementById("evidence");
const body = document.getElementById("evidence-body");
const veil = document.getElementById("veil");
const threads = document.getElementById("threads");
const drawer = document.querySelector(".drawer-button");
let back = null;

const covers = () => matchMedia("(max-width: 1000px)").matches;

function open(part, button) {
  if (!covers()) return;
  back = button ?? document.activeElement;
  part.classList.add("open");
  veil.hidden = false;
  drawer.setAttribute("aria-expanded", String(part === threads));
  (part === panel ? panel.querySelector(".evidence-close") : part.querySelector("a")).focus();
}

function close() {
  for (const part of [panel, threads]) part.classList.remove("open");
  veil.hidden = true;
  drawer.setAttribute("aria-expanded", "false");
  back?.isConnected && back.focus({ preventScroll: true });
  back = null;
}

function forget() {
  for (const entry of document.querySelectorAll("a.shown")) entry.classList.remove("shown");
}

function reveal(exhibit, link) {
  forget();
  link.classList.add("shown");
  const sheet = exhibit.querySelector(".sheet");
  const row = Number(link.dataset.row);
  if (sheet) lay(sheet).mark(row, Number(link.dataset.column));
  const target = row >= 0 && sheet ? sheet : exhibit;
  if (target.offsetHeight < body.clientHeight) target.scrollIntoView({ block: target === sheet ? "center" : "start" });
  else target.scrollIntoView({ block: "start" });
}

// The panel shows one turn's evidence; that of an earlier turn is fetched when asked for.
async function follow(link) {
  const turn = link.closest(".turn");
  const wanted = link.dataset.evidence;
  const shown = body.querySelector(".exhibits");
  if (turn && shown?.dataset.for !== turn.dataset.turn) {
    const button = turn.querySelector(".show-evidence");
    const address = button?.getAttribute("hx-get");
    if (!address) return;
    await window.htmx.ajax("GET", address, { target: "#evidence-body", swap: "innerHTML" });
  }
  open(panel, link);
  const exhibit = body.querySelector(`[id="${CSS.escape(wanted)}"]`);
  if (exhibit) requestAnimationFrame(() => reveal(exhibit, link));
}

if (desk) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-evidence]");
    if (link) {
      event.preventDefault();
      follow(link);
    } else if (event.target.closest(".show-evidence")) {
      forget();
      open(panel, event.target.closest(".show-evidence"));
    } else if (event.target.closest(".evidence-close") || event.target === veil) close();
    else if (event.target.closest(".drawer-button")) open(threads, drawer);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && !veil.hidden && close());
  const title = document.getElementById("evidence-question");
  const named = () => {
    const shown = body.querySelector(".exhibits");
    title.textContent = shown?.dataset.question ?? "";
    title.title = title.textContent;
  };
  new MutationObserver(() => {
    body.scrollTop = 0;
    named();
  }).observe(body, { childList: true });
  named();
}
