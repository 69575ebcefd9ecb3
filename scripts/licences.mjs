// Every crate and npm package we use must come under a permissive licence, from the public registries.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const allowed = new Set([
  "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BlueOak-1.0.0", "BSD-1-Clause", "BSD-2-Clause",
  "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "MPL-2.0", "Unicode-3.0", "Unlicense", "Zlib",
  // Data only: the certificate roots and the browser tables.
  "CDLA-Permissive-2.0", "CC-BY-4.0", "Python-2.0",
]);

/** Whether an SPDX expression can be met with allowed licences alone: OR binds weaker than AND. */
function permits(expression) {
  const words = expression.replaceAll("/", " OR ").match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let met = both();
    while (words[at] === "OR") { at += 1; met = both() || met; }
    return met;
  };
  const both = () => {
    let met = one();
    while (words[at] === "AND") { at += 1; met = one() && met; }
    return met;
  };
  const one = () => {
    if (words[at] === "(") {
      at += 1;
      const met = either();
      at += 1;
      return met;
    }
    let name = words[at++];
    if (words[at] === "WITH") { name += ` WITH ${words[at + 1]}`; at += 2; }
    return allowed.has(name) || allowed.has(name?.split(" WITH ")[0]);
  };
  return words.length > 0 && either() && at === words.length;
}

/** Packages whose metadata names no licence, with the one that their own files state. */
const stated = new Map([["node_modules/svg-tags", "MIT"]]);

const faults = [];
const metadata = JSON.parse(
  execFileSync("cargo", ["metadata", "--locked", "--format-version", "1"], { maxBuffer: 1 << 28 }),
);
for (const { name, version, license, source } of metadata.packages) {
  if (source !== null && !source.startsWith("registry+")) faults.push(`${name} ${version} comes from ${source}`);
  if (!permits(license ?? "")) faults.push(`${name} ${version}: ${license ?? "no licence stated"}`);
}

const npm = JSON.parse(readFileSync("ui/package-lock.json", "utf8")).packages;
for (const [path, { version, license, resolved }] of Object.entries(npm)) {
  if (path !== "" && resolved && !resolved.startsWith("https://")) faults.push(`${path} ${version} comes from ${resolved}`);
  if (!permits(license ?? stated.get(path) ?? "")) faults.push(`${path || "ui"} ${version ?? ""}: ${license ?? "no licence stated"}`);
}

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
console.error(`licences: ${metadata.packages.length} crates and ${Object.keys(npm).length} npm packages are permissive`);
