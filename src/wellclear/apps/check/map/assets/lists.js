// The same in words: clashes, volumes, what is selected, and what the answer rests on. Whoever sees no map reads these.

const ROWS = 150;
let clashRows = ROWS;

const title = (clash) => [el("span", { class: clash.verdict === "POSSIBLE" ? "mark possible" : "mark", "aria-hidden": "true" }, `${clash.number}${clash.verdict === "POSSIBLE" ? "?" : ""}`)];

function listClashes() {
  const orders = {
    number: (a, b) => a.number - b.number,
    worst: (a, b) => (a.verdict < b.verdict ? -1 : a.verdict > b.verdict ? 1 : a.severity - b.severity),
    first: (a, b) => (a.window?.[0] ?? Infinity) - (b.window?.[0] ?? Infinity) || a.number - b.number,
  };
  const words = byId("search").value.trim().toLowerCase();
  const now = byId("now-only").checked;
  const wanted = clashes.filter((clash) => clashShown(clash) && (!now || isNow(clash)) && (!words || clash.pair.toLowerCase().includes(words)));
  wanted.sort(orders[byId("sort").value]);
  byId("clash-count").textContent = facts.found > clashes.length ? `${wanted.length.toLocaleString("en")} of ${facts.found.toLocaleString("en")}` : wanted.length.toLocaleString("en");
  byId("clash-tools").hidden = !clashes.length;
  const rows = wanted.slice(0, clashRows).map((clash) => el("li", {}, clashRow(clash)));
  if (wanted.length > clashRows) rows.push(more(wanted.length - clashRows));
  byId("clash-list").replaceChildren(...(rows.length ? rows : [el("li", { class: "none" }, empty())]));
}

function empty() {
  if (clashes.length) return "None that you asked for: another moment, another search, or a party that is not shown.";
  return facts.compared ? `${facts.headline} ${facts.against}` : facts.headline;
}

const more = (left) => el("li", { class: "more" }, el("button", { type: "button", onclick: () => { clashRows += 500; listClashes(); } }, `Show more (${left.toLocaleString("en")} left)`));

function clashRow(clash) {
  const [, , , from, lateral, vertical, time] = clash.short;
  const told = clash.at.length ? `${from} · lateral ${lateral}, vertical ${vertical}, time ${time}` : "where, when and how far apart is not told";
  return el("button", { type: "button", class: isNow(clash) ? "item" : "item later", "data-clash": clash.index, "aria-current": clash.index === state.clash ? "true" : null, onclick: () => choose({ clash: clash.index }, true) },
    title(clash), el("span", { class: "who" }, el("span", { class: "hidden" }, `${clash.verdict.toLowerCase()} ${clash.number}: `), name(clash.ids[0]), " × ", name(clash.ids[1])), el("span", { class: "what" }, told));
}

function listVolumes() {
  const words = byId("search").value.trim().toLowerCase();
  const fits = (volume) => [volume.id, volume.notice, facts.parties[volume.party].name, volume.category].some((text) => text?.toLowerCase().includes(words));
  const wanted = volumes.filter((volume) => isShown(volume) && (!words || fits(volume)));
  byId("volume-count").textContent = wanted.length.toLocaleString("en");
  const rows = wanted.slice(0, ROWS).map((volume) => el("li", {}, el("button", { type: "button", class: isActive(volume) ? "item" : "item later", "data-volume": volume.index, "aria-current": volume.index === state.volume ? "true" : null, onclick: () => choose({ volume: volume.index }, true) },
    sample(volume.party), el("span", { class: "who" }, name(volume.id)), el("span", { class: "what" }, name(facts.parties[volume.party].name), volume.category && `, ${volume.category}`, ` · ${dtg(volume.window[0])} to ${dtg(volume.window[1])}`, volume.clashes.length ? ` · ${counted(volume.clashes.length, "clash", "clashes")}` : ""))));
  if (wanted.length > ROWS) rows.push(el("li", { class: "none" }, `and ${(wanted.length - ROWS).toLocaleString("en")} more; a search narrows the list.`));
  byId("volume-list").replaceChildren(...(rows.length ? rows : [el("li", { class: "none" }, volumes.length ? "None of that name." : "There is no volume in what was read.")]));
}

function showChosen() {
  const box = byId("chosen");
  box.hidden = state.volume === null && state.clash === null;
  if (state.clash !== null) box.replaceChildren(...aboutClash(clashes[state.clash]));
  else if (state.volume !== null) box.replaceChildren(...aboutVolume(volumes[state.volume]));
  else box.replaceChildren();
}

const lines = (pairs) => el("dl", {}, pairs.filter(([, text]) => text).map(([label, text]) => [el("dt", {}, label), el("dd", {}, name(text))]));
const close = () => el("button", { type: "button", "aria-label": "Select nothing", onclick: () => choose(null) }, "✕");
const volumeButton = (side) => side !== null && el("button", { type: "button", onclick: () => choose({ volume: side }, true) }, name(volumes[side].id));

function aboutClash(clash) {
  return [
    el("header", {}, title(clash), el("h2", {}, el("span", { class: "verdict" }, clash.verdict), ` ${clash.number} of ${facts.found.toLocaleString("en")}`), close()),
    el("p", { class: "who" }, name(clash.pair)), lines(clash.lines),
    el("div", { class: "actions" }, volumeButton(clash.a), volumeButton(clash.b), el("button", { type: "button", onclick: () => step(-1) }, "Previous clash"), el("button", { type: "button", onclick: () => step(1) }, "Next clash")),
  ];
}

function aboutVolume(volume) {
  const party = facts.parties[volume.party].name;
  const told = [["party", [party, volume.category].filter(Boolean).join(", ")], ["notice", volume.notice], ["where", volume.where], ["heights", volume.heights], ["when", volume.when], ["in", volume.place], ...(volume.notes ?? []).map((note) => ["note", note])];
  const its = volume.clashes.slice(0, 30);
  return [
    el("header", {}, sample(volume.party), el("h2", {}, name(volume.id)), close()), lines(told),
    its.length ? el("div", { class: "actions" }, its.map((index) => el("button", { type: "button", onclick: () => choose({ clash: index }, true) }, `Clash ${clashes[index].number}`)), volume.clashes.length > its.length && el("span", {}, `and ${volume.clashes.length - its.length} more`)) : el("p", { class: "faint" }, facts.compared ? "No clash of this volume was found." : "It was compared with nothing."),
  ];
}

function showBasis() {
  const { density } = facts;
  byId("basis").replaceChildren(
    el("p", {}, facts.against), ...facts.lines.map((line) => el("p", {}, line)),
    ...(facts.own ? [el("p", {}, "Only your own drafts are drawn. Of others there is the id, the verdict, and at most a place on your draft.")] : []),
    ...(density.volumes ? [el("p", {}, `${counted(density.volumes, "volume")} not drawn one by one: grey squares tell how many there are.`)] : []),
    ...(facts.found > clashes.length ? [el("p", {}, `${counted(facts.found - clashes.length, "clash", "clashes")} not in this page: it holds the worst. --json has all.`)] : []),
    ...(facts.skipped.length ? [el("p", { class: "skipped" }, "Skipped, and not compared:"), el("ul", {}, facts.skipped.map((line) => el("li", {}, name(line))))] : []),
    ...(facts.notes.length ? [el("p", {}, "To know:"), el("ul", {}, facts.notes.map((line) => el("li", {}, name(line))))] : []),
    el("p", { class: "faint" }, `Drawn around ${place(...facts.middle, 3)}: edges are geodesics, distances are true from there. ${facts.land.length ? "Coasts, rivers and lakes are coarse, for orientation only (Natural Earth). " : ""}A drawing proves nothing; the figures above were computed on the ellipsoid.`),
  );
}

function showLegend() {
  const rows = facts.parties.map(({ name: party, volumes: count }, number) => el("label", {}, el("input", { type: "checkbox", checked: true, onchange: (event) => {
    if (event.currentTarget.checked) state.without.delete(number);
    else state.without.add(number);
    everything();
  } }), sample(number), name(party), el("span", { class: "faint" }, count.toLocaleString("en"))));
  const key = clashes.length ? [el("span", { class: "key" }, el("span", { class: "mark", "aria-hidden": "true" }, "1"), "clash")] : [];
  if (clashes.some((clash) => clash.verdict === "POSSIBLE")) key.push(el("span", { class: "key" }, el("span", { class: "mark possible", "aria-hidden": "true" }, "1?"), "possible"));
  byId("legend").replaceChildren(...rows, ...key);
}
