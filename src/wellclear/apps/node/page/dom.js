// Elements without markup: what comes from the log becomes a text node and nothing else.

import { sentence } from "./strings.js";

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== ""));
  return node;
}

// An HTML element; strings among the children become text nodes.
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

// An SVG element.
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

// An id, number or time: left to right whatever stands around it, so that no two values can swap places.
export function ltr(value, name = "") {
  return el("bdi", { dir: "ltr", class: name || undefined }, String(value ?? ""));
}

// Facts whose order is their meaning (from and to, lower and upper): one left-to-right piece in every language.
export function ordered(first, between, second, after = "") {
  return el("bdi", { dir: "ltr" }, ltr(first), ` ${between} `, ltr(second), after && ` ${after}`);
}

// Words of a person, in whatever direction their script has.
export function words(value) {
  return el("bdi", { dir: "auto" }, String(value ?? ""));
}

// A sentence by its id, each slot isolated. A slot may be an element.
export function say(id, slots = {}) {
  const pieces = sentence(id).split(/(\{\w+\})/);
  return pieces.map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    if (name === undefined || !Object.hasOwn(slots, name)) return piece;
    return slots[name] instanceof Node ? slots[name] : ltr(slots[name]);
  });
}

export function button(id, act, attributes = {}, slots = {}) {
  return el("button", { type: "button", onclick: act, ...attributes }, say(id, slots));
}

// Make the children of `box` these rows, keeping every node whose content did not change: focus stays, screen
// readers are told of news only. A row is {key, sign, make}; equal signs mean an equal node.
export function keep(box, rows) {
  const had = box.kept ?? new Map();
  const has = new Map();
  const focus = document.activeElement;
  const mark = box.contains(focus) ? focus.dataset.focus ?? focus.closest("[data-focus]")?.dataset.focus : undefined;
  rows.forEach(({ key, sign, make }) => {
    const old = had.get(key);
    if (old?.sign === sign) return has.set(key, old);
    const node = make();
    if (old?.node.querySelector?.("details")) reopen(old.node, node);
    return has.set(key, { sign, node });
  });
  for (const [key, { node }] of had) if (has.get(key)?.node !== node) node.remove();
  let at = box.firstChild;
  for (const { node } of has.values()) {
    if (node === at) at = at.nextSibling;
    else box.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
  box.kept = has;
  if (mark !== undefined && !box.contains(document.activeElement)) {
    [...box.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === mark)?.focus({ preventScroll: true });
  }
}

function reopen(old, fresh) {
  const before = [...old.querySelectorAll("details")];
  [...fresh.querySelectorAll("details")].forEach((node, index) => {
    if (before[index]?.open) node.open = true;
  });
}

export function replace(box, ...children) {
  box.replaceChildren(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
}
