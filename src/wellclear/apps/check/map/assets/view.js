// Which part of the plane is looked at: its middle, and how many metres one pixel is.

const FINEST = 0.2;
const view = { x: 0, y: 0, scale: 100, wide: 1, tall: 1, whole: true };

const toScreen = ([x, y]) => [view.wide / 2 + (x - view.x) / view.scale, view.tall / 2 - (y - view.y) / view.scale];
const toPlane = ([left, top]) => [view.x + (left - view.wide / 2) * view.scale, view.y - (top - view.tall / 2) * view.scale];
const inView = (box, edge = 0) => {
  const [reachX, reachY] = [(view.wide / 2 + edge) * view.scale, (view.tall / 2 + edge) * view.scale];
  return box.east >= view.x - reachX && box.west <= view.x + reachX && box.north >= view.y - reachY && box.south <= view.y + reachY;
};

function clamped(scale) {
  return Math.min(Math.max(scale, FINEST), 45_000_000 / Math.min(view.wide, view.tall));
}

function zoomBy(factor, at = [view.wide / 2, view.tall / 2]) {
  view.whole = false;
  const held = toPlane(at);
  view.scale = clamped(view.scale * factor);
  const now = toPlane(at);
  view.x += held[0] - now[0];
  view.y += held[1] - now[1];
  redraw(true);
}

function moveBy(left, down) {
  view.whole = false;
  view.x -= left * view.scale;
  view.y += down * view.scale;
  redraw(true);
}

// Show a box of the plane, with a margin, but no nearer than is of use.
function show(box, margin = 1.25, least = 2) {
  if (!Number.isFinite(box.west)) return;
  view.whole = false;
  view.x = (box.west + box.east) / 2;
  view.y = (box.south + box.north) / 2;
  const need = Math.max((box.east - box.west) / Math.max(view.wide - 40, 80), (box.north - box.south) / Math.max(view.tall - 60, 80));
  view.scale = clamped(Math.max(need * margin, least));
  redraw();
}

function showAll() {
  const [west, south, east, north] = facts.bounds;
  show({ west, south, east, north }, 1.05);
  view.whole = true; // and it stays the whole when the window changes
}

// Pointers: one drags, two pinch, a press without a way selects.
const held = new Map();
let way = 0;
let pinch = 0;

const spotOf = (event) => {
  const box = byId("map").getBoundingClientRect();
  return [(event.clientX - box.left) / big, (event.clientY - box.top) / big];
};

function pressed(event) {
  byId("map").setPointerCapture(event.pointerId);
  if (!held.size) way = 0;
  held.set(event.pointerId, spotOf(event));
  pinch = held.size === 2 ? gap() : 0;
}

const gap = () => {
  const [[x1, y1], [x2, y2]] = [...held.values()];
  return Math.hypot(x1 - x2, y1 - y2);
};

function dragged(event) {
  const spot = spotOf(event);
  const before = held.get(event.pointerId);
  if (!before) return pointed(spot);
  held.set(event.pointerId, spot);
  way += Math.hypot(spot[0] - before[0], spot[1] - before[1]);
  const share = 1 / held.size;
  if (held.size === 2 && pinch) {
    const now = gap();
    const all = [...held.values()];
    zoomBy(pinch / Math.max(now, 1), [(all[0][0] + all[1][0]) / 2, (all[0][1] + all[1][1]) / 2]);
    pinch = now;
  }
  return moveBy((spot[0] - before[0]) * share, (spot[1] - before[1]) * share);
}

function released(event, choose) {
  const spot = held.get(event.pointerId);
  held.delete(event.pointerId);
  if (spot && way < 6 && !held.size) choose(spot);
  pinch = 0;
}

// Where the pointer is, in degrees, as exact as a pixel.
function pointed(spot) {
  const [lat, lon] = unproject(...toPlane(spot));
  byId("cursor").textContent = place(lat, lon, Math.min(5, Math.max(0, Math.ceil(Math.log10(111_000 / view.scale)))));
}
