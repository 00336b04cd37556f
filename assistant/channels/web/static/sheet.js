// A table that sorts, filters and shows a fact's cell. Rows come as JSON; text stays text.
const STEP = 100;
// Rows of different units share no number of decimals: a share keeps its tenth beside an amount.
const OWN = { format: (value) => value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) < 1000 ? 1 : 0 }) };
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

function words(value, column, figures) {
  if (value === null || value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return (column.mixed ? OWN : figures).format(value);
  if ((column.type === "month" || column.type === "date") && /^\d{4}-\d\d-\d\d$/.test(value)) {
    const day = new Date(`${value}T00:00:00Z`);
    return column.type === "month" ? MONTH.format(day) : DAY.format(day);
  }
  return String(value);
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
}

// States are read at a glance: a coloured pill, with the word in it.
const TONES = {
  carried_out: "good", approved: "good", on_time: "good", ok: "good",
  overdue: "bad", failed: "bad", not_carried_out: "bad", rejected: "bad", late: "bad", over: "bad", stock_out: "bad", short: "bad",
  due_without_a_check: "wait", open: "wait", draft: "wait", at_risk: "wait",
};

function pill(text) {
  const found = document.createElement("span");
  const tone = TONES[text.toLowerCase().replaceAll(" ", "_")];
  found.className = tone ? `pill ${tone}` : "pill";
  found.textContent = text.replaceAll("_", " ");
  return found;
}

class Sheet {
  constructor(root) {
    this.root = root;
    const { columns, rows } = JSON.parse(root.querySelector("script").textContent);
    this.columns = columns.map((column) => ({
      ...column,
      figures: new Intl.NumberFormat("en-US", { minimumFractionDigits: column.decimals, maximumFractionDigits: column.decimals }),
    }));
    this.all = rows.map((cells, place) => ({ cells, place }));
    this.shown = this.all;
    this.limit = STEP;
    this.sorted = null;
    this.marked = null;
    this.frame = root.querySelector(".sheet-frame");
    this.count = root.querySelector(".count");
    this.build();
    root.querySelector(".filter")?.addEventListener("input", (event) => this.filter(event.target.value));
  }

  build() {
    this.table = document.createElement("table");
    const head = this.table.createTHead().insertRow();
    this.columns.forEach((column, index) => head.append(this.heading(column, index)));
    this.body = this.table.createTBody();
    this.frame.replaceChildren(this.table);
    this.fill();
  }

  heading(column, index) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.classList.toggle("number", column.type === "number");
    const button = document.createElement("button");
    button.type = "button";
    const name = document.createElement("span");
    name.textContent = column.label;
    name.classList.toggle("short", column.label.length <= 15);
    if (column.unit) {
      const unit = document.createElement("small");
      unit.textContent = column.unit;
      name.append(unit);
    }
    const arrow = document.createElement("span");
    arrow.className = "arrow";
    arrow.setAttribute("aria-hidden", "true");
    button.append(name, arrow);
    button.addEventListener("click", () => this.sort(index));
    cell.append(button);
    return cell;
  }

  cell(row, column, index) {
    const value = row.cells[index];
    const cell = document.createElement("td");
    if (typeof value === "string" && ["state", "status", "judgement"].includes(column.name)) cell.append(pill(value));
    else cell.textContent = words(value, column, column.figures);
    if (column.type === "number") cell.classList.add("number");
    if (column.type === "month" || column.type === "date") cell.classList.add("day");
    else if (typeof value === "string" && value.length <= 30) cell.classList.add("id");
    else if (typeof value === "string") cell.classList.add("long");
    if (value === null) cell.classList.add("missing");
    if (typeof value === "number" && value < 0) cell.classList.add("below");
    if (this.marked?.row === row.place && this.marked.column === index) cell.classList.add("shown");
    return cell;
  }

  fill() {
    const rows = this.shown.slice(0, this.limit).map((row) => {
      const line = document.createElement("tr");
      if (this.marked?.row === row.place) line.className = "shown";
      line.append(...this.columns.map((column, index) => this.cell(row, column, index)));
      return line;
    });
    this.body.replaceChildren(...rows);
    this.frame.querySelector(".more-rows")?.remove();
    const left = this.shown.length - this.limit;
    if (left > 0) {
      const more = document.createElement("button");
      more.type = "button";
      more.className = "more-rows";
      more.textContent = `Show ${Math.min(left, 10 * STEP).toLocaleString("en-US")} more of ${this.shown.length.toLocaleString("en-US")} rows`;
      more.addEventListener("click", () => { this.limit += 10 * STEP; this.fill(); });
      this.frame.append(more);
    }
    const [some, all] = [this.shown.length, this.all.length].map((n) => n.toLocaleString("en-US"));
    this.count.textContent = some === all ? `${all} row${all === "1" ? "" : "s"}` : `${some} of ${all} rows`;
  }

  sort(index) {
    const again = this.sorted?.index === index;
    const falling = again ? !this.sorted.falling : this.columns[index].type === "number";
    this.sorted = { index, falling };
    // Missing is neither small nor large: it stays last either way.
    const order = (one, other) => {
      const [a, b] = [one.cells[index], other.cells[index]];
      if (a === null || b === null) return (a === null) - (b === null);
      return falling ? compare(b, a) : compare(a, b);
    };
    this.all = [...this.all].sort(order);
    this.shown = [...this.shown].sort(order);
    [...this.table.tHead.rows[0].cells].forEach((cell, place) => {
      if (place === index) cell.setAttribute("aria-sort", falling ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
      cell.querySelector(".arrow").textContent = place === index ? (falling ? "▼" : "▲") : "";
    });
    this.fill();
  }

  filter(wanted) {
    const parts = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    this.shown = this.all.filter((row) => {
      row.words ??= this.columns.map((column, i) => words(row.cells[i], column, column.figures)).join(" ").toLowerCase();
      return parts.every((part) => row.words.includes(part));
    });
    this.limit = STEP;
    this.fill();
  }

  mark(row, column) {
    this.marked = row >= 0 ? { row, column } : null;
    const place = this.shown.findIndex((entry) => entry.place === row);
    if (row >= 0 && place < 0) {
      const filter = this.root.querySelector(".filter");
      if (filter) filter.value = "";
      this.shown = this.all;
    }
    const at = this.shown.findIndex((entry) => entry.place === row);
    if (at >= this.limit) this.limit = at + STEP;
    this.fill();
    const line = this.body.querySelector("tr.shown");
    if (line) this.frame.scrollTop = line.offsetTop - this.frame.clientHeight / 2;
    const cell = this.body.querySelector("td.shown");
    if (cell && cell.offsetLeft + cell.offsetWidth > this.frame.clientWidth)
      this.frame.scrollLeft = cell.offsetLeft + cell.offsetWidth + 16 - this.frame.clientWidth;
  }
}

const sheets = new WeakMap();

export function lay(root) {
  if (!sheets.has(root)) sheets.set(root, new Sheet(root));
  return sheets.get(root);
}
