// The map: a graticule, what is planned, where it clashes. North is up at the middle; the arrow tells where it is.

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const SCALES_M = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6];
const NM_M = 1852;
const LABELS_MAX = 120;
const NUMBERED_MAX = 40;
const DASHED_PX = 12_000;
const GHOST = volumes.length > 150 ? 0.08 : 0.3; // how much is seen of what is not active
const FONT = '600 12px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
const SMALL = '11px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';

const order = volumes.map((_, index) => index).sort((a, b) => volumes[b].size - volumes[a].size);
let pen = null;
let ratio = 1;
let taken = [];

// The last whole drawing. Where making it took long, it is moved and stretched while the map is dragged.
const last = { x: 0, y: 0, scale: 1, cost: 0, image: document.createElement("canvas") };
const SLOW_MS = 40;

function drawMap() {
  const begun = performance.now();
  drawWhole();
  [last.x, last.y, last.scale, last.cost] = [view.x, view.y, view.scale, performance.now() - begun];
  if (last.cost < SLOW_MS) return;
  const { width, height } = byId("map");
  [last.image.width, last.image.height] = [width, height];
  last.image.getContext("2d").drawImage(byId("map"), 0, 0);
}

function drawMoved() {
  const grown = last.scale / view.scale;
  const [left, top] = toScreen([last.x, last.y]);
  pen.fillStyle = inks.sea;
  pen.fillRect(0, 0, view.wide, view.tall);
  pen.drawImage(last.image, left - (view.wide / 2) * grown, top - (view.tall / 2) * grown, view.wide * grown, view.tall * grown);
}

function drawWhole() {
  const made = sized(byId("map"));
  [pen, ratio, view.wide, view.tall, taken] = [made.context, made.ratio, made.wide, made.tall, []];
  pen.fillStyle = inks.sea;
  pen.fillRect(0, 0, view.wide, view.tall);
  for (const box of [[0, 0, 54, 138], [view.wide - 48, 0, 48, 72], [8, view.tall - 56, 190, 40]]) free(...box); // buttons, arrow, scale
  drawLand();
  drawGraticule();
  drawDensity();
  const seen = order.map((index) => volumes[index]).filter((volume) => isShown(volume) && inView(volume.box, 60));
  for (const volume of seen) if (!isActive(volume) && volume.index !== state.volume) drawVolume(volume, "ghost");
  for (const volume of seen) if (isActive(volume) && !isChosen(volume)) drawVolume(volume, "plain");
  for (const volume of seen) if (isChosen(volume)) drawVolume(volume, "chosen");
  const struck = clashes.filter((clash) => clashShown(clash) && (isNow(clash) || clash.index === state.clash));
  for (const clash of struck) if (clash.overlap && inView(clash.box, 10)) hatch(clash);
  drawMarks(struck);
  drawLabels(seen);
  drawScale();
  drawNorth();
}

const chosenClash = () => (state.clash === null ? null : clashes[state.clash]);
const isChosen = (volume) => volume.index === state.volume || (state.clash !== null && (chosenClash().a === volume.index || chosenClash().b === volume.index));

// The plane's own units around an origin, for paths that were made once.
function planeAt([x, y]) {
  const [left, top] = toScreen([x, y]);
  const by = ratio / view.scale;
  pen.setTransform(by, 0, 0, -by, left * ratio, top * ratio);
}

const screen = () => pen.setTransform(ratio, 0, 0, ratio, 0, 0);

function stroke(path, width, dash, size) {
  pen.lineWidth = width * view.scale;
  pen.setLineDash(size / view.scale < DASHED_PX ? dash.map((length) => length * view.scale) : []);
  pen.stroke(path);
}

function drawVolume(volume, how) {
  const { colour, dash } = style(volume.party);
  const ghost = how === "ghost";
  const width = how === "chosen" ? 4 : ghost ? 1 : Math.min(2, Math.max(0.8, volume.size / view.scale / 25)); // small ones are no blots
  planeAt(volume.origin);
  pen.lineJoin = "round";
  pen.strokeStyle = colour;
  pen.fillStyle = colour;
  if (volume.area) {
    pen.globalAlpha = ghost ? GHOST / 10 : how === "chosen" ? 0.22 : 0.13;
    pen.fill(volume.area, "evenodd");
    pen.globalAlpha = ghost ? GHOST : 1;
    stroke(volume.area, width, dash, volume.size);
  }
  pen.globalAlpha = ghost ? GHOST : 0.85;
  stroke(volume.axis, volume.area ? 1 : width, volume.area ? [] : dash, volume.size);
  if (!ghost) drawLegs(volume);
  screen();
  pen.globalAlpha = ghost ? GHOST : 1;
  if (volume.spot || volume.size / view.scale < 3) dot(toScreen(volume.origin), colour, how === "chosen" ? 6 : 3.5);
  pen.globalAlpha = 1;
  pen.setLineDash([]);
}

// Of a route with times, the legs that are flown at the moment.
function drawLegs(volume) {
  if (!volume.legs || state.moment === null) return;
  pen.lineCap = "round";
  volume.legs.forEach((window, leg) => {
    if (!within(window, state.moment)) return;
    pen.globalAlpha = 0.4;
    pen.lineWidth = Math.max(2 * volume.half, 6 * view.scale);
    pen.setLineDash([]);
    pen.stroke(volume.legPaths[leg]);
  });
  pen.lineCap = "butt";
}

function dot([left, top], colour, radius) {
  pen.beginPath();
  pen.arc(left, top, radius, 0, 7);
  pen.fillStyle = colour;
  pen.fill();
  pen.lineWidth = 1;
  pen.strokeStyle = inks.sea;
  pen.stroke();
}

let pattern = null;

function hatch(clash) {
  pattern ??= hatching(pen, inks.alarm);
  planeAt(clash.origin);
  pattern.setTransform(new DOMMatrix([view.scale, 0, 0, -view.scale, 0, 0]));
  pen.globalAlpha = 0.75;
  pen.fillStyle = pattern;
  pen.fill(clash.overlap, "evenodd");
  pen.globalAlpha = 1;
  pen.strokeStyle = inks.alarm;
  stroke(clash.overlap, clash.index === state.clash ? 3 : 1.5, [], 0);
  screen();
}

// Clashes where nearest: a line between two places, a number on one. What would lie on another mark is a small dot.
function drawMarks(struck) {
  const seen = struck.filter((clash) => clash.at.length && inView(clash.box, 20));
  for (const clash of seen.filter((one) => one.at.length === 2)) {
    const [from, to] = clash.at.map(toScreen);
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.strokeStyle = inks.alarm;
    pen.lineWidth = clash.index === state.clash ? 4 : 2.5;
    pen.stroke();
    for (const end of [from, to]) dot(end, inks.alarm, 4);
  }
  const first = (a, b) => (b.index === state.clash) - (a.index === state.clash) || a.severity - b.severity;
  const numbered = [];
  for (const clash of [...seen].sort(first)) {
    const spot = markSpot(clash);
    const wide = 11 + 3.5 * Math.max(0, String(clash.number).length - 1);
    if (numbered.length >= NUMBERED_MAX || !free(spot[0] - wide, spot[1] - 11, 2 * wide, 22)) dot(spot, inks.alarm, 3.5);
    else numbered.push([clash, spot, wide]);
  }
  for (const [clash, spot, wide] of numbered.reverse()) numberedMark(clash, spot, wide);
}

const markSpot = (clash) => {
  const ends = clash.at.map(toScreen);
  return ends.length === 1 ? ends[0] : [(ends[0][0] + ends[1][0]) / 2, (ends[0][1] + ends[1][1]) / 2];
};

function numberedMark(clash, [left, top], wide) {
  const possible = clash.verdict === "POSSIBLE";
  pen.beginPath();
  pen.roundRect(left - wide, top - 11, 2 * wide, 22, 11);
  pen.fillStyle = possible ? inks.card : inks.alarm;
  pen.fill();
  pen.lineWidth = clash.index === state.clash ? 4 : 2;
  pen.strokeStyle = possible ? inks.alarm : clash.index === state.clash ? inks.ink : inks.card;
  pen.setLineDash(possible ? [4, 3] : []);
  pen.stroke();
  pen.setLineDash([]);
  pen.fillStyle = possible ? inks.alarm : inks["alarm-ink"];
  pen.font = FONT;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(`${clash.number}${possible ? "?" : ""}`, left, top + 0.5);
}

// Room on the drawing, first come first served.
function free(left, top, wide, tall) {
  const right = left + wide;
  const bottom = top + tall;
  if (taken.some((box) => left < box[2] && right > box[0] && top < box[3] && bottom > box[1])) return false;
  taken.push([left, top, right, bottom]);
  return true;
}

function drawLabels(seen) {
  pen.font = FONT;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  const rank = (volume) => (isChosen(volume) ? 0 : volume.clashes.length ? 1 : 2);
  const wanted = seen.filter((volume) => isActive(volume) || isChosen(volume)).sort((a, b) => rank(a) - rank(b) || b.size - a.size);
  let drawn = 0;
  for (const volume of wanted) {
    if (drawn >= LABELS_MAX) break;
    const text = volume.id.length > 28 ? `${volume.id.slice(0, 27)}…` : volume.id;
    const wide = pen.measureText(text).width;
    const spot = places(volume, wide).find(([left, top]) => left > 2 && top > 9 && left + wide < view.wide - 2 && top < view.tall - 8 && free(left - 3, top - 8, wide + 6, 16));
    if (!spot) continue;
    drawn += 1;
    pen.lineWidth = 3.5;
    pen.strokeStyle = inks.sea;
    pen.strokeText(text, ...spot);
    pen.fillStyle = isChosen(volume) ? inks.ink : style(volume.party).colour;
    pen.fillText(text, ...spot);
  }
}

// Where a volume's name may stand: in its middle, above, below, beside; of a route along its line. Of what is only partly
// in view, where a part of it is.
function places(volume, wide) {
  const [west, north] = toScreen([volume.box.west, volume.box.north]);
  const [east, south] = toScreen([volume.box.east, volume.box.south]);
  const [left, top, right, bottom] = [Math.max(west, 0), Math.max(north, 0), Math.min(east, view.wide), Math.min(south, view.tall)];
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  if (west < 0 || north < 0 || east > view.wide || south > view.tall) {
    const parts = [0.5, 0.35, 0.65, 0.2, 0.8];
    const grid = parts.flatMap((down) => parts.map((across) => [left + across * (right - left), top + down * (bottom - top)]));
    return grid.filter((spot) => covers(volume, spot)).map(([spotX, spotY]) => [spotX - wide / 2, spotY]);
  }
  const line = volume.lines.find((one) => one.length > 2);
  const along = line ? [0.5, 0.25, 0.75].map((part) => {
    const at = 2 * Math.round(part * (line.length / 2 - 1));
    return toScreen([line[at], line[at + 1]]);
  }) : [];
  return [...along.map(([lineX, lineY]) => [lineX + 6, lineY - 10]), ...(line ? [] : [[x - wide / 2, y]]), [x - wide / 2, top - 9], [x - wide / 2, bottom + 10], [right + 5, y], [left - wide - 5, y], [x - wide / 2, y + 20], [x - wide / 2, y - 20]];
}

function drawDensity() {
  const { cell, squares } = facts.density;
  if (!squares.length) return;
  const most = Math.max(...squares.map(([, , count]) => count));
  pen.fillStyle = inks.faint;
  for (const [x, y, count] of squares) {
    const [left, bottom] = toScreen([x * facts.unit, y * facts.unit]);
    const size = Math.max(2, cell / view.scale);
    pen.globalAlpha = 0.08 + 0.3 * (Math.log1p(count) / Math.log1p(most));
    pen.fillRect(left, bottom - size, size, size);
  }
  pen.globalAlpha = 1;
}

function drawLand() {
  for (const { kind, path, box } of land) {
    if (!inView(box)) continue;
    planeAt([0, 0]);
    pen.strokeStyle = kind === "coast" ? inks.land : inks.river;
    stroke(path, kind === "coast" ? 1.6 : 1.1, [], 0);
    screen();
  }
}

// Meridians and parallels, as many as there is room for; near a pole meridians are fewer than the scale asks for.
function drawGraticule() {
  const [lat, lon] = unproject(view.x, view.y);
  const tall = (view.tall * view.scale) / 111_195;
  const edge = [[0, 0], [0.5, 0], [1, 0], [0, 0.5], [1, 0.5], [0, 1], [0.5, 1], [1, 1]].map(([x, y]) => unproject(...toPlane([x * view.wide, y * view.tall])));
  const polar = [90, -90].some((pole) => {
    const [left, top] = toScreen(project(pole, 0));
    return left > -40 && left < view.wide + 40 && top > -40 && top < view.tall + 40;
  });
  const turn = (one) => ((((one - lon + 180) % 360) + 360) % 360) - 180;
  const half = polar || tall > 120 ? 180 : Math.max(...edge.map(([, one]) => Math.abs(turn(one))));
  const [low, high] = [Math.max(-90, Math.min(...edge.map(([one]) => one)) - tall * 0.05), Math.min(90, Math.max(...edge.map(([one]) => one)) + tall * 0.05)];
  const [south, north] = tall > 120 ? [-90, 90] : [polar && lat < 0 ? -90 : low, polar && lat > 0 ? 90 : high];
  const up = STEPS.find((one) => (north - south) / one <= Math.max(3, view.tall / 110)) ?? 30;
  const across = STEPS.find((one) => (2 * half) / one <= Math.max(4, view.wide / 120)) ?? 30;
  pen.strokeStyle = inks.line;
  pen.lineWidth = 1;
  for (let at = Math.ceil(south / up) * up; at <= north + 1e-9; at += up) {
    if (Math.abs(at) < 90) curve(at, up, true, range(lon - half, lon + half, half > 60 ? 144 : 48).map((one) => project(at, one)));
  }
  const count = Math.round(360 / across);
  const from = Math.ceil((lon - half) / across);
  const until = half >= 180 ? from + count - 1 : Math.floor((lon + half) / across);
  for (let at = from; at <= until; at += 1) {
    curve(at * across, across, false, range(Math.max(south, -89.5), Math.min(north, 89.5), tall > 60 ? 90 : 24).map((one) => project(one, at * across)));
  }
}

const range = (from, to, count) => Array.from({ length: count + 1 }, (_, at) => from + ((to - from) * at) / count);

function curve(value, step, parallel, plane) {
  const spots = plane.map(toScreen);
  pen.beginPath();
  spots.forEach((spot, at) => {
    const torn = at && Math.hypot(plane[at][0] - plane[at - 1][0], plane[at][1] - plane[at - 1][1]) > 8e6;
    if (at && !torn) pen.lineTo(...spot);
    else pen.moveTo(...spot);
  });
  pen.stroke();
  const places = step < 0.01 ? 3 : step < 0.1 ? 2 : step < 1 ? 1 : 0;
  const turned = parallel ? value : ((((value + 180) % 360) + 360) % 360) - 180;
  const [plus, minus] = parallel ? "NS" : "EW";
  const sign = turned === 0 ? "" : turned < 0 ? minus : plus;
  const text = `${Math.abs(turned).toFixed(places)}°${Math.abs(turned) === 180 && !parallel ? "" : sign}`;
  const side = view.wide - 6;
  const at = parallel ? crossing(spots, 0, side, 1) : crossing(spots, 1, view.tall - 4, 0);
  if (at === null) {
    if (parallel) ringLabel(spots, text);
    return;
  }
  pen.font = SMALL;
  pen.textBaseline = "bottom";
  pen.textAlign = parallel ? "right" : "left";
  const [left, top] = parallel ? [view.wide - 4, at - 2] : [at + 3, view.tall - 4];
  const wide = pen.measureText(text).width;
  if (top < 14 || top > view.tall - (parallel ? 22 : 0) || left < (parallel ? 0 : 4) || left + (parallel ? 0 : wide) > view.wide - (parallel ? 0 : 40)) return;
  if (free(parallel ? left - wide : left, top - 13, wide, 13)) faintly(text, left, top);
}

// A parallel that goes around in the picture is named where it crosses a line through the middle.
function ringLabel(spots, text) {
  const at = crossing(spots, 0, view.wide * 0.55, 1);
  if (at === null || at < 16 || at > view.tall - 10) return;
  pen.font = SMALL;
  pen.textBaseline = "bottom";
  pen.textAlign = "left";
  if (free(view.wide * 0.55, at - 13, pen.measureText(text).width, 13)) faintly(text, view.wide * 0.55, at - 2);
}

function faintly(text, left, top) {
  pen.fillStyle = inks.faint;
  pen.fillText(text, left, top);
}

// Where a curve crosses a side of the picture.
function crossing(spots, axis, side, other) {
  for (let at = 1; at < spots.length; at += 1) {
    const [one, two_] = [spots[at - 1], spots[at]];
    if ((one[axis] - side) * (two_[axis] - side) > 0 || one[axis] === two_[axis]) continue;
    const part = (side - one[axis]) / (two_[axis] - one[axis]);
    return one[other] + part * (two_[other] - one[other]);
  }
  return null;
}

function drawScale() {
  const length = SCALES_M.filter((one) => one / view.scale <= Math.min(170, view.wide / 3)).at(-1) ?? 1;
  const [left, top, wide] = [14, view.tall - 30, length / view.scale];
  const miles = length / NM_M;
  const text = `${length >= 1000 ? `${length / 1000} km` : `${length} m`} · ${miles < 0.1 ? miles.toFixed(3) : miles < 10 ? miles.toFixed(1) : Math.round(miles)} NM`;
  pen.lineJoin = "miter";
  for (const [colour, width] of [[inks.sea, 5], [inks.ink, 2]]) {
    pen.beginPath();
    pen.moveTo(left, top - 6);
    pen.lineTo(left, top);
    pen.lineTo(left + wide, top);
    pen.lineTo(left + wide, top - 6);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
  outlined(text, left, top - 14, "left");
}

function drawNorth() {
  const [lat, lon] = unproject(view.x, view.y);
  const from = project(lat, lon);
  const to = project(Math.min(90, lat + 0.001), lon);
  const turn = lat > 89.998 ? 0 : Math.atan2(to[0] - from[0], to[1] - from[1]);
  pen.save();
  pen.translate(view.wide - 26, 32);
  pen.rotate(turn);
  for (const [colour, width] of [[inks.sea, 5], [inks.ink, 2]]) {
    pen.beginPath();
    pen.moveTo(0, 16);
    pen.lineTo(0, -14);
    pen.moveTo(-6, -6);
    pen.lineTo(0, -16);
    pen.lineTo(6, -6);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
  }
  pen.restore();
  outlined("N", view.wide - 26, 60, "center");
}

function outlined(text, left, top, align) {
  pen.font = FONT;
  pen.textAlign = align;
  pen.textBaseline = "middle";
  pen.lineWidth = 4;
  pen.strokeStyle = inks.sea;
  pen.strokeText(text, left, top);
  pen.fillStyle = inks.ink;
  pen.fillText(text, left, top);
}

// What lies under a press: a clash's mark before any volume, the smallest volume before those around it.
function hit(spot) {
  const near = (clash) => clash.at.length && Math.hypot(markSpot(clash)[0] - spot[0], markSpot(clash)[1] - spot[1]);
  const marks = clashes.filter((clash) => clashShown(clash) && isNow(clash) && clash.at.length && near(clash) < 14);
  if (marks.length) return { clash: marks.sort((a, b) => near(a) - near(b))[0].index };
  const under = volumes.filter((volume) => isShown(volume) && inView(volume.box, 20) && covers(volume, spot));
  under.sort((a, b) => isActive(b) - isActive(a) || a.size - b.size);
  const again = under.findIndex((volume) => volume.index === state.volume);
  return under.length ? { volume: under[(again + 1) % under.length].index } : null;
}

function covers(volume, spot) {
  const [left, top] = toScreen(volume.origin);
  if (volume.size / view.scale < 12) return Math.hypot(left - spot[0], top - spot[1]) < 10;
  const [x, y] = toPlane(spot);
  pen.save();
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.lineWidth = 10 * view.scale;
  const [dx, dy] = [x - volume.origin[0], y - volume.origin[1]];
  const inside = (volume.area && pen.isPointInPath(volume.area, dx, dy, "evenodd")) || pen.isPointInStroke(volume.axis, dx, dy);
  pen.restore();
  return inside;
}
