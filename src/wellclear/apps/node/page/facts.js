// Pieces that several lists show alike: times with countdowns, volumes, the four marks, the ladder.

import { el, ltr, ordered, say, words } from "./dom.js";
import { clockTime, dtg, heightText, length, positionText, span } from "./say.js";
import { link, mute, ownUs, state } from "./state.js";
import { sentence } from "./strings.js";

const MARKS = [["sent", "mark_sent"], ["received", "mark_received"], ["acked", "mark_acked"], ["confirmed", "mark_confirmed"], ["passed", "mark_passed"]];
const OVER = { yes: "overdue_by", no: "overdue_own", rung: "rung_due" };
const LEAD_BAD = ["SHORT", "NO REACTION TIME", "NO_REACTION_TIME", "IN PROGRESS", "IN_PROGRESS", "AFTER"];

// A countdown to a moment; `tick` keeps it. `over` says how it reads afterwards: overdue in the picture too ("yes"),
// by our own clock only ("no"), or merely a rung that is reached ("rung").
export function countdown(dueUs, over = "yes") {
  const node = el("bdi", { dir: "ltr", class: "count", "data-due": dueUs, "data-record": over });
  setCountdown(node);
  return node;
}

function setCountdown(node) {
  const left = Number(node.dataset.due) - ownUs();
  const over = left < 0;
  const id = over ? OVER[node.dataset.record] : "left";
  node.classList.toggle("over", over);
  node.replaceChildren(...say(id, { left: span(left) }));
}

// Move every countdown on; text only, so nothing else is drawn again.
export function tick() {
  for (const node of document.querySelectorAll("[data-due]")) setCountdown(node);
}

export function precedence(letter) {
  return letter ? el("span", { class: `prec prec-${letter}` }, sentence(`prec_${letter}`)) : "";
}

// Who must do what of a ladder: each rung a step, with what has rung and what comes.
export function ladder(duty) {
  const told = duty.rungs ?? [];
  const first = { rung: "ring", at_us: duty.start_us };
  const rungs = (told.some(({ rung }) => rung === "ring") || !duty.start_us ? [...told] : [first, ...told]).sort((a, b) => a.at_us - b.at_us);
  const current = rungs.findIndex((rung) => rung.rung === duty.rung);
  return el("ol", { class: "ladder" }, rungs.map((rung, at) => {
    const rung_us = rung.rung_us;
    const isNow = rung.rung === duty.rung;
    const done = rung_us !== undefined || at < current;
    const stateId = isNow ? "rung_state_now" : done ? "rung_state_rung" : "rung_state_next";
    return el("li", { class: isNow ? "now" : done ? "done" : "next", "aria-current": isNow ? "step" : undefined },
      el("span", { class: "rung-name" }, sentence(`rung_${rung.rung}`)), " ", rung.who ? ltr(rung.who, "who") : "",
      " ", ltr(clockTime(rung.at_us), "time"), " ", el("span", { class: "rung-state" }, say(stateId)));
  }));
}

// The next rung that calls somebody else than is called now.
export function nextRung(duty, called) {
  const now = ownUs();
  return [...(duty?.rungs ?? [])].filter((rung) => rung.rung_us === undefined && rung.rung !== duty.rung && rung.at_us > now && (!called || rung.who !== called))
    .sort((a, b) => a.at_us - b.at_us)[0];
}

// A window; the month is said once where it is the same.
export function between({ start = "", end = "" }) {
  const [from, to] = [start, end].map((text) => /^(\d{6}Z)([A-Z]{3}\d{2})$/.exec(text));
  if (!from || !to || from[2] !== to[2]) return ordered(start, "–", end);
  return ordered(from[1], "–", to[1], from[2]);
}

// A date-time group without month and year, for narrow tables; the whole of it stands in the title.
const short = (text) => el("bdi", { dir: "ltr", class: "time", title: text }, String(text).replace(/^(\d{6}Z)[A-Z]{3}\d{2}$/, "$1"));

const face = (value) => (value === undefined || value === null || value === "" ? sentence("unbounded") : value);

// A cell by two of its corners.
export function cellPlace(cell) {
  const corner = (lat, lon) => positionText([cell[lat] / 1e7, cell[lon] / 1e7]);
  return ordered(corner("south_e7", "west_e7"), "–", corner("north_e7", "east_e7"));
}

// What level 1 tells: a cell and a slot of time, and no more.
export function cellFacts(cell) {
  return el("div", { class: "volume" }, el("div", {}, say("coarse_cell")),
    el("div", {}, cellPlace(cell)),
    el("div", {}, between({ start: dtg(cell.start_us), end: dtg(cell.end_us) })));
}

// Both faces of a volume as they were said.
export const heights = (volume) => ordered(face(volume.lower), "–", face(volume.upper));

// One volume in words: form, first position twice (degrees and grid), heights with their datum, window.
export function volumeFacts(volume, index) {
  const kind = volume.kind ?? "polygon";
  const positions = volume.positions ?? [];
  const shape = ["circle", "corridor"].includes(kind)
    ? say(kind, { radius: length(volume.radius_m) }) : say(kind === "polygons" ? "polygons" : "polygon", { n: positions.length });
  return el("div", { class: "volume" },
    el("div", { class: "form" }, say("volume_n", { n: index + 1 }), ": ", shape),
    positions[0] && el("div", {}, ltr(positionText(positions[0]), "pos"), volume.grid ? [" ", ltr(volume.grid, "grid")] : ""),
    el("div", {}, heights(volume)),
    volume.start && el("div", {}, between(volume)),
    positions.length > 1 && el("details", {}, el("summary", {}, say("positions"), ` (${positions.length})`),
      el("ol", { class: "small" }, positions.map((one) => el("li", {}, ltr(positionText(one)))))));
}

function mark(row, name) {
  if (name === "confirmed" && row.unconfirmed === "yes") return el("td", { class: "mark bad" }, el("b", {}, "✗ "), say("unconfirmed"));
  const at = row[name];
  if (!at && name === "acked" && row.acked_version) return el("td", { class: "mark bad" }, "◐ ", say("acked_older", { version: row.acked_version }));
  if (!at) return el("td", { class: "mark open" }, "○ ", el("span", {}, say("mark_none")));
  const who = name === "acked" && row.acked_by ? [" ", ltr(row.acked_by, "person")] : name === "passed" && row.echelon ? [" ", words(row.echelon)] : "";
  const said = at === "yes" ? "" : typeof at === "object" ? at.at ?? at.echelon ?? "" : at;
  return el("td", { class: "mark done" }, "✓ ", short(said), who);
}

const NOT_PROVEN = ["overdue", "passed_late"];

// By when the fourth mark is asked for; it is no mark of its own, and nothing waits for it.
function unitsAsked(row) {
  const told = [row.units, ...(row.units_earlier ?? [])].filter((one) => one !== undefined);
  return told.length ? el("tr", { class: "units" }, el("td", { colspan: MARKS.length }, told.map((one) =>
    el("p", { class: NOT_PROVEN.includes(one.state) ? "bad" : "" }, one.version === row.version ? "" : [ltr(`v${one.version}`), " "], unitsWords(one))))) : undefined;
}

// The deadline of a desk for its units, in words; of another party's site the hour is in no list.
export const unitsWords = (one) => [NOT_PROVEN.includes(one.state) ? el("b", {}, "✗ ") : "", say(`know_${one.state}`, { due: one.due ?? sentence("know_hidden") }),
  one.due_us && one.state === "asked" ? [" ", countdown(one.due_us, "rung")] : ""];

// Received, acknowledged, confirmed, passed: four columns, never one.
export function marks(notice, acts) {
  const rows = notice.recipients ?? [];
  if (!rows.length) return "";
  return el("table", { class: "marks" }, el("caption", { class: "hidden" }, say("marks")),
    el("thead", {}, el("tr", {}, MARKS.map(([, id]) => el("th", { scope: "col" }, say(id))))),
    rows.map((row) => el("tbody", {},
      el("tr", {}, el("th", { scope: "rowgroup", colspan: MARKS.length }, ltr(row.desk))),
      el("tr", {}, MARKS.map(([name]) => mark(row, name))),
      unitsAsked(row),
      row.differences?.length ? el("tr", {}, el("td", { colspan: MARKS.length, class: "bad" }, say("said_read", { what: words(row.differences.join("; ")) }))) : undefined,
      acts?.(row) ? el("tr", { class: "acts" }, el("td", { colspan: MARKS.length }, acts(row))) : undefined)));
}

// One entry that a lost key may have linked or approved in other hands: it stands, and somebody should ask.
export const doubt = (row) => [say("index", { index: row.index }), ": ", words(String(row.kind).replaceAll("_", " ")), " ", ltr(row.item ?? ""), " ",
  ltr(row.desk || row.party || ""), " ", el("span", { class: "small" }, words((row.why ?? []).join("; ")))];

export function doubtful(notice) {
  const rows = notice.doubtful ?? [];
  if (!rows.length) return "";
  return el("details", { class: "bad", open: "" }, el("summary", {}, el("b", { class: "flag bad" }, say("doubtful"))), el("ul", { class: "small" }, rows.map((row) => el("li", {}, doubt(row)))));
}

const atBest = (notice, party) => (notice.recipients ?? []).some((row) => row.lead?.at_best === "yes" && (row.party ?? row.desk.split("/")[0]) === party);

// Who reads which field groups of it; that stands in the record for all to see.
export function shown(notice) {
  const parties = [...new Set(Object.values(notice.shown ?? {}).flat())].sort();
  if (!parties.length) return "";
  const later = new Set((notice.disclosed ?? []).flatMap((row) => row.to));
  const groups = (party) => Object.entries(notice.shown).filter(([, readers]) => readers.includes(party)).map(([group]) => group).join(", ");
  return el("p", { class: "small" }, say("shown_to"), ": ", parties.map((party, at) => [
    at ? "; " : "", ltr(party), " ", words(groups(party)), later.has(party) ? [" (", say("shown_later"), ")"] : ""]));
}

export function leads(notice) {
  const rows = Object.entries(notice.lead ?? {});
  if (!rows.length) return "";
  return el("p", { class: "lead" }, say("lead"), ": ", rows.map(([party, flag], at) => [
    at ? ", " : "", ltr(party), " ", el("b", { class: LEAD_BAD.includes(flag) ? "flag bad" : "flag" }, String(flag).replaceAll("_", " ")), atBest(notice, party) ? [" ", say("at_best")] : ""]));
}

// What a request asks for, in an officer's units.
export function asked(details = {}) {
  const { datum = "AMSL", lower_mm, upper_mm, start_us, ...rest } = details;
  const told = { ...rest };
  if (lower_mm !== undefined) told[sentence("lower")] = `${heightText(lower_mm, datum)} ${datum}`;
  if (upper_mm !== undefined) told[sentence("upper")] = `${heightText(upper_mm, datum)} ${datum}`;
  if (start_us !== undefined) told[sentence("not_before")] = dtg(start_us);
  return further(told);
}

// Plain `key: value` lines of whatever an announcer said further.
export function further(fields) {
  const rows = Object.entries(fields ?? {}).filter(([key, value]) => key !== "group" && typeof value !== "object");
  if (!rows.length) return "";
  return el("dl", { class: "small" }, rows.map(([key, value]) => [el("dt", {}, words(key.replaceAll("_", " "))), el("dd", {}, words(value))]));
}

export function change(row) {
  if (typeof row !== "object") return words(row);
  const moved = row.distance_m ?? row.moved_m;
  return [words(row.field ?? ""), ": ", ordered(row.old ?? "", "→", row.new ?? ""), moved ? [" (", ltr(length(moved)), ")"] : ""];
}

// Signature of everything a card is drawn from, so that unchanged cards are not drawn again.
export const sign = (...values) => JSON.stringify([state.session?.person, link().old, mute(), ...values]);
