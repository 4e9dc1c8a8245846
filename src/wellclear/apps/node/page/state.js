// What the page knows: the last board, how old it is by the browser's own clocks, who has the watch, what is selected.

const PERIOD_MS = 2000; // the node sends a board at least so often
export const OLD_MS = 2 * PERIOD_MS + 250;
const FRESH_MS = 10_000; // a party other than host and reader must have cosigned within this (decision: freshness)
const SESSION = "wellclear-watch";

export const state = {
  board: undefined,
  heard: undefined,
  status: undefined,
  session: readSession(),
  selected: new Set(),
  opened: new Map(), // what a list leaves out of another party's site, while it is picked
  peers: [],
  silencedUntil: 0,
  sound: false,
  noted: new Set(),
};

function readSession() {
  try {
    return JSON.parse(sessionStorage.getItem(SESSION) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

export function setSession(session) {
  state.session = session;
  if (session) sessionStorage.setItem(SESSION, JSON.stringify(session));
  else sessionStorage.removeItem(SESSION);
}

const moment = () => ({ mono: performance.now(), wall: Date.now() });

// The row with what a list leaves out, where that was asked for and is still of the same version.
function whole(row) {
  const one = state.opened.get(row.id);
  if (!row.left_out || one?.version !== row.version) return row;
  const { volumes: _volumes, changes: _changes, left_out: _out, ...fresh } = row;
  return { ...one, ...fresh };
}

// One notice that was asked for by its id, beside what the board tells of it.
export function showOpened(one) {
  state.opened.set(one.id, one);
  if (state.board) hearNotices(state.board);
}

function hearNotices(board) {
  if (board.notices) board.notices = board.notices.map(whole);
}

export function hearBoard(board) {
  hearNotices(board);
  state.board = board;
  state.heard = moment();
  state.status = 200;
}

// Milliseconds since the last board. Two clocks, the greater wins: one stops while a machine sleeps, one can be set back.
export function boardAge() {
  if (!state.heard) return undefined;
  const { mono, wall } = moment();
  return Math.max(mono - state.heard.mono, wall - state.heard.wall, 0);
}

// The node's own clock now, in µs: its last word and the time since; before any board, the browser's.
export function ownUs() {
  if (!state.board) return Date.now() * 1000;
  return state.board.own_us + Math.floor(performance.now() - state.heard.mono) * 1000;
}

// How the picture stands: {state, old, age_ms}. `old` pictures are greyed and labelled.
export function link() {
  const age = boardAge();
  if (age === undefined) return { state: "wait", old: true, age_ms: 0 };
  if (age > OLD_MS) return { state: "node", old: true, age_ms: age };
  const told = state.board.link ?? {};
  const heard = (told.heard_ms ?? 0) + age;
  if (["stale", "halted", "away", "left"].includes(told.state)) return { state: told.state, old: true, age_ms: heard };
  if (told.state !== "live") return { state: "stale", old: true, age_ms: heard };
  const fresh = witnesses().some(({ age_ms, ahead }) => !ahead && age_ms <= FRESH_MS);
  return { state: fresh ? "live" : "host", old: false, age_ms: heard };
}

// Why nothing that is said here goes out: "halted" (safety does), "left", or undefined.
export const mute = () => ["halted", "left"].find((one) => one === state.board?.link?.state);

// Who else has cosigned, over how many entries, and how long ago by now; `ahead`: by a clock that tells nothing of now.
export function witnesses() {
  const told = state.board?.link ?? {};
  const age = boardAge() ?? 0;
  return (told.witnesses ?? told.fresh ?? []).map((row) => ({ party: row.party, size: row.size, ahead: row.ahead === "yes", age_ms: row.age_ms + age }));
}

export const isOurs = (desk) => String(desk ?? "").split("/")[0] === state.board?.party;

// Other parties' desks, as the board or else the roster tells them.
export function peers() {
  const told = state.board?.peers ?? state.peers;
  return told.filter((desk) => !isOurs(desk));
}

export function itemOf(id) {
  const board = state.board ?? {};
  return [...(board.notices ?? []), ...(board.safety ?? []), ...(board.records ?? [])].find((row) => row.id === id);
}

// Whether a pair clashes by either verdict; one that is over stays in the board with none.
export const isClash = (row) => row.verdict !== "none" || row.disputed === "yes" || ["conflict", "possible"].includes(row.theirs);

// What this node was told against: for every sentence that says "nothing".
export function measure() {
  const board = state.board ?? {};
  const notices = board.notices ?? [];
  const compared = board.compared ?? {};
  const readable = notices.filter((row) => (row.volumes ?? []).length);
  return {
    size: board.size ?? 0,
    now: board.now ?? "",
    notices: compared.notices ?? readable.length,
    parties: compared.parties ?? new Set(readable.map((row) => row.party)).size,
    coarse: compared.coarse ?? notices.length - readable.length,
    missing: compared.missing ?? [],
    known: new Set([board.party, ...notices.map((row) => row.party), ...peers().map((desk) => desk.split("/")[0])]).size,
    duties: (board.duties ?? []).length,
    conflicts: (board.conflicts ?? []).filter(isClash).length,
    safety: (board.safety ?? []).length,
  };
}
