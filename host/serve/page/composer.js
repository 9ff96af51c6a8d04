// What is to be drawn, what it will cost, and the press.
import {get, post, press, Refused} from "./api.js";
import {refusal_text} from "./batch.js";
import {$, cost_text, h, usd} from "./dom.js";
import {add_files, all_sent, has_inputs, input_ids, mask_id, put_inputs, show_inputs, when_inputs_change} from "./inputs.js";
import {say} from "./texts.js";

const sizes = [["", "usual"], ["1:1", "size_square"], ["3:2", "size_landscape"], ["2:3", "size_portrait"], ["16:9", "size_wide"], ["9:16", "size_tall"], ["same", "size_same"]];
const details = ["1K", "2K", "4K"];
const words = {quality: ["low", "medium", "high", "auto"], background: ["opaque", "transparent", "auto"], format: ["png", "jpeg", "webp"]};

let gateways = [];
let pending = null; // {name, text}: a press that may not have come through
let on_begun = () => {};
let priced = 0;
let price_timer = 0;

const choice = id => $("options").querySelector(`[name="${id}"]`);
const value = id => choice(id)?.value ?? "";

function select(name, rows) {
  const before = choice(name)?.value;
  const options = rows.map(([code, text]) => h("option", {value: code}, text));
  const element = h("select", {name, onchange: changed}, ...options);
  if (rows.some(([code]) => code === before)) {
    element.value = before;
  }
  return h("label", {class: "choice", "data-name": name}, h("span", {}, say(name)), element);
}

function show_options() {
  const count = choice("count")?.value ?? "1";
  const usual = [["", say("usual")]];
  const fields = [select("size", sizes.map(([code, text]) => [code, say(text)])), select("detail", details.map(code => [code, code]))];
  for (const [name, codes] of Object.entries(words)) {
    fields.push(select(name, [...usual, ...codes.map(code => [code, name === "format" ? code.toUpperCase() : say(code)])]));
  }
  if (gateways.length > 1) {
    fields.push(select("gateway", [["", say("any_gateway")], ...gateways.map(gateway => [gateway.name, gateway.name])]));
  }
  const models = [...new Set(gateways.flatMap(gateway => gateway.models))];
  if (models.length > 1) {
    fields.push(select("model", [...usual, ...models.map(model => [model, model])]));
  }
  fields.splice(2, 0, h("label", {class: "choice", "data-name": "count"}, h("span", {}, say("count")),
    h("input", {type: "number", name: "count", min: "1", max: "20", value: count, inputmode: "numeric", oninput: changed})));
  $("options").replaceChildren(...fields);
  suit();
}

// What has no meaning now is not offered.
function suit() {
  const same = choice("size").querySelector('[value="same"]');
  same.hidden = same.disabled = !has_inputs();
  if (value("size") === "same" && !has_inputs()) {
    choice("size").value = "";
  }
  choice("detail").parentElement.hidden = value("size") === "" || value("size") === "same";
  $("prompt").placeholder = say(has_inputs() ? "prompt_hint_edit" : "prompt_hint");
}

function wanted() {
  const size = value("size");
  const job = {prompt: $("prompt").value.trim(), n: Number(value("count")) || 1};
  if (size !== "") {
    job.size = size === "same" ? size : `${value("detail")} ${size}`;
  }
  for (const name of ["quality", "background", "format", "gateway", "model"]) {
    if (value(name) !== "") {
      job[name] = value(name);
    }
  }
  if (has_inputs()) {
    job.input = input_ids().filter(id => id !== null);
    if (mask_id()) {
      job.mask = mask_id();
    }
  }
  return job;
}

function changed() {
  suit();
  grow();
  complain("");
  clearTimeout(price_timer);
  price_timer = setTimeout(show_price, 250);
}

function grow() {
  const prompt = $("prompt");
  prompt.style.height = "auto";
  prompt.style.height = `${Math.min(prompt.scrollHeight, innerHeight * 0.4)}px`;
  document.documentElement.style.setProperty("--composer", `${$("composer").offsetHeight}px`);
}

async function show_price() {
  const asked = ++priced;
  const price = $("price");
  try {
    const told = await post("/api/estimate", wanted());
    if (asked !== priced) {
      return;
    }
    price.className = "price number";
    price.textContent = told.cost?.usd === 0 ? say("free") : cost_text(told.cost, say("no_price"));
    price.title = told.at_most && told.gateway ? say("price_why", told.gateway, told.model, usd(told.at_most.usd)) : told.problem ?? "";
    $("draw").title = ["Ctrl+Enter", ...(told.notices ?? [])].join("\n");
  } catch (error) {
    if (asked === priced && error instanceof Refused) {
      price.className = "price wrong";
      const text = refusal_text(error);
      price.textContent = text === $("trouble").textContent ? "" : text; // once is enough
      price.title = "";
    }
  }
}

export function complain(text) {
  if (text === $("price").textContent) {
    $("price").textContent = "";
  }
  $("trouble").textContent = text;
  $("trouble").hidden = text === "";
  document.documentElement.style.setProperty("--composer", `${$("composer").offsetHeight}px`);
}

// A request that may have been lost is sent again under its name, as long as nothing of it has changed.
function name_of_press(job) {
  const text = JSON.stringify(job);
  if (pending?.text !== text) {
    pending = {name: crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join(""), text};
  }
  return pending.name;
}

async function draw(event) {
  event.preventDefault();
  if ($("prompt").value.trim() === "") {
    complain(say("prompt_missing"));
    $("prompt").focus();
    return;
  }
  const button = $("draw");
  if (button.ariaDisabled) { // and not `disabled`, which would take the focus away
    return;
  }
  button.ariaDisabled = "true";
  complain("");
  let begun = null;
  try {
    await all_sent();
    const job = wanted();
    const told = await press(job, name_of_press(job));
    pending = null;
    begun = told;
  } catch (error) {
    if (error instanceof Refused) {
      pending = null;
    }
    complain(error instanceof Refused ? refusal_text(error) : say("not_sent"));
  }
  button.ariaDisabled = null;
  if (begun) {
    on_begun(begun);
  }
}

// Puts a job of before below, to be changed and drawn anew.
export function put_job(prompt, asked) {
  $("prompt").value = prompt;
  const size = /^(?:(\d)K )?(\d+:\d+|same)$/.exec(asked.size ?? "");
  const row = size ? size[2] : ratio_row(asked.size);
  choice("size").value = row;
  choice("detail").value = size?.[1] ? `${size[1]}K` : detail_of(asked.size);
  for (const name of Object.keys(words)) {
    choice(name).value = words[name].includes(asked[name]) ? asked[name] : "";
  }
  choice("count").value = asked.n ?? 1;
  put_inputs(asked.input ?? [], asked.mask);
  changed();
  $("prompt").focus();
}

// "1536x1024" is one of the rows, or left to what is usual.
function ratio_row(size) {
  const numbers = /^(\d+)x(\d+)$/.exec(size ?? "");
  const near = numbers && sizes.find(([code]) => {
    const [w, t] = code.split(":");
    return t && Math.abs(w / t - numbers[1] / numbers[2]) < 0.02;
  });
  return near ? near[0] : "";
}

function detail_of(size) {
  const longest = Math.max(0, ...(size ?? "").split("x").map(Number).filter(Number.isFinite));
  return longest > 3000 ? "4K" : longest > 1600 ? "2K" : "1K";
}

export function show_composer() {
  show_options();
  show_inputs();
  changed();
}

export async function start_composer(begun) {
  on_begun = begun;
  when_inputs_change(() => choice("size") && changed());
  gateways = (await get("/api/gateways").catch(() => ({gateways: []}))).gateways;
  const prompt = $("prompt");
  prompt.addEventListener("input", changed);
  prompt.addEventListener("keydown", event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      $("composer").requestSubmit();
    }
  });
  $("composer").addEventListener("submit", draw);
  $("add").addEventListener("click", () => $("files").click());
  $("files").addEventListener("change", () => {
    add_files($("files").files, complain);
    $("files").value = "";
  });
  addEventListener("paste", event => {
    if (event.clipboardData.files.length > 0 && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      add_files(event.clipboardData.files, complain);
    }
  });
  take_drops();
  addEventListener("resize", grow);
  show_composer();
}

function take_drops() {
  const has_files = event => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", event => {
    if (has_files(event)) {
      event.preventDefault();
      $("drop").hidden = false;
    }
  });
  addEventListener("dragleave", event => {
    if (event.relatedTarget === null) {
      $("drop").hidden = true;
    }
  });
  addEventListener("drop", event => {
    $("drop").hidden = true;
    if (has_files(event)) {
      event.preventDefault();
      add_files(event.dataTransfer.files, complain);
    }
  });
}

