// The plan view: what is announced, drawn north up around its own middle, in an azimuthal equidistant projection on a
// sphere. A schematic to look at: nothing is measured from it, and it knows no borders.

import { el, replace, say, svg } from "./dom.js";
import { sign } from "./facts.js";
import { labels, widthOf } from "./labels.js";
import { NM_M } from "./say.js";
import { state } from "./state.js";
import { plain, sentence } from "./strings.js";

const EARTH_M = 6_371_008.8;
const MARGIN = 34;
let [WIDTH, HEIGHT] = [720, 460];
const STEPS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30];
const SCALES_M = [200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000];
const SHOWN_MAX = 150;
const rad = (degrees) => (degrees * Math.PI) / 180;
let drawn = "";

// Latitude and longitude in degrees to metres east and north of a centre.
function projection([lat0, lon0]) {
  const [sin0, cos0] = [Math.sin(rad(lat0)), Math.cos(rad(lat0))];
  return ([lat, lon]) => {
    const [sin, cos, turn] = [Math.sin(rad(lat)), Math.cos(rad(lat)), rad(lon - lon0)];
    const far = Math.acos(Math.max(-1, Math.min(1, sin0 * sin + cos0 * cos * Math.cos(turn))));
    const k = far < 1e-9 ? 1 : far / Math.sin(far);
    return [EARTH_M * k * cos * Math.sin(turn), EARTH_M * k * (cos0 * sin - sin0 * cos * Math.cos(turn))];
  };
}

const vector = ([lat, lon]) => [Math.cos(rad(lat)) * Math.cos(rad(lon)), Math.cos(rad(lat)) * Math.sin(rad(lon)), Math.sin(rad(lat))];
const place = ([x, y, z]) => [(Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI, (Math.atan2(y, x) * 180) / Math.PI];

function middle(points) {
  const sum = points.map(vector).reduce((a, b) => a.map((value, at) => value + b[at]), [0, 0, 0]);
  return Math.hypot(...sum) < 1e-6 ? points[0] : place(sum);
}

// Edges are geodesics: put points between, so that they bend where they should.
function bent(points, closed) {
  const ring = closed ? [...points, points[0]] : points;
  return ring.flatMap((point, at) => {
    if (at === 0) return [point];
    const [a, b] = [vector(ring[at - 1]), vector(point)];
    const angle = Math.acos(Math.max(-1, Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
    const pieces = Math.min(32, Math.ceil(angle / 0.004));
    return Array.from({ length: pieces }, (_, i) => {
      if (i === pieces - 1) return point;
      const t = (i + 1) / pieces;
      const [m, n] = [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
      return place(a.map((value, k) => m * value + n * b[k]));
    });
  });
}

const e7 = (pairs) => pairs.map(([lat, lon]) => [lat / 1e7, lon / 1e7]);

// The lines of a volume: [{points, closed}] and the radius around them, from its exact fields or its listed positions.
function shapeOf(volume) {
  const raw = volume.raw ?? {};
  const listed = (volume.positions ?? []).map((pair) => pair.map(Number));
  const radius = Number(volume.radius_m) || (raw.radius_mm ?? raw.half_width_mm ?? 0) / 1000;
  if (volume.kind === "circle") return { lines: [{ points: raw.centre ? e7([raw.centre]) : listed.slice(0, 1) }], radius };
  if (volume.kind === "corridor") return { lines: [{ points: raw.route ? e7(raw.route) : listed }], radius };
  const rings = raw.rings ?? raw.polygons?.flat();
  return { lines: rings ? rings.map((ring) => ({ points: e7(ring), closed: true })) : [{ points: listed, closed: true }], radius: 0 };
}

const finite = (shape) => shape.lines.every(({ points }) => points.length && points.every((point) => point.every(Number.isFinite)));

export const stands = (row) => !["CANCELLED", "COMPLETED", "EXPIRED"].includes(row.state);

// Where a safety message says that something happens.
const spotOf = ({ lat, lon }) => (lat === undefined ? [] : [{ lines: [{ points: [[Number(lat), Number(lon)]] }], radius: 0 }]);

// All that level 1 tells of a place: a cell, drawn dotted.
function cellOf({ volumes, cell }) {
  if (volumes?.length || !cell) return [];
  const corners = [["south_e7", "west_e7"], ["south_e7", "east_e7"], ["north_e7", "east_e7"], ["north_e7", "west_e7"]];
  return [{ lines: [{ points: corners.map(([lat, lon]) => [cell[lat] / 1e7, cell[lon] / 1e7]), closed: true }], radius: 0 }];
}

// There is no map of another party's sites and movements (N1): each is drawn while it is picked, and only then.
const SHELTERED = new Set(["aid_movement", "deployment", "protected_site", "survey"]);
const mapped = ({ id, party, category }) => party === state.board?.party || !SHELTERED.has(category) || state.selected.has(id);

// Every notice and safety message that stands in the picture, with its shapes.
function shapes() {
  return [...(state.board?.safety ?? []), ...(state.board?.notices ?? [])].filter(stands).filter(mapped).slice(0, SHOWN_MAX)
    .map((notice) => ({ notice, shapes: [...spotOf(notice), ...cellOf(notice), ...(notice.volumes ?? []).map(shapeOf)].filter(finite) })).filter(({ shapes: all }) => all.length);
}

export const clashing = () => new Set((state.board?.conflicts ?? []).filter((row) => row.verdict !== "none").flatMap((row) => [row.a, row.b]));

export function drawPlan() {
  const box = document.getElementById("plan-box");
  const rows = shapes();
  const clashes = (state.board?.conflicts ?? []).filter((row) => row.verdict !== "none" && row.lat);
  const now = sign(rows, clashes, [...state.selected], widthOf(box));
  if (now === drawn) return;
  drawn = now;
  if (!rows.length) {
    replace(box, el("p", { class: "none" }, say(state.board ? "plan_empty" : "unknown_yet")));
    return;
  }
  WIDTH = widthOf(box);
  HEIGHT = Math.round(WIDTH * 0.64);
  replace(box, picture(rows, clashes));
}

function picture(rows, clashes) {
  const points = rows.flatMap(({ shapes: all }) => all.flatMap(({ lines }) => lines.flatMap(({ points: some }) => some)));
  const centre = middle(points);
  const project = projection(centre);
  const edge = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
  const reach = ([x, y], r) => {
    edge.west = Math.min(edge.west, x - r); edge.east = Math.max(edge.east, x + r);
    edge.south = Math.min(edge.south, y - r); edge.north = Math.max(edge.north, y + r);
  };
  rows.forEach(({ shapes: all }) => all.forEach(({ lines, radius }) => lines.forEach(({ points: some }) => some.forEach((one) => reach(project(one), radius)))));
  const span = Math.max((edge.east - edge.west) / (WIDTH - 2 * MARGIN), (edge.north - edge.south) / (HEIGHT - 2 * MARGIN), 5);
  const metres = span * 1.12;
  const [x0, y0] = [(edge.west + edge.east) / 2, (edge.south + edge.north) / 2];
  const spot = (point) => {
    const [x, y] = project(point);
    return [WIDTH / 2 + (x - x0) / metres, HEIGHT / 2 - (y - y0) / metres];
  };
  const clashed = clashing();
  const own = state.board.party;
  const label = labels({ right: WIDTH - 4, bottom: HEIGHT - 18 });
  const figures = rows.map(({ notice, shapes: all }) => drawNotice(notice, all, { spot, metres, own, clashed, label }));
  return svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": plain("plan_label", { n: rows.length }), class: "plan" },
    hatch(), graticule(centre, metres, spot),
    figures.map(({ area }) => area), clashes.map((row) => cross(spot([Number(row.lat), Number(row.lon)]))), figures.map(({ name }) => name), scaleBar(metres), northArrow());
}

export const hatch = (id = "hatch") => svg("defs", {}, svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  svg("rect", { width: 7, height: 7, class: "hatch-ground" }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "hatch-line" })));

const path = (points, closed) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}${closed ? "Z" : ""}`;

function drawNotice(notice, all, { spot, metres, own, clashed, label }) {
  const kind = [notice.party === own ? "own" : "other", notice.code ? "distress" : "", notice.cell && !notice.volumes?.length ? "coarse" : "", clashed.has(notice.id) ? "clashed" : "", state.selected.has(notice.id) ? "picked" : ""].join(" ");
  const parts = all.map(({ lines, radius }) => lines.map(({ points, closed }) => {
    const spots = bent(points, closed).map(spot);
    if (points.length === 1) return svg("circle", { cx: spots[0][0], cy: spots[0][1], r: Math.max(radius / metres, 3), class: "area" });
    if (closed) return svg("path", { d: path(spots, true), class: "area" });
    return [svg("path", { d: path(spots), class: "swath", "stroke-width": Math.max((2 * radius) / metres, 3) }), svg("path", { d: path(spots), class: "axis" })];
  }));
  const [x, y] = spot(all[0].lines[0].points[0]);
  const words = `${notice.code ? "▲ " : ""}${notice.id} ${String(notice.category ?? notice.code ?? "").replaceAll("_", " ")}`;
  const group = (...what) => svg("g", { class: kind, onclick: () => document.dispatchEvent(new CustomEvent("wellclear-select", { detail: [notice.id] })) }, what);
  return { area: group(parts), name: group(svg("text", label(x + 13, y - 4, words), words)) };
}

const cross = ([x, y]) => svg("g", { class: "cross" }, svg("circle", { cx: x, cy: y, r: 10 }), svg("path", { d: `M${x - 6} ${y - 6}L${x + 6} ${y + 6}M${x + 6} ${y - 6}L${x - 6} ${y + 6}` }));

function graticule([lat0, lon0], metres, spot) {
  const [tall, wide] = [(HEIGHT * metres) / 111_195, (WIDTH * metres) / (111_195 * Math.max(0.05, Math.cos(rad(lat0))))];
  const step = STEPS.find((one) => tall / one <= 6) ?? 30;
  const across = STEPS.find((one) => wide / one <= WIDTH / 70) ?? 30;
  const digits = (one) => (one < 0.1 ? 2 : one < 1 ? 1 : 0);
  const lines = [];
  const range = (mid, half, by) => Array.from({ length: 2 * Math.ceil(half / by) + 3 }, (_, at) => (Math.floor((mid - half) / by) + at) * by);
  const sample = Array.from({ length: 33 }, (_, at) => at / 32 - 0.5);
  for (const lat of range(lat0, tall, step).filter((value) => Math.abs(value) < 90)) {
    const spots = sample.map((t) => spot([lat, lon0 + t * Math.min(wide * 2.2, 350)]));
    const y = spots.reduce((best, one) => (Math.abs(one[0] - 40) < Math.abs(best[0] - 40) ? one : best))[1];
    lines.push(svg("path", { d: path(spots), class: "graticule" }));
    if (y > 16 && y < HEIGHT - 16) lines.push(svg("text", { x: 4, y: y - 3, class: "degree", direction: "ltr" }, `${Math.abs(lat).toFixed(digits(step))}°${lat < 0 ? "S" : "N"}`));
  }
  for (const lon of range(lon0, Math.min(wide, 175), across)) {
    const spots = sample.map((t) => spot([Math.max(-89.9, Math.min(89.9, lat0 + t * tall * 2.2)), lon]));
    const x = spots.reduce((best, one) => (Math.abs(one[1] - HEIGHT) < Math.abs(best[1] - HEIGHT) ? one : best))[0];
    const shown = ((((lon + 180) % 360) + 360) % 360) - 180;
    lines.push(svg("path", { d: path(spots), class: "graticule" }));
    if (x > 0 && x < WIDTH - 46) lines.push(svg("text", { x: x + 3, y: HEIGHT - 4, class: "degree", direction: "ltr" }, `${Math.abs(shown).toFixed(digits(across))}°${shown < 0 ? "W" : "E"}`));
  }
  return svg("g", { "aria-hidden": "true" }, lines);
}

function scaleBar(metres) {
  const length = SCALES_M.filter((one) => one / metres <= Math.min(160, WIDTH / 4)).at(-1) ?? SCALES_M[0];
  const [x, y, wide] = [WIDTH - 14 - length / metres, HEIGHT - 26, length / metres];
  const text = `${length >= 1000 ? `${length / 1000} km` : `${length} m`} / ${(length / NM_M).toFixed(1)} NM`;
  return svg("g", { class: "scale" }, svg("path", { d: `M${x} ${y - 5}V${y}H${x + wide}V${y - 5}` }), svg("text", { x: x + wide, y: y - 9, "text-anchor": "end", direction: "ltr" }, text));
}

const northArrow = () => svg("g", { class: "scale" }, svg("path", { d: `M${WIDTH - 22} 44V14M${WIDTH - 28} 22L${WIDTH - 22} 12L${WIDTH - 16} 22` }),
  svg("text", { x: WIDTH - 22, y: 58, "text-anchor": "middle" }, sentence("north")));
