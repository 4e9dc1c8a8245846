// The time-height strip: time from left to right in every language, height upwards, each band in its own datum.

import { el, replace, say, svg } from "./dom.js";
import { sign } from "./facts.js";
import { labels, widthOf } from "./labels.js";
import { clashing, hatch, stands } from "./plan.js";
import { bandOf, dtg, windowOf } from "./say.js";
import { ownUs, state } from "./state.js";
import { plain, sentence } from "./strings.js";

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [230, 62, 12, 14, 26];
let WIDTH = 720;
const HOUR_US = 3.6e9;
const TICKS_US = [0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 120, 240].map((hours) => hours * HOUR_US);
const FEET = [500, 1000, 2000, 5000, 10_000, 20_000, 50_000];
const SHOWN_MAX = 150;
const FOOT_MM = 304.8;
let drawn = "";

function bars() {
  return (state.board?.notices ?? []).filter(stands).slice(0, SHOWN_MAX)
    .flatMap((notice) => (notice.volumes ?? []).map((volume) => ({ notice, band: bandOf(volume), window: windowOf(volume, notice) })))
    .filter(({ window }) => window.every(Number.isFinite));
}

export function drawStrip() {
  const box = document.getElementById("strip-box");
  const rows = bars();
  const now = sign(rows, state.board?.conflicts, [...state.selected], Math.floor(ownUs() / 3e7), widthOf(box));
  if (now === drawn) return;
  drawn = now;
  WIDTH = widthOf(box);
  if (rows.length) replace(box, picture(rows));
  else replace(box, el("p", { class: "none" }, say(state.board ? "plan_empty" : "unknown_yet")));
}

function picture(rows) {
  const own = ownUs();
  const first = Math.min(own, ...rows.map(({ window }) => Math.max(window[0], own - 6 * HOUR_US)));
  const last = Math.max(own + HOUR_US, ...rows.map(({ window }) => Math.min(window[1], own + 240 * HOUR_US)));
  const tops = rows.flatMap(({ band }) => [band.lower, band.upper]).filter((value) => value !== null).map((mm) => mm / FOOT_MM);
  const low = Math.min(0, ...tops);
  const high = Math.max(1000, ...tops) * 1.12;
  const x = (us) => LEFT + ((Math.min(Math.max(us, first), last) - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (feet) => HEIGHT - BOTTOM - ((feet - low) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const clashed = clashing();
  const label = labels({ left: LEFT + 2, right: WIDTH - RIGHT, top: TOP + 12, bottom: HEIGHT - BOTTOM - 4 });
  const said = new Set();
  const figures = rows.map((row) => bar(row, { x, y, low, high, clashed, label, said }));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": plain("strip_label", { n: rows.length }), class: "strip" },
    hatch("hatch-strip"), axes(first, last, low, high, x, y),
    (state.board.conflicts ?? []).filter((row) => row.verdict !== "none").map((row) => window(row, x, rows)),
    figures.map(({ area }) => area), figures.map(({ name }) => name),
    svg("line", { x1: x(own), x2: x(own), y1: TOP - 6, y2: HEIGHT - BOTTOM, class: "now" }),
    svg("text", { x: x(own) + 3, y: TOP - 3, class: "degree" }, sentence("now")));
}

function axes(first, last, low, high, x, y) {
  const step = TICKS_US.find((one) => (last - first) / one <= (WIDTH - LEFT) / 62) ?? TICKS_US.at(-1);
  const rise = FEET.find((one) => (high - low) / one <= 6) ?? FEET.at(-1);
  const lines = [];
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) {
    lines.push(svg("line", { x1: x(at), x2: x(at), y1: TOP, y2: HEIGHT - BOTTOM, class: "graticule" }),
      svg("text", { x: Math.min(x(at), WIDTH - 28), y: HEIGHT - 9, class: "degree", "text-anchor": "middle", direction: "ltr" }, dtg(at).slice(0, 7)));
  }
  for (let feet = Math.ceil(low / rise) * rise; feet <= high; feet += rise) {
    lines.push(svg("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(feet), y2: y(feet), class: "graticule" }),
      svg("text", { x: LEFT - 5, y: y(feet) + 4, class: "degree", "text-anchor": "end", direction: "ltr" }, `${feet} ft`));
  }
  return svg("g", { "aria-hidden": "true" }, lines);
}

// The overlap window of a clash, as a hatched column; its moments are those of the pair's volumes.
function window(row, x, rows) {
  const spans = [row.a, row.b].map((id) => rows.filter(({ notice }) => notice.id === id).map(({ window: one }) => one));
  const start = row.start_us ?? Math.max(...spans.map((some) => Math.min(...some.map(([from]) => from))));
  const end = row.end_us ?? Math.min(...spans.map((some) => Math.max(...some.map(([, to]) => to))));
  if (!(end > start)) return "";
  return svg("rect", { x: x(start), width: Math.max(2, x(end) - x(start)), y: TOP, height: HEIGHT - TOP - BOTTOM, class: "overlap" });
}

function bar({ notice, band, window: [start, end] }, { x, y, low, high, clashed, label, said }) {
  const kind = [notice.party === state.board.party ? "own" : "other", clashed.has(notice.id) ? "clashed" : "", state.selected.has(notice.id) ? "picked" : ""].join(" ");
  const top = y(band.upper === null ? high : band.upper / FOOT_MM);
  const words = `${notice.id} ${band.datum}`;
  const bottom = y(band.lower === null ? low : band.lower / FOOT_MM);
  const group = (what) => svg("g", { class: `${kind} bar`, onclick: () => document.dispatchEvent(new CustomEvent("wellclear-select", { detail: [notice.id] })) }, what);
  const area = group(svg("rect", { x: x(start), y: top, width: Math.max(3, x(end) - x(start)), height: Math.max(3, bottom - top), class: "area" }));
  if (said.has(words)) return { area, name: "" }; // volumes of one notice are named once
  said.add(words);
  return { area, name: group(svg("text", label(x(start) + 4, top + 12, words), words)) };
}
