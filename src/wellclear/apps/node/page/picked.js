// What lists leave out of another party's site and the like: asked for one by one, kept while it is picked (N1, N13).

import { NodeError, call } from "./node.js";
import { itemOf, showOpened, state } from "./state.js";

// Ask for one item where the board leaves something out; whether there is anything new to draw.
export async function openOne(id) {
  const row = itemOf(id);
  if (!row?.left_out) return false;
  try {
    showOpened(await call("GET", `notices/${encodeURIComponent(id)}`));
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    return false;
  }
  return true;
}

// The same for all that is picked now; what was picked before is let go of.
export async function openPicked(draw) {
  for (const id of [...state.opened.keys()]) if (!state.selected.has(id)) state.opened.delete(id);
  const found = await Promise.all([...state.selected].map(openOne));
  if (found.some(Boolean)) draw();
}
