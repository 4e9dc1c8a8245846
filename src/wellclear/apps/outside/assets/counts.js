// Lanes of series, each with its own scale. Nothing is added over lanes, here as little as anywhere.

const facts = JSON.parse(document.getElementById("facts").textContent);
const MS = 86_400_000;
const LEFT = 64;
const RIGHT = 10;
const TALL = 170;
const FOOT = 24;
const ROWS_MAX = 500;
const STEPS = ["day", "week", "month"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const iso = (day) => new Date(day * MS).toISOString().slice(0, 10);
const dayOf = (text) => Math.round(Date.parse(`${text}T00:00:00Z`) / MS);
const number = (value) => value.toLocaleString("en");
const lanes = facts.lanes.map((lane, index) => ({ ...lane, index, shown: true, bins: Object.fromEntries(STEPS.map((step) => [step, new Map(lane.bars[step].map((bar) => [bar[0], bar]))])) }));
const state = { step: facts.step, first: dayOf(facts.first), last: dayOf(facts.last), at: null };
const whole = { first: state.first, last: state.last };

function startOf(day, step) {
  if (step === "day") return day;
  if (step === "week") return day - (((day + 3) % 7) + 7) % 7;
  const date = new Date(day * MS);
  return Math.round(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) / MS);
}

function after(start, step) {
  if (step !== "month") return start + (step === "day" ? 1 : 7);
  const date = new Date(start * MS);
  return Math.round(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / MS);
}

const binName = (start) => (state.step === "month" ? iso(start).slice(0, 7) : state.step === "week" ? `week of ${iso(start)}` : iso(start));
const span = () => ({ start: startOf(state.first, state.step), end: after(startOf(state.last, state.step), state.step) });

// 12 (10 to 15), or at least 5 where some events say no best.
function figure(bar) {
  if (!bar) return "–";
  const [, , low, shown, high, unsaid] = bar;
  const range = low !== shown || high !== shown ? ` (${number(low)} to ${number(high)})` : "";
  return `${unsaid ? "at least " : ""}${number(shown)}${range}`;
}

function rise(top) {
  let step = 1;
  while (step * 5 < top) step = String(step).startsWith("2") ? (step * 5) / 2 : step * 2;
  return step;
}

const visible = (lane) => [...lane.bins[state.step].values()].filter((bar) => bar[0] >= span().start && bar[0] < span().end);

function drawLane(lane) {
  const { start, end } = span();
  const { context, wide } = sized(lane.canvas, TALL + FOOT);
  const bars = visible(lane);
  const top = bars.reduce((most, bar) => Math.max(most, bar[2], bar[3], bar[4]), 1);
  const x = (day) => LEFT + (wide - LEFT - RIGHT) * Math.min(1, Math.max(0, (day - start) / (end - start)));
  const y = (value) => TALL - ((TALL - 8) * value) / top;
  context.font = "12px system-ui, sans-serif";
  if (state.at !== null) {
    context.fillStyle = inks.soft;
    context.fillRect(x(state.at), 0, Math.max(1, x(after(state.at, state.step)) - x(state.at)), TALL);
  }
  scale(context, top, y, wide);
  for (const bar of bars) drawBar(context, lane, bar, { x, y });
  context.strokeStyle = inks.faint;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(LEFT, TALL + 0.5);
  context.lineTo(wide - RIGHT, TALL + 0.5);
  context.stroke();
  days(context, x, start, end);
}

function scale(context, top, y, wide) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let value = 0; value <= top; value += rise(top)) {
    context.fillStyle = inks.faint;
    context.fillText(number(value), LEFT - 8, y(value));
    context.fillStyle = inks.line;
    if (value) context.fillRect(LEFT, y(value), wide - LEFT - RIGHT, 1);
  }
}

function drawBar(context, lane, [start, , low, shown, high, unsaid], { x, y }) {
  const [left, right] = [x(start), x(after(start, state.step))];
  const gap = Math.min(2, (right - left) * 0.15);
  const colour = colours[lane.index % colours.length];
  context.lineWidth = 1;
  context.fillStyle = unsaid ? inks.card : colour;
  context.strokeStyle = colour;
  const wide = Math.max(0.6, right - left - gap);
  context.fillRect(left + gap / 2, y(shown), wide, TALL - y(shown));
  if (unsaid || wide > 3) context.strokeRect(left + gap / 2 + 0.5, y(shown) + 0.5, Math.max(0, wide - 1), Math.max(0, TALL - y(shown) - 0.5));
  if (high !== low) {
    context.strokeStyle = inks.ink;
    context.beginPath();
    context.moveTo((left + right) / 2, y(low));
    context.lineTo((left + right) / 2, y(high));
    context.stroke();
  }
}

function days(context, x, start, end) {
  const long = end - start;
  const every = long <= 16 ? "day" : long <= 100 ? "week" : "month";
  const months = long <= 500 ? 1 : long <= 2000 ? 3 : 12;
  let free = -Infinity;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (let day = startOf(start, every); day < end; day = after(day, every)) {
    const date = new Date(day * MS);
    if (day < start || (every === "month" && date.getUTCMonth() % months)) continue;
    const text = every === "month" ? `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}` : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
    context.fillStyle = inks.faint;
    context.fillRect(x(day), TALL, 1, 5);
    const half = context.measureText(text).width / 2;
    if (x(day) - half < free) continue;
    context.fillText(text, x(day), TALL + 8);
    free = x(day) + half + 10;
  }
}

function read() {
  const box = byId("reading");
  box.replaceChildren();
  if (state.at === null) return;
  box.append(el("span", {}, binName(state.at)));
  for (const lane of lanes.filter((one) => one.shown)) {
    const bar = lane.bins[state.step].get(state.at);
    box.append(el("span", {}, swatch(lane), name(lane.series), bar ? `${figure(bar)} ${lane.unit}, ${number(bar[1])} event${bar[1] === 1 ? "" : "s"}` : "nothing in this bar"));
  }
}

function swatch(lane) {
  const found = el("i", { class: "swatch" });
  found.style.backgroundColor = found.style.borderColor = colours[lane.index % colours.length];
  return found;
}

function redraw() {
  takeColours();
  const { start, end } = span();
  byId("headline").textContent = `${facts.title}, by ${state.step}: ${iso(Math.max(start, state.first))} to ${iso(Math.min(end - 1, state.last))}`;
  byId("from").value = iso(state.first);
  byId("to").value = iso(state.last);
  for (const button of byId("steps").children) button.setAttribute("aria-pressed", String(button.textContent === state.step));
  for (const lane of lanes) {
    lane.box.hidden = !lane.shown;
    lane.box.style.borderInlineStartColor = colours[lane.index % colours.length];
    lane.title.textContent = `${lane.party ? `${lane.party}'s own count: ` : ""}${lane.series}: ${lane.unit} by ${state.step}`;
    const part = state.first > whole.first || state.last < whole.last;
    lane.apartLine.textContent = `${part && lane.apart[state.step] ? "Over all the time: " : ""}${lane.apart[state.step]}`;
    lane.canvas.setAttribute("aria-label", `${lane.series}, ${lane.unit} by ${state.step}, ${visible(lane).length} bars`);
    if (lane.shown) drawLane(lane);
  }
  read();
  legend();
  if (byId("as-table").open) tabulate();
}

function legend() {
  const key = (hollow) => {
    const found = el("i", { class: "swatch" });
    found.style.borderColor = inks.faint;
    found.style.backgroundColor = hollow ? inks.card : inks.faint;
    return found;
  };
  const boxes = lanes.map((lane) => el("label", {}, el("input", { type: "checkbox", checked: lane.shown, onchange: (event) => { lane.shown = event.currentTarget.checked; redraw(); } }), swatch(lane), name(lane.series)));
  byId("legend").replaceChildren(...boxes, el("span", {}, key(false), "the source's best figure"), el("span", {}, key(true), "at least: some events say no best"), el("span", {}, "│ the source's low to high"));
}

function tabulate() {
  const wanted = lanes.filter((lane) => lane.shown);
  const starts = [...new Set(wanted.flatMap((lane) => visible(lane).map((bar) => bar[0])))].sort((a, b) => a - b);
  byId("table-head").replaceChildren(el("tr", {}, el("th", { scope: "col" }, state.step), wanted.flatMap((lane) => [el("th", { scope: "col" }, `${lane.series}: events`), el("th", { scope: "col" }, lane.unit)])));
  byId("table-body").replaceChildren(...starts.slice(0, ROWS_MAX).map((start) => el("tr", {}, el("th", { scope: "row" }, binName(start)), wanted.flatMap((lane) => {
    const bar = lane.bins[state.step].get(start);
    return [el("td", {}, bar ? number(bar[1]) : "–"), el("td", {}, figure(bar))];
  }))));
  byId("table-note").textContent = starts.length > ROWS_MAX ? `The first ${number(ROWS_MAX)} of ${number(starts.length)} rows; choose less time or longer bars.` : facts.never;
}

function setRange(first, last) {
  if (!Number.isFinite(first) || !Number.isFinite(last)) return redraw();
  state.first = Math.max(whole.first, Math.min(first, whole.last));
  state.last = Math.min(whole.last, Math.max(last, state.first));
  state.at = null;
  return redraw();
}

function move(way) {
  const long = state.last - state.first + 1;
  const by = Math.round((way * long) / 2);
  const first = Math.max(whole.first, Math.min(state.first + by, whole.last - long + 1));
  setRange(first, first + long - 1);
}

const dayAt = (canvas, event) => {
  const box = canvas.getBoundingClientRect();
  const { start, end } = span();
  const left = LEFT * big;
  const share = (event.clientX - box.left - left) / (box.width - left - RIGHT * big);
  return Math.floor(start + Math.min(0.999999, Math.max(0, share)) * (end - start));
};

function point(at) {
  if (state.at === at) return;
  state.at = at;
  for (const lane of lanes) if (lane.shown) drawLane(lane);
  read();
}

function keyed(event) {
  const { start, end } = span();
  const now = state.at ?? start;
  const way = { ArrowRight: after(now, state.step), ArrowLeft: startOf(now - 1, state.step), Home: start, End: startOf(end - 1, state.step) }[event.key];
  if (way === undefined) return;
  event.preventDefault();
  point(state.at === null ? start : Math.max(start, Math.min(way, startOf(end - 1, state.step))));
}

function laneBox(lane) {
  lane.canvas = el("canvas", { tabindex: "0", role: "img", "aria-describedby": "keys" });
  lane.title = el("h2");
  lane.apartLine = el("p", { class: "faint" });
  let from = null;
  lane.canvas.addEventListener("pointermove", (event) => point(startOf(dayAt(lane.canvas, event), state.step)));
  lane.canvas.addEventListener("pointerdown", (event) => { from = dayAt(lane.canvas, event); });
  lane.canvas.addEventListener("pointerup", (event) => {
    const to = dayAt(lane.canvas, event);
    if (from !== null && startOf(from, state.step) !== startOf(to, state.step)) setRange(startOf(Math.min(from, to), state.step), after(startOf(Math.max(from, to), state.step), state.step) - 1);
    from = null;
  });
  lane.canvas.addEventListener("keydown", keyed);
  lane.box = el("section", { class: "lane" }, lane.title, el("p", { class: "faint" }, `Counts ${lane.counts}. An event: ${lane.event}. Counted by ${lane.by}. ${lane.credit}`), lane.canvas, lane.apartLine);
  return lane.box;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  redraw();
}

function start() {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  byId("basis").textContent = facts.basis;
  byId("steps").append(...STEPS.map((step) => el("button", { type: "button", onclick: () => { state.step = step; state.at = null; redraw(); } }, step)));
  byId("lanes").append(...lanes.map(laneBox));
  for (const id of ["from", "to"]) {
    byId(id).min = iso(whole.first);
    byId(id).max = iso(whole.last);
    byId(id).addEventListener("change", () => setRange(dayOf(byId("from").value), dayOf(byId("to").value)));
  }
  byId("all").addEventListener("click", () => setRange(whole.first, whole.last));
  byId("nearer").addEventListener("click", () => { const quarter = Math.floor((state.last - state.first) / 4); setRange(state.first + quarter, state.last - quarter); });
  byId("earlier").addEventListener("click", () => move(-1));
  byId("later").addEventListener("click", () => move(1));
  byId("as-table").addEventListener("toggle", redraw);
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  byId("print").addEventListener("click", () => window.print());
  document.title = facts.title;
  setTheme(dark.matches ? "dark" : "light");
  new ResizeObserver(() => redraw()).observe(byId("lanes"));
}

start();
