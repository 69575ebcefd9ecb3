/** Numbers, plurals and dates in the language of the messages. */

/** Sentences by plural category; `other` always exists. */
export type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** Makes a thing when it is first wanted: what the wall needs none of must not keep it waiting. */
function later<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

/** Formatting in one language. */
export function formats(locale: string) {
  const rules = later(() => new Intl.PluralRules(locale));
  const numbers = later(() => new Intl.NumberFormat(locale));
  const shares = later(() => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 }));
  const days = later(() => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }));
  const months = later(() => new Intl.DateTimeFormat(locale, { month: "short", year: "numeric", timeZone: "UTC" }));
  const instants = later(() => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }));
  const lists = later(() => new Intl.ListFormat(locale, { style: "long", type: "conjunction" }));
  const ages = later(() => new Intl.RelativeTimeFormat(locale, { numeric: "always" }));
  const moments = later(() => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
  const sizes = later(() =>
    ["byte", "kilobyte", "megabyte", "gigabyte"].map(
      (unit) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }),
    ),
  );
  const number = (value: number): string => numbers().format(value);
  return {
    number,
    percent: (share: number): string => shares().format(share),
    list: (items: string[]): string => lists().format(items),
    /** The sentence for `count`, with `#` in it as the number. */
    plural: (count: number, forms: Forms): string =>
      (forms[rules().select(count)] ?? forms.other).replaceAll("#", number(count)),
    /** A calendar date `YYYY-MM-DD` or month `YYYY-MM`, which has no time zone; other text stays as it is. */
    day: (date: string): string => {
      const instant = /^\d{4}-\d{2}(-\d{2})?$/.test(date) ? Date.parse(date) : Number.NaN;
      if (Number.isNaN(instant)) return date;
      return (date.length > 7 ? days() : months()).format(instant);
    },
    /** An instant (RFC 3339) on the reader's own clock; other text stays as it is. */
    instant: (text: string): string => {
      const instant = Date.parse(text);
      return Number.isNaN(instant) ? text : instants().format(instant);
    },
    /** How long ago an instant (RFC 3339) was, in its largest whole unit; other text stays as it is. */
    ago: (text: string, now: number = Date.now()): string => {
      const seconds = Math.round((Date.parse(text) - now) / 1000);
      if (Number.isNaN(seconds)) return text;
      if (seconds === 0) return moments().format(0, "second");
      const units = [
        ["day", 86_400],
        ["hour", 3_600],
        ["minute", 60],
      ] as const;
      const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? (["second", 1] as const);
      return ages().format(Math.trunc(seconds / length), unit);
    },
    bytes: (size: number): string => {
      const step = Math.min(sizes().length - 1, size < 1 ? 0 : Math.floor(Math.log10(size) / 3));
      return sizes()[step]?.format(size / 1000 ** step) ?? number(size);
    },
  };
}
