// The plan view: what is announced, drawn north up around its own middle, in an azimuthal equidistant projection on a
// sphere. A schematic to look at: nothing is measured from it, and it knows no borders.

import { el, replace, say, svg } from "./dom.js";
import { sign } from "./facts.js";
import { THIN, labels, widthOf } from "./labels.js";
import { patterns, places } from "./places.js";
import { NM_M } from "./say.js";
import { state } from "./state.js";
import { plain, sentence } from "./strings.js";

const EARTH_M = 6_371_008.8;
const MARGIN = 34;
let [WIDTH, HEIGHT] = [720, 460];
const STEPS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30];
const SCALES_M = [200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000];
const SHOWN_MAX = 150;
const WIDER = 4; // by so much a red line or a zone may widen the view of what is announced
const WIDE_M = 200_000;
const APART_PX = 7;
const rad = (degrees) => (degrees * Math.PI) / 180;
let drawn = "";
const isNarrow = () => WIDTH < 420; // of a telephone held upright: less in each label, and more height to put it

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
const mapped = ({ id, sheltered }) => sheltered !== "yes" || state.selected.has(id);

// Every notice and safety message that stands in the picture, with its shapes.
function shapes() {
  return [...(state.board?.safety ?? []), ...(state.board?.notices ?? [])].filter(stands).filter(mapped).slice(0, SHOWN_MAX)
    .map((notice) => ({ notice, shapes: [...spotOf(notice), ...cellOf(notice), ...(notice.volumes ?? []).map(shapeOf)].filter(finite) })).filter(({ shapes: all }) => all.length);
}

export const clashing = () => new Set((state.board?.conflicts ?? []).filter((row) => row.verdict !== "none").flatMap((row) => [row.a, row.b]));

export function drawPlan() {
  const box = document.getElementById("plan-box");
  const rows = shapes();
  const stood = places(shapeOf, finite);
  const clashes = (state.board?.conflicts ?? []).filter((row) => row.verdict !== "none" && row.lat);
  const now = sign(rows, clashes, stood, [...state.selected], widthOf(box));
  if (now === drawn) return;
  drawn = now;
  if (!rows.length && !stood.some.length) {
    replace(box, el("p", { class: "none" }, say(state.board ? "plan_empty" : "unknown_yet")), unseen(stood.count));
    return;
  }
  WIDTH = widthOf(box);
  HEIGHT = Math.round(WIDTH * (isNarrow() ? 1 : 0.64));
  const { drawing, left } = picture(rows, clashes, stood.some);
  replace(box, drawing, unseen(stood.count - stood.some.length + left));
}

// The list has every red line and zone; that the plan lacks some is said, or it would be believed to show all.
const unseen = (n) => (n ? el("p", { class: "small" }, say("plan_not_drawn", { n })) : "");

const NOWHERE = { west: Infinity, east: -Infinity, south: Infinity, north: -Infinity };
const joined = (a, b) => ({ west: Math.min(a.west, b.west), east: Math.max(a.east, b.east), south: Math.min(a.south, b.south), north: Math.max(a.north, b.north) });
const across = (edge) => Math.max(edge.east - edge.west, edge.north - edge.south);
const meets = (a, b) => a.west <= b.east && b.west <= a.east && a.south <= b.north && b.south <= a.north;

// How far some shapes reach, in metres of a projection.
function reachOf(all, project) {
  return all.flatMap(({ lines, radius }) => lines.flatMap(({ points }) => points.map((point) => {
    const [x, y] = project(point);
    return { west: x - radius, east: x + radius, south: y - radius, north: y + radius };
  }))).reduce(joined, NOWHERE);
}

// What the view holds: all that is announced, and of red lines and zones, the nearest first, what does not dwarf it.
function view(rows, stood, project) {
  let edge = rows.map(({ shapes: all }) => reachOf(all, project)).reduce(joined, NOWHERE);
  const far = rows.length ? Math.max(WIDER * across(edge), WIDE_M) : Infinity;
  const drawn = stood.map((one) => ({ ...one, edge: reachOf(one.shapes, project) }));
  for (const one of [...drawn].sort((a, b) => across(joined(edge, a.edge)) - across(joined(edge, b.edge)))) {
    const wider = joined(edge, one.edge);
    if (across(wider) <= far) edge = wider;
  }
  return { edge, drawn: drawn.filter((one) => meets(one.edge, edge)) };
}

function picture(rows, clashes, stood) {
  const pointsOf = (some) => some.flatMap(({ shapes: all }) => all.flatMap(({ lines }) => lines.flatMap(({ points }) => points)));
  const centre = middle(pointsOf(rows.length ? rows : stood));
  const project = projection(centre);
  const { edge, drawn: seen } = view(rows, stood, project);
  const span = Math.max((edge.east - edge.west) / (WIDTH - 2 * MARGIN), (edge.north - edge.south) / (HEIGHT - 2 * MARGIN), 5);
  const metres = span * 1.12;
  const [x0, y0] = [(edge.west + edge.east) / 2, (edge.south + edge.north) / 2];
  const spot = (point) => {
    const [x, y] = project(point);
    return [WIDTH / 2 + (x - x0) / metres, HEIGHT / 2 - (y - y0) / metres];
  };
  const clashed = clashing();
  const own = state.board.party;
  const outline = (all) => all.flatMap(({ lines, radius }) => lines.flatMap((line) => edgePoints(line, radius / metres, spot)));
  const ways = [...rows, ...seen].map(({ shapes: all }) => outline(all));
  const label = labels({ right: WIDTH - 4, bottom: HEIGHT - 18, lines: ways.flat() });
  const figures = rows.map(({ notice, shapes: all }, at) => drawNotice(notice, all, { spot, metres, own, clashed, label, way: ways[at] }));
  const grounds = seen.map((one, at) => drawPlace(one, { spot, metres, label, way: ways[rows.length + at] }));
  const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": plain("plan_label", { n: rows.length, m: seen.length }), class: "plan" },
    hatch(), patterns(), graticule(centre, metres, spot), grounds.map(({ area }) => area),
    figures.map(({ area }) => area), clashes.map((row) => cross(spot([Number(row.lat), Number(row.lon)]))), [...grounds, ...figures].map(({ name }) => name), scaleBar(metres), northArrow());
  return { drawing, left: stood.length - seen.length };
}

// Points of an outline a few pixels apart, as far as they can be seen: what a label should not cross.
function edgePoints({ points, closed }, r, spot) {
  const spots = (points.length > 1 ? bent(points, closed) : points).map(spot);
  if (spots.length === 1) return Array.from({ length: 48 }, (_, at) => [spots[0][0] + r * Math.cos(at / 7.64), spots[0][1] + r * Math.sin(at / 7.64)]);
  return spots.slice(1).flatMap(([x, y], at) => {
    const [x0, y0] = spots[at];
    const pieces = Math.min(200, Math.ceil(Math.hypot(x - x0, y - y0) / APART_PX));
    return Array.from({ length: pieces + 1 }, (_, i) => [x0 + ((x - x0) * i) / Math.max(1, pieces), y0 + ((y - y0) * i) / Math.max(1, pieces)]);
  }).filter(([x, y]) => x > 0 && x < WIDTH && y > 0 && y < HEIGHT);
}

const boxOf = (way) => [Math.min(...way.map(([x]) => x)), Math.min(...way.map(([, y]) => y)), Math.max(...way.map(([x]) => x)), Math.max(...way.map(([, y]) => y))];

const select = (id) => document.dispatchEvent(new CustomEvent("wellclear-select", { detail: [id] }));

// The figures of some shapes; `frame` is drawn over each outline again, for a double line.
function figuresOf(all, { spot, metres }, frame = "") {
  return all.map(({ lines, radius }) => lines.map(({ points, closed }) => {
    const spots = bent(points, closed).map(spot);
    if (points.length === 1) return ["area", frame].filter(Boolean).map((name) => svg("circle", { cx: spots[0][0], cy: spots[0][1], r: Math.max(radius / metres, 3), class: name }));
    if (closed) return ["area", frame].filter(Boolean).map((name) => svg("path", { d: path(spots, true), class: name }));
    return [svg("path", { d: path(spots), class: "swath", "stroke-width": Math.max((2 * radius) / metres, 3) }), svg("path", { d: path(spots), class: "axis" })];
  }));
}

// A red line or a zone, under what is announced.
function drawPlace({ row, shapes: all, words, kind }, { spot, metres, label, way }) {
  const group = (...what) => svg("g", { class: kind, onclick: () => select(row.id) }, what);
  return { area: group(figuresOf(all, { spot, metres }, row.kind === "red_line" ? "core" : "")), name: way.length ? group(svg("text", label.beside(boxOf(way), words, row.kind === "zone" ? THIN : undefined), words)) : "" };
}

export const hatch = (id = "hatch") => svg("defs", {}, svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  svg("rect", { width: 7, height: 7, class: "hatch-ground" }), svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "hatch-line" })));

const path = (points, closed) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}${closed ? "Z" : ""}`;

function drawNotice(notice, all, { spot, metres, own, clashed, label, way }) {
  const kind = [notice.party === own ? "own" : "other", notice.code ? "distress" : "", notice.cell && !notice.volumes?.length ? "coarse" : "", clashed.has(notice.id) ? "clashed" : "", state.selected.has(notice.id) ? "picked" : ""].join(" ");
  const words = `${notice.code ? "▲ " : ""}${notice.id}${isNarrow() ? "" : ` ${String(notice.category ?? notice.code ?? "").replaceAll("_", " ")}`}`;
  const group = (...what) => svg("g", { class: kind, onclick: () => select(notice.id) }, what);
  return { area: group(figuresOf(all, { spot, metres })), name: group(svg("text", label.beside(boxOf(way), words), words)) };
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
