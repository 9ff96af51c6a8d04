// Debian's Chromium, driven by Playwright for tests/end_to_end/browser.py. Its first argument is the browser's path. Orders are lines of JSON
// on standard input, and each is answered by one on standard output; where the input ends the browser does, too:
//   {"open": {...}}                     a page in a context of its own, with these options of Playwright's newContext
//   {"beside": 1}                       one more tab, in the context of page 1
//   {"page": 1, "calls": [[...], ...]}  a method of that page with its arguments, then one of what came of it, and so on:
//                                       [["locator", "#draw"], ["click"]], [["keyboard.press", "Enter"]]
// An answer has "value", as far as it is JSON, or "error"; and "heard": [page, "trouble" or "request", text] of what came meanwhile.
import {createInterface} from 'node:readline';
import {chromium} from 'playwright-core';

const PATIENCE = 60000; // on a slow and loaded machine

const pages = [];
let heard = [];

function keep(page) {
  const number = pages.push(page) - 1;
  const hear = (kind, text) => heard.push([number, kind, text]);
  page.on('pageerror', (error) => hear('trouble', error.stack ?? error.message));
  page.on('console', (message) => ['error', 'assert'].includes(message.type()) && hear('trouble', `${message.text()} ${message.location().url}`));
  page.on('request', (request) => hear('request', request.url()));
  return number;
}

async function open(browser, options) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  context.setDefaultNavigationTimeout(PATIENCE);
  return keep(await context.newPage());
}

async function call(page, calls) {
  let value = page;
  for (const [path, ...args] of calls) {
    const names = path.split('.');
    const name = names.pop();
    const owner = names.reduce((one, member) => one[member], value);
    value = await owner[name](...args);
  }
  return value;
}

const plain = (value) => value === null || typeof value !== 'object' || [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value));

async function answer(browser, order) {
  const value = order.open ? await open(browser, order.open)
      : order.beside !== undefined ? keep(await pages[order.beside].context().newPage()) : await call(pages[order.page], order.calls);
  return plain(value) ? value : null;
}

const browser = await chromium.launch({executablePath: process.argv[2], timeout: PATIENCE, args: ['--lang=en-US']});
for await (const line of createInterface({input: process.stdin})) {
  const told = await answer(browser, JSON.parse(line)).then((value) => ({value}), (error) => ({error: error.message}));
  process.stdout.write(JSON.stringify({...told, heard}) + '\n');
  heard = [];
}
await browser.close();
