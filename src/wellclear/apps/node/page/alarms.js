// What rings: one card per situation, gravest and oldest first; the only place that sounds.

import { openAck } from "./ack.js";
import { askPassed, askTrack } from "./asking.js";
import { button, el, keep, ltr, ordered, replace, say, words } from "./dom.js";
import { between, cellPlace, countdown, heights, nextRung, precedence, sign } from "./facts.js";
import { onWatch, press, sendable } from "./officer.js";
import { heightGap, length, positionText, span } from "./say.js";
import { boardAge, isOurs, itemOf, link, measure, mute, state } from "./state.js";
import { plain, sentence } from "./strings.js";
import { ring } from "./sound.js";

const GRAVITY = ["alarm", "warning", "caution"];
const SIGNS = { alarm: "▲", warning: "◆", caution: "●" };
const SHOWN_MAX = 40; // a flood must not drown the desk: the rest is counted
const ANSWERED = ["notice", "amend", "safety", "track_query", "authority_scope", "intent"];
let announced = new Set();

const key = (alarm) => `${alarm.key}`;
const rank = ({ kind }) => (kind === "halted" ? 0 : kind === "outside" ? 1 : 2); // after a halt: why, and then who calls for help
const order = (a, b) => (b.state === "unack") - (a.state === "unack") || rank(a) - rank(b)
  || GRAVITY.indexOf(a.level) - GRAVITY.indexOf(b.level) || (a.due_us ?? Infinity) - (b.due_us ?? Infinity) || (a.since_us ?? 0) - (b.since_us ?? 0);

// The board's alarms, and the page's own: that the node has fallen silent.
export function alarms() {
  const told = (state.board?.alarms ?? []).filter((alarm) => alarm.state !== "cleared" || alarm.due_us);
  if (link().state !== "node") {
    state.noted.delete("page:node");
    return [...told].sort(order);
  }
  const silent = {
    key: "page:node", kind: "node", level: "alarm", state: state.noted.has("page:node") ? "acked" : "unack", title: plain("alarm_node"), local: true,
  };
  return [silent, ...told.sort(order)];
}

const loudest = (rows) => GRAVITY.find((level) => rows.some((row) => row.state === "unack" && row.level === level));

export function soundNow() {
  ring(loudest(alarms()));
}

export const unacknowledged = () => alarms().filter((alarm) => alarm.state === "unack").length;

export function drawAlarms() {
  const rows = alarms();
  const box = document.getElementById("alarm-list");
  keep(box, rows.length ? [...rows.slice(0, SHOWN_MAX).map((alarm) => ({
    key: key(alarm), sign: sign(alarm, dutyOf(alarm), clashOf(alarm), itemOf(alarm.item)), make: () => card(alarm),
  })), ...more(rows.length - SHOWN_MAX)] : [{ key: "none", sign: sign(state.board ? measure() : 0), make: empty }]);
  replace(document.getElementById("alarm-count"), rows.length ? ltr(rows.length) : "");
  tellNew(rows);
}

const more = (n) => (n > 0 ? [{ key: "more", sign: `${n}`, make: () => el("p", {}, say("and_more", { n })) }] : []);
const empty = () => el("p", { class: "none" }, state.board ? say("rings_none", measure()) : say("unknown_yet"));

function tellNew(rows) {
  const now = new Set(rows.filter((row) => row.state === "unack").map((row) => `${key(row)} ${row.version ?? ""} ${row.rung ?? ""}`));
  const fresh = rows.filter((row) => row.state === "unack" && !announced.has(`${key(row)} ${row.version ?? ""} ${row.rung ?? ""}`));
  announced = now;
  if (fresh.length) {
    replace(document.getElementById("alarm-news"), fresh.slice(0, 3).map((row) =>
      el("p", {}, say("new_alarm", { level: sentence(`level_${row.level}`), title: words(row.title) }))));
  }
}

// The answer that an alarm waits for. An alarm of another kind about the same item (a conflict) is not its answer:
// accepting one must not inhibit the other.
export const dutyOf = (alarm) => ([...ANSWERED, "unanswered"].includes(alarm.kind) ? state.board?.duties ?? [] : []).find((duty) =>
  duty.item === alarm.item && (alarm.version === undefined || duty.version === alarm.version)
  && (!alarm.desk || duty.desk === alarm.desk) && duty.what !== "receipt");

const clashOf = (alarm) => (alarm.kind !== "conflict" ? undefined : (state.board?.conflicts ?? []).find((row) =>
  alarm.key?.includes(row.a) && alarm.key.includes(row.b)) ?? (state.board?.conflicts ?? []).find((row) => [row.a, row.b].includes(alarm.item)));

// Whether this alarm asks for a person's acknowledgement that travels, with read-back; else one for this desk only.
// A node that has halted, or left, acknowledges nothing, so there it asks for none.
export function wantsReadback(alarm) {
  if (mute()) return false;
  const duty = dutyOf(alarm);
  if (duty) return duty.mine === "yes" && duty.what === "acknowledge";
  return ANSWERED.includes(alarm.kind) && itemOf(alarm.item) !== undefined && itemOf(alarm.item).mine !== "yes" && alarm.state === "unack";
}

// What key A and the card's button do.
export async function acknowledge(alarm) {
  if (alarm.local) {
    state.noted.add(alarm.key);
    drawAlarms();
  } else if (wantsReadback(alarm)) {
    if (!(await onWatch())) return;
    if (itemOf(alarm.item)?.kind === "track_query") askTrack(alarm.item, dutyOf(alarm)?.desk ?? alarm.desk);
    else openAck(alarm.item, alarm.version, dutyOf(alarm)?.desk ?? alarm.desk);
  } else if (alarm.state === "unack") await press(`alarms/${encodeURIComponent(alarm.key)}/acknowledge`, {});
}

function card(alarm) {
  const duty = dutyOf(alarm);
  const clash = clashOf(alarm);
  const open = alarm.state === "unack";
  const item = itemOf(alarm.item);
  const node = el("article", {
    class: `alarm ${GRAVITY.includes(alarm.level) ? alarm.level : "alarm"} ${alarm.state}`, tabindex: 0, "data-nav": "", "data-focus": `alarm ${key(alarm)}`, "data-alarm": key(alarm),
    "aria-label": `${sentence(`level_${alarm.level}`)}: ${alarm.title}`,
  },
  el("header", {}, el("span", { class: open ? "badge flash" : "badge" }, `${SIGNS[alarm.level] ?? "●"} `, say(`level_${alarm.level}`)),
    el("span", { class: "alarm-state" }, say(`state_${alarm.state}`)), precedence(alarm.precedence)),
  el("h3", {}, words(alarm.title)),
  alarm.local ? el("p", { class: "silent" }, say("alarm_node_text", { age: ltr("", "node-age") })) : "",
  alarm.text && el("p", {}, words(alarm.text)),
  el("dl", { class: "facts" }, facts(alarm, item, clash)),
  alarm.due_us ? el("p", { class: "due" }, say(alarm.kind === "units_not_told" ? "know_by" : "answer_by"), " ", ltr(alarm.due ?? ""), " ", countdown(alarm.due_us, duty?.overdue === "no" ? "no" : "yes")) : "",
  calls(alarm, duty),
  el("div", { class: "actions" }, actions(alarm)));
  return node;
}

function facts(alarm, item, clash) {
  const rows = [];
  const fact = (id, ...value) => rows.push(el("dt", {}, say(id)), el("dd", {}, value));
  if (alarm.item || item) {
    const other = clash && itemOf([clash.a, clash.b].find((id) => id !== alarm.item));
    fact("what", ltr(alarm.item), alarm.version ? [" ", ltr(`v${alarm.version}`)] : "", " ", words(String(item?.category ?? item?.code ?? "").replaceAll("_", " ")),
      other ? [" × ", ltr(other.id), " ", words(String(other.category ?? "").replaceAll("_", " "))] : "");
    const [from, to] = [item?.desk ?? item?.party, other ? other.desk ?? other.party : alarm.desk];
    fact("who", from && to ? ordered(from, other ? "×" : "→", to) : ltr(from ?? to ?? ""));
  }
  if (clash?.lat) {
    fact("where", ltr(positionText([clash.lat, clash.lon])));
    fact("when", between(clash));
    fact("how_near", say("lateral", { value: length(clash.lateral_m) }), ", ", say("vertical", { value: heightGap(clash.vertical_m) }));
  } else if (item) {
    const volume = item.volumes?.[0];
    const place = volume?.positions?.[0] ?? (item.lat ? [item.lat, item.lon] : undefined);
    if (place) fact("where", ltr(positionText(place)), volume?.grid ? [" ", ltr(volume.grid, "grid")] : "");
    else if (item.cell) fact("where", cellPlace(item.cell));
    if (item.start) fact("when", between(item));
    if (volume) fact("lower_upper_short", heights(volume));
  }
  if (alarm.since) fact("rings_since", ltr(alarm.since));
  if (alarm.silenced_by) fact("silenced_by", ltr(alarm.silenced_by), " ", ltr(alarm.silenced ?? ""));
  return rows;
}

function calls(alarm, duty) {
  if (alarm.state === "cleared") return "";
  const next = nextRung(duty, alarm.call);
  return el("p", { class: "calls" }, alarm.call ? [say("calling", { who: alarm.call }), next ? " · " : ""] : "",
    next ? say("calls_next", { who: next.who ?? sentence(`rung_${next.rung}`), left: countdown(next.at_us, "rung") }) : "");
}

function actions(alarm) {
  const list = [];
  if (wantsReadback(alarm)) list.push(button(itemOf(alarm.item)?.kind === "track_query" ? "answer_track" : "read_back", () => acknowledge(alarm), { class: "go", "data-focus": `ack ${key(alarm)}` }));
  else if (alarm.state === "unack") list.push(button("note_alarm", () => acknowledge(alarm), { "data-focus": `ack ${key(alarm)}` }));
  if (alarm.kind === "units_not_told" && isOurs(alarm.desk) && alarm.state !== "cleared") {
    list.push(sendable(button("passed", () => askPassed({ id: alarm.item, version: alarm.version, desk: alarm.desk }), { class: "go", "data-focus": `passed ${key(alarm)}` })));
  }
  if (alarm.item) {
    list.push(button("show", () => document.dispatchEvent(new CustomEvent("wellclear-select", { detail: [alarm.item, clashOf(alarm)?.a, clashOf(alarm)?.b] })),
      { "data-focus": `show ${key(alarm)}` }));
  }
  return list;
}

// The age inside the page's own alarm, moved on by the clock.
export function tickAlarms() {
  for (const node of document.querySelectorAll(".node-age")) node.textContent = span((boardAge() ?? 0) * 1000);
}

// What stands in the one row that screen readers and eyes look for first.
export const alarmOf = (node) => alarms().find((alarm) => key(alarm) === node?.closest("[data-alarm]")?.dataset.alarm);
