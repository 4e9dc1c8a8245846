// Duties, notices, clashes, messages, requests, remarks, outbox: every fact of the pictures also as words in a table or list.

import { button, el, keep, ltr, ordered, replace, say, words } from "./dom.js";
import { askAltitude, askDelay, askPassed, askTrack, askUnable, writeMessage } from "./asking.js";
import { asked, between, cellFacts, change, countdown, doubt, doubtful, further, ladder, leads, marks, precedence, shown, sign, unitsWords, volumeFacts } from "./facts.js";
import { counts, incident } from "./incidents.js";
import { press, sendable } from "./officer.js";
import { heightGap, length, positionText, span } from "./say.js";
import { isClash, isOurs, itemOf, measure, mute, state } from "./state.js";
import { sentence } from "./strings.js";
import { statement } from "./statements.js";
import { hostConsent, isTreaty, treaty } from "./treaty.js";

const SHOWN_MAX = 200;

const nothing = (told) => ({ key: "none", sign: sign(told, !state.board), make: () => el("p", { class: "none" }, state.board ? say(...told) : say("unknown_yet")) });

// Fill one panel: its rows, or the sentence that says that there are none, and against what.
function panel(name, rows, none) {
  const shown = rows.slice(0, SHOWN_MAX);
  if (rows.length > SHOWN_MAX) shown.push({ key: "more", sign: `${rows.length}`, make: () => el("p", {}, say("and_more", { n: rows.length - SHOWN_MAX })) });
  keep(document.getElementById(`${name}-list`), rows.length ? shown : [nothing(none())]);
  replace(document.getElementById(`${name}-count`), rows.length ? ltr(rows.length) : "");
}

const select = (...ids) => document.dispatchEvent(new CustomEvent("wellclear-select", { detail: ids }));
const picked = (...ids) => ids.some((id) => state.selected.has(id));

export function drawLists() {
  const board = state.board ?? {};
  drawDuties(board.duties ?? [], board.units ?? []);
  drawClashes(board.conflicts ?? []);
  panel("notice", (board.notices ?? []).map((row) => ({ key: row.id, sign: sign(row, picked(row.id)), make: () => notice(row) })), () => ["notices_none_all", { ...measure(), parties: measure().known }]);
  panel("safety", [
    ...(board.outside?.rows ?? []).map((row) => ({ key: row.key, sign: sign(row), make: () => outside(row) })),
    ...(board.safety ?? []).map((row) => ({ key: row.id, sign: sign(row), make: () => safety(row) })),
  ], () => ["safety_none"]);
  panel("message", (board.messages ?? []).map((row) => ({ key: row.id, sign: sign(row), make: () => message(row) })), () => ["messages_none"]);
  panel("request", (board.requests ?? []).map((row) => ({ key: row.id, sign: sign(row), make: () => request(row) })), () => ["requests_none"]);
  panel("record", (board.records ?? []).map((row) => ({ key: row.id, sign: sign(row, picked(row.id)), make: () => (isTreaty(row) ? treaty(row, picked(row.id), select) : row.columns ? incident(row) : row.signing ? statement(row) : record(row)) })), () => ["records_none"]);
  replace(document.getElementById("record-gap"), board.speaking?.gap ? say("record_gap", { gap: board.speaking.gap }) : "");
  keep(document.getElementById("counts"), [{ key: "counts", sign: sign(board.own_counts), make: () => el("div", {}, counts(board.own_counts)) }]);
  panel("remark", (board.remarks ?? []).map((row, at) => ({ key: `${row.index} ${row.reason} ${at}`, sign: sign(row), make: () => remark(row) })), () => ["remarks_none"]);
  drawOutbox(board.outbox ?? {});
  drawDoubtful(board.doubtful ?? {});
}

// What a lost key may have said in other hands; a message or an amendment of the past has no other place on this page.
function drawDoubtful(told) {
  const rows = told.rows ?? [];
  document.getElementById("doubtful").hidden = !told.count;
  panel("doubtful", rows.map((row) => ({ key: `${row.index}`, sign: sign(row), make: () => el("p", { class: "remark" }, el("b", { class: "flag bad" }, say("doubtful")), " ",
    doubt(row)) })), () => ["doubtful_machines", { n: told.count ?? 0 }]);
}

// What a desk of ours still has to prove of its units, and what another one has not proven in time.
function unitsRows(units) {
  return units.filter((one) => one.mine === "yes" || one.state === "overdue").map((one) => ({
    key: `units ${one.item} ${one.version} ${one.desk}`, sign: sign(one), make: () => el("article", { class: `duty ${one.state === "overdue" ? "late" : ""}` },
      el("h3", {}, el("span", { class: one.mine === "yes" ? "whose mine" : "whose" }, say(one.mine === "yes" ? "ours" : "theirs")), " ", ltr(one.desk), ": ", say("know_to_do")),
      el("p", {}, ltr(one.item), " ", ltr(`v${one.version}`), " ", say("from", { who: one.author }), " ", precedence(one.precedence)),
      el("p", { class: "due" }, unitsWords(one)),
      one.mine === "yes" ? el("div", { class: "actions" }, sendable(button("passed", () => askPassed({ id: one.item, version: one.version, desk: one.desk }),
        { "data-focus": `units ${one.item} ${one.desk}` }))) : ""),
  }));
}

function drawDuties(duties, units) {
  const rows = duties.filter((duty) => duty.what !== "receipt" || duty.overdue === "yes").sort((a, b) =>
    (b.mine === "yes") - (a.mine === "yes") || a.due_us - b.due_us);
  panel("duty", rows.map((duty) => ({
    key: `${duty.item} ${duty.version} ${duty.desk} ${duty.what}`, sign: sign(duty), make: () => el("article", { class: `duty ${duty.overdue === "yes" ? "late" : ""}` },
      el("h3", {}, el("span", { class: duty.mine === "yes" ? "whose mine" : "whose" }, say(duty.mine === "yes" ? "ours" : "theirs")), " ", ltr(duty.desk), ": ", say(`what_${duty.what}`)),
      el("p", {}, ltr(duty.item), " ", duty.version ? [ltr(`v${duty.version}`), " "] : "", words(duty.kind ?? ""), duty.from ? [" ", say("from", { who: duty.from })] : "", " ", precedence(duty.precedence)),
      el("p", { class: "due" }, ltr(duty.due ?? ""), " ", countdown(duty.due_us, duty.overdue === "yes" ? "yes" : "no")),
      duty.rungs?.length ? ladder(duty) : ""),
  })).concat(unitsRows(units)), () => ["duties_none_all", { ...measure(), notices: state.board?.notices?.length ?? 0 }]);
}

function drawClashes(conflicts) {
  const rows = conflicts.filter(isClash);
  panel("clash", rows.map((row) => ({
    key: `${row.a} ${row.b}`, sign: sign(row, picked(row.a, row.b), state.board.notices?.length), make: () => clash(row),
  })), () => ["clashes_none_all", measure()]);
  const { coarse, missing } = measure();
  replace(document.getElementById("clash-limits"), coarse ? [say("compared_coarse", { n: coarse }), " "] : "",
    missing.length ? [say("compared_missing", { who: missing.join(", ") }), " "] : "", say("compared_limits"));
}

const verdict = (value) => say(value ? `verdict_${value.verdict ?? value}` : "verdict_unanswered");

function clash(row) {
  const minima = row.minima ?? {};
  const name = (id) => [ltr(id), " ", itemOf(id) ? [words(itemOf(id).category ?? ""), " ", ltr(itemOf(id).party)] : ""];
  const theirs = [row.a, row.b].find((id) => itemOf(id) && !isOurs(itemOf(id).party));
  return el("article", { class: `clash ${row.verdict} ${picked(row.a, row.b) ? "picked" : ""}`, tabindex: 0, "data-nav": "", "data-focus": `clash ${row.a} ${row.b}`, onclick: () => select(row.a, row.b) },
    el("h3", {}, el("span", { class: "badge" }, row.verdict === "conflict" ? "✕ " : "? ", verdict(row.verdict)), " ", ordered(row.a, "×", row.b)),
    el("p", {}, name(row.a), " / ", name(row.b)),
    row.disputed === "yes" ? el("p", { class: "bad" }, say("disputed")) : "",
    el("dl", { class: "facts" },
      el("dt", {}, say("verdict_ours")), el("dd", {}, verdict(row.ours)), el("dt", {}, say("verdict_theirs")), el("dd", {}, verdict(row.theirs)),
      row.lateral_m === undefined ? "" : [el("dt", {}, say("closest")), el("dd", {}, say("lateral", { value: length(row.lateral_m) }), ", ", say("vertical", { value: heightGap(row.vertical_m) }),
        Number(row.time_s) ? [", ", say("apart", { value: span(row.time_s * 1e6) })] : "",
        row.lat ? el("div", {}, ltr(positionText([row.lat, row.lon]))) : ""),
      el("dt", {}, say("overlap")), el("dd", {}, between(row))],
      el("dt", {}, say("minima")), el("dd", {}, minimaWords(minima))),
    el("div", { class: "actions" }, sendable(
      theirs ? button("ask_altitude", () => askAltitude(itemOf(theirs)), { "data-focus": `alt ${row.a} ${row.b}` }) : "",
      theirs ? button("ask_delay", () => askDelay(itemOf(theirs)), { "data-focus": `delay ${row.a} ${row.b}` }) : "",
      button("send_message", () => writeMessage(theirs ? itemOf(theirs) : undefined), { "data-focus": `msg ${row.a} ${row.b}` }))));
}

function minimaWords(minima) {
  const lateral = minima.lateral_m ?? (minima.lateral_mm !== undefined ? minima.lateral_mm / 1000 : undefined);
  const vertical = minima.vertical_m ?? (minima.vertical_mm !== undefined ? minima.vertical_mm / 1000 : undefined);
  const time = minima.time_s ?? (minima.time_us !== undefined ? minima.time_us / 1e6 : undefined);
  if (lateral === undefined && vertical === undefined) return say("default_minima");
  return [say("lateral", { value: length(lateral) }), ", ", say("vertical", { value: heightGap(vertical) }), time ? [", ", say("apart", { value: span(time * 1e6) })] : ""];
}

function notice(row) {
  const mine = row.mine === "yes";
  return el("article", { class: `notice ${mine ? "mine" : ""} ${picked(row.id) ? "picked" : ""}`, tabindex: 0, "data-nav": "", "data-focus": `notice ${row.id}`, onclick: () => select(row.id) },
    el("h3", {}, el("span", { class: mine ? "line own" : "line other", "aria-hidden": "true" }), ltr(row.id), " ", ltr(`v${row.version}`), " ",
      mine ? el("span", { class: "whose mine" }, say("mine")) : ltr(row.party), " ", words(String(row.category ?? "").replaceAll("_", " "))),
    el("p", {}, el("b", { class: "state" }, words(row.state)), " ", precedence(row.precedence), " ", row.start ? between(row) : "",
      (row.flags ?? []).map((flag) => [" ", el("b", { class: "flag bad" }, words(String(flag.reason ?? flag).replaceAll("_", " ")))])),
    doubtful(row),
    leads(row),
    hostConsent(row.host_consent),
    shown(row),
    row.volumes?.length ? row.volumes.map(volumeFacts) : row.cell ? cellFacts(row.cell) : el("p", {}, say(row.left_out ? "left_out" : "no_volume")),
    row.protection ? el("p", { class: "small" }, say("protection")) : "",
    row.copy ? el("p", { class: "small copy" }, say("copy_of", { desk: ltr(row.copy.desk), mark: ltr(row.copy.mark) })) : "",
    marks(row, (recipient) => answerButtons(row, recipient)),
    row.changes?.length ? el("details", {}, el("summary", {}, say("changes")), el("ul", { class: "small" }, row.changes.map((one) => el("li", {}, change(one))))) : "",
    Object.keys(row.rest ?? {}).length ? el("details", {}, el("summary", {}, say("further")), further(row.rest)) : "");
}

// What the announcer may say of a read-back, and a desk of ours of its units.
function answerButtons(row, recipient) {
  const desk = recipient.desk;
  const names = { id: row.id, version: row.version, desk };
  if (row.mine === "yes" && recipient.acked && !recipient.confirmed) {
    const wrong = recipient.unconfirmed === "yes";
    return sendable(button("confirm", () => press("desk/confirm", names), { class: wrong ? "" : "go", "data-focus": `confirm ${row.id} ${desk}` }), " ",
      button("readback_wrong", () => press("desk/readback_wrong", names), { class: wrong ? "go" : "", "data-focus": `wrong ${row.id} ${desk}` }));
  }
  if (isOurs(desk) && recipient.acked && !recipient.passed) return sendable(button("passed", () => askPassed(names), { "data-focus": `passed ${row.id} ${desk}` }));
  return undefined;
}

function safety(row) {
  return el("article", { class: "notice safety-item", tabindex: 0, "data-nav": "", "data-focus": `safety ${row.id}` },
    el("h3", {}, el("span", { class: "badge" }, "▲ ", say(`code_${row.code}`)), " ", ltr(row.id), " ", ltr(row.party ?? "")),
    el("p", {}, precedence(row.precedence), " ", words(row.state ?? ""), " ", row.lat ? ltr(positionText([row.lat, row.lon])) : "", " ", words(row.who ?? "")),
    doubtful(row),
    row.text ? el("p", {}, words(row.text)) : "", (row.volumes ?? []).map(volumeFacts),
    marks(row, (recipient) => answerButtons(row, recipient)));
}

// What a host has brought that is not believed: no mark of an answer belongs here, since there is no record of it.
function outside(row) {
  return el("article", { class: "notice safety-item", tabindex: 0, "data-nav": "", "data-focus": row.key },
    el("h3", {}, el("span", { class: "badge" }, "▲ ", say(`code_${row.code}`)), " ", ltr(row.id), " ", ltr(row.desk)),
    el("p", {}, el("b", { class: "bad" }, say("outside")), " ", precedence(row.precedence), " ", ltr(row.said ?? ""), " ",
      row.by ? say("outside_by", { who: row.by }) : say("outside_nobody"), " ", row.lat ? ltr(positionText([row.lat, row.lon])) : "", " ", words(row.who ?? "")),
    row.text ? el("p", {}, words(row.text)) : "", (row.volumes ?? []).map(volumeFacts), el("p", { class: "small" }, words(row.mark)));
}

function message(row) {
  const to = Array.isArray(row.to) ? row.to.join(", ") : row.to;
  return el("article", { class: "message" },
    el("p", { class: "small" }, ltr(row.id), " ", ordered(row.from, "→", to), " ", ltr(row.at ?? "")),
    row.text === undefined ? el("p", {}, say("not_opened")) : [el("blockquote", {}, words(row.text)), el("p", { class: "small" }, say("free_text", { language: row.language ?? "" }))]);
}

function request(row) {
  const to = [row.to].flat();
  const open = !/comply|comp?lied|unable|answered|closed/i.test(row.state ?? "");
  return el("article", { class: "request" },
    el("h3", {}, ltr(row.id), " ", say(`request_${row.code}`), " ", say("about", { id: typeof row.about === "object" ? row.about.id : row.about })),
    el("p", {}, ordered(row.from, "→", to.join(", ")), " ", words(row.state ?? ""), row.due_us ? [" ", countdown(row.due_us)] : row.due ? [" ", ltr(row.due)] : ""),
    asked(row.details),
    open && to.some((desk) => isOurs(desk)) ? el("div", { class: "actions" }, sendable(button("comply", () => press("desk/comply", { id: row.id, desk: to.find((desk) => isOurs(desk)) }), { "data-focus": `comply ${row.id}` }), " ",
      button("unable", () => askUnable(row.id, to.find((desk) => isOurs(desk))), { "data-focus": `unable ${row.id}` }))) : "");
}

// A record and what each desk has replied to it, side by side; nothing is merged (N8).
function record(row) {
  return el("article", { class: "request" },
    el("h3", {}, ltr(row.id), " ", ltr(`v${row.version}`), " ", say(`record_${row.kind}`)),
    el("p", {}, ordered(row.desk, "→", row.to.join(", ")), " ", ltr(row.at), " ", precedence(row.precedence), row.ended ? [" ", say("record_ended")] : ""),
    row.said ? row.words.map((line) => el("p", {}, words(line))) : el("p", {}, say("not_opened")),
    row.replies.map((reply) => el("p", { class: "reply" }, ltr(reply.desk), " ", ltr(reply.at), ": ", reply.answer
      ? [el("b", { class: reply.answer === "not_known" ? "flag" : "flag sure" }, say(`answer_${reply.answer}`)), " (",
        reply.checked_with.length ? say("checked_with", { units: words(reply.checked_with.join(", ")) }) : say("checked_with_nobody"), ")"]
      : say("not_opened"))),
    row.waits_for.length ? el("div", { class: "actions" }, row.waits_for.map((desk) => sendable(button("answer_track", () => askTrack(row.id, desk), { "data-focus": `track ${row.id} ${desk}` })))) : "");
}

function remark(row) {
  return el("p", { class: row.mine === "yes" ? "remark mine" : "remark" },
    row.mine === "yes" ? [el("b", { class: "whose mine" }, say("mine")), " "] : "", say("index", { index: row.index }), ": ", words(row.sentence ?? row.reason), " ",
    el("span", { class: "small" }, words(row.detail ?? ""), " (", ltr(row.reason), ")"));
}

// What an officer says of an act that the node will not send by itself.
function decisions(row) {
  const hex = Array.from(atob(row.act_hash), (one) => one.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  const locked = (row.use ?? "node") !== "node";  // a lent key linked it: its command is given again, with the passphrase
  const stays = locked || mute() === "left" || (mute() === "halted" && row.kind !== "safety");
  return el("span", { class: "actions" }, stays ? "" : [button("out_again", () => press(`outbox/${hex}`, { code: "again" }), { "data-focus": `again ${hex}` }), " "],
    button("out_drop", () => press(`outbox/${hex}`, { code: "drop" }), { "data-focus": `drop ${hex}` }));
}

function drawOutbox(outbox) {
  const entries = (outbox.entries ?? []).filter((row) => row.state !== "logged");
  panel("outbox", entries.map((row) => ({
    key: row.act_hash, sign: sign(row), make: () => el("p", { class: "out" }, el("b", { class: row.state === "refused" ? "bad" : "unsent" }, say(sentence(`out_${row.state}`) === `out_${row.state}` ? "not_sent" : `out_${row.state}`)), " ",
      words(row.kind), " ", ltr(row.id ?? ""), " ", words(row.why ?? ""), ["held", "refused"].includes(row.state) ? decisions(row) : ""),
  })), () => ["outbox_none"]);
  const open = (outbox.waiting ?? 0) + (outbox.linked ?? 0) + (outbox.refused ?? 0) + (outbox.held ?? 0);
  const flag = document.getElementById("unsent");
  flag.hidden = !open;
  replace(flag, say("not_sent"), " ", ltr(open));
}
