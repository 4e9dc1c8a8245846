// Joins the parts: boards in, pictures and lists out, a clock four times a second, keys.

import { acknowledge, alarmOf, drawAlarms, soundNow, tickAlarms, unacknowledged } from "./alarms.js";
import { askSafety, showHelp, singleKeys, writeMessage } from "./asking.js";
import { button, el, ltr, replace, say, words } from "./dom.js";
import { tick } from "./facts.js";
import { drawLists } from "./lists.js";
import { NodeError, call, follow, takeToken } from "./node.js";
import { awayLine, awayNow, sendable, watchLine } from "./officer.js";
import { openPicked } from "./picked.js";
import { drawPlan } from "./plan.js";
import { clockTime, dtg, span } from "./say.js";
import { enableSound, silence, silentFor } from "./sound.js";
import { drawStrip } from "./strip.js";
import { hearBoard, link, mute, ownUs, state, witnesses } from "./state.js";
import { plain, sentence } from "./strings.js";

const DRIFT_MS = 2000; // a greater difference of clocks is shown (R20)
const byId = (id) => document.getElementById(id);
const LABELS = { live: "link_live", host: "link_host", stale: "link_stale", halted: "link_halted", left: "link_left", away: "link_away", node: "link_node", wait: "link_wait" };
const OLD = { stale: "old_stale", away: "old_away", halted: "old_halted", left: "old_left", node: "old_node" };
const LINK_SIGNS = { live: "●", host: "◐", stale: "◌", halted: "■", left: "□", away: "○", node: "✕", wait: "…" };
let shown = "";

// Put the fixed sentences of the page where index.html names them.
function label() {
  for (const node of document.querySelectorAll("[data-say]")) replace(node, say(node.dataset.say));
  document.title = sentence("title");
  byId("safety").addEventListener("click", askSafety);
  byId("help").addEventListener("click", showHelp);
  byId("write").addEventListener("click", () => writeMessage());
  document.addEventListener("wellclear-select", ({ detail }) => {
    state.selected = new Set(detail.filter(Boolean));
    draw();
    openPicked(draw);
  });
}

function draw() {
  drawAlarms();
  drawLists();
  drawPlan();
  drawStrip();
  drawHead();
  beat();
}

function drawHead() {
  const board = state.board ?? {};
  const banner = byId("banner");
  const kind = board.exercise === "yes" ? "exercise" : board.exercise === "no" ? "real" : "unknown";
  document.documentElement.dataset.channel = kind;
  const word = sentence({ exercise: "exercise", real: "real", unknown: "no_channel" }[kind]);
  replace(banner, el("span", {}, kind === "exercise" ? `${word} ${word} ${word}` : word));
  replace(byId("channel"), state.board ? [el("b", {}, ltr(board.party)), " ", ...(board.desks ?? []).map((desk) => [ltr(desk), " "]), el("br"),
    say("agreement", { version: board.agreement }), " · ", say("log_size", { size: board.size }), " ", el("br"),
    el("span", { class: "faint" }, say("channel", { spoken: String(board.spoken ?? "").split(" ").slice(0, 2).join(" ") }), " · ", say("digest", { digest: String(board.digest ?? "").slice(0, 8) }))] : "");
  byId("channel").title = plain("channel", { spoken: board.spoken ?? "" });
  const phase = byId("phase");
  phase.hidden = !["founding", "closed"].includes(board.phase);
  if (!phase.hidden) replace(phase, say(`phase_${board.phase}`));
  byId("safety").disabled = mute() === "left";
  byId("write").hidden = Boolean(mute());
  replace(byId("write-not"), mute() ? sendable(byId("write")) : "");
}

// What moves without news: clock, ages, countdowns, sound, the grey of an old picture.
function beat() {
  const own = ownUs();
  replace(byId("zulu"), ltr(clockTime(own)));
  replace(byId("date"), ltr(dtg(own)));
  const { state: now, old, age_ms } = link();
  const age = () => ltr(span(age_ms * 1000), "age");
  document.documentElement.dataset.link = now;
  document.documentElement.classList.toggle("old", old);
  byId("link").className = `link ${now}`;
  replace(byId("link-state"), el("b", {}, `${LINK_SIGNS[now]} `, say(LABELS[now])));
  replace(byId("link-age"), now === "wait" ? "" : now === "node" ? age() : say("heard", { age: age() }));
  const seen = witnesses();
  replace(byId("link-witness"), state.board ? (seen.length ? seen.map((row, at) => [at ? ", " : "", sawLog(row)]) : say("no_witness")) : "");
  byId("link").title = state.board?.link?.words ?? "";
  drawOld(now, age());
  drawClock();
  tick();
  tickAlarms();
  drawSound();
  soundNow();
  const waiting = unacknowledged();
  document.title = waiting ? `(${waiting}) ${sentence("title")}` : sentence("title");
  if (now !== shown) {
    shown = now;
    drawAlarms();
  }
  const officer = JSON.stringify([state.session?.session, (state.session?.expires_us ?? Infinity) > own, awayNow()]);
  if (byId("watch").dataset.of !== officer) {
    byId("watch").dataset.of = officer;
    replace(byId("watch"), el("span", { class: "faint" }, say("on_watch"), ": "), watchLine(), awayLine());
  }
}

// One witness: when it last cosigned this log, and how many entries it had then, where that is not all of them.
function sawLog({ party, size, age_ms, ahead }) {
  if (ahead) return say("witness_ahead", { party });
  const id = size === undefined || size === state.board.size ? "witness" : "witness_of";
  return say(id, { party, size, age: span(age_ms * 1000) });
}

// The label over an old picture; its text alone changes, so that a screen reader hears the change of state once.
function drawOld(now, age) {
  const box = byId("old");
  let id = OLD[now];
  if (state.status === 401 || state.status === 403) id = takeToken() ? "token_wrong" : "token_missing";
  else if (!state.board) id = takeToken() ? "no_board" : "token_missing";
  box.hidden = !id;
  drawHalt(now);
  if (id) replace(box, say(id, { age, at: state.board ? dtg(heardAt(now)) : "" }));
}

// Until when the picture is what the host has shown; of a node that answers no more, when it last did.
function heardAt(now) {
  const { own_us: own, now_us: last, link: told } = state.board;
  if (now === "node") return own;
  return told?.heard_ms === undefined ? last : own - told.heard_ms * 1000;
}

// Why this node has halted, what still works, and what to do: drawn once, so that it can be opened and read.
function drawHalt(now) {
  const box = byId("halt");
  const told = now === "halted" ? state.board?.halt : undefined;
  box.hidden = !told?.why;
  if (box.hidden || box.dataset.of === told.evidence) return;
  box.dataset.of = told.evidence;
  replace(box, el("p", {}, words(told.works), " ", words(told.do)), el("p", { class: "small" }, words(told.why), " ", say("halt_evidence", { file: told.evidence })),
    el("details", {}, el("summary", {}, say("halt_notes")), told.notes.map((note) => el("pre", { dir: "ltr" }, note))));
}

function drawClock() {
  const board = state.board;
  if (!board) return;
  const drift = Number(board.drift_ms ?? 0);
  const far = Math.abs(drift) > DRIFT_MS;
  replace(byId("picture-now"), say("picture_now"), " ", ltr(clockTime(board.now_us)), " ",
    el("span", { class: far ? "flag bad" : "" }, say(far ? "drift_over" : "drift", { value: `${(Math.round(drift / 100) / 10 || 0).toFixed(1)} s` })),
    board.stands_still === "yes" ? el("div", { class: "small" }, say("stands_still")) : "");
}

function drawSound() {
  const left = silentFor();
  const mode = !state.sound ? "off" : left > 0 ? "silent" : unacknowledged() ? "ringing" : "on";
  const box = byId("sound");
  if (box.dataset.mode !== mode) {
    box.dataset.mode = mode;
    const word = el("span", { id: "sound-word" });
    replace(box, mode === "off" ? [el("span", { class: "flag bad" }, say("sound_off")), " ", button("enable_sound", enableSound, { class: "go" })]
      : [word, " ", mode === "ringing" ? button("silence", () => { silence(); beat(); }) : ""]);
    if (mode !== "off") replace(word, say("sound_on"));
  }
  if (mode === "silent") replace(byId("sound-word"), say("silenced", { left: span(left * 1000 + 999_999) }));
}

// Single keys; never while a person types, in a dialog, or when switched off (WCAG 2.1.4).
function keys(event) {
  const typing = event.composedPath()[0]?.closest?.("input, textarea, select, dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !singleKeys()) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "a") {
    const alarm = alarmOf(document.activeElement);
    if (!alarm) return;
    acknowledge(alarm);
  } else if (key === "s" && state.sound) silence();
  else if (event.key === "?") showHelp();
  else return;
  event.preventDefault();
}

function move(by) {
  const all = [...document.querySelectorAll("[data-nav]")];
  const at = all.indexOf(document.activeElement?.closest("[data-nav]"));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// The other desks, for the forms, where the board itself does not name them.
async function learnPeers() {
  if (state.board?.peers || state.peersOf === state.board?.agreement) return;
  state.peersOf = state.board?.agreement;
  try {
    const { parties = {} } = await call("GET", "roster");
    state.peers = Object.values(parties).flatMap(({ desks = [] }) => desks.map((row) => row.desk ?? row));
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    state.peersOf = undefined;
  }
}

// A fault of this page must be seen: what it shows can no longer be trusted.
function broken() {
  document.documentElement.classList.add("broken");
  byId("broken").hidden = false;
}

addEventListener("error", broken);
addEventListener("unhandledrejection", broken);
addEventListener("keydown", keys);
takeToken();
addEventListener("hashchange", takeToken);
label();
draw();
setInterval(beat, 250);
follow("/api/events", "board", (board) => {
  hearBoard(board);
  draw();
  learnPeers();
}, (status) => {
  state.status = status || state.status;
  beat();
});
follow("/api/rings", "ring", (alarm) => {
  if (!state.board) return;
  state.board.alarms = [alarm, ...(state.board.alarms ?? []).filter((row) => row.key !== alarm.key)];
  draw();
}, () => {});
