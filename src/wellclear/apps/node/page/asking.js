// Forms for what an officer may send: safety in two steps, a message, a request, passed to units, unable, help.

import { el, replace, say } from "./dom.js";
import { Fault, choice, openForm, ticked, ticks } from "./forms.js";
import { act } from "./officer.js";
import { bandOf, degreesE7, dtg, dtgUs, heightMm, heightText } from "./say.js";
import { peers } from "./state.js";
import { plain, sentence } from "./strings.js";

const SAFETY = ["cease", "emergency", "control_lost", "search_rescue", "in_progress"];
const REASONS = ["conflict_own", "protected", "red_line", "zone_limit", "safety", "time_too_short", "too_vague", "no_authority", "under_way", "technical", "not_stated"];
const DATUMS = ["AMSL", "STD", "W84"];

const input = (name, attributes = {}) => el("input", { name, autocomplete: "off", spellcheck: "false", ...attributes });
const wrong = (field, bad, node) => new Fault(plain("field_wrong", { field: sentence(field), why: sentence(bad) }), node);
const keysOn = () => localStorage.getItem("wellclear-keys") !== "off";

function parsed(node, field, bad, parse) {
  const value = parse(node.value);
  if (value === undefined) throw wrong(field, bad, node);
  return value;
}

// CEASE and its kin: one officer, two steps, no release (R4). Every other desk is addressed unless unticked.
export function askSafety() {
  const desks = peers();
  const code = choice("code", SAFETY.map((one) => [one, sentence(`code_${one}`)]));
  const [lat, lon] = [input("lat", { dir: "ltr", size: 13 }), input("lon", { dir: "ltr", size: 13 })];
  const who = input("who", { dir: "auto", maxlength: 120 });
  const text = el("textarea", { name: "text", dir: "auto", rows: 2, maxlength: 2000 });
  const ready = el("p", { class: "ready", role: "status" });
  let checked = "";
  const read = (form) => {
    const body = { code: code.value, to: ticked(form, "to") };
    if (!body.to.length) throw new Fault(say("no_peers"));
    if (lat.value.trim() || lon.value.trim()) {
      body.lat_e7 = parsed(lat, "lat", "bad_lat", (value) => degreesE7(value, "N", "S", 90));
      body.lon_e7 = parsed(lon, "lon", "bad_lon", (value) => degreesE7(value, "E", "W", 180));
    }
    if (who.value.trim()) body.who = who.value.trim();
    if (text.value.trim()) body.text = text.value.trim();
    return body;
  };
  const { form, go } = openForm({
    title: say("safety_title"),
    danger: true,
    send: "safety_step1",
    body: [el("p", {}, say("safety_text")), el("label", {}, say("what"), code),
      el("fieldset", {}, el("legend", {}, say("to")), desks.length ? ticks("to", desks) : el("p", {}, say("no_peers"))),
      el("div", { class: "row" }, el("label", {}, say("lat"), lat), el("label", {}, say("lon"), lon)),
      el("label", {}, say("who_risk"), who), el("label", {}, say("text"), text), ready],
    submit: async () => {
      const body = read(form);
      if (checked === JSON.stringify(body)) return act("desk/safety", body);
      checked = JSON.stringify(body);
      replace(ready, say("safety_ready", { code: el("b", {}, sentence(`code_${body.code}`)), to: body.to.join(", ") }));
      replace(go, say("safety_step2"));
      return false;
    },
  });
  form.addEventListener("input", () => {
    checked = "";
    replace(ready);
    replace(go, say("safety_step1"));
  });
  code.focus();
}

// Free text, marked as such; never with Z or O alone (R14).
export function writeMessage(about) {
  const desks = peers();
  const first = about?.desk;
  const precedence = choice("precedence", ["P", "R"].map((one) => [one, sentence(`prec_${one}`)]));
  const language = input("language", { value: "en", size: 3, pattern: "[a-z]{2}", dir: "ltr", required: true });
  const text = el("textarea", { name: "text", dir: "auto", rows: 4, required: true, maxlength: 2000 });
  const { form } = openForm({
    title: say("message_title"),
    send: "send",
    body: [about && el("p", {}, say("about", { id: about.id })),
      el("fieldset", {}, el("legend", {}, say("to")), desks.length ? ticks("to", desks, (desk) => !first || desk === first) : el("p", {}, say("no_peers"))),
      el("div", { class: "row" }, el("label", {}, say("precedence"), precedence), el("label", {}, say("language"), language)),
      el("label", {}, say("text"), text)],
    submit: () => {
      const to = ticked(form, "to");
      if (!to.length) throw new Fault(say("no_peers"));
      const body = { to, precedence: precedence.value, language: language.value, text: text.value };
      return act("desk/message", about ? { ...body, about: about.id } : body);
    },
  });
  text.focus();
}

export function askAltitude(notice) {
  const band = bandOf(notice.volumes?.[0] ?? {});
  const datum = choice("datum", DATUMS.map((one) => [one, one]));
  datum.value = band.datum;
  const [lower, upper] = [input("lower", { dir: "ltr" }), input("upper", { dir: "ltr" })];
  [lower.placeholder, upper.placeholder] = [heightText(band.lower, band.datum), heightText(band.upper, band.datum)];
  openForm({
    title: say("altitude_title", { id: notice.id }),
    send: "send",
    body: [el("div", { class: "row" }, el("label", {}, say("lower"), lower), el("label", {}, say("upper"), upper), el("label", {}, say("datum"), datum))],
    submit: () => {
      const body = { id: notice.id, version: notice.version, code: "altitude", datum: datum.value };
      const low = parsed(lower, "lower", "bad_height", (value) => heightMm(value, datum.value, false));
      const high = parsed(upper, "upper", "bad_height", (value) => heightMm(value, datum.value, true));
      if (low === null && high === null) throw wrong("lower", "bad_height", lower);
      if (low !== null) body.lower_mm = low;
      if (high !== null) body.upper_mm = high;
      return act("desk/request", body);
    },
  });
}

export function askDelay(notice) {
  const start = input("start", { dir: "ltr", required: true, placeholder: dtg(notice.start_us) });
  openForm({
    title: say("delay_title", { id: notice.id }),
    send: "send",
    body: [el("label", {}, say("not_before"), start)],
    submit: () => act("desk/request", {
      id: notice.id, version: notice.version, code: "delay", start_us: parsed(start, "start", "bad_time", dtgUs),
    }),
  });
}

export function askPassed({ id, version, desk }) {
  const echelon = input("echelon", { required: true, dir: "auto", maxlength: 120 });
  openForm({
    title: say("passed_title", { id }),
    send: "passed",
    body: [el("label", {}, say("echelon"), echelon)],
    submit: () => act("desk/passed", { id, version, desk, echelon: echelon.value.trim() }),
  });
}

export function askUnable(id, desk) {
  const code = choice("code", REASONS.map((one) => [one, one.replaceAll("_", " ")]));
  openForm({
    title: say("unable_title", { id }),
    send: "unable",
    body: [el("label", {}, say("reason"), code)],
    submit: () => act("desk/unable", { id, desk, code: code.value }),
  });
}

// Whose track (R11): NOT OURS cannot be sent without the units that were asked.
export function askTrack(id, desk) {
  const answer = choice("answer", ["not_known", "ours", "not_ours"].map((one) => [one, sentence(`answer_${one}`)]));
  const units = el("textarea", { name: "units", dir: "auto", rows: 3, maxlength: 2000 });
  openForm({
    title: say("answer_title", { id }),
    send: "send",
    body: [el("label", {}, say("answer"), answer), el("label", {}, say("units_asked"), units)],
    submit: () => {
      const checked = units.value.split("\n").map((one) => one.trim()).filter(Boolean);
      if (answer.value === "not_ours" && !checked.length) throw new Fault(say("answer_needs_units"), units);
      return act("desk/track_reply", { id, desk, answer: answer.value, checked_with: checked });
    },
  });
}

export function showHelp() {
  const keys = el("input", { type: "checkbox", checked: keysOn(), onchange: (event) => localStorage.setItem("wellclear-keys", event.currentTarget.checked ? "on" : "off") });
  openForm({
    title: say("help_title"),
    body: [el("ul", { class: "plain" }, ["help_j", "help_a", "help_s", "help_q"].map((id) => el("li", {}, say(id)))),
      el("label", { class: "tick" }, keys, say("help_off")), el("p", {}, say("help_marks")), el("p", {}, say("quiet"))],
    submit: () => true,
  });
}

export const singleKeys = keysOn;
