// The pictures to work from: pasted, dropped, picked, or of the history; and the mask of the first.
import {Refused, upload} from "./api.js";
import {$, h, icon, icons} from "./dom.js";
import {draw_mask} from "./mask.js";
import {say} from "./texts.js";

const k_most = 16;
const k_largest = 32 * 1024 * 1024;
const taken_as_they_are = ["image/png", "image/jpeg", "image/webp"];

// {id: "upload:…" or "history:…", url, name}; `id` is null while it is sent.
let inputs = [];
let mask = null; // {id, url}
let changed = () => {};

export function when_inputs_change(action) {
  changed = action;
}

export const input_ids = () => inputs.map(input => input.id);
export const mask_id = () => mask?.id ?? null;
export const has_inputs = () => inputs.length > 0;
export const all_sent = () => Promise.all(inputs.map(input => input.sent));

// What a browser can show and no gateway takes is made a PNG.
async function usable(file) {
  let blob = file;
  if (!taken_as_they_are.includes(file.type)) {
    const bitmap = await createImageBitmap(file).catch(() => { throw new Error(say("no_picture")); });
    const canvas = h("canvas", {width: bitmap.width, height: bitmap.height});
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    blob = await new Promise(resolve => canvas.toBlob(resolve, "image/png"));
  }
  if (blob.size > k_largest) {
    throw new Error(say("too_large"));
  }
  return blob;
}

function show() {
  const list = $("inputs");
  list.replaceChildren(...inputs.map((input, place) => h("li", {class: input.id ? "input" : "input pending"},
    h("img", {src: input.url, alt: input.name}),
    place === 0 && input.id ? h("button", {type: "button", class: mask ? "tag chosen" : "tag", onclick: edit_mask,
                                           title: say("mask_of")}, say(mask ? "masked" : "edit_mask")) : null,
    h("button", {type: "button", class: "off", "aria-label": say("remove", input.name), onclick: () => take_out(input)}, icon(icons.cross)))));
  list.hidden = inputs.length === 0;
  changed();
}

export const show_inputs = show;

function take_out(input) {
  if (inputs[0] === input) {
    mask = null;
  }
  inputs = inputs.filter(other => other !== input);
  if (input.url.startsWith("blob:")) {
    URL.revokeObjectURL(input.url);
  }
  show();
  $("prompt").focus();
}

export function add_files(files, complain) {
  for (const file of [...files].slice(0, k_most - inputs.length)) {
    const input = {id: null, url: URL.createObjectURL(file), name: file.name || say("picture")};
    inputs.push(input);
    input.sent = usable(file).then(upload).then(answer => {
      input.id = `upload:${answer.upload}`;
      show();
    }).catch(error => {
      take_out(input);
      complain(say("upload_failed", input.name, error instanceof Refused || error instanceof TypeError ? say("no_picture") : error.message));
    });
  }
  show();
}

export function add_past(entry) {
  const id = `history:${entry.id}`;
  if (inputs.length < k_most && !inputs.some(input => input.id === id)) {
    inputs.push({id, url: `/api/pictures/${entry.id}`, name: entry.prompt.slice(0, 60) || say("picture"), sent: Promise.resolve()});
  }
  show();
}

// As a job of before had them, as far as they can be had again.
export function put_inputs(ids, mask_of_job) {
  inputs = (ids ?? []).filter(id => /^(upload|history):/.test(id)).map(id => ({
    id, url: id.startsWith("history:") ? `/api/pictures/${id.slice(8)}` : `/api/uploads/${id.slice(7)}`, name: say("picture"), sent: Promise.resolve()}));
  mask = mask_of_job && inputs.length > 0 ? {id: mask_of_job} : null;
  show();
}

export function clear_inputs() {
  inputs = [];
  mask = null;
  show();
}

async function edit_mask() {
  const made = await draw_mask(inputs[0].url, mask?.strokes);
  if (made === undefined) { // given up
    return;
  }
  mask = null;
  if (made !== null) {
    const answer = await upload(made.blob);
    mask = {id: `upload:${answer.upload}`, strokes: made.strokes};
  }
  show();
  $("prompt").focus(); // the button that was pressed is another one now
}
