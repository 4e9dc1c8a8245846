// Moments, ages, lengths, heights, positions: from whole units to words, and back from what an officer typed.

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const FOOT_MM = 304.8;
export const NM_M = 1852;

const two = (n) => String(n).padStart(2, "0");

// The date-time group of the minute that a moment (µs UTC) lies in.
export function dtg(us) {
  if (!Number.isFinite(us)) return "";
  const at = new Date(Math.floor(us / 1000));
  return `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}Z${MONTHS[at.getUTCMonth()]}${two(at.getUTCFullYear() % 100)}`;
}

// Hours, minutes and seconds of a moment, with Z.
export function clockTime(us) {
  if (!Number.isFinite(us)) return "--:--:--Z";
  const at = new Date(Math.floor(us / 1000));
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}Z`;
}

// A span in µs as 4 s, 3:05, 2:03:05 or 3 d 4 h.
export function span(us) {
  const seconds = Math.floor(Math.abs(us) / 1e6);
  if (seconds < 60) return `${seconds} s`;
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  if (hours < 1) return `${minutes}:${two(seconds % 60)}`;
  if (hours < 48) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

// A length in metres, and nautical miles where that helps.
export function length(metres) {
  const m = Number(metres);
  if (metres === "" || metres === undefined || metres === null || !Number.isFinite(m)) return "";
  if (Math.abs(m) < 1000) return `${Math.round(m)} m`;
  return `${(m / 1000).toFixed(m < 10000 ? 2 : 1)} km / ${(m / NM_M).toFixed(1)} NM`;
}

// A vertical distance in metres, with feet.
export function heightGap(metres) {
  const m = Number(metres);
  if (metres === "" || metres === undefined || metres === null || !Number.isFinite(m)) return "";
  return `${Math.round(m)} m / ${Math.round((m * 1000) / FOOT_MM)} ft`;
}

export function latText(degrees) {
  const value = Number(degrees);
  return `${Math.abs(value).toFixed(5).padStart(8, "0")}° ${value < 0 ? "S" : "N"}`;
}

export function lonText(degrees) {
  const value = Number(degrees);
  return `${Math.abs(value).toFixed(5).padStart(9, "0")}° ${value < 0 ? "W" : "E"}`;
}

export const positionText = ([lat, lon]) => `${latText(lat)} ${lonText(lon)}`;

// What an officer typed, as degrees × 10^7; undefined when it is none. `plus` and `minus` are the hemispheres.
export function degreesE7(text, plus, minus, most) {
  const match = /^([+-]?)(\d{1,3})(?:\.(\d{1,7}))?\s*°?\s*([A-Z]?)$/.exec(text.trim().toUpperCase());
  if (!match || (match[4] && match[4] !== plus && match[4] !== minus) || (match[1] && match[4])) return undefined;
  const size = Number(match[2]) * 1e7 + Number((match[3] ?? "").padEnd(7, "0") || 0);
  const value = match[1] === "-" || match[4] === minus ? -size : size;
  return Math.abs(value) <= most * 1e7 ? value : undefined;
}

// An integer of degrees × 10^7, exactly, as an officer may read and change it.
export function degreesText(e7, plus, minus) {
  const size = Math.abs(e7);
  const tail = String(size % 1e7).padStart(7, "0").replace(/0+$/, "");
  return `${Math.floor(size / 1e7)}${tail ? `.${tail}` : ""} ${e7 < 0 ? minus : plus}`;
}

// A typed height in whole millimetres; null where it is empty (unbounded), undefined when it is no height.
export function heightMm(text, datum, up) {
  const said = text.trim().toUpperCase();
  if (said === "") return null;
  const level = /^FL\s?(\d{1,3})$/.exec(said);
  if (level) return datum === "STD" ? Number(level[1]) * 100 * FOOT_MM : undefined;
  const match = /^(-?\d{1,6})(?:\.(\d{1,3}))?\s*(FT|M)$/.exec(said);
  if (!match) return undefined;
  const value = Number(`${match[1]}.${match[2] ?? "0"}`) * (match[3] === "M" ? 1000 : FOOT_MM);
  return up ? Math.ceil(value - 1e-6) : Math.floor(value + 1e-6);
}

// A height in whole millimetres as it is read back: flight levels in STD, else the unit in which it is a round number.
export function heightText(mm, datum) {
  if (mm === null || mm === undefined) return "";
  const feet = mm / FOOT_MM;
  const whole = Math.round(feet);
  const isFeet = Math.abs(feet - whole) < 0.01;
  if (datum === "STD" && isFeet && whole >= 0 && whole % 100 === 0) return `FL${String(whole / 100).padStart(3, "0")}`;
  if (isFeet && (mm % 1000 !== 0 || whole % 100 === 0)) return `${whole} ft`;
  return `${mm / 1000} m`;
}

// A typed date-time group in microseconds; undefined when it is none.
export function dtgUs(text) {
  const match = /^(\d{2})(\d{2})(\d{2})Z([A-Z]{3})(\d{2})$/.exec(text.trim().toUpperCase());
  const month = match ? MONTHS.indexOf(match[4]) : -1;
  if (month < 0) return undefined;
  const [day, hour, minute, year] = [match[1], match[2], match[3], match[5]].map(Number);
  const at = Date.UTC(2000 + year, month, day, hour, minute);
  return dtg(at * 1000) === match[0] ? at * 1000 : undefined;
}

// The band of a volume as numbers for drawing and comparing: from its exact fields, else from its words.
export function bandOf(volume) {
  const band = volume.raw?.band;
  if (band) return { datum: band.datum, lower: band.lower_mm ?? null, upper: band.upper_mm ?? null };
  const [lower, upper] = [volume.lower, volume.upper].map(saidHeight);
  return { datum: lower.datum ?? upper.datum ?? "AMSL", lower: lower.mm, upper: upper.mm };
}

function saidHeight(text) {
  const said = String(text ?? "").trim();
  const datum = /^FL/.test(said) ? "STD" : /(W84|AMSL|STD)$/.exec(said)?.[1];
  const mm = datum ? heightMm(said.replace(/\s*(W84|AMSL|STD)$/, ""), datum, true) : null;
  return { datum, mm: mm ?? null };
}

// The first position of a volume as degrees × 10^7.
export function firstE7(volume) {
  const raw = volume.raw ?? {};
  const exact = raw.centre ?? raw.route?.[0] ?? raw.rings?.[0]?.[0] ?? raw.polygons?.[0]?.[0]?.[0];
  if (exact) return exact;
  const said = volume.positions?.[0];
  return said ? said.map((value) => Math.round(Number(value) * 1e7)) : undefined;
}

export const windowOf = (volume, notice) => [
  volume.raw?.start_us ?? volume.start_us ?? notice.start_us,
  volume.raw?.end_us ?? volume.end_us ?? notice.end_us,
];
