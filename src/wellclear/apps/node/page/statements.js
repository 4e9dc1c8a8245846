// A statement that is worded together: each sentence in its languages with whom it waits for. Agreed is never drawn as
// published (N6), and nobody's silence as a signature (N3).

import { el, ltr, ordered, say, words } from "./dom.js";
import { precedence } from "./facts.js";

export function statement(row) {
  const signing = row.signing;
  return el("article", { class: "request", tabindex: 0, "data-nav": "", "data-focus": `statement ${row.id}` },
    el("h3", {}, ltr(row.id), " ", ltr(`v${row.version}`), " ", say("record_statement")),
    el("p", {}, ordered(row.desk, "→", row.to.join(", ")), " ", ltr(row.at), " ", precedence(row.precedence), " ", el("b", { class: `standing ${signing.state}` }, say(`statement_${signing.state}`))),
    row.said ? [
      el("p", {}, say(`outcome_${row.said.outcome}`), " ", waits(signing.outcome_waits_for)),
      el("ol", {}, row.said.sentences.map((sentence, at) => el("li", {},
        sentence.words.map((one) => el("blockquote", { lang: one.language, dir: "auto" }, one.text)),
        el("p", { class: "small" }, waits(signing.waits_for[at])))))]
      : el("p", {}, say("not_opened")),
    el("ul", { class: "small" }, signing.signers.map((one) => el("li", {}, ltr(one.party), ": ",
      one.unread === "yes" ? say("not_opened") : one.agrees === undefined ? say("signed_nothing")
        : [say(one.agrees === "yes" ? "signed_agrees" : "signed_refuses"), one.sentences.length ? ["; ", say("signed_sentences", { numbers: one.sentences.join(", ") })] : "",
          " (", say("index", { index: one.index }), ")"]))),
    el("p", { class: "small faint" }, say("statement_unpublished")));
}

const waits = (parties) => (parties.length ? say("statement_waits", { who: parties.join(", ") }) : say("statement_all"));
