// The page: signed in or not, and what belongs together.
import {get, listen, post, remove, when_signed_out} from "./api.js";
import {clear_done, drop_job, load_jobs, put_job_tiles, refusal_text, show_jobs_again, start_batch} from "./batch.js";
import {complain, put_job, show_composer, start_composer} from "./composer.js";
import {load_costs, open_costs, show_costs_again} from "./costs.js";
import {open_detail, start_detail} from "./detail.js";
import {$, announce} from "./dom.js";
import {load_gallery, look_for_news, start_gallery} from "./gallery.js";
import {add_past} from "./inputs.js";
import {choose_language, language, name_of, other_language, put_texts, say} from "./texts.js";

let is_open = false;
let stop_listening = () => {};

function show_language() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  put_texts(document);
  $("language").textContent = name_of(other_language());
  $("language").lang = other_language() === "zh" ? "zh-Hans" : "en";
}

async function change_language() {
  choose_language(other_language());
  show_language();
  if (is_open) {
    show_composer();
    show_jobs_again();
    show_costs_again();
    await load_gallery();
  }
}

function ask_to_sign_in() {
  if (is_open) { // the session is over: nothing of it stays on the screen
    stop_listening();
    location.reload();
    return;
  }
  $("sign-in").hidden = false;
  $("key").focus();
}

async function sign_in(event) {
  event.preventDefault();
  const key = $("key").value.trim();
  $("key").value = "";
  try {
    await post("/session", {key});
    $("sign-in").hidden = true;
    await open_page(true);
  } catch (error) {
    $("sign-in-trouble").textContent = refusal_text(error);
    $("key").focus();
  }
}

async function sign_out() {
  await remove("/session");
  location.reload();
}

function begun(job) {
  $("search").value && ($("search").value = "", $("search").dispatchEvent(new Event("input")));
  clear_done();
  load_gallery();
  put_job_tiles(job);
  announce(say("begun"));
  scrollTo({top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"});
}

async function open_page(needs_key) {
  is_open = true;
  when_signed_out(ask_to_sign_in);
  for (const id of ["bar", "main", "composer"]) {
    $(id).hidden = false;
  }
  $("leave").hidden = !needs_key;
  start_batch({open: open_detail, again: asked => put_job(asked.prompt ?? "", asked), over: () => load_costs()});
  start_gallery(open_detail);
  start_detail({use: entry => { add_past(entry); $("prompt").focus(); }, again: put_job});
  $("spend").addEventListener("click", open_costs);
  $("leave").addEventListener("click", sign_out);
  await start_composer(begun);
  await load_jobs();
  await Promise.all([load_gallery(), load_costs()]);
  let is_first = true;
  stop_listening = listen({
    job: put_job_tiles,
    dismissed: ({id}) => drop_job(id),
    reset: () => { // of the first stream nothing was missed
      if (!is_first) {
        load_jobs().then(load_gallery);
      }
      is_first = false;
    },
    lost: () => complain(say("connection_lost")),
    found: () => complain("")});
  addEventListener("focus", () => !document.querySelector("dialog[open]") && look_for_news());
  $("prompt").focus();
  document.documentElement.dataset.ready = "true";
}

addEventListener("keydown", event => {
  if (event.key === "/" && is_open && !event.target.closest("input, textarea, select, dialog")) {
    event.preventDefault();
    $("search").focus();
  } else if (event.key === "Escape" && event.target === $("search")) {
    $("prompt").focus();
  }
});

// A link that opens a session works once, and is not left in the address.
async function take_link() {
  const token = location.hash.slice(1);
  if (/^[0-9a-f]{64}$/.test(token)) {
    history.replaceState(null, "", "/");
    await post("/session", {token}).catch(error => { $("sign-in-trouble").textContent = refusal_text(error); });
  }
}

async function start() {
  show_language();
  $("language").addEventListener("click", change_language);
  $("sign-in").addEventListener("submit", sign_in);
  await take_link();
  const session = await get("/session");
  if (session.open) {
    await open_page(session.needs_key);
  } else {
    ask_to_sign_in();
  }
}

start();
