// One picture of the history: large, with all that is known of it and what can be done with it.
import {get, remove} from "./api.js";
import {advice_text, class_text} from "./batch.js";
import {curl_of} from "./curl.js";
import {$, announce, h, icon, icons, time_taken, time_text} from "./dom.js";
import {entry_cost, entry_of, forget_entry, keep_entry, neighbour} from "./gallery.js";
import {say} from "./texts.js";

let shown = null; // entry
let hear = {use: () => {}, again: () => {}};

// `listener`: use(entry) as an input; again(prompt, asked).
export function start_detail(listener) {
  hear = listener;
  const dialog = $("detail");
  dialog.addEventListener("close", () => {
    const id = shown?.id;
    shown = null;
    dialog.replaceChildren();
    document.querySelector(`.open[data-id="${CSS.escape(id ?? "")}"]`)?.focus();
  });
  dialog.addEventListener("click", event => event.target === dialog && dialog.close());
  dialog.addEventListener("keydown", event => {
    const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
    if (step && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      move(step);
    }
  });
}

// `focus`: what has the focus then, where it can have it.
export async function open_detail(id, focus = ".leave") {
  const entry = entry_of(id) ?? await get(`/api/history/${id}`);
  keep_entry(entry);
  shown = entry;
  const dialog = $("detail");
  dialog.replaceChildren(picture_of(entry), facts_of(entry));
  if (!dialog.open) {
    dialog.showModal();
  }
  (dialog.querySelector(`${focus}:not(:disabled)`) ?? dialog.querySelector(".leave")).focus();
}

function move(step, focus) {
  const id = shown && neighbour(shown.id, step);
  if (id) {
    open_detail(id, focus);
  }
}

const button = (text, action, more = {}) => h("button", {type: "button", class: "quiet edged", onclick: action, ...more}, say(text));

function picture_of(entry) {
  const arrow = (name, path, step) => h("button", {type: "button", class: `icon ${name}`, "aria-label": say(name), disabled: !neighbour(entry.id, step),
                                                   onclick: () => move(step, `.${name}`)}, icon(path));
  const frame = h("figure", {class: "frame"});
  if (entry.image) {
    const image = h("img", {src: `/api/pictures/${entry.id}`, alt: entry.prompt, width: entry.image.width || null, height: entry.image.height || null});
    image.addEventListener("error", () => image.replaceWith(h("p", {class: "nothing"}, say("file_gone"))), {once: true});
    frame.append(image);
  } else {
    frame.append(h("div", {class: "nothing"}, h("h2", {}, class_text(entry.class ?? "outcome_unknown")), h("p", {}, advice_text(entry.class ?? "outcome_unknown")),
                   entry.message ? h("p", {class: "words"}, entry.message) : null));
  }
  frame.append(arrow("previous", icons.left, -1), arrow("next", icons.right, 1));
  return frame;
}

function asked_text(asked) {
  const {size, n, inputs, mask, ...rest} = asked;
  const more = Object.entries(rest).filter(([, value]) => value !== null && value !== "" && typeof value !== "object").map(([name, value]) => `${name} ${value}`);
  return [size || say("auto"), n > 1 ? `n ${n}` : "", ...more, mask ? say("mask") : ""].filter(text => text).join(" · ");
}

const door_text = door => door === "serve:page" ? say("door_page") : `limn ${door.split(":")[0]}`;

function facts_of(entry) {
  const {image, asked} = entry;
  const rows = [["asked", asked_text(asked)], ["drawn_by", [entry.gateway, entry.model].filter(text => text).join(" · ")],
                ["cost", entry_cost(entry)],
                ["took", entry.elapsed_ms > 0 ? time_taken(entry.elapsed_ms) : ""], ["when", time_text(new Date(entry.time))], ["door", door_text(entry.door)],
                ["inputs", (asked.inputs ?? asked.input ?? []).map(name => name.split("/").at(-1)).join(", ")],
                ["file", image ? `${image.width} × ${image.height} · ${image.format.toUpperCase()} · ${(image.bytes / 1e6).toFixed(1)} MB\n${image.path}` : ""],
                ["revised", image?.revised_prompt ?? ""]];
  return h("div", {class: "facts"},
    h("button", {type: "button", class: "icon leave", "aria-label": say("close"), onclick: () => $("detail").close()}, icon(icons.cross)),
    h("p", {class: "prompt"}, entry.prompt),
    h("div", {class: "acts"},
      image ? button("use_as_input", () => leave(() => hear.use(entry))) : null,
      button("again", () => leave(() => hear.again(entry.prompt, {...asked, input: [], mask: null})), {title: say("again_title")}),
      image ? h("a", {class: "quiet edged", href: `/api/pictures/${entry.id}`, download: image.path.split("/").at(-1)}, say("download")) : null,
      button("copy_curl", event => copy(event.currentTarget, entry)),
      button("forget", event => forget(event.currentTarget, entry))),
    h("dl", {}, ...rows.filter(([, text]) => text).flatMap(([name, text]) => [h("dt", {}, say(name)), h("dd", {}, text)])));
}

// The focus goes where `then` puts it, and not back to the tile.
function leave(then) {
  shown = null;
  $("detail").close();
  then();
}

async function copy(pressed, entry) {
  const inputs = (entry.asked.inputs ?? entry.asked.input ?? []).map(name => name.split("/").at(-1));
  const text = curl_of(entry.prompt, entry.model, entry.asked, inputs);
  try {
    await navigator.clipboard.writeText(text);
  } catch { // a page without TLS that is not of this machine may not
    const shown = h("textarea", {class: "curl", readonly: true, rows: "8", "aria-label": "curl"}, text);
    pressed.closest(".acts").after(shown);
    shown.select();
    return;
  }
  pressed.textContent = say("copied");
  announce(say("copied"));
  setTimeout(() => { pressed.textContent = say("copy_curl"); }, 1500);
}

// Asked twice, in its own place.
async function forget(pressed, entry) {
  if (!pressed.classList.contains("sure")) {
    pressed.classList.add("sure");
    pressed.textContent = say("forget_sure");
    return;
  }
  const next = neighbour(entry.id, 1) ?? neighbour(entry.id, -1);
  await remove(`/api/history/${entry.id}`);
  forget_entry(entry.id);
  announce(say("forgotten"));
  if (next) {
    open_detail(next);
  } else {
    $("detail").close();
  }
}
