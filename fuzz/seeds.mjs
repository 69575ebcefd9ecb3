// Writes what fuzzing starts from: the badges of the conformance corpus beside the checkout, where it is there.
//   node fuzz/seeds.mjs        fuzz/corpus/<target>/...
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const shared = join(here, "../../shared");
const between = Buffer.from("\n\0---\0\n");
// Larger inputs make a fuzzer slow and teach it nothing more.
const most = 48 << 10;

if (!existsSync(join(shared, "corpus/manifest.jsonl"))) {
  console.log("no conformance corpus beside the checkout: fuzzing starts from nothing");
  process.exit(0);
}

const written = {};
function seed(target, bytes) {
  if (bytes.length === 0 || bytes.length > most) return;
  const folder = join(here, "corpus", target);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, createHash("sha1").update(bytes).digest("hex")), bytes);
  written[target] = (written[target] ?? 0) + 1;
}

const read = (path) => {
  const root = path.startsWith("contexts:") ? join(shared, "contexts", path.slice(9)) : join(shared, "corpus", path);
  return readFileSync(root);
};

for (const line of readFileSync(join(shared, "corpus/manifest.jsonl"), "utf8").split("\n").filter(Boolean)) {
  const badge = JSON.parse(line);
  const bytes = read(badge.file);
  const documents = (badge.needs ?? []).filter((need) => need.file).map((need) => read(need.file));
  seed("recognise", bytes);
  seed("unpack", bytes);
  seed("verify", Buffer.concat([bytes, ...documents.flatMap((document) => [between, document])]));
  if (badge.file.endsWith(".png")) seed("png", bytes);
  if (badge.file.endsWith(".svg")) seed("svg", bytes);
  for (const json of [bytes, ...documents].filter((text) => text[0] === 0x7b)) {
    seed("json", json);
    seed("jsonld", json);
    if (json.includes("StatusList")) seed("status", json);
    for (const [key] of json.toString("utf8").matchAll(/z[1-9A-HJ-NP-Za-km-z]{40,}|\{[^{}]*"kty"[^{}]*\}|-----BEGIN[^"]*-----/g)) {
      seed("key", Buffer.from(key.replaceAll("\\n", "\n")));
    }
  }
  const token = bytes.toString("latin1").trim();
  if (/^[\w-]+\.[\w-]+\.[\w-]+(~|$)/.test(token)) seed("jws", bytes);
}

// The official JSON-LD tests, for their odd shapes.
const suite = join(shared, "corpus/w3c-json-ld-api/tests/toRdf");
if (existsSync(suite)) {
  for (const name of readdirSync(suite).filter((name) => name.endsWith(".jsonld"))) {
    seed("jsonld", readFileSync(join(suite, name)));
  }
}

console.log(Object.entries(written).map(([target, count]) => `${target} ${count}`).join(", "), "in", relative(process.cwd(), join(here, "corpus")));
