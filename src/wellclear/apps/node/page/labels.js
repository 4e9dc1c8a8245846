// Labels of a drawing that do not cover each other: each goes to the free line nearest to where it belongs.

const LINE = 13;
const LETTER = 7.7; // the mean of capitals and figures in bold 11 px; too wide an estimate only leaves more air
const lettersOf = (text) => text.replace(/[\u2066-\u2069]/g, "").length;
export const THIN = 6.3; // of small letters that are not bold

// Places the labels of one drawing, whose box they never leave. Ask in the order of importance. `lines` are points of
// what is drawn: a label that `beside` places crosses as few of them as it can.
export function labels({ left = 4, right, top = 12, bottom, lines: drawn = [] }) {
  const taken = [];
  const free = (x, y, wide) => taken.every((one) => y - one.y >= LINE || one.y - y >= LINE || x >= one.x + one.wide || one.x >= x + wide);
  const crossed = (x, y, wide) => drawn.reduce((n, [px, py]) => n + (px > x - 3 && px < x + wide + 3 && py > y - LINE && py < y + 5), 0);
  const put = (x, y, wide) => {
    taken.push({ x, y, wide });
    return { x, y, class: "label", direction: "ltr" };
  };
  const along = (x, y, text) => {
    const wide = text.length * LETTER;
    const at = Math.max(left, Math.min(x, right - wide));
    const line = Math.max(top, Math.min(y, bottom));
    const lines = [line];
    for (let step = 1; step * LINE <= bottom - top; step += 1) lines.push(line - step * LINE, line + step * LINE);
    const found = lines.find((one) => one >= top && one <= bottom && free(at, one, wide)) ?? line;
    return put(at, found, wide);
  };
  // Beside a box, or within it where it is large: where nothing else is crossed.
  along.beside = ([west, north, east, south], text, letter = LETTER) => {
    const wide = lettersOf(text) * letter;
    const [x0, x1, y0, y1] = [Math.max(left, west), Math.min(right, east), Math.max(top, north), Math.min(bottom, south)];
    const [x, y] = [(x0 + x1 - wide) / 2, (y0 + y1) / 2 + 4];
    const spots = [[x1 + 6, y], [x, y0 - 6], [x, y1 + LINE], [x0 - 6 - wide, y], [x0, y0 - 6], [x0, y1 + LINE], [x1 - wide, y0 - 6], [x1 - wide, y1 + LINE],
      [x1 + 6, y0 + 6], [x1 + 6, y1], [x0 - 6 - wide, y0 + 6], [x0 - 6 - wide, y1], [x, y], [x0 + 6, y0 + 1.4 * LINE], [x0 + 6, y1 - 7], [x1 - 6 - wide, y0 + 1.4 * LINE], [x1 - 6 - wide, y1 - 7]]
      .map(([a, b]) => [Math.max(left, Math.min(a, right - wide)), Math.max(top, Math.min(b, bottom))])
      .filter(([a, b]) => free(a, b, wide)).map(([a, b]) => ({ a, b, n: crossed(a, b, wide) }));
    const best = spots.reduce((one, two) => (one && one.n <= two.n ? one : two), undefined);
    return best ? put(best.a, best.b, wide) : along(x, y, text);
  };
  return along;
}

// How wide a box is shown, so that a drawing is made in the pixels of the screen and its letters keep their size.
export const widthOf = (box) => Math.max(260, Math.round(box.clientWidth) || 720);
