// The page's own API. A key goes to POST /session and nowhere else; the cookie is none of a script's business.
export class Refused extends Error {
  constructor(status, error) {
    super(error?.message ?? `${status}`);
    this.status = status;
    this.code = error?.code ?? "";
  }
}

let on_signed_out = () => {};

export function when_signed_out(action) {
  on_signed_out = action;
}

async function ask(method, path, body, headers = {}) {
  const answer = await fetch(path, {method, body, headers, credentials: "same-origin", cache: "no-store"});
  const json = await answer.json().catch(() => null);
  if (answer.ok) {
    return json;
  }
  if (answer.status === 401 && path !== "/session") {
    on_signed_out();
  }
  throw new Refused(answer.status, json?.error);
}

const json_type = {"content-type": "application/json"};

export const get = path => ask("GET", path);
export const remove = path => ask("DELETE", path);
export const post = (path, value, headers = {}) => ask("POST", path, JSON.stringify(value), {...json_type, ...headers});
export const upload = blob => ask("POST", "/api/uploads", blob, {"content-type": blob.type});

// One press of the button is one job, however often its request has to be sent.
export async function press(job, name, tries = 3) {
  for (let count = 1; ; ++count) {
    try {
      return await post("/api/jobs", job, {"idempotency-key": name});
    } catch (error) {
      if (error instanceof Refused || count === tries) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, 700 * count));
    }
  }
}

// The server's events, for as long as the tab is looked at. `hear`: {job, dismissed, reset, lost, found}.
export function listen(hear) {
  let source = null;
  let retry = 0;
  const open = () => {
    clearTimeout(retry);
    source?.close();
    source = new EventSource("/events");
    for (const name of ["job", "dismissed"]) {
      source.addEventListener(name, event => hear[name](JSON.parse(event.data)));
    }
    source.addEventListener("reset", () => hear.reset());
    source.onopen = () => hear.found();
    source.onerror = () => {
      hear.lost();
      if (source.readyState === EventSource.CLOSED) { // it does not try by itself then
        retry = setTimeout(open, 3000);
      }
    };
  };
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
  };
  open();
  // Browsers allow six connections to a server: tabs in the background leave theirs.
  let hidden = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(close, 60000);
    } else if (source === null) {
      open();
    }
  });
  return close;
}
