// Elements without markup: what was said by somebody becomes a text node and nothing else.

const byId = (id) => document.getElementById(id);

function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat(3).filter((child) => child !== undefined && child !== null && child !== false && child !== ""));
  return node;
}

// An id or a name: it turns nothing that stands beside it.
const name = (text) => el("bdi", {}, String(text));

const ink = (variable) => getComputedStyle(document.documentElement).getPropertyValue(variable).trim();

const COLOURS = 6;
const DASHES = [[], [9, 5], [2, 4], [12, 4, 2, 4], [5, 3]];
const style = (party) => ({ colour: colours[party % COLOURS], dash: DASHES[party % DASHES.length] });
let colours = [];
let big = 1; // how much larger text is than on a common screen; drawings grow with it
let inks = {};

function takeColours() {
  big = parseFloat(getComputedStyle(document.body).fontSize) / 15 || 1;
  colours = Array.from({ length: COLOURS }, (_, number) => ink(`--p${number}`));
  inks = Object.fromEntries(["ground", "card", "ink", "faint", "edge", "soft", "alarm", "alarm-ink", "sea", "line", "land", "river", "focus"].map((key) => [key, ink(`--${key}`)]));
}

// A canvas as large as its box, sharp on any screen; gives its context, and its size in pixels of a common screen.
function sized(canvas, height) {
  const box = canvas.getBoundingClientRect();
  const [wide, tall] = [Math.max(1, Math.round(box.width / big)), Math.max(1, Math.round(height ?? box.height / big))];
  const ratio = big * Math.min(3, window.devicePixelRatio || 1);
  if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(tall * ratio)) {
    canvas.width = Math.round(wide * ratio);
    canvas.height = Math.round(tall * ratio);
  }
  if (height !== undefined) canvas.style.blockSize = `${tall * big}px`;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, wide, tall);
  context.direction = "ltr";
  return { context, wide, tall, ratio };
}

// A party's colour and stroke as a small picture beside its name.
function sample(party) {
  const canvas = el("canvas", { width: 68, height: 28, class: "line", "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const { colour, dash } = style(party);
  context.scale(2, 2);
  context.fillStyle = colour;
  context.globalAlpha = 0.18;
  context.fillRect(1, 1, 32, 12);
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 2.2;
  context.setLineDash(dash);
  context.strokeRect(1.5, 1.5, 31, 11);
  return canvas;
}

// Hatching for what lies in two volumes at once; it keeps its grain at every zoom.
function hatching(context, colour) {
  const tile = el("canvas", { width: 8, height: 8 });
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  for (const shift of [-8, 0, 8]) {
    pen.moveTo(shift - 1, 9);
    pen.lineTo(shift + 9, -1);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}
