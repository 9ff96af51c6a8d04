// The newest batch: a tile for each picture that was asked for, from the press to the picture or to what to do instead.
import {get, remove} from "./api.js";
import {$, announce, duration, h, ratio_of, shape, time_taken} from "./dom.js";
import {has_text, language, say} from "./texts.js";

const jobs = new Map(); // {job, tiles, since}, by id
let hear = {open: () => {}, again: () => {}, over: () => {}};

// `hear`: open(history id), again(asked), over(job).
export function start_batch(listener) {
  hear = listener;
  setInterval(tick, 500);
}

export const class_text = code => say(has_text(`class_${code}`) ? `class_${code}` : "class_other");
export const advice_text = code => say(has_text(`do_${code}`) ? `do_${code}` : "do_other");

// The server says it in English; what is known here is told in the page's language.
export function refusal_text(error) {
  if (has_text(`refused_${error.code}`)) {
    return say(`refused_${error.code}`);
  }
  return language !== "en" && has_text(`class_${error.code}`) ? `${class_text(error.code)}。${advice_text(error.code)}` : error.message;
}

const error_of = job => job.report?.error ?? {class: job.state === "unknown" ? "outcome_unknown" : job.state === "cancelled" ? "cancelled" : "other", message: "", hint: ""};

// What it may be charged for whatever became of it.
const may_have_cost = job => job.state === "unknown" || (job.report?.attempts ?? []).some(attempt => attempt.may_have_cost);

export async function load_jobs() {
  const told = (await get("/api/jobs")).jobs;
  for (const id of jobs.keys()) {
    if (!told.some(job => job.id === id)) {
      drop_job(id);
    }
  }
  told.filter(job => !(job.is_over && job.state === "done")).forEach(put_job_tiles);
}

export function drop_job(id) {
  jobs.get(id)?.tiles.forEach(tile => tile.remove());
  jobs.delete(id);
  show_batch();
}

// The title tells it to whoever looks at another tab.
function show_batch() {
  const count = [...jobs.values()].filter(({job}) => !job.is_over).length;
  $("batch").hidden = jobs.size === 0;
  document.title = count > 0 ? `(${count}) limn` : "limn";
}

// Those that are done make room: their pictures are in the gallery by then.
export function clear_done() {
  for (const [id, {job}] of jobs) {
    if (job.is_over && job.state === "done") {
      drop_job(id);
    }
  }
}

export const pictures_in_batch = () => new Set([...jobs.values()].flatMap(({job}) => job.pictures.map(picture => picture.history_id)));

// Whether an entry of the history without a picture is told of by a tile already.
export function is_told(entry) {
  const time = Date.parse(entry.time) + 1000; // of whole seconds
  return !entry.image && [...jobs.values()].some(({job}) => job.is_over && job.asked.prompt === entry.prompt && time >= job.asked_ms);
}

export function put_job_tiles(job) {
  let one = jobs.get(job.id);
  if (one?.job.is_over) {
    return;
  }
  if (!one) {
    one = {tiles: Array.from({length: job.n}, () => h("div", {class: "tile drawing"}))};
    jobs.set(job.id, one);
    $("batch-wall").prepend(...one.tiles);
  }
  one.job = job;
  one.since = performance.now() - (job.now_ms - job.asked_ms);
  show_batch();
  one.tiles.forEach((tile, place) => show_tile(one, tile, place));
  if (job.is_over) {
    tell_end(job);
    hear.over(job);
  }
}

function tell_end(job) {
  const count = job.pictures.length;
  announce(count > 0 ? say(count === 1 ? "ready_1" : "ready_n", count) : say("failed_said", class_text(error_of(job).class)));
}

function show_tile(one, tile, place) {
  const {job} = one;
  const picture = job.pictures[place];
  if (picture) {
    show_picture(job, tile, picture);
  } else if (job.is_over) {
    show_failure(job, tile, place);
  } else {
    show_drawing(one, tile);
  }
}

function show_picture(job, tile, picture) {
  tile.className = "tile";
  const image = h("img", {src: picture.url, alt: job.asked.prompt ?? "", decoding: "async"});
  image.addEventListener("load", () => shape(tile, image.naturalWidth / image.naturalHeight));
  const open = picture.history_id ? () => hear.open(picture.history_id) : () => window.open(picture.url, "_blank", "noopener");
  tile.replaceChildren(h("button", {type: "button", class: "open", "data-id": picture.history_id, onclick: open}, image));
}

// "one · openai_images · gpt-image-2 · 1536x1024", as limn says it.
const parts_of = job => (job.progress.message ?? "").split(" · ");

function show_drawing(one, tile) {
  const {job} = one;
  const parts = parts_of(job);
  const planned = /^\d+x\d+$/.test(parts.at(-1)) ? parts.at(-1) : job.asked.size;
  if (!tile.classList.contains("shown")) {
    shape(tile, ratio_of(planned));
  }
  const gateway = parts.length > 1 ? parts[0] : "";
  if (tile.childElementCount === 0) {
    tile.append(h("div", {class: "state"}, h("span", {class: "doing"}), h("span", {class: "time number"})), h("p", {class: "asked"}, job.asked.prompt ?? ""),
                h("button", {type: "button", class: "quiet small edged", onclick: () => stop(one)}, say("stop")), h("i", {class: "line"}));
  }
  show_preview(one, tile, job.previews.find(preview => one.tiles[preview.place] === tile));
  const phase = job.is_to_end ? "stopping" : job.state === "sent" ? "drawing" : parts.length === 2 ? "checking" : "waiting";
  tile.querySelector(".doing").textContent = [say(phase), gateway, job.progress.attempt > 1 ? say("attempt_n", job.progress.attempt) : ""].filter(text => text).join(" · ");
  tile.querySelector("button").hidden = job.state === "sent" || job.is_to_end;
  show_time(one, tile);
}

// It sharpens in its place: the next one is there before the last one goes.
function show_preview(one, tile, preview) {
  if (!preview || tile.dataset.preview === preview.url) {
    return;
  }
  tile.dataset.preview = preview.url;
  const image = h("img", {class: "preview", src: preview.url, alt: ""});
  image.decode().then(() => {
    if (!one.job.is_over && tile.dataset.preview === preview.url) {
      tile.querySelectorAll(".preview").forEach(old => old.remove());
      tile.classList.add("shown");
      shape(tile, image.naturalWidth / image.naturalHeight);
      tile.prepend(image);
    }
  }).catch(() => {});
}

function show_time(one, tile) {
  const elapsed = performance.now() - one.since;
  const usual = one.job.progress.usual_ms ?? 0;
  tile.querySelector(".time").textContent = usual > 0 ? say("of_usual", duration(elapsed), duration(usual)) : duration(elapsed);
  tile.style.setProperty("--part", usual > 0 ? Math.min(0.96, elapsed / usual).toFixed(3) : "0");
}

function tick() {
  for (const one of jobs.values()) {
    if (!one.job.is_over && !document.hidden) {
      one.tiles.filter(tile => tile.querySelector(".time")).forEach(tile => show_time(one, tile));
    }
  }
}

async function stop(one) {
  $("prompt").focus(); // its button goes
  one.job.is_to_end = true;
  one.tiles.forEach((tile, place) => show_tile(one, tile, place));
  const told = await remove(`/api/jobs/${one.job.id}`).catch(() => null);
  if (told?.state === "sent") {
    announce(say("cannot_stop"));
  }
}

function attempts_list(attempts, told) {
  const row = attempt => h("li", {}, h("b", {}, attempt.gateway), " ", attempt.class === "ok" ? "" : class_text(attempt.class),
    attempt.http_status ? ` · ${attempt.http_status}` : "", attempt.elapsed_ms > 0 ? ` · ${time_taken(attempt.elapsed_ms)}` : "",
    attempt.message && attempt.message !== told ? h("span", {class: "words"}, attempt.message) : null);
  return h("details", {class: "attempts"}, h("summary", {}, `${say("attempts")} (${attempts.length})`), h("ol", {}, ...attempts.map(row)));
}

// What happened, and what to do; the tile is as tall as its words.
function show_failure(job, tile, place) {
  tile.className = "tile failed";
  tile.style.removeProperty("--part");
  const error = error_of(job);
  const attempts = job.report?.attempts ?? [];
  const cost = may_have_cost(job) && !["outcome_unknown", "content", "no_image", "bad_image"].includes(error.class);
  const words = (text, more = "") => text ? [h("p", {class: `words ${more}`}, text)] : [];
  tile.replaceChildren(
    h("h2", {}, class_text(error.class)),
    h("p", {class: "advice"}, advice_text(error.class), cost ? ` ${say("may_have_cost")}` : ""),
    ...words(error.message, "said-by-gateway"),
    ...words(language === "en" || !has_text(`do_${error.class}`) ? error.hint : ""),
    h("p", {class: "asked"}, job.asked.prompt ?? ""),
    ...(attempts.length > 0 ? [attempts_list(attempts, error.message)] : []),
    h("div", {class: "acts"}, h("button", {type: "button", class: "quiet small edged", onclick: () => hear.again({...job.asked, n: job.n - job.pictures.length})}, say("try_again")),
      place === job.pictures.length ? h("button", {type: "button", class: "quiet small edged", onclick: () => dismiss(job.id)}, say("dismiss")) : null));
}

async function dismiss(id) {
  drop_job(id);
  await remove(`/api/jobs/${id}`).catch(() => null);
  $("prompt").focus();
}

// All of them again, in the language of now.
export function show_jobs_again() {
  for (const one of jobs.values()) {
    one.tiles.forEach((tile, place) => {
      tile.replaceChildren();
      show_tile(one, tile, place);
    });
  }
}
