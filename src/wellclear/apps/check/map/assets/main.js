// What is pressed, and what is drawn anew because of it.

const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const changes = [...new Set([...volumes.flatMap((volume) => [...volume.window, ...(volume.legs ?? []).flat()]), ...clashes.flatMap((clash) => clash.window ?? [])])].filter((us) => us >= axis.first && us <= axis.last).sort((a, b) => a - b);
const stepUs = () => [60, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400].map((seconds) => seconds * 1e6).find((one) => (axis.last - axis.first) / one <= 240) ?? 86_400e6;
let asked = false;
let mayWait = false;
let settling = 0;
let playing = null;

// Draw at the next picture; with `moved` a slow drawing may wait until the moving ends.
function redraw(moved = false) {
  mayWait = moved && (mayWait || !asked);
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    clearTimeout(settling);
    if (!mayWait || last.cost < SLOW_MS) return drawMap();
    drawMoved();
    settling = setTimeout(drawMap, 180);
    return undefined;
  });
}

function everything() {
  redraw();
  drawStrip();
  listClashes();
  listVolumes();
  showChosen();
}

// A selection, and with `look` also the map and the moment that show it.
function choose(what, look = false) {
  state.volume = what?.volume ?? null;
  state.clash = what?.clash ?? null;
  if (look && state.clash !== null) lookAtClash(clashes[state.clash]);
  if (look && state.volume !== null) {
    show(volumes[state.volume].box, 1.6);
    if (!isActive(volumes[state.volume])) setMoment(volumes[state.volume].window[0]);
  }
  everything();
  const row = document.querySelector('aside [aria-current="true"]');
  if (!look) row?.scrollIntoView({ block: "nearest" });
  if (look && !byId("chosen").hidden) byId("chosen").scrollIntoView({ block: "nearest" });
}

function lookAtClash(clash) {
  const boxes = [clash.a, clash.b].filter((side) => side !== null).map((side) => volumes[side].box);
  const whole = boxOf([...boxes.map((box) => [box.west, box.south, box.east, box.north]), clash.at.flat()]);
  if (clash.at.length) {
    const [x, y] = clash.at[0];
    const size = Math.max(Math.min(...boxes.map((box) => Math.max(box.east - box.west, box.north - box.south))), Math.hypot(...clash.at.length > 1 ? [clash.at[1][0] - x, clash.at[1][1] - y] : [0, 0])) || 1000;
    show({ west: x - size, east: x + size, south: y - size, north: y + size }, 1.1);
  } else show(whole, 1.4);
  if (clash.window !== null) setMoment((clash.window[0] + clash.window[1]) / 2);
}

function step(way) {
  const all = clashes.filter(clashShown);
  if (!all.length) return;
  const at = all.findIndex((clash) => clash.index === state.clash);
  choose({ clash: all[at < 0 ? (way > 0 ? 0 : all.length - 1) : (at + way + all.length) % all.length].index }, true);
}

function setMoment(us) {
  state.moment = us === null ? null : Math.min(Math.max(us, whole.first), whole.last);
  if (us !== null && (state.moment < axis.first || state.moment > axis.last)) scaleTime(1, state.moment);
  byId("all-times").setAttribute("aria-pressed", String(us === null));
  const slider = byId("slider");
  if (us !== null) slider.value = String(Math.round((state.moment - axis.first) / 1e6));
  slider.setAttribute("aria-valuetext", us === null ? "all times" : exactly(state.moment));
  byId("moment").textContent = us === null ? `${dtg(whole.first)} – ${dtg(whole.last)}` : exactly(state.moment);
  tellActive();
  redraw();
  drawStrip();
  listClashes();
  listVolumes();
}

// Another part of the times, for the slider and the strip alike.
function scaleTime(factor, around = state.moment ?? (axis.first + axis.last) / 2) {
  zoomTime(factor, around);
  const slider = byId("slider");
  [slider.min, slider.max, slider.step] = ["0", String(Math.max(1, Math.ceil((axis.last - axis.first) / 1e6))), String(Math.max(1, Math.min(60, stepUs() / 1e6)))];
  if (state.moment !== null) slider.value = String(Math.round((state.moment - axis.first) / 1e6));
}

function tellActive() {
  const some = volumes.filter((volume) => isShown(volume) && isActive(volume)).length;
  const struck = clashes.filter((clash) => clashShown(clash) && isNow(clash)).length;
  byId("active").textContent = state.moment === null ? counted(some, "volume") + (clashes.length ? `, ${counted(struck, "clash", "clashes")}` : "") : `${some} of ${counted(volumes.length, "volume")} active${clashes.length ? `, ${counted(struck, "clash", "clashes")}` : ""}`;
}

function jump(way) {
  const now = state.moment ?? (way > 0 ? whole.first - 1 : whole.last + 1);
  const next = way > 0 ? changes.find((us) => us > now) : changes.findLast((us) => us < now);
  setMoment(next ?? (way > 0 ? whole.last : whole.first));
}

function play() {
  if (playing !== null) return pause();
  if (state.moment === null || state.moment >= whole.last) setMoment(axis.first);
  byId("play").textContent = "❚❚";
  byId("play").setAttribute("aria-label", "Pause");
  playing = setInterval(() => {
    if (state.moment >= whole.last) return pause();
    return setMoment(state.moment + stepUs());
  }, calm.matches ? 1000 : 150);
  return undefined;
}

function pause() {
  clearInterval(playing);
  playing = null;
  byId("play").textContent = "▶\uFE0E";
  byId("play").setAttribute("aria-label", "Play");
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = theme === "dark" ? "Light" : "Dark";
  pattern = null;
  takeColours();
  showLegend();
  drawMap();
  drawStrip();
  listVolumes();
}

const KEYS = {
  ArrowLeft: () => moveBy(60, 0), ArrowRight: () => moveBy(-60, 0), ArrowUp: () => moveBy(0, 60), ArrowDown: () => moveBy(0, -60),
  "+": () => zoomBy(1 / 1.4), "=": () => zoomBy(1 / 1.4), "-": () => zoomBy(1.4), 0: showAll, n: () => step(1), p: () => step(-1), Escape: () => choose(null),
};

function keyed(event) {
  const act = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}

function listen() {
  const map = byId("map");
  map.addEventListener("pointerdown", pressed);
  map.addEventListener("pointermove", dragged);
  map.addEventListener("pointerup", (event) => released(event, (spot) => choose(hit(spot))));
  map.addEventListener("pointercancel", (event) => released(event, () => undefined));
  map.addEventListener("pointerleave", () => { byId("cursor").textContent = ""; });
  map.addEventListener("dblclick", (event) => zoomBy(0.5, spotOf(event)));
  map.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomBy(Math.exp(Math.max(-60, Math.min(60, event.deltaY)) / 200), spotOf(event));
  }, { passive: false });
  map.addEventListener("keydown", keyed);
  byId("nearer").addEventListener("click", () => zoomBy(1 / 1.6));
  byId("farther").addEventListener("click", () => zoomBy(1.6));
  byId("whole").addEventListener("click", showAll);
  byId("slider").addEventListener("input", (event) => { pause(); setMoment(axis.first + Number(event.currentTarget.value) * 1e6); });
  byId("all-times").addEventListener("click", () => { pause(); setMoment(state.moment === null ? axis.first : null); });
  byId("before").addEventListener("click", () => { pause(); jump(-1); });
  byId("after").addEventListener("click", () => { pause(); jump(1); });
  byId("longer").addEventListener("click", () => { scaleTime(2.5); setMoment(state.moment); });
  byId("shorter").addEventListener("click", () => { scaleTime(0.4); setMoment(state.moment); });
  byId("play").addEventListener("click", play);
  byId("strip").addEventListener("click", stripPressed);
  byId("search").addEventListener("input", () => { clashRows = ROWS; listClashes(); listVolumes(); });
  byId("sort").addEventListener("change", listClashes);
  byId("now-only").addEventListener("change", listClashes);
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  byId("print").addEventListener("click", () => window.print());
  dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
  let before = null;
  window.addEventListener("beforeprint", () => { before = document.documentElement.dataset.theme; setTheme("light"); });
  window.addEventListener("afterprint", () => setTheme(before ?? "light"));
  new ResizeObserver(() => {
    takeColours();
    drawMap();
    drawStrip();
    if (view.whole) showAll();
  }).observe(byId("map-box"));
}

function start() {
  document.title = `Wellclear check: ${facts.headline}`;
  document.documentElement.classList.toggle("clash", clashes.length > 0);
  if (facts.exercise) document.body.prepend(el("p", { id: "exercise" }, facts.exercise));
  byId("headline").textContent = facts.headline;
  byId("against").textContent = facts.against;
  byId("limits").textContent = facts.limits;
  byId("map").setAttribute("aria-label", `Map of ${counted(volumes.length, "volume")} and ${counted(clashes.length, "clash", "clashes")}, north up`);
  scaleTime(1);
  byId("times").hidden = !volumes.length;
  showBasis();
  takeColours();
  setTheme(dark.matches ? "dark" : "light");
  setMoment(null);
  listen();
  showAll();
}

start();
