"use strict";
// Everything that a badge says is put in as text, never as markup.
(() => {
  const began = performance.now();
  const at = (id) => document.getElementById(id);
  let data;

  const CHECKS = {
    structure: "Well formed",
    integrity: "Unchanged since it was signed",
    key_authority: "The issuer’s own key",
    hosted: "The issuer’s own copy",
    issuer: "Issuer",
    dates: "Dates",
    status: "Not revoked",
    recipient: "Recipient",
    schema: "Follows its schema",
    endorsements: "Endorsements",
    image: "Image",
    credentials: "Credentials inside",
  };
  const OUTCOMES = { pass: "Passed", fail: "Failed", unknown: "Not known", not_applicable: "Does not apply" };
  const ROUND = "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1z";
  const MARKS = {
    verified: [
      "M8 .6l1.900 1.400 2.300-.1.700 2.200 1.900 1.400L14.100 7.700l.7 2.200-1.900 1.400-.7 2.200-2.300-.1L8 15l-1.900-1.500-2.300.1-.7-2.200L1.200 9.900l.7-2.200-.7-2.200 1.900-1.400.7-2.200 2.300.1z",
      "M5.200 7.900l2 2 3.700-4",
    ],
    expired: [ROUND, "M8 4.300V8l2.500 1.800"],
    revoked: [ROUND, "M4.500 8h7"],
    invalid: ["M5.100 1h5.800L15 5.100v5.800L10.900 15H5.100L1 10.900V5.100z", "M5.700 5.700l4.600 4.600M10.300 5.700l-4.600 4.600"],
    undecided: [ROUND, "M6.100 6.300a1.900 1.900 0 1 1 2.700 1.800c-.6.3-.8.6-.8 1.200M8 11.500v.05"],
  };
  MARKS.unreadable = MARKS.invalid;

  // --- Texts -------------------------------------------------------------------------------------------------------

  /** `text` without what steers the direction of writing or is not shown at all, and of bounded length. */
  const plain = (text, most = 2000) => {
    const kept = String(text ?? "").replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g, "");
    const signs = Array.from(kept.trim());
    return signs.length > most ? signs.slice(0, most - 1).join("") + "…" : signs.join("");
  };
  const line = (text) => plain(String(text ?? "").replace(/\s+/g, " "), 300);
  /** `text` with its longest words cut in the middle, for reading at a glance. */
  const abridged = (text) => text.replace(/[^\s,;()]{49,}/g, (word) => `${word.slice(0, 28)}…${word.slice(-12)}`);
  const instants = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });
  const days = new Intl.DateTimeFormat("en-GB", { dateStyle: "long" });
  const instant = (text) => instants.format(new Date(text));
  const day = (text) => days.format(new Date(text));

  const element = (name, attributes = {}, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content);
    return made;
  };
  const put = (id, text) => {
    at(id).textContent = text;
  };
  const show = (id, shown) => {
    at(id).hidden = !shown;
  };
  /** An address: a link where it leads to the web, else its text. */
  const address = (url) => {
    const text = plain(url);
    return /^https:\/\//i.test(url) ? element("a", { href: url, rel: "noopener noreferrer", dir: "ltr" }, text) : element("bdi", { class: "mono" }, text);
  };
  const pair = (term, ...value) => [element("dt", {}, term), element("dd", { dir: "auto" }, ...value)];

  // --- The verifier ------------------------------------------------------------------------------------------------

  const bytesOf = (base64) => {
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
    return bytes;
  };

  const compiled = async () => {
    const packed = new Blob([bytesOf(at("verifier").textContent)]);
    const module = await new Response(packed.stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
    return WebAssembly.compile(module);
  };

  /** Judges the badge now. The module is made anew each time, so that nothing of an earlier answer stays. */
  const judge = async (module, trusted) => {
    const { exports } = await WebAssembly.instantiate(module, {});
    const { artifact, credential, address: where, documents } = data;
    const question = { artifact, credential, address: where, documents, now: new Date().toISOString(), trusted_issuers: trusted };
    const asked = new TextEncoder().encode(JSON.stringify(question));
    const room = exports.room(asked.length) >>> 0;
    new Uint8Array(exports.memory.buffer, room, asked.length).set(asked);
    const length = exports.judge() >>> 0;
    const answer = new Uint8Array(exports.memory.buffer, exports.answer() >>> 0, length);
    return JSON.parse(new TextDecoder().decode(answer));
  };

  // --- What the badge says -----------------------------------------------------------------------------------------

  const fact = (term, value) => element("div", {}, ...pair(term, value));

  const showCard = (card, kind) => {
    const name = line(card.name) || "Badge";
    const issuer = line(card.issuer.name) || "Unknown issuer";
    put("name", name);
    put("issuer", issuer);
    document.title = `${name}, issued by ${issuer}`;
    const recipient = line(card.recipient?.name || card.recipient?.identity);
    const facts = [
      ["Awarded to", recipient],
      ["Awarded on", line(card.issued_on?.date)],
      ["Valid until", line(card.expires_on?.date)],
      ["Standard", line(card.standard)],
    ];
    at("facts").replaceChildren(...facts.filter(([, value]) => value !== "").map(([term, value]) => fact(term, value)));
    showDescription(plain(card.description));
    showPicture(card, kind, name);
  };

  const showDescription = (text) => {
    at("description")?.remove();
    if (text !== "") document.querySelector("header").after(element("p", { id: "description", dir: "auto" }, text));
  };

  /** The picture that is part of the badge, in place of the one that was put beside it. */
  const showPicture = (card, kind, name) => {
    const types = { png: "image/png", svg: "image/svg+xml" };
    let source = null;
    if (types[kind] !== undefined) source = URL.createObjectURL(new Blob([bytesOf(data.artifact)], { type: types[kind] }));
    else if (/^data:image\//i.test(card.image ?? "")) source = card.image;
    const old = at("picture");
    if (source === null) {
      if (old.tagName === "IMG") old.alt = `Badge: ${name}`;
      return;
    }
    const image = element("img", { id: "picture", width: "160", height: "160", alt: `Badge: ${name}` });
    image.addEventListener("error", () => image.replaceWith(old), { once: true });
    image.src = source;
    old.replaceWith(image);
  };

  const showNothing = () => {
    put("name", "A badge that cannot be read");
    put("issuer", "nobody who could be confirmed");
    document.title = "A badge that cannot be read";
    at("facts").replaceChildren();
    at("picture").replaceWith(element("span", { id: "picture", "aria-hidden": "true" }, "?"));
    showDescription("");
  };

  // --- What was found ----------------------------------------------------------------------------------------------

  const showVerdict = (verdict, headline, because) => {
    const [body, sign] = MARKS[verdict];
    at("body").setAttribute("d", body);
    at("sign").setAttribute("d", sign);
    at("verdict").className = `verdict ${verdict}`;
    put("headline", plain(headline, 400));
    put("because", plain(because));
  };

  const documentItem = (document) => [
    address(document.url),
    element("span", { class: "soft" }, `Fetched ${instant(document.fetched_at)}`),
    element("span", { class: "soft mono" }, `SHA-256 ${document.sha256}`),
  ];

  const checkItem = (check) => {
    const terms = [];
    const detail = plain(check.detail);
    if (abridged(detail) !== detail) terms.push(...pair("In full", detail));
    for (const contrast of check.contrasts) {
      if (contrast.place !== "") terms.push(...pair("At", plain(contrast.place)));
      terms.push(...pair("Expected", plain(contrast.expected)), ...pair("Found", plain(contrast.found)));
    }
    if (check.would_decide !== null) terms.push(...pair("Would decide it", plain(check.would_decide)));
    for (const document of check.documents) terms.push(...pair("Stood on", ...documentItem(document)));
    terms.push(...pair("Code", element("bdi", { class: "mono" }, check.code)));
    return element(
      "li",
      { class: check.outcome, "data-check": check.check, "data-outcome": check.outcome },
      element(
        "details",
        {},
        element(
          "summary",
          {},
          element("span", { class: "what" }, element("span", { class: "title" }, CHECKS[check.check] ?? check.check), element("span", { class: "soft", dir: "auto" }, abridged(plain(check.detail, 600)))),
          element("span", { class: "word" }, OUTCOMES[check.outcome] ?? check.outcome),
        ),
        element("div", { class: "more" }, element("p", { class: "soft" }, check.asks), element("dl", {}, ...terms)),
      ),
    );
  };

  /** Those that apply, in the order of the report; then one line for the others. */
  const checkList = (report) => {
    const applies = (check) => check.outcome !== "not_applicable";
    const items = report.checks.filter(applies).map(checkItem);
    const idle = report.checks.filter((check) => !applies(check));
    if (idle.length > 0) {
      const names = idle.map((check) => CHECKS[check.check] ?? check.check).join(", ");
      const terms = idle.flatMap((check) => pair(CHECKS[check.check] ?? check.check, plain(check.detail, 600)));
      const summary = element("summary", {}, element("span", { class: "what soft" }, `Does not apply here: ${names}`));
      items.push(element("li", {}, element("details", {}, summary, element("div", { class: "more" }, element("dl", {}, ...terms)))));
    }
    return items;
  };

  const treeItem = (inner) => {
    const found = inner.report === null ? `Could not be read: ${plain(inner.unread?.detail)}` : inner.report.headline;
    const issuer = line(inner.card?.issuer.name);
    const item = element(
      "li",
      {},
      element("span", { class: "title", dir: "auto" }, line(inner.name)),
      element("span", { class: "soft", dir: "auto" }, issuer === "" ? "" : `, by ${issuer}`),
      element("p", { dir: "auto" }, plain(found, 400)),
    );
    if (inner.report !== null) {
      item.append(element("details", {}, element("summary", {}, "Its checks"), element("ul", { class: "checks" }, ...checkList(inner.report))));
      if (inner.report.embedded.length > 0) item.append(element("ul", { class: "tree" }, ...inner.report.embedded.map(treeItem)));
    }
    return item;
  };

  /** Every document that a check of the report, or of one inside it, stood on; keys that are their own document are none. */
  const documentsOf = (report, found = new Map()) => {
    for (const check of report.checks) {
      for (const document of check.documents) if (!document.url.startsWith("did:")) found.set(document.url + document.sha256, document);
    }
    for (const inner of report.embedded) if (inner.report !== null) documentsOf(inner.report, found);
    return [...found.values()];
  };

  const showSources = (report) => {
    const documents = documentsOf(report);
    const dates = documents.map((document) => document.fetched_at).sort();
    const since = dates.length > 0 && day(dates[0]) !== day(dates.at(-1)) ? `between ${day(dates[0])} and ${day(dates.at(-1))}` : dates.length > 0 ? `on ${day(dates[0])}` : "";
    const one = documents.length === 1;
    put(
      "rests",
      documents.length === 0
        ? "This was judged by the badge alone, without any document of the issuer’s."
        : `This rests on ${one ? "a document" : `${documents.length} documents`} of the issuer’s that came with this page, fetched ${since}. Whoever made the page chose ${one ? "it" : "them"}; the issuer was not asked now.`,
    );
    show("sources", documents.length > 0);
    put("sources-lead", `${one ? "It" : "They"} came with this page. To see whether ${one ? "it is" : "they are"} still the same, open ${one ? "the address" : "each address"} yourself.`);
    at("documents").replaceChildren(...documents.map((document) => element("li", {}, ...documentItem(document))));
  };

  const showReport = ({ report, notes }) => {
    showVerdict(report.verdict, report.headline, report.because);
    put("asof", `Judged for ${instant(report.as_of)}, by the clock of this device.`);
    showSources(report);
    show("checks", true);
    at("list").replaceChildren(...checkList(report));
    const warnings = [...notes, ...report.warnings];
    show("warnings", warnings.length > 0);
    at("warnings").replaceChildren(...warnings.map((warning) => element("li", { dir: "auto" }, plain(warning.detail))));
    show("missing", report.missing.length > 0);
    at("urls").replaceChildren(...report.missing.map((url) => element("li", {}, address(url))));
    show("inside", report.embedded.length > 0);
    at("tree").replaceChildren(...report.embedded.map(treeItem));
  };

  /** Whether an issuer that the visitor knows would make a difference: nothing else that decides is open. */
  const asks = ({ report, card }) => {
    const beside = ["recipient", "schema", "endorsements", "image"];
    const open = report.checks.filter((check) => check.outcome === "unknown" && !beside.includes(check.check));
    const unknown = open.some((check) => check.code === "issuer.unknown");
    return Boolean(card.issuer.id) && unknown && open.every((check) => ["issuer", "credentials"].includes(check.check));
  };

  const showAnswer = (answer, trusted) => {
    const { judged, unreadable } = answer;
    put("report", JSON.stringify(answer, null, 2));
    show("json", true);
    show("save-line", true);
    show("known", trusted.length > 0);
    put("known-id", plain(trusted[0]));
    if (judged === undefined) {
      showNothing();
      showVerdict("unreadable", "This badge cannot be read", `${plain(unreadable.detail)}. It was changed or cut after it was made, or it never was a badge.`);
      return "unreadable";
    }
    showCard(judged.card, judged.kind);
    showReport(judged);
    show("ask", trusted.length === 0 && judged.report.verdict === "undecided" && asks(judged));
    put("issuer-id", plain(judged.card.issuer.id));
    at("know").value = judged.card.issuer.id ?? "";
    return judged.report.verdict;
  };

  const save = () => {
    const url = URL.createObjectURL(new Blob([bytesOf(data.artifact)], { type: data.file.media_type }));
    element("a", { href: url, download: data.file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };

  const failed = (error) => {
    showVerdict("undecided", "Not verified: the verifier in this page did not run", `It needs a browser of 2023 or later, and a page that nobody has damaged. Nothing above has been checked. (${plain(error, 300)})`);
    document.documentElement.dataset.verdict = "none";
  };

  const start = async () => {
    put("headline", "Verifying…");
    put("because", "");
    data = JSON.parse(at("data").textContent);
    at("save").addEventListener("click", save);
    put("save-note", line(data.file.name));
    const module = await compiled();
    const run = async (trusted) => {
      const verdict = showAnswer(await judge(module, trusted), trusted);
      document.documentElement.dataset.verdict = verdict;
    };
    at("know").addEventListener("click", () => {
      run([at("know").value]).then(() => at("unknow").focus(), failed);
    });
    at("unknow").addEventListener("click", () => {
      run([]).then(() => at("know").focus(), failed);
    });
    await run([]);
    document.documentElement.dataset.milliseconds = String(Math.round(performance.now() - began));
  };
  start().catch(failed);
})();
