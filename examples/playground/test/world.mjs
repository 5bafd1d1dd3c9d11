// The page as the tests have it: put together, served and open in Chromium.
import {execFileSync} from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import {after, before} from "node:test";
import {launch, open, root, serve} from "../../../bindings/js/test/world.mjs";

export {hello, root, serve} from "../../../bindings/js/test/world.mjs";
const pictures = path.join(root, "build/playground");
export const site = path.join(pictures, "site");
let server;
let browser;
let address;

before(async () => {
  fs.mkdirSync(pictures, {recursive: true});
  execFileSync(path.join(root, "examples/playground/build"), [site]);
  // Not at the root of its server, as on a page of somebody.
  server = await serve({"/playground/": site}, {isolated: true});
  address = `${server.address}/playground/`;
  browser = await launch({gpu: false});
});
after(async () => {
  await browser?.close();
  server?.close();
});

export const ready = page => page.waitForFunction(() => document.getElementById("state").dataset.is === "ready");
export const tab = (page, name) => page.getByRole("tab", {name}).click();
export const picture = (page, name) => page.screenshot({path: path.join(pictures, `${name}.png`)});
export const say = async (page, text) => {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", {name: "Send"}).click();
};
export const lastAnswer = page => page.locator("article.assistant").last();
export const answered = page => page.locator("article.assistant[aria-busy=false]").last();

/** A new page of somebody who was never here, with nano loaded. */
export async function start(t, from = address) {
  const page = await open(t, browser, from);
  await ready(page);
  return page;
}
