// The desk around the conversation: the width of the evidence, finding an earlier thread.
const desk = document.getElementById("desk");
const divider = document.getElementById("divider");
const KEY = "evidence-share";

function share(percent) {
  const kept = Math.round(Math.max(25, Math.min(65, percent)));
  desk.style.setProperty("--evidence-share", `${kept}%`);
  divider.setAttribute("aria-valuenow", String(kept));
  try {
    localStorage.setItem(KEY, String(kept));
  } catch {
    // Private windows keep nothing: the width holds until the page is left.
  }
}

if (desk) {
  const now = () => Number(divider.getAttribute("aria-valuenow"));
  try {
    const kept = Number(localStorage.getItem(KEY));
    if (kept) share(kept);
  } catch {
    // As above.
  }
  divider.addEventListener("pointerdown", (event) => {
    divider.setPointerCapture(event.pointerId);
    divider.classList.add("dragging");
  });
  divider.addEventListener("pointermove", (event) => {
    if (!divider.classList.contains("dragging")) return;
    const box = desk.getBoundingClientRect();
    share((100 * (box.right - event.clientX)) / box.width);
  });
  divider.addEventListener("lostpointercapture", () => {
    divider.classList.remove("dragging");
    dispatchEvent(new Event("resize"));
  });
  divider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: 2, ArrowRight: -2 }[event.key];
    if (!step) return;
    event.preventDefault();
    share(now() + step);
    dispatchEvent(new Event("resize"));
  });

  const find = document.getElementById("find-thread");
  const list = document.getElementById("thread-list");
  const narrow = () => {
    const wanted = find.value.trim().toLowerCase();
    const entries = [...list.querySelectorAll("li")];
    find.hidden = entries.length < 8;
    for (const entry of entries) entry.hidden = !entry.textContent.toLowerCase().includes(wanted);
    for (const group of list.querySelectorAll("ul"))
      group.previousElementSibling.hidden = ![...group.children].some((entry) => !entry.hidden);
  };
  find.addEventListener("input", narrow);
  new MutationObserver(narrow).observe(list, { childList: true });
  narrow();
}
