// The question box, the turn at work, and keeping the newest turn in sight.
const form = document.getElementById("composer");
const LIMIT = 4000;

if (form) {
  const box = document.getElementById("question");
  const counter = document.getElementById("counter");
  const send = form.querySelector(".send");
  const log = document.getElementById("log");
  const scroll = document.getElementById("scroll");
  const desk = document.getElementById("desk");
  const working = () => log.querySelector(".turn.running");
  const tell = (words) => document.dispatchEvent(new CustomEvent("page:say", { detail: words }));

  const measure = () => {
    if (!CSS.supports("field-sizing", "content")) {
      box.style.height = "auto";
      box.style.height = `${Math.min(box.scrollHeight, 210)}px`;
    }
    counter.hidden = box.value.length < 400;
    counter.textContent = `${box.value.length.toLocaleString("en-US")} / ${LIMIT.toLocaleString("en-US")}`;
    counter.classList.toggle("near", box.value.length > LIMIT - 200);
    send.disabled = !box.value.trim() || Boolean(working());
  };

  const ask = () => {
    if (!box.value.trim()) return;
    if (working()) tell("One question at a time: wait for the answer, or stop it.");
    else form.requestSubmit();
  };

  box.addEventListener("input", measure);
  box.addEventListener("keydown", (event) => {
    const asked = [...log.querySelectorAll(".question p")];
    if (event.key === "ArrowUp" && !box.value && asked.length) {
      event.preventDefault();
      box.value = asked.at(-1).textContent;
      measure();
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    ask();
  });
  form.addEventListener("submit", (event) => working() && event.preventDefault());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-ask]");
    if (!button) return;
    box.value = button.dataset.ask;
    measure();
    ask();
  });

  const show = (turn) => {
    const top = turn.offsetTop - 20;
    scroll.scrollTo({ top: Math.min(top, scroll.scrollHeight) });
  };

  // A new turn: clear the box, and keep the thread's address, so that a reload goes on with it.
  new MutationObserver((changes) => {
    for (const change of changes)
      for (const node of change.addedNodes) {
        if (node.nodeType !== 1 || !node.classList.contains("turn")) continue;
        document.getElementById("welcome")?.remove();
        desk.classList.remove("fresh");
        if (node.classList.contains("running")) box.value = "";
        if (node.dataset.thread) keep(node);
        if (document.hidden && !node.classList.contains("running")) document.title = `✓ ${title}`;
        show(node);
      }
    measure();
  }).observe(log, { childList: true });

  const keep = (turn) => {
    document.getElementById("thread").value = turn.dataset.thread;
    const address = `/threads/${encodeURIComponent(turn.dataset.thread)}`;
    if (location.pathname !== address) history.replaceState(null, "", address);
  };

  // A finished answer in a tab that nobody looks at says so in its title.
  const title = document.title;
  document.addEventListener("visibilitychange", () => (document.title = document.hidden ? document.title : title));
  document.addEventListener("htmx:sse:error", (event) => {
    const now = event.target.closest?.(".turn")?.querySelector(".work-now");
    if (now) now.textContent = "The connection was lost; trying again";
  });

  const started = new WeakMap();
  setInterval(() => {
    for (const clock of log.querySelectorAll(".elapsed")) {
      if (!started.has(clock)) started.set(clock, performance.now() - 1000 * Number(clock.dataset.since || 0));
      const seconds = (performance.now() - started.get(clock)) / 1000;
      clock.textContent = seconds < 1 ? "" : `${Math.floor(seconds)} s`;
    }
  }, 250);

  const last = log.querySelector(".turn:last-of-type");
  if (last) show(last);
  measure();
  if (matchMedia("(hover: hover)").matches) box.focus({ preventScroll: true });
}
