// One dialog at a time: the browser's own <dialog>, which holds the focus and gives it back.

import { button, el, replace, say } from "./dom.js";
import { NodeError } from "./node.js";

// Open a dialog. `submit` may throw a NodeError or a Fault, whose sentence is shown in the dialog; else it closes.
export function openForm({ title, body, send, submit, done = () => {}, wide = false, danger = false }) {
  const problem = el("p", { class: "problem", role: "alert" });
  const go = el("button", { type: "submit", class: danger ? "danger go" : "go" }, send ? say(send) : "");
  const form = el("form", { novalidate: true }, body, problem,
    el("div", { class: "actions" }, send && go, button(send ? "cancel" : "close", () => dialog.close())));
  const dialog = el("dialog", { class: wide ? "wide" : "", "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, title), form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true;
    replace(problem, say("working"));
    try {
      if (!form.reportValidity() || (await submit(go)) === false) replace(problem);
      else dialog.close();
    } catch (error) {
      if (error instanceof Fault) {
        replace(problem, error.pieces);
        error.field?.focus();
      } else if (error instanceof NodeError) replace(problem, error.status === 0 ? say("failed_node") : say("failed", { why: error.message }));
      else throw error;
    } finally {
      go.disabled = false;
    }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    done();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { dialog, form, problem, go };
}

// What an officer typed and the page cannot take.
export class Fault extends Error {
  constructor(pieces, field) {
    super("fault of a field");
    this.pieces = pieces;
    this.field = field;
  }
}

export function choice(name, options, attributes = {}) {
  return el("select", { name, ...attributes }, options.map(([value, label]) => el("option", { value }, label)));
}

export function ticks(name, values, ticked = () => true) {
  return values.map((value) => el("label", { class: "tick" },
    el("input", { type: "checkbox", name, value, checked: ticked(value) }), el("bdi", { dir: "ltr" }, value)));
}

export const ticked = (form, name) => [...form.querySelectorAll(`input[name="${name}"]:checked`)].map((input) => input.value);
