// Validates a JSON Resume by the schema that its makers publish: node tests/json-resume.mjs FILE
import { readFileSync } from "node:fs";
import schema from "@jsonresume/schema";

schema.validate(JSON.parse(readFileSync(process.argv[2], "utf8")), (errors) => {
  if (!errors) return;
  console.error(errors.map((error) => error.stack ?? String(error)).join("\n"));
  process.exitCode = 1;
});
