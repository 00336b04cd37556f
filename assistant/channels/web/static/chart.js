// Vega-Lite charts in the page's own colours, light and dark. Nothing is evaluated: ast is on.
const specs = new Map();
let library = null;

function vega() {
  library ??= import("/static/vega.js").then(() => window.vegaEmbed);
  return library;
}

// The colours that tools/charts.py draws with, and the page's own for the same meaning.
const COLOURS = {
  "#0072b2": "--chart-1", "#e69f00": "--chart-2", "#009e73": "--chart-3", "#cc79a7": "--chart-4",
  "#56b4e9": "--chart-5", "#d55e00": "--chart-6", "#f0e442": "--chart-7", "#7a7f87": "--chart-8",
};

function recoloured(value, colour) {
  if (typeof value === "string") return COLOURS[value.toLowerCase()] ? colour(COLOURS[value.toLowerCase()]) : value;
  if (Array.isArray(value)) return value.map((entry) => recoloured(entry, colour));
  if (value && typeof value === "object")
    return Object.fromEntries(
      Object.entries(value).map(([key, entry]) => [key, key === "values" ? entry : recoloured(entry, colour)]),
    );
  return value;
}

// A month axis says the year once, under its first month, instead of leaning every label.
const MONTH_LABEL =
  "utcmonth(datum.value) == 0 || datum.index == 0 ? [utcFormat(datum.value, '%b'), utcFormat(datum.value, '%Y')] : utcFormat(datum.value, '%b')";

function months(value) {
  if (Array.isArray(value)) return value.map(months);
  if (!value || typeof value !== "object") return value;
  const changed = Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, key === "values" ? entry : months(entry)]),
  );
  if (changed.timeUnit === "utcyearmonth" && changed.axis)
    changed.axis = { ...changed.axis, format: undefined, labelAngle: 0, labelExpr: MONTH_LABEL, labelAlign: "center" };
  return changed;
}

// A long name wraps onto a second line instead of losing its end, which may be all that tells it apart.
const roomFor = (width) => Math.max(16, Math.floor((width * 0.42) / 6.2));

function wrapped(width) {
  const room = roomFor(width);
  const cut = `lastindexof(slice(datum.label, 0, ${room + 1}), ' ')`;
  return `length(datum.label) > ${room} && ${cut} > 0 ? [slice(datum.label, 0, ${cut}), slice(datum.label, ${cut} + 1)] : datum.label`;
}

function named(spec, width) {
  if (!Array.isArray(spec.layer) && !spec.encoding) return spec;
  const y = spec.encoding?.y;
  return {
    ...spec,
    ...(spec.layer && { layer: spec.layer.map((layer) => named(layer, width)) }),
    ...(y?.type === "nominal" && {
      encoding: { ...spec.encoding, y: { ...y, axis: { ...y.axis, labelExpr: wrapped(width), labelLimit: width * 0.45, labelLineHeight: 12, labelOverlap: false } } },
    }),
  };
}

function theme(colour) {
  const font = getComputedStyle(document.body).fontFamily;
  const axis = {
    labelFont: font, titleFont: font, labelFontSize: 11.5, titleFontSize: 11.5, titleFontWeight: 400,
    labelColor: colour("--soft"), titleColor: colour("--soft"), domain: false, ticks: false, labelPadding: 6,
    gridColor: colour("--line"), gridOpacity: 1, titlePadding: 8,
  };
  return {
    background: "transparent", font, view: { stroke: null }, axis,
    axisX: { grid: false, domain: true, domainColor: colour("--line-strong"), titleAnchor: "end" },
    axisY: { titleAngle: 0, titleAlign: "left", titleAnchor: "end", titleBaseline: "bottom", titleX: 0, titleY: -8 },
    axisQuantitative: { tickCount: 6 }, axisXQuantitative: { labelBound: 4 },
    legend: { labelFont: font, titleFont: font, labelFontSize: 12, labelColor: colour("--ink"), titleColor: colour("--soft"), orient: "bottom", symbolSize: 90, symbolStrokeWidth: 0, title: null, columnPadding: 16, labelLimit: 260 },
    header: { labelFont: font, titleFont: font, labelColor: colour("--ink"), titleColor: colour("--soft") },
    bar: { cornerRadiusEnd: 3 }, scale: { bandPaddingInner: 0.32, bandPaddingOuter: 0.16 }, line: { strokeCap: "round" }, text: { font, color: colour("--ink") },
    range: { category: [1, 2, 3, 4, 5, 6, 7, 8].map((n) => colour(`--chart-${n}`)) },
  };
}

function dressed(spec) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const { title, background, config, ...drawn } = months(recoloured(spec, colour));
  const dress = theme(colour);
  // Bars are read by their length, from zero; a line by its course, wherever it runs.
  if (!/"(bar|rect)"/.test(JSON.stringify({ ...drawn, data: null }))) dress.scale.zero = false;
  return [drawn, dress];
}

// As many legend entries beside each other as the width has room for.
function columns(spec, width) {
  const layers = [spec, ...(spec.layer ?? [])];
  const field = layers.map((layer) => layer.encoding?.color?.field).find(Boolean);
  const rows = layers.flatMap((layer) => layer.data?.values ?? []);
  const longest = Math.max(4, ...rows.map((row) => String(row[field] ?? "").length));
  return Math.max(1, Math.floor(width / (longest * 6.8 + 36)));
}

async function paint(drawing) {
  try {
    const [spec, config] = dressed(specs.get(drawing));
    config.legend.columns = columns(spec, drawing.clientWidth - 40);
    const embed = await vega();
    const shownSpec = named(spec, drawing.clientWidth);
    drawing.vegaView?.finalize();
    const shown = await embed(drawing, shownSpec, {
      ast: true, actions: false, renderer: "svg", defaultStyle: false, config, mode: "vega-lite",
      tooltip: { disableDefaultStyle: true, theme: "page" }, logLevel: 1,
    });
    drawing.vegaView = shown.view;
    drawing.style.minHeight = "0";
    const picture = drawing.closest("figure")?.querySelector(".picture");
    if (picture) picture.hidden = false;
  } catch (problem) {
    drawing.classList.add("failed-chart");
    drawing.textContent = "This chart could not be drawn; its rows are below.";
    console.warn(problem);
  }
}

const near = new IntersectionObserver((entries) => {
  for (const entry of entries)
    if (entry.isIntersecting) {
      near.unobserve(entry.target);
      paint(entry.target);
    }
}, { rootMargin: "400px" });

function categories(spec) {
  const field = (spec.encoding ?? spec.layer?.[0]?.encoding)?.y?.field;
  return [...new Set((spec.data?.values ?? []).map((row) => String(row[field] ?? "")))];
}

export function draw(drawing) {
  if (specs.has(drawing)) return;
  const source = drawing.querySelector("script");
  if (!source) return;
  const spec = JSON.parse(source.textContent);
  specs.set(drawing, spec);
  // A step of height per category becomes a height, so that its room is known before it is drawn.
  if (spec.height?.step) {
    const names = categories(spec);
    const wraps = names.some((name) => name.length > roomFor(drawing.clientWidth));
    spec.height = Math.max(spec.height.step, wraps ? 28 : 0) * Math.max(2, names.length);
  }
  drawing.style.minHeight = `${(spec.height ?? 240) + 48}px`;
  near.observe(drawing);
}

document.addEventListener("click", async (event) => {
  const figure = event.target.closest(".picture")?.closest("figure");
  const drawing = figure?.querySelector(".drawing");
  if (!drawing?.vegaView) return;
  const ground = getComputedStyle(document.documentElement).getPropertyValue("--surface").trim();
  const link = document.createElement("a");
  link.href = await drawing.vegaView.background(ground).runAsync().then((view) => view.toImageURL("png", 2));
  link.download = `${figure.querySelector("figcaption").firstChild.textContent.trim()}.png`;
  link.click();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const drawing of specs.keys()) {
    if (!drawing.isConnected) specs.delete(drawing);
    else if (drawing.vegaView) paint(drawing);
  }
});
