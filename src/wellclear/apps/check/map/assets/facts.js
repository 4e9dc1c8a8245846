// What the file knows, and what is chosen of it. Everything here was said by somebody: it is shown, never trusted.

const facts = JSON.parse(document.getElementById("facts").textContent);

// Points come as whole numbers, each as the way from the one before.
function points(steps) {
  const found = new Float64Array(steps.length);
  for (let at = 0, x = 0, y = 0; at < steps.length; at += 2) {
    x += steps[at];
    y += steps[at + 1];
    found[at] = x * facts.unit;
    found[at + 1] = y * facts.unit;
  }
  return found;
}

function boxOf(lists) {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const list of lists) {
    for (let at = 0; at < list.length; at += 2) {
      box.west = Math.min(box.west, list[at]);
      box.east = Math.max(box.east, list[at]);
      box.south = Math.min(box.south, list[at + 1]);
      box.north = Math.max(box.north, list[at + 1]);
    }
  }
  return box;
}

// A path around an origin of its own, so that what is far from the middle is drawn as finely as what is near.
function pathOf(lists, [x0, y0], closed) {
  const path = new Path2D();
  for (const list of lists) {
    path.moveTo(list[0] - x0, list[1] - y0);
    for (let at = 2; at < list.length; at += 2) path.lineTo(list[at] - x0, list[at + 1] - y0);
    if (closed) path.closePath();
  }
  return path;
}

const volumes = facts.volumes.map((volume, index) => {
  const [rings, lines] = [volume.rings.map(points), volume.lines.map(points)];
  const box = boxOf([...rings, ...lines]);
  const origin = [(box.west + box.east) / 2, (box.south + box.north) / 2];
  return {
    ...volume, index, rings, lines, box, origin, clashes: [], size: Math.max(box.east - box.west, box.north - box.south),
    area: rings.length ? pathOf(rings, origin, true) : null,
    axis: pathOf(lines.filter((line) => line.length > 2), origin, false),
    spot: !rings.length && lines.length === 1 && lines[0].length === 2,
    legPaths: volume.legs ? lines.map((line) => pathOf([line], origin, false)) : [],
  };
});

const clashes = facts.clashes.map((clash, index) => {
  const rings = (clash.overlap ?? []).map(points);
  const at = clash.at.map(([x, y]) => [x * facts.unit, y * facts.unit]);
  const origin = rings.length ? [rings[0][0], rings[0][1]] : [0, 0];
  return { ...clash, index, at, origin, overlap: rings.length ? pathOf(rings, origin, true) : null, box: boxOf(rings.length ? rings : [at.flat()]) };
});
for (const clash of clashes) for (const side of [clash.a, clash.b]) if (side !== null) volumes[side].clashes.push(clash.index);

// What is looked at: a moment (null: all times), a selection, parties that are not shown.
const state = { moment: null, volume: null, clash: null, without: new Set(), found: null };

const within = ([start, end], moment) => start <= moment && moment <= end;
const isActive = (volume) => state.moment === null || within(volume.window, state.moment);
const isNow = (clash) => state.moment === null || (clash.window !== null && within(clash.window, state.moment));
const isShown = (volume) => !state.without.has(volume.party);
const clashShown = (clash) => [clash.a, clash.b].every((side) => side === null || isShown(volumes[side]));

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const two = (number) => String(number).padStart(2, "0");

// A date-time group where two digits name the year, else the date and time in full; always UTC.
function dtg(us) {
  const day = new Date(us / 1000);
  if (Number.isNaN(day.getTime())) return `${us} µs`;
  const year = day.getUTCFullYear();
  const clock = `${two(day.getUTCHours())}${two(day.getUTCMinutes())}`;
  if (year < 2000 || year > 2099) return `${day.toISOString().slice(0, 16)}Z`;
  return `${two(day.getUTCDate())}${clock}Z${MONTHS[day.getUTCMonth()]}${two(year % 100)}`;
}

// The same with its seconds where it has some: 231000ZNOV26, 231000:30ZNOV26.
function exactly(us) {
  const seconds = Math.floor(us / 1e6) % 60;
  return seconds ? dtg(us).replace("Z", `:${two(seconds)}Z`) : dtg(us);
}

const counted = (number, one, several = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : several}`;

// Coasts, rivers and lakes near by, coarse, for orientation only.
const land = facts.land.map(([kind, ...lists]) => {
  const lines = lists.map(points);
  return { kind, path: pathOf(lines, [0, 0], false), box: boxOf(lines) };
});
