// Red lines, zones and a host nation's consent: each as one party's word, and who has said what of it. Silence is told
// as silence, a receipt as a receipt; neither is ever drawn as agreement (N3).

import { el, ltr, ordered, say, words } from "./dom.js";
import { between, precedence } from "./facts.js";
import { dtg } from "./say.js";

const HOLDS = ["concurs", "disputes", "silent", "unread"];

export const isTreaty = (row) => row.kind === "red_line" || row.kind === "zone";

// One red line or zone at its newest version.
export function treaty(row, picked, select) {
  return el("article", { class: `request ${picked ? "picked" : ""}`, tabindex: 0, "data-nav": "", "data-focus": `treaty ${row.id}`, onclick: () => select(row.id) },
    el("h3", {}, ltr(row.id), " ", ltr(`v${row.version}`), " ", row.said?.sort ? [say(`sort_${row.said.sort}`), ": ", words(row.said.name)] : say(`record_${row.kind}`)),
    el("p", {}, say("declared_by"), " ", ordered(row.desk, "→", row.to.join(", ")), " ", ltr(row.at), " ", precedence(row.precedence), row.ended ? [" ", el("b", { class: "flag" }, say("record_ended")), " ", ltr(row.ended)] : ""),
    row.kind === "zone" ? zone(row) : redLine(row),
    hostConsent(row.host_consent),
    row.replies.map((reply) => el("p", { class: "reply" }, ltr(reply.desk), " ", ltr(reply.at), " ", ltr(`v${reply.version}`), ": ",
      reply.words.length ? reply.words.map((line) => [words(line), " "]) : say("not_opened"))),
    el("ul", { class: "small" }, row.recipients.map((one) => el("li", {}, ltr(one.desk), ": ",
      say("mark_received"), " ", one.received ? ltr(one.received) : say("mark_none"), one.acked ? [", ", say("mark_acked"), " ", ltr(one.acked)] : ""))));
}

function redLine(row) {
  return [
    row.said ? el("blockquote", { lang: row.said.language, dir: "auto" }, row.said.text) : el("p", {}, say("not_opened")),
    row.trigger && row.trigger.judged !== "yes" ? el("p", { class: "flag" }, words(row.trigger.words)) : "",
    el("p", { class: "small" }, row.said ? [say("own_words", { language: row.said.language }), " "] : "",
      row.trigger?.judged === "yes" ? [words(row.trigger.words), " "] : "", words(row.receipt)),
  ];
}

function zone(row) {
  const held = row.standing;
  return [
    el("p", {}, el("b", { class: `standing ${held.state}` }, say(`zone_${held.state}`, { party: row.party })), " ",
      row.said ? between({ start: dtg(row.said.start_us), end: dtg(row.said.end_us) }) : ""),
    row.said ? row.words.slice(1).map((line) => el("p", {}, words(line))) : el("p", {}, say("not_opened")),
    el("ul", {}, HOLDS.flatMap((name) => held[name].map((party) => el("li", {}, say(`holds_${name}`, { party }))))),
  ];
}

// What each host nation has said of this version; where none has a desk, that nobody speaks for it.
export function hostConsent(told) {
  if (!told) return "";
  return el("p", { class: "small" }, say("host_nation"), ": ", told.gap ? words(told.gap) : "", told.nations.map((one, at) => [
    at ? "; " : "", ltr(one.party), " ", el("b", { class: "flag" }, words(one.words))]));
}
