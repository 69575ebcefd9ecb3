// How long npm @digitalbazaar/vc takes to verify the badges of a task (crates/openbadges/benches/verify.rs writes it).
import { readFileSync } from "node:fs";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";

const SECONDS = 3;
const task = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { version } = JSON.parse(readFileSync(new URL("node_modules/@digitalbazaar/vc/package.json", import.meta.url)));
console.log(`npm @digitalbazaar/vc ${version} (Node ${process.versions.node})`);

/** A `did:key` of Ed25519 is its own document. */
function keyDocument(url) {
  const [id, multibase = id.slice("did:key:".length)] = url.split("#");
  const key = { id: `${id}#${multibase}`, type: "Multikey", controller: id, publicKeyMultibase: multibase };
  const context = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"];
  if (url.includes("#")) return { "@context": context[1], ...key };
  return { "@context": context, id, verificationMethod: [key], assertionMethod: [key.id] };
}

async function documentLoader(url) {
  const document = url.startsWith("did:key:") ? keyDocument(url) : task.contexts[url];
  if (!document) throw new Error(`${url} is not at hand`);
  return { contextUrl: null, documentUrl: url, document };
}

const suite = new DataIntegrityProof({ cryptosuite });
const verify = (credential) => vc.verifyCredential({ credential, suite, documentLoader, now: new Date(task.now) });

for (const { name, text, token } of task.badges) {
  if (token || name.includes("learner record")) continue;
  const first = await verify(JSON.parse(text));
  if (!first.verified) {
    const problem = first.error?.errors?.[0]?.message ?? String(first.error);
    console.log(JSON.stringify({ name, problem }));
    continue;
  }
  for (let run = 0; run < 50; run += 1) await verify(JSON.parse(text));
  const times = [];
  const begun = process.hrtime.bigint();
  while (Number(process.hrtime.bigint() - begun) < SECONDS * 1e9) {
    const start = process.hrtime.bigint();
    await verify(JSON.parse(text));
    times.push(Number(process.hrtime.bigint() - start));
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ name, nanoseconds: times[Math.floor(times.length / 10)] }));
}
