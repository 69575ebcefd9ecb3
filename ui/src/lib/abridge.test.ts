import { expect, it } from "vitest";

import { abridge } from "./abridge.ts";

it("cuts long ids in the middle and leaves the sentence", () => {
  const id = "did:key:z6MkgjXG1X1Px9pBFTiLxmHxU99sAYRCWNMbxeTBmBcK5f3s";
  expect(abridge(`The issuer ${id} is known (key ${id}#${id.slice(8)}).`)).toBe(
    "The issuer did:key:z6MkgjXG1X1P…cK5f3s is known (key did:key:z6MkgjXG1X1P…cK5f3s).",
  );
});

it("leaves words and web addresses whole", () => {
  const sentence = "The issuer serves this badge at https://issuer.example/assertions/of-somebody-with-a-name-that-does-not-end-soon.";
  expect(abridge(sentence)).toBe(sentence);
});
