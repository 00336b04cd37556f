// What every page does; each subject has its own module.
import "./tips.js";
import { draw } from "./chart.js";
import { lay } from "./sheet.js";
import "./evidence.js";
import "./composer.js";
import "./desk.js";

const found = (root, selector) =>
  root.matches?.(selector) ? [root, ...root.querySelectorAll(selector)] : [...root.querySelectorAll(selector)];

function bring(root) {
  for (const sheet of found(root, ".sheet")) lay(sheet);
  for (const drawing of found(root, ".drawing")) draw(drawing);
}

// Fragments arrive by swap, from a form or from a stream: what is new is brought to life.
new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.nodeType === 1 && node.isConnected) bring(node);
}).observe(document.body, { childList: true, subtree: true });
bring(document.body);

export function say(words) {
  const toast = document.getElementById("toast");
  toast.textContent = words;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (toast.textContent = ""), 3200);
}
document.addEventListener("page:say", (event) => say(event.detail));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say("Copied");
    } catch {
      say("The browser did not allow copying");
    }
  }
  for (const open of document.querySelectorAll("details.pop[open]"))
    if (!open.contains(event.target)) open.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const open of document.querySelectorAll("details.pop[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

document.getElementById("person")?.addEventListener("change", (event) => event.target.form.submit());

document.addEventListener("htmx:error", () => say("The server did not answer. Is it still running?"));
