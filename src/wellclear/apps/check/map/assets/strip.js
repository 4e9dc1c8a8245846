// Times from left to right and heights upwards, a lane for each datum: heights of different datums share no axis.

const LEFT = 54;
const RIGHT = 8;
const HEAD = 8;
const TALL = [96, 74, 60];
const TICKS_US = [1 / 60, 5 / 60, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 120, 240, 720, 2160, 8760, 43_800, 87_600, 438_000].map((hours) => hours * 3.6e9);
const BARS_MAX = 200;
const LANES = { AMSL: ["AMSL", 304.8, "ft"], STD: ["1013.25 hPa", 30_480, "FL"], W84: ["HAE (W84)", 1000, "m"] };
const RISES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000];

let bars = [];

const allHeights = (volume) => volume.band[0] === null && volume.band[1] === null;

const span = facts.span ?? [0, 1];
const axis = { first: span[0], last: Math.max(span[1], span[0] + 1) };
const whole = { ...axis };
const SHORTEST_US = 600e6;

// Show a part of the times, around a moment.
function zoomTime(factor, around) {
  const length = Math.min(Math.max((axis.last - axis.first) * factor, Math.min(SHORTEST_US, whole.last - whole.first)), whole.last - whole.first);
  axis.first = Math.max(whole.first, Math.min(around - length / 2, whole.last - length));
  axis.last = axis.first + length;
}

const isInAxis = ([start, end]) => start <= axis.last && end >= axis.first;

// The volumes in the strip: what is selected and what clashes before what is only active.
function inStrip() {
  const rank = (volume) => (isChosen(volume) ? 0 : volume.clashes.length && isActive(volume) ? 1 : isActive(volume) ? 2 : 3);
  const wanted = volumes.filter((volume) => isShown(volume) && isInAxis(volume.window)).map((volume) => [rank(volume), volume]).filter(([at]) => at < 3);
  return { all: wanted.length, shown: wanted.sort((a, b) => a[0] - b[0]).slice(0, BARS_MAX).map(([, volume]) => volume) };
}

function drawStrip() {
  const { all, shown } = inStrip();
  const used = new Set(volumes.filter((volume) => !allHeights(volume)).map((volume) => volume.band[2]));
  const lanes = Object.keys(LANES).filter((datum) => used.has(datum));
  if (!lanes.length) lanes.push("AMSL");
  const height = TALL[lanes.length - 1];
  const { context, wide, tall } = sized(byId("strip"), HEAD + lanes.length * height + 20);
  const x = (us) => LEFT + ((Math.min(Math.max(us, axis.first), axis.last) - axis.first) / (axis.last - axis.first)) * (wide - LEFT - RIGHT);
  bars = [];
  ticks(context, x, wide, tall);
  lanes.forEach((datum, lane) => {
    const its = shown.filter((volume) => volume.band[2] === datum || allHeights(volume));
    drawLane(context, datum, its, { x, wide, top: HEAD + lane * height, height });
  });
  if (state.moment !== null) {
    context.strokeStyle = inks.ink;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x(state.moment), 0);
    context.lineTo(x(state.moment), tall - 16);
    context.stroke();
  }
  stripNote(all, shown.length, lanes);
}

function stripNote(all, shown, lanes) {
  const told = [];
  if (all > shown) told.push(`The strip shows ${shown} of ${counted(all, "volume")}: those selected and in clashes first.`);
  if (lanes.length > 1) told.push("Heights from different datums stand in lanes of their own and cannot be read across.");
  if (volumes.some((volume) => volume.window[0] < axis.first || volume.window[1] > axis.last)) told.push("Some volumes go on before or after the times shown.");
  if (volumes.some((volume) => volume.band[0] === null || volume.band[1] === null)) told.push("↑ behind a name: it has no upper face; ↓: no lower face.");
  byId("strip-note").textContent = told.join(" ");
}

// Day and time where the ticks are hours apart, day and month where they are days; a year in full where two digits lie.
function tickText(at, step) {
  const told = dtg(at);
  if (told.includes("-")) return told.slice(0, 10);
  return step >= 8.64e10 ? `${told.slice(0, 2)} ${told.slice(7)}` : told.slice(0, 7);
}

// The time axis, with every clash as a red mark on it.
function ticks(context, x, wide, tall) {
  const step = TICKS_US.find((one) => (axis.last - axis.first) / one <= (wide - LEFT) / 78) ?? TICKS_US.at(-1);
  context.font = SMALL;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (let at = Math.ceil(axis.first / step) * step; at <= axis.last; at += step) {
    context.strokeStyle = inks.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(x(at), 0);
    context.lineTo(x(at), tall - 16);
    context.stroke();
    context.fillStyle = inks.faint;
    context.fillText(tickText(at, step), Math.min(Math.max(x(at), LEFT), wide - 24), tall - 4);
  }
  for (const clash of clashes) {
    if (clash.window === null || !clashShown(clash) || !isInAxis(clash.window)) continue;
    const [left, right] = clash.window.map(x);
    context.fillStyle = inks.alarm;
    context.globalAlpha = isNow(clash) ? 1 : 0.5;
    context.fillRect(left, 0, Math.max(3, right - left), 4);
  }
  context.globalAlpha = 1;
}

function drawLane(context, datum, shown, { x, wide, top, height }) {
  const [title, unit, sign] = LANES[datum];
  const faces = volumes.filter((volume) => volume.band[2] === datum && !allHeights(volume)).flatMap(({ band }) => band.slice(0, 2)).filter((face) => face !== null).map((mm) => mm / unit);
  const low = Math.min(0, ...faces);
  const high = Math.max(low + 1, ...faces) + Math.max(0.12 * (Math.max(...faces, low) - low), faces.length ? 0 : 1);
  const y = (value) => top + height - 5 - ((value - low) / (high - low)) * (height - 20);
  const rise = RISES.find((one) => (high - low) / one <= height / 22) ?? RISES.at(-1);
  context.font = SMALL;
  context.textBaseline = "middle";
  for (let at = Math.ceil(low / rise) * rise; faces.length && at <= high; at += rise) {
    context.strokeStyle = inks.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(LEFT, y(at));
    context.lineTo(wide - RIGHT, y(at));
    context.stroke();
    context.textAlign = "right";
    context.fillStyle = inks.faint;
    context.fillText(sign === "FL" ? `FL${String(at).padStart(3, "0")}` : `${at >= 10_000 ? `${at / 1000}k` : at} ${sign}`, LEFT - 5, y(at));
  }
  for (const clash of clashes) if (isNow(clash) || clash.index === state.clash) column(context, clash, datum, { x, top, height });
  const named = [];
  context.textAlign = "left";
  for (const volume of [...shown].reverse()) bar(context, volume, { x, y, low, high, unit });
  for (const volume of shown) nameBar(context, volume, named);
  context.textAlign = "left";
  context.fillStyle = inks.ink;
  context.fillText(`Heights ${title}`, LEFT, top + 7);
}

// The time of a clash, behind the volumes of it.
function column(context, clash, datum, { x, top, height }) {
  const sides = [clash.a, clash.b].filter((side) => side !== null);
  if (clash.window === null || !clashShown(clash) || !isInAxis(clash.window) || !sides.some((side) => volumes[side].band[2] === datum || allHeights(volumes[side]))) return;
  const [left, right] = clash.window.map(x);
  context.fillStyle = inks.alarm;
  context.globalAlpha = clash.index === state.clash ? 0.22 : clashes.length > 30 ? 0.02 : 0.09;
  context.fillRect(left, top + 15, Math.max(2, right - left), height - 20);
  context.globalAlpha = 1;
}

function bar(context, volume, { x, y, low, high, unit }) {
  const { colour, dash } = style(volume.party);
  const [lower, upper] = volume.band;
  const [left, right] = volume.window.map(x);
  const [top, bottom] = [y(upper === null ? high : upper / unit), y(lower === null ? low : lower / unit)];
  const [wide, tall] = [Math.max(3, right - left), Math.max(3, bottom - top)];
  const chosen = isChosen(volume);
  context.fillStyle = colour;
  context.globalAlpha = chosen ? 0.3 : 0.12;
  context.fillRect(left, top, wide, tall);
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = chosen ? 3.5 : 1.6;
  context.setLineDash(dash);
  context.strokeRect(left, top, wide, tall);
  context.setLineDash([]);
  bars.push([left, top, left + wide, top + tall, volume.index]);
}

// The volume's name in its bar, where no other name stands; arrows say that it has no upper or no lower face.
function nameBar(context, volume, named) {
  const [left, top, right, bottom] = bars.findLast((one) => one[4] === volume.index);
  const [lower, upper] = volume.band;
  const text = `${volume.id}${upper === null ? " ↑" : ""}${lower === null ? " ↓" : ""}`;
  const wide = context.measureText(text).width;
  const chosen = isChosen(volume);
  if (wide > right - left - 6 && !chosen) return;
  const spots = [[left + 4, top + 8], [right - wide - 4, top + 8], [left + 4, bottom - 7], [right - wide - 4, bottom - 7]];
  const spot = spots.find(([x, y]) => named.every((box) => x > box[2] || x + wide < box[0] || y - 6 > box[3] || y + 6 < box[1]));
  if (!spot) return;
  named.push([spot[0], spot[1] - 6, spot[0] + wide, spot[1] + 6]);
  context.lineWidth = 3;
  context.strokeStyle = inks.card;
  context.strokeText(text, ...spot);
  context.fillStyle = chosen ? inks.ink : style(volume.party).colour;
  context.fillText(text, ...spot);
}

// A press on a bar selects its volume, beside the bars it sets the moment.
function stripPressed(event) {
  const box = byId("strip").getBoundingClientRect();
  const [left, top] = [(event.clientX - box.left) / big, (event.clientY - box.top) / big];
  const under = bars.filter((one) => left >= one[0] && left <= one[2] && top >= one[1] && top <= one[3]);
  if (under.length) {
    const again = under.findIndex((one) => one[4] === state.volume);
    return choose({ volume: under[(again + 1) % under.length][4] });
  }
  const part = (left - LEFT) / (box.width / big - LEFT - RIGHT);
  return setMoment(axis.first + Math.min(1, Math.max(0, part)) * (axis.last - axis.first));
}
