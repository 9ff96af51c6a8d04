// Elements and how numbers are written. Nothing here makes HTML of a text: texts of gateways and prompts are only ever texts.
import {language, say} from "./texts.js";

export const $ = id => document.getElementById(id);

// h("button", {class: "quiet", type: "button", onclick: f}, "text", element, ...). `on…` are functions; false and null are left out.
export function h(tag, properties = {}, ...children) {
  const element = tag === "svg" || tag === "path" ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) {
      continue;
    }
    if (typeof value === "function") {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(path) {
  return h("svg", {viewBox: "0 0 20 20", "aria-hidden": "true"}, h("path", {d: path}));
}

export const icons = {cross: "M5 5l10 10M15 5L5 15", left: "M12 4l-6 6 6 6", right: "M8 4l6 6-6 6"};

export function announce(text) {
  $("said").textContent = text;
}

export function usd(amount) {
  const digits = amount === 0 || amount >= 1 ? 2 : Math.min(6, Math.max(2, 1 - Math.floor(Math.log10(amount))));
  return "$" + amount.toFixed(digits);
}

// {usd, basis} as limn has it, or null.
export function cost_text(cost, unknown = say("cost_unknown")) {
  if (!cost) {
    return unknown;
  }
  return cost.basis === "usage" ? usd(cost.usd) : say(cost.basis === "bound" ? "at_most" : "about", usd(cost.usd));
}

export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 100 ? say("seconds", seconds) : say("minutes", Math.floor(seconds / 60), seconds % 60);
}

// Of what is over: a tenth of a second counts where there are few.
export function time_taken(ms) {
  return ms < 10000 ? say("seconds", (ms / 1000).toFixed(1)) : duration(ms);
}

export function counted(count) {
  return say(count === 1 ? "pictures_1" : "pictures_n", count);
}

const locale = () => language === "zh" ? "zh-CN" : navigator.language.startsWith("en") ? navigator.language : "en";

export function day_text(date) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0 || days === 1) {
    return say(days === 0 ? "today" : "yesterday");
  }
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString(locale(), {day: "numeric", month: "long", year});
}

export function time_text(date) {
  return date.toLocaleString(locale(), {dateStyle: "medium", timeStyle: "short"});
}

const ratios = {square: 1, landscape: 1.5, portrait: 2 / 3};

// Width by height of a size as people say it: "1536x1024", "2K 16:9", "portrait".
export function ratio_of(size) {
  const numbers = /(\d+(?:\.\d+)?)\s*[x×:]\s*(\d+(?:\.\d+)?)/i.exec(size ?? "");
  if (numbers) {
    return Math.min(4, Math.max(0.25, numbers[1] / numbers[2]));
  }
  return Object.entries(ratios).find(([word]) => (size ?? "").includes(word))?.[1] ?? 1;
}

// A tile of the wall: rows are filled by their tiles' shapes.
export function shape(tile, ratio) {
  tile.style.setProperty("--ratio", ratio.toFixed(4));
}
