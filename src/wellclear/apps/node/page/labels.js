// Labels of a drawing that do not cover each other: each goes to the free line nearest to where it belongs.

const LINE = 13;
const LETTER = 7.7; // the mean of capitals and figures in bold 11 px; too wide an estimate only leaves more air

// Places the labels of one drawing, whose box they never leave. Ask in the order of importance.
export function labels({ left = 4, right, top = 12, bottom }) {
  const taken = [];
  const free = (x, y, wide) => taken.every((one) => y - one.y >= LINE || one.y - y >= LINE || x >= one.x + one.wide || one.x >= x + wide);
  return (x, y, text) => {
    const wide = text.length * LETTER;
    const at = Math.max(left, Math.min(x, right - wide));
    const line = Math.max(top, Math.min(y, bottom));
    const lines = [line];
    for (let step = 1; step * LINE <= bottom - top; step += 1) lines.push(line - step * LINE, line + step * LINE);
    const found = lines.find((one) => one >= top && one <= bottom && free(at, one, wide)) ?? line;
    taken.push({ x: at, y: found, wide });
    return { x: at, y: found, class: "label", direction: "ltr" };
  };
}

// How wide a box is shown, so that a drawing is made in the pixels of the screen and its letters keep their size.
export const widthOf = (box) => Math.max(260, Math.round(box.clientWidth) || 720);
