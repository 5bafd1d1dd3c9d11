// Bytes of JavaScript and WebAssembly as they are downloaded, which takes brotli minutes and is kept.
import {execFileSync} from "node:child_process";
import fs from "node:fs";

function compressedSize(file, kept) {
  const {size, mtimeMs} = fs.statSync(file);
  const key = `${file} ${size} ${mtimeMs}`;
  kept[key] ??= execFileSync("brotli", ["-q", "11", "-c", file], {maxBuffer: 1 << 30}).length;
  return kept[key];
}

// `files`: what an engine asked for. Returns {raw, brotli} of those below `folders`.
export function codeSize(files, folders, keptFile) {
  const kept = fs.existsSync(keptFile) ? JSON.parse(fs.readFileSync(keptFile, "utf8")) : {};
  const code = files.filter((file) => folders.some((folder) => file.startsWith(folder)));
  const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
  const sizes = {
    raw: sum(code.map((file) => fs.statSync(file).size)),
    brotli: sum(code.map((file) => compressedSize(file, kept))),
  };
  fs.writeFileSync(keptFile, JSON.stringify(kept, null, 1));
  return sizes;
}
