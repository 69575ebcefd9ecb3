// A second opinion: canonical N-Quads by jsonld.js in safe mode.
//
// Takes the folder of published contexts as its argument and a document a line on standard input; writes a line
// for each: {"nquads": "..."} or {"refused": "..."}. It never touches the network.
const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const jsonld = require('jsonld');

const folder = process.argv[2];
const texts = new Map();
for (const line of fs.readFileSync(path.join(folder, 'index.jsonl'), 'utf8').split('\n').filter(Boolean)) {
  const entry = JSON.parse(line);
  if (entry.kind !== 'context') continue;
  for (const url of entry.urls) texts.set(url, path.join(folder, entry.file));
}

async function documentLoader(url) {
  if (!texts.has(url)) throw new Error(`unknown context ${url}`);
  return { contextUrl: null, documentUrl: url, document: JSON.parse(fs.readFileSync(texts.get(url), 'utf8')) };
}

async function answer(line) {
  try {
    const options = { algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, documentLoader };
    return { nquads: await jsonld.canonize(JSON.parse(line), options) };
  } catch (error) {
    const detail = error.details?.event?.message ?? error.details?.code ?? error.details?.cause?.message ?? '';
    return { refused: `${error.message} ${detail}`.trim() };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line) console.log(JSON.stringify(await answer(line)));
  }
})();
