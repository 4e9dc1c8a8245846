// Acknowledging with read-back (R2, R5): the officer finds each value on a map of his own before the page offers any.

import { button, el, ltr, replace, say } from "./dom.js";
import { Fault, openForm } from "./forms.js";
import { act } from "./officer.js";
import { openOne } from "./picked.js";
import { bandOf, degreesE7, degreesText, dtg, dtgUs, firstE7, heightMm, heightText, windowOf } from "./say.js";
import { itemOf, state } from "./state.js";
import { plain, sentence } from "./strings.js";

const ownDesk = (item, desk) => desk
  ?? (item.recipients ?? []).map((row) => row.desk).find((row) => state.board.desks?.includes(row)) ?? state.board.desks?.[0];

// Open the read-back of one item for one own desk.
export async function openAck(id, version, desk) {
  await openOne(id);
  const item = itemOf(id) ?? { id, version, volumes: [] };
  const rows = (item.volumes ?? []).map((volume, index) => readbackRow(volume, index, item));
  const notes = el("ul", { class: "differs", "aria-live": "polite" });
  const reveal = button("ack_press", () => {
    rows.forEach((row) => row.reveal());
    form.go.focus();
    compare();
  }, { class: "reveal", id: "read-on-map" });
  function compare() {
    const differing = rows.flatMap((row) => row.differences());
    replace(notes, differing.map((pieces) => el("li", {}, pieces)));
    replace(form.go, say(differing.length ? "ack_send_differs" : "ack_send"));
  }
  const form = openForm({
    title: say("ack_title", { id: `${id} v${version}` }),
    wide: true,
    send: "ack_send",
    body: [el("p", {}, say("ack_what")),
      el("p", { class: "facts" }, ltr(item.party), " ", item.category ?? item.code ?? "", " ",
        item.text ? el("q", {}, el("bdi", { dir: "auto" }, item.text)) : ""),
      rows.length ? [reveal, rows.map((row) => row.node), notes] : el("p", {}, say("ack_none"))],
    submit: () => act("desk/ack", { id, version, desk: ownDesk(item, desk), readback: rows.map((row) => row.read()) }),
  });
  form.form.addEventListener("input", compare);
  if (rows.length) reveal.focus();
  else form.go.focus();
}

function readbackRow(volume, index, item) {
  const band = bandOf(volume);
  const [lat, lon] = firstE7(volume) ?? [];
  const [start] = windowOf(volume, item);
  const fields = [
    field("lat", lat, (value) => degreesText(value, "N", "S"), (text) => degreesE7(text, "N", "S", 90), "bad_lat"),
    field("lon", lon, (value) => degreesText(value, "E", "W"), (text) => degreesE7(text, "E", "W", 180), "bad_lon"),
    field("lower", band.lower, (value) => heightText(value, band.datum), (text) => heightMm(text, band.datum, false), "bad_height", true),
    field("upper", band.upper, (value) => heightText(value, band.datum), (text) => heightMm(text, band.datum, true), "bad_height", true),
    field("start", start, dtg, dtgUs, "bad_time"),
  ];
  const [latitude, longitude, lower, upper, from] = fields;
  return {
    node: el("fieldset", { class: "readback" },
      el("legend", {}, say("volume_n", { n: index + 1 }), ` (${sentence("first_position")}, ${band.datum})`),
      fields.map((one) => one.node)),
    reveal: () => fields.forEach((one) => one.reveal()),
    differences: () => fields.flatMap((one) => one.difference()),
    read: () => {
      const row = { lat_e7: latitude.read(), lon_e7: longitude.read(), start_us: from.read() };
      const [low, high] = [lower.read(), upper.read()];
      if (low !== null) row.lower_mm = low;
      if (high !== null) row.upper_mm = high;
      return row;
    },
  };
}

// One value: empty until the officer has read it; what was revealed and left as it was is read back exactly.
function field(name, said, show, parse, bad, mayBeEmpty = false) {
  let revealed = false;
  const shown = said === undefined || said === null ? "" : show(said);
  const input = el("input", {
    name, autocomplete: "off", spellcheck: "false", dir: "ltr", size: name === "start" ? 14 : 13, "data-readback": name,
    placeholder: "", "aria-label": sentence(name),
  });
  // A time is shown to the minute: whoever reads that minute has read what was said.
  const asShown = () => input.value.trim() === shown && (revealed || shown !== "");
  const value = () => (asShown() ? said ?? null : parse(input.value));
  return {
    node: el("label", {}, say(name), input),
    reveal: () => {
      if (input.value === "") input.value = shown;
      revealed = true;
    },
    difference: () => {
      if (input.value === "" && !revealed) return [];
      const read = value();
      const same = asShown() || read === (said ?? null);
      return same ? [] : [say("ack_differs", { field: el("span", {}, sentence(name)), read: input.value || sentence("unbounded"), said: shown || sentence("unbounded") })];
    },
    read: () => {
      const empty = input.value.trim() === "";
      if (empty && !revealed && !(mayBeEmpty && shown === "")) throw new Fault(say("ack_first"), input);
      const read = value();
      if (read === undefined || (read === null && !mayBeEmpty)) {
        throw new Fault(plain("field_wrong", { field: sentence(name), why: sentence(bad) }), input);
      }
      return read;
    },
  };
}
