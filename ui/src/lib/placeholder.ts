/** A drawn stand-in for missing art, from the badge's name: the same name always gives the same drawing. */
export interface Placeholder {
  letters: string;
  hue: number;
  corners: number;
}

export function placeholderOf(name: string): Placeholder {
  let hash = 2_166_136_261;
  for (const sign of name) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 16_777_619);
  const seed = hash >>> 0;
  return { letters: initials(name), hue: seed % 360, corners: 5 + ((seed >>> 9) % 4) };
}

/** The first letters of at most two words, as people count letters. */
function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]\S*/gu) ?? [];
  const letters = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  const first = (word: string): string => letters.segment(word)[Symbol.iterator]().next().value?.segment ?? "";
  // Joined letters of cursive scripts would read as a word, so one stands alone.
  const cursive = /\p{Script=Arabic}/u.test(words[0] ?? "");
  return words
    .slice(0, cursive ? 1 : 2)
    .map(first)
    .join("")
    .toLocaleUpperCase();
}
