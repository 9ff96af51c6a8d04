// All that was drawn, newest first, loaded as one scrolls; what is out of sight costs nothing (content-visibility).
import {get} from "./api.js";
import {$, announce, cost_text, counted, day_text, h, shape} from "./dom.js";
import {class_text, is_told, pictures_in_batch} from "./batch.js";
import {say} from "./texts.js";

const k_page = 60;
const k_ahead = 1500; // pixels that are loaded before they are seen

const entries = new Map(); // by id, as they are shown
let next = null; // where the next page begins; null: there is none
let words = "";
let loading = null; // the search that is under way
let open = () => {};

// Of several pictures that were paid for together it is the sum.
export const entry_cost = entry => entry.attempt_images > 1 ? say("cost_of_n", cost_text(entry.cost), entry.attempt_images) : cost_text(entry.cost);

export const entry_of = id => entries.get(id);

export function keep_entry(entry) {
  entries.set(entry.id, entry);
}

export function start_gallery(on_open) {
  open = on_open;
  new IntersectionObserver(seen => seen.some(one => one.isIntersecting) && load_more(), {rootMargin: `${k_ahead}px`}).observe($("more"));
  let timer = 0;
  $("search").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search($("search").value.trim()), 200);
  });
  document.addEventListener("keydown", move_focus);
}

async function search(text) {
  words = text;
  await load_gallery();
  $("batch").classList.toggle("aside", words !== "");
  announce(words && entries.size > 0 ? counted(entries.size) + (next === null ? "" : "+") : $("nothing").hidden ? "" : $("nothing").textContent);
}

const path_of = before => `/api/history?limit=${k_page}${words ? `&search=${encodeURIComponent(words)}` : ""}${before ? `&before=${before}` : ""}`;

// From its beginning.
export async function load_gallery() {
  const mine = loading = {};
  const told = await get(path_of(null));
  if (loading !== mine) {
    return;
  }
  loading = null;
  $("gallery").replaceChildren();
  entries.clear();
  add(told);
}

// What came by another way meanwhile.
export async function look_for_news() {
  if (loading !== null || words !== "" || scrollY > innerHeight) {
    return;
  }
  const told = await get("/api/history?limit=10").catch(() => ({entries: []}));
  if (told.entries.some(is_news)) {
    await load_gallery();
  }
}

async function load_more() {
  if (next === null || loading !== null) {
    return;
  }
  const mine = loading = {};
  const told = await get(path_of(next)).catch(() => null);
  if (loading !== mine) {
    return;
  }
  loading = null;
  if (told) {
    add(told);
  }
}

const is_news = entry => entry.outcome !== "under_way" && !entries.has(entry.id) && !pictures_in_batch().has(entry.id) && !is_told(entry);

function add(told) {
  for (const entry of told.entries) {
    if (is_news(entry)) {
      entries.set(entry.id, entry);
      wall_for(entry).append(tile_of(entry));
    }
  }
  next = told.next;
  const is_empty = entries.size === 0 && next === null;
  $("nothing").hidden = !is_empty || (words === "" && !$("batch").hidden);
  $("nothing").textContent = say(words ? "nothing_found" : "nothing_yet");
  if (next !== null && $("more").getBoundingClientRect().top < innerHeight + k_ahead) { // else it is told once it is
    load_more();
  }
}

// Sections are small, so that few of them are laid out at once; only the first of a day has its name above it.
function wall_for(entry) {
  const day = day_text(new Date(entry.time));
  const last = $("gallery").lastElementChild;
  const wall = last?.querySelector(".wall");
  if (last?.dataset.day === day && wall.childElementCount < k_page) {
    return wall;
  }
  const made = h("div", {class: "wall"});
  $("gallery").append(h("section", {class: "day", "data-day": day}, last?.dataset.day === day ? null : h("h2", {}, day), made));
  return made;
}

function tile_of(entry) {
  const {image} = entry;
  const tile = h("div", {class: "tile"});
  if (!image) {
    tile.classList.add("without");
    shape(tile, 1);
    tile.append(h("button", {type: "button", class: "open", "data-id": entry.id, onclick: () => open(entry.id)},
                  h("span", {class: "asked"}, entry.prompt), h("span", {class: "why"}, class_text(entry.class ?? "outcome_unknown"))));
    return tile;
  }
  shape(tile, image.width > 0 ? image.width / image.height : 1);
  const picture = h("img", {src: `/api/thumbnails/${entry.id}`, loading: "lazy", decoding: "async", alt: entry.prompt});
  picture.addEventListener("error", () => { // none could be made: the picture itself, or its absence
    picture.addEventListener("error", () => tile.classList.add("gone"), {once: true});
    picture.src = `/api/pictures/${entry.id}`;
  }, {once: true});
  tile.append(h("button", {type: "button", class: "open", "data-id": entry.id, onclick: () => open(entry.id)}, picture,
    h("span", {class: "caption", "aria-hidden": "true"}, h("span", {}, entry.prompt), h("span", {class: "number"}, entry_cost(entry)))));
  return tile;
}

export function forget_entry(id) {
  entries.delete(id);
  for (const button of tiles().filter(one => one.dataset.id === id)) {
    button.parentElement.remove();
  }
}

// By what they are and not by how they lie: what is out of sight is not laid out for it.
const tiles = () => [...document.querySelectorAll("#batch:not([hidden], .aside) .open[data-id], #gallery .open[data-id]")];

export function neighbour(id, step) {
  const all = tiles();
  const at = all.findIndex(one => one.dataset.id === id);
  if (step > 0 && at === all.length - 1) {
    load_more();
  }
  return at < 0 ? undefined : all[at + step]?.dataset.id;
}

// Arrows go from picture to picture: along the row, and to the nearest one of the row above or below.
function move_focus(event) {
  const from = document.activeElement;
  if (!from?.matches(".wall .open") || event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  const all = tiles();
  const at = all.indexOf(from);
  const steps = {ArrowLeft: () => all[at - 1], ArrowRight: () => all[at + 1], ArrowUp: () => nearest(all.slice(0, at).reverse(), from, -1),
                 ArrowDown: () => nearest(all.slice(at + 1), from, 1), Home: () => all[0], End: () => all.at(-1)};
  const to = steps[event.key]?.();
  if (to) {
    event.preventDefault();
    to.focus();
    to.scrollIntoView({block: "nearest"});
  }
}

function nearest(others, from, direction) {
  const box = from.getBoundingClientRect();
  const middle = box.left + box.width / 2;
  let row = null;
  let best = null;
  let distance = Infinity;
  for (const other of others) {
    const there = other.getBoundingClientRect();
    if (direction * (there.top - box.top) < 4) {
      continue;
    }
    row ??= there.top;
    if (Math.abs(there.top - row) > 40) {
      break;
    }
    const off = Math.abs(there.left + there.width / 2 - middle);
    if (off < distance) {
      distance = off;
      best = other;
    }
  }
  return best;
}
