// Who has the watch, and acts under that name: every act goes through `act`, which says plainly what became of it.

import { button, el, ltr, replace, say, words } from "./dom.js";
import { choice, openForm } from "./forms.js";
import { NodeError, call } from "./node.js";
import { mute, ownUs, setSession, state } from "./state.js";

const live = () => (state.session && (state.session.expires_us ?? Infinity) > ownUs() ? state.session : undefined);

// The session on watch; asks for handle and passphrase where there is none. Undefined when the officer steps back.
export async function onWatch() {
  return live() ?? takeWatch();
}

// Away now, or soon, until when, and who stands for whom; an absent person's key still calls for help, and does nothing else.
function onLeave({ away, on_duty: there, stands_for: others }) {
  const told = away ? [" ", el("b", { class: there === "no" ? "flag bad" : "flag" }, say("away", { start: away.start, end: away.end })), " ",
    away.deputy ? say("deputy", { who: away.deputy }) : say("no_deputy")] : [];
  return others?.length ? [...told, " ", say("deputy_of", { who: others.join(", ") })] : told;
}

export function takeWatch() {
  return new Promise((resolve) => {
    const persons = state.board?.officers ?? [];
    const handle = el("input", { name: "person", required: true, autocomplete: "off", list: "officers", dir: "ltr", spellcheck: "false" });
    const list = el("datalist", { id: "officers" }, persons.map(({ person }) => el("option", { value: person })));
    const secret = el("input", { name: "passphrase", type: "password", required: true, autocomplete: "off", dir: "ltr" });
    const desk = choice("desk", (state.board?.desks ?? []).map((one) => [one, one]), { dir: "ltr" });
    const roles = persons.map(({ person, roles: held, ...duty }) =>
      el("li", {}, ltr(person), ": ", (held ?? []).join(", ").replaceAll("_", " "), onLeave(duty)));
    openForm({
      title: say("take_watch"),
      body: [el("p", {}, say("watch_text")), el("ul", { class: "plain small" }, roles),
        el("label", {}, say("handle"), handle, list), el("label", {}, say("passphrase"), secret), el("label", {}, say("your_desk"), desk)],
      send: "take_watch",
      done: () => resolve(live()),
      submit: async () => {
        const session = await call("POST", "sessions", { person: handle.value.trim(), passphrase: secret.value });
        setSession({ ...session, desk: desk.value || undefined });
        announce("watch_taken", { person: session.person });
      },
    });
  });
}

export async function endWatch() {
  const session = state.session;
  setSession(undefined);
  if (!session) return;
  announce("watch_ended", { person: session.person });
  try {
    await call("DELETE", `sessions/${encodeURIComponent(session.session)}`);
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    if (error.status !== 404) fault(error);
  }
}

export function watchLine() {
  const session = live();
  if (!session) return [el("span", { class: "nobody" }, say("nobody")), button("take_watch", () => { takeWatch(); }, { id: "take-watch" })];
  return [ltr(session.person, "person"), session.desk ? ltr(session.desk, "at") : "", button("end_watch", endWatch)];
}

// Who of the own persons is away now: whom nobody should look for at this desk.
export const awayNow = () => (state.board?.officers ?? []).filter((row) => row.on_duty === "no").map((row) => row.person);

export function awayLine() {
  const who = awayNow();
  return who.length ? el("div", { class: "small" }, say("away_now", { who: who.join(", ") })) : "";
}

// Buttons of acts that travel; where none goes out, what is not possible and why.
export function sendable(...buttons) {
  const why = mute();
  const named = buttons.flat(Infinity).filter((one) => one instanceof Node);
  return why && named.length ? el("p", { class: "small" }, say(`not_now_${why}`, { what: words(named.map((one) => one.textContent).join(", ")) })) : buttons;
}

// A sentence for the officer and the screen reader; stays until the next one.
export function announce(id, slots = {}, grave = false) {
  const box = document.getElementById("said");
  box.className = grave ? "grave" : "";
  replace(box, el("p", {}, say(id, slots)), button("close", () => replace(box)));
}

export function fault(error) {
  if (error.status === 0) announce("failed_node", {}, true);
  else announce("failed", { why: error.message }, true);
}

// Post a desk action under the watch session. True when the log has it, or the outbox.
export async function act(path, body) {
  const session = await onWatch();
  if (!session) return false;
  try {
    const spoken = path.startsWith("desk/") ? { desk: session.desk } : {}; // an act that names no desk speaks from the watch's own
    const answer = await call("POST", path, { session: session.session, ...spoken, ...body });
    tell(answer);
    return true;
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    if (error.status === 401 || error.code === "NO_SESSION") setSession(undefined);
    throw error;
  }
}

// The same for a button that stands by itself: the fault is announced instead of shown in a form.
export async function press(path, body) {
  try {
    return await act(path, body);
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    fault(error);
    return false;
  }
}

function tell(answer) {
  if (answer.index === undefined) {
    if (answer.state === "unproven") announce("sent_unproven", { words: words(answer.words) }, true);
    else if (answer.words) announce("sent_not", { words: words(answer.words) }, true);
    else if (answer.state) announce("sent_waits", {}, true);
    else if (answer.act_hash) announce("decided");
    else announce("noted");
  } else if (answer.remarks?.length || answer.warnings?.length) {
    const remarks = [...(answer.remarks ?? []), ...(answer.warnings ?? [])].map((remark) => remark.sentence ?? remark.reason ?? remark).join("; ");
    announce("sent_remarks", { index: answer.index, remarks }, true);
  } else announce("sent_ok", { index: answer.index });
}
