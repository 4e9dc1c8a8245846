// The way to the node: bearer token, two streams of events, one post. It knows nothing of the page.

const TOKEN = "wellclear-token";

// The token comes once in the fragment, which no server and no log sees, and leaves the address bar at once.
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(TOKEN, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(TOKEN);
}

export class NodeError extends Error {
  constructor(status, error) {
    super([error.message, error.do].filter(Boolean).join(" "));
    this.status = status;
    this.code = error.code;
  }
}

async function refusal(response) {
  let error = {};
  try {
    error = (await response.json()).error ?? {};
  } catch {
    error = { message: response.statusText };
  }
  return new NodeError(response.status, error);
}

export async function call(method, path, body) {
  const headers = { Authorization: `Bearer ${takeToken() ?? ""}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(`/api/${path}`, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store", credentials: "omit",
    });
  } catch {
    throw new NodeError(0, { code: "unavailable" });
  }
  if (!response.ok) throw await refusal(response);
  if (response.status === 204) return {};
  return response.json();
}

// One event after the other out of a stream of server-sent events.
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text = (text + value).replaceAll("\r\n", "\n");
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const field = (name) => lines.filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
        yield { name: field("event")[0] ?? "message", data: field("data").join("\n") };
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const QUIET_MS = 10_000;

// Events of one name for ever; after a break the stream is opened again. `hear(data)` per event, `lost(status)` per break.
export async function follow(path, event, hear, lost) {
  for (;;) {
    const stop = new AbortController();
    let timer;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => stop.abort(), QUIET_MS); // a half-open connection never ends by itself
    };
    let status = 0;
    try {
      heard();
      const response = await fetch(path, {
        headers: { Authorization: `Bearer ${takeToken() ?? ""}`, Accept: "text/event-stream" },
        cache: "no-store", credentials: "omit", signal: stop.signal,
      });
      status = response.status;
      if (!response.ok) throw await refusal(response);
      for await (const { name, data } of events(response.body)) {
        heard();
        if (name === event) hear(JSON.parse(data));
      }
    } catch (error) {
      if (!(error instanceof NodeError || error instanceof TypeError || error instanceof SyntaxError || error.name === "AbortError")) throw error;
    } finally {
      clearTimeout(timer);
    }
    lost(status);
    await pause(1000);
  }
}
