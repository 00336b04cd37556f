// One hint, shown beside what the pointer or the keyboard is on: [data-tip], [data-from].
const tip = document.getElementById("tip");
let owner = null;

function show(element) {
  owner = element;
  tip.replaceChildren(document.createTextNode(element.dataset.tip));
  if (element.dataset.from) {
    const small = document.createElement("small");
    small.textContent = `${element.dataset.from} · click for the rows`;
    tip.append(small);
  }
  tip.hidden = false;
  element.setAttribute("aria-describedby", "tip");
  const at = element.getClientRects()[0] ?? element.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
  const above = at.top - size.height - 7;
  tip.style.transform = `translate(${left}px, ${above > 8 ? above : at.bottom + 7}px)`;
}

function hide() {
  owner?.removeAttribute("aria-describedby");
  owner = null;
  tip.hidden = true;
}

for (const [enter, leave] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(enter, (event) => {
    const element = event.target.closest?.("[data-tip]");
    if (element && element !== owner) show(element);
  });
  document.addEventListener(leave, (event) => {
    if (owner && !owner.contains(event.relatedTarget)) hide();
  });
}
addEventListener("scroll", hide, { capture: true, passive: true });
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
