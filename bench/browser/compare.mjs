// Compares gerbil with other engines in the same Chromium, by turns. See README.md, and run.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {parseArgs} from "node:util";
import {inBrowser} from "./browser.mjs";
import {codeSize} from "./code_size.mjs";
import {CONTESTS} from "./contests.mjs";
import {printContest, smallestCosine, summarise} from "./report.mjs";
import {serve} from "./server.mjs";
import {takeTurn} from "./turn.mjs";
import {promptMaker, textMaker} from "./workload.mjs";

const HERE = import.meta.dirname;
const ROOT = path.resolve(HERE, "../..");
const BUILD = path.join(ROOT, "build/browser-bench");
const FOLDERS = {bench: path.join(HERE, "page"), package: path.join(ROOT, "build/js/dist"), models: path.join(BUILD, "models"), npm: path.join(BUILD, "node_modules")};

const say = (text) => process.stderr.write(`${text}\n`);

function readArguments() {
  const {values, positionals} = parseArgs({
    allowPositionals: true,
    options: {quick: {type: "boolean"}, json: {type: "boolean"}, turns: {type: "string", default: "5"}, engine: {type: "string", multiple: true}},
  });
  const chosen = positionals.length ? positionals : values.quick ? ["text", "float", "int8"] : Object.keys(CONTESTS);
  for (const name of chosen)
    if (!CONTESTS[name]) throw new Error(`There is no contest "${name}"; there are ${Object.keys(CONTESTS).join(", ")}.`);
  return {...values, turns: values.quick ? 1 : Number(values.turns), chosen};
}

async function runContest(name, {turns, quick, engine: only}, common) {
  const contest = {...CONTESTS[name], ...(quick && CONTESTS[name].prompts && {prompts: CONTESTS[name].prompts.slice(0, 1)})};
  const engines = Object.keys(contest.engines).filter((engine) => !only || only.includes(engine));
  const taken = Object.fromEntries(engines.map((engine) => [engine, []]));
  const [failures, notes, code, vectors] = [{}, {}, {}, {}];
  for (let turn = 0; turn < turns; ++turn) {
    for (const engine of engines.filter((candidate) => !failures[candidate])) {
      say(`${name}: turn ${turn + 1} of ${turns}, ${engine}`);
      try {
        const result = await takeTurn({contest, settings: contest.engines[engine], ...common});
        taken[engine].push(result.measured);
        notes[engine] = result.notes;
        vectors[engine] = result.vectors;
        code[engine] ??= codeSize(result.served, [FOLDERS.package, FOLDERS.npm], path.join(BUILD, "brotli.json"));
      } catch (error) {
        if (engine === engines[0]) throw error;
        failures[engine] = error.message.split(/\n\s*at /)[0];
      }
    }
  }
  const ran = engines.filter((engine) => !failures[engine]);
  const measures = summarise(Object.fromEntries(ran.map((engine) => [engine, taken[engine]])));
  const others = ran.slice(1).filter((engine) => vectors[engine]);
  const cosines = Object.fromEntries(others.map((engine) => [engine, smallestCosine(vectors[engines[0]], vectors[engine])]));
  const {title, device, threads} = contest;
  return {name, title, device, threads, turns, engines: ran, measures, cosines, notes, code, failures};
}

function printHeader({date, machine, load, versions, browser, ceilings}) {
  console.log(`${date}, ${machine}; load average before: ${load}`);
  console.log(`${browser}; ${Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ")}`);
  const speeds = Object.entries(ceilings).map(([name, speed]) => `${name} ${(speed / 1e9).toFixed(0)}`);
  console.log(`Ceilings of one thread, Gop/s: ${speeds.join(", ")}`);
  console.log("In brackets: how many times better gerbil is, the median over neighbouring turns.");
}

function printCode(contests) {
  const code = Object.assign({}, ...contests.map((contest) => contest.code));
  console.log("\nCode that is downloaded, MB, and with brotli");
  for (const [engine, {raw, brotli}] of Object.entries(code))
    console.log(`${engine.padEnd(28)}${(raw / 1e6).toFixed(2).padStart(8)}${(brotli / 1e6).toFixed(2).padStart(8)}`);
}

async function main() {
  const options = readArguments();
  const version = (name) => JSON.parse(fs.readFileSync(path.join(FOLDERS.npm, name, "package.json"), "utf8")).version;
  const header = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${os.cpus()[0].model}, ${os.cpus().length} processors`,
    load: os.loadavg()[0].toFixed(1),
    versions: Object.fromEntries(["@huggingface/transformers", "onnxruntime-web", "@wllama/wllama"].map((name) => [name, version(name)])),
  };
  if (header.load > 0.5) say(`other programs keep this machine busy (load ${header.load}): trust the ratios only`);
  const server = await serve(Object.fromEntries(Object.entries(FOLDERS).map(([name, folder]) => [`/${name}/`, folder])));
  const texts = textMaker();
  const workload = {prompt: promptMaker(path.join(ROOT, "models/nano/tokenizer.json")), texts, sample: texts(4, 64)};
  const common = {workload, models: FOLDERS.models, profile: fs.mkdtempSync(path.join(BUILD, "profile-")), server};
  Object.assign(header, await inBrowser(`${server.origin}/bench/index.html`, common.profile, async (page) => ({
    browser: page.version,
    ceilings: await page.call("ceilings"),
  })));
  const contests = [];
  for (const name of options.chosen) contests.push(await runContest(name, options, common));
  server.close();
  if (options.json) return console.log(JSON.stringify({...header, contests}, null, 2));
  printHeader(header);
  contests.forEach(printContest);
  printCode(contests);
}

await main();
