// What the plan draws beside notices: red lines and zones that stand and whose place is open here. Each sort has its
// pattern, each state its line, and both stand in the label, so that nothing hangs on colour. No other record has a
// place on the plan: not a site, not a movement, not a track (N1, N13).

import { svg } from "./dom.js";
import { state } from "./state.js";
import { plain } from "./strings.js";

const DRAWN_MAX = 60;

const stands = (row) => ["zone", "red_line"].includes(row.kind) && !row.ended && row.standing?.state !== "ended";

// The areas of one row, as volumes are written; none where they are not open here.
function areasOf({ kind, said }) {
  if (kind === "zone") return said?.volumes ?? [];
  return said?.trigger?.area?.kind ? [said.trigger.area] : [];
}

function wordsOf(row) {
  if (row.kind === "red_line") return plain("plan_red_line", { id: row.id });
  return plain(`plan_${row.said.sort}`, { name: row.said.name, state: row.standing.state });
}

// Every one that can be drawn, the newest first, and how many stand in all.
export function places(shapeOf, finite) {
  const all = (state.board?.records ?? []).filter(stands);
  const some = all.slice(0, DRAWN_MAX).map((row) => ({ row, areas: areasOf(row) }))
    .map(({ row, areas }) => ({ row, shapes: areas.map((raw) => shapeOf({ kind: raw.kind, raw })).filter(finite) }))
    .filter(({ shapes }) => shapes.length)
    .map(({ row, shapes }) => ({ row, shapes, words: wordsOf(row), kind: kindOf(row) }));
  return { some, count: all.length };
}

const kindOf = (row) => [row.kind === "zone" ? `zone ${row.said.sort} ${row.standing.state}` : "red-line", state.selected.has(row.id) ? "picked" : ""].join(" ");

// Dots for an area of separation, slanted lines for a caution area, a lattice for a closure.
export const patterns = () => svg("defs", {}, pattern("dots", svg("circle", { cx: 4, cy: 4, r: 1.1 })),
  pattern("slants", svg("path", { d: "M0 8L8 0M-2 2L2 -2M6 10L10 6" })), pattern("lattice", svg("path", { d: "M0 0L8 8M0 8L8 0" })));

const pattern = (id, figure) => svg("pattern", { id: `zone-${id}`, width: 8, height: 8, patternUnits: "userSpaceOnUse", class: "zone-pattern" }, figure);
