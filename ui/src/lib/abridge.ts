/** The longest run of letters that stays whole in a sentence. */
const LONGEST = 40;

function cut(run: string): string {
  return run.length > LONGEST ? `${run.slice(0, 20)}…${run.slice(-6)}` : run;
}

/**
 * A sentence with its long ids (`did:key:…`, digests) cut in the middle, so that the sentence can be read. Web addresses
 * stay whole: their host is what matters. Whoever shows this shows the whole text too, where one looks closer.
 */
export function abridge(sentence: string): string {
  return sentence.replace(/\S+/gu, (word) => (word.includes("://") ? word : word.replace(/[\w:#%=~-]+/gu, cut)));
}
