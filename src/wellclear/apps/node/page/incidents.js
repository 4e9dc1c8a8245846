// What has happened, with a column for each teller, and both sides' own counts beside each other. Nothing is merged or
// added (N8): who has told nothing yet has a column that says so.

import { el, ltr, ordered, say, words } from "./dom.js";
import { precedence } from "./facts.js";

const ROWS_MAX = 100;

// One incident, the accounts of all tellers side by side in the order of their names.
export function incident(row) {
  const replies = new Map(row.replies.map((reply) => [reply.index, reply]));
  return el("article", { class: "request", tabindex: 0, "data-nav": "", "data-focus": `incident ${row.id}` },
    el("h3", {}, ltr(row.id), " ", say("record_incident")),
    el("p", {}, ordered(row.desk, "→", row.to.join(", ")), " ", ltr(row.at), " ", precedence(row.precedence)),
    row.said ? row.words.map((line) => el("p", {}, words(line))) : el("p", {}, say("not_opened")),
    el("div", { class: "accounts" }, row.columns.map((one) => el("section", { "aria-label": one.party },
      el("h4", {}, ltr(one.party)),
      one.words.map((line) => el("p", { class: "small" }, words(line))),
      one.accounts.map((index) => account(replies.get(index)))))),
    el("p", { class: "small faint" }, say("accounts_own")));
}

function account(reply) {
  const said = reply.said;
  return el("div", { class: "account" },
    el("p", { class: "small" }, ltr(reply.desk), " ", ltr(reply.at), " ", say("index", { index: reply.index })),
    said ? [el("blockquote", { lang: said.language, dir: "auto" }, said.text), reply.words.slice(1).map((line) => el("p", {}, words(line)))]
      : el("p", {}, say("not_opened")));
}

// Each column with its definition, then the counts by day, place and type; a dash where one says nothing.
export function counts(told) {
  if (!told?.columns?.length) return "";
  const numbered = told.columns.map((one, at) => ({ ...one, label: `(${at + 1})` }));
  return [
    el("h3", {}, say("counts")),
    numbered.map((one) => el("p", { class: "small" }, ltr(one.label), " ", ltr(one.party), ", ", words(one.name), ": ", words(one.definition))),
    el("table", { class: "marks" },
      el("thead", {}, el("tr", {}, ["counts_day", "counts_place", "counts_type"].map((id) => el("th", { scope: "col" }, say(id))),
        numbered.map((one) => el("th", { scope: "col" }, ltr(`${one.label} ${one.party}`))), el("th", { scope: "col" }, say("counts_difference")))),
      el("tbody", {}, told.rows.slice(0, ROWS_MAX).map((row) => el("tr", {}, el("th", { scope: "row" }, ltr(row.day)), el("td", {}, words(row.place)), el("td", {}, words(row.type)),
        row.counts.map((count) => el("td", {}, ltr(count ?? "–"))), el("td", { class: row.difference ? "flag" : "" }, ltr(row.difference ?? "–")))))),
    told.rows.length > ROWS_MAX ? el("p", { class: "small" }, say("and_more", { n: told.rows.length - ROWS_MAX })) : "",
    el("p", { class: "small faint" }, say("counts_own")),
  ];
}
