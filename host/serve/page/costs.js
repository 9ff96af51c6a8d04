// What was spent: today in the bar, and all of it in a table.
import {get} from "./api.js";
import {$, h, icon, icons, usd} from "./dom.js";
import {say} from "./texts.js";

const sum = one => one.usage_usd + one.estimate_usd + one.bound_usd;

// A bound is no more than that; an estimate is near it.
const text_of = one => {
  const amount = usd(sum(one));
  return one.bound_usd > 0 ? say("at_most", amount) : one.estimate_usd > 0 ? say("about", amount) : amount;
};

// The same in the bar, where there is little room.
const short_text = one => (one.bound_usd > 0 ? "≤ " : one.estimate_usd > 0 ? "≈ " : "") + usd(sum(one));

let told = null;

export async function load_costs() {
  told = await get("/api/spend").catch(() => told);
  show_costs_again();
}

export function show_costs_again() {
  const today = told ? say("spent_bar", short_text(told.today)) : "";
  $("spend").textContent = today || say("spend");
  $("spend").ariaLabel = today ? `${say("spend")}: ${today}` : null;
}

function table(title, rows) {
  const row = one => h("tr", {}, h("th", {scope: "row"}, one.name || "–"), h("td", {}, String(one.images)),
    h("td", {}, text_of(one), one.unknown > 0 ? h("small", {}, say("unknown_n", one.unknown)) : null));
  return h("table", {}, title ? h("caption", {}, title) : null, h("thead", {}, h("tr", {}, h("td", {}), h("th", {scope: "col"}, say("pictures")), h("th", {scope: "col"}, say("amount")))),
           h("tbody", {}, ...rows.map(row)));
}

export async function open_costs() {
  await load_costs();
  if (!told) {
    return;
  }
  const dialog = $("costs");
  const named = [["today", "spent_today"], ["month", "spent_month"], ["all", "spent_all"]].map(([member, text]) => ({...told[member], name: say(text)}));
  dialog.replaceChildren(
    h("header", {class: "head"}, h("h2", {}, say("spend")), h("button", {type: "button", class: "icon", "aria-label": say("close"), onclick: () => dialog.close()}, icon(icons.cross))),
    table(null, named), table(say("by_gateway"), told.by_gateway), table(say("by_month"), told.by_month.toReversed()),
    h("p", {class: "aside"}, say("spend_note")));
  dialog.showModal();
}
