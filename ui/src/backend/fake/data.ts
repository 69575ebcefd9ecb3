/** Made-up badges: realistic ones for looking at, and hostile or extreme ones for trying the window. */
import type { BadgeCard, BadgeDetail, BadgeSummary, CheckView, ReportView } from "../types.ts";
import { makeKind } from "./kinds.ts";
import { drawArt } from "./art.ts";

/** What kind of wallet to make up. */
export type Scenario = "usual" | "empty" | "names" | "hostile" | "rtl" | "kinds";

interface Issuer {
  name: string;
  host: string;
  linkedin: string | null;
}

interface Achievement {
  name: string;
  issuer: number;
  art: [number, number, number] | null;
  about: string;
  tags: string[];
}

const ISSUERS: Issuer[] = [
  { name: "Nordhaven University", host: "nordhaven.example", linkedin: "18234" },
  { name: "Open Systems Academy", host: "opensystems.example", linkedin: null },
  { name: "Institute for Marine Ecology", host: "marine-ecology.example", linkedin: "99120" },
  { name: "Atlas School of Design", host: "atlas.example", linkedin: null },
  { name: "Red Lantern First Aid", host: "redlantern.example", linkedin: null },
  { name: "Fieldnotes Collective", host: "fieldnotes.example", linkedin: null },
  { name: "Kestrel Cloud", host: "kestrel.example", linkedin: "40551" },
  { name: "City Library of Aldermoor", host: "library.aldermoor.example", linkedin: null },
];

const ACHIEVEMENTS: Achievement[] = [
  { name: "Marine Field Researcher", issuer: 2, art: [6, 6, 6], about: "Planned and carried out a season of **coastal sampling**, from the tide tables to the published data set.", tags: ["ecology", "fieldwork", "data"] },
  { name: "Rust Practitioner", issuer: 1, art: [0, 3, 2], about: "Writes dependable systems software in Rust, with ownership, error handling and concurrency understood.", tags: ["rust", "systems programming"] },
  { name: "Typography Foundations", issuer: 3, art: [3, 7, 4], about: "Sets text that is a pleasure to read.", tags: ["design", "typography"] },
  { name: "Mountain Weather", issuer: 5, art: [2, 0, 0], about: "Reads the sky, the chart and the terrain together.", tags: ["safety", "meteorology"] },
  { name: "Cloud Architect, Associate", issuer: 6, art: [4, 4, 9], about: "Designs services that stay up.", tags: ["cloud", "architecture"] },
  { name: "First Aid at Work", issuer: 4, art: [1, 3, 12], about: "Three days of training with assessment by practical examination.", tags: ["first aid", "health"] },
  { name: "Research Data Steward", issuer: 0, art: [0, 2, 14], about: "Makes research data findable, accessible, interoperable and reusable.", tags: ["data", "research"] },
  { name: "Quantum Computing, an Introduction", issuer: 0, art: [4, 1, 3], about: "Qubits, gates and the algorithms that made people look up.", tags: ["physics", "computing"] },
  { name: "Community Choir Leader", issuer: 7, art: [3, 5, 11], about: "Led an open choir through a year of weekly rehearsals and four concerts.", tags: ["music", "community"] },
  { name: "Woodland Guide", issuer: 5, art: [6, 2, 13], about: "Leads groups through old forest, leaving nothing behind.", tags: ["nature", "guiding"] },
  { name: "Applied Cryptography", issuer: 1, art: [2, 8, 15], about: "Chooses the right primitive, and knows when not to write one.", tags: ["cryptography", "security"] },
  { name: "Laboratory Safety, Level 2", issuer: 0, art: [5, 6, 8], about: "Works safely with common solvents, gases and cryogens.", tags: ["safety", "chemistry"] },
  { name: "Volunteer of the Year", issuer: 7, art: [1, 5, 7], about: "For three hundred hours at the reading desk.", tags: ["community"] },
  { name: "Orienteering Navigator", issuer: 5, art: [3, 3, 5], about: "Finds the way by map and compass alone, at night and in fog.", tags: ["navigation"] },
  { name: "Launch Engineer", issuer: 6, art: [1, 4, 10], about: "Took a service from a sketch to its first thousand users.", tags: ["engineering"] },
  { name: "Botanical Illustration", issuer: 3, art: [6, 7, 1], about: "Draws what is there.", tags: ["drawing", "botany"] },
];

const VERDICTS = ["verified", "verified", "verified", "verified", "undecided", "verified", "verified", "expired", "verified", "verified", "verified", "invalid", "verified", "revoked"];

const HEADLINES: Record<string, string> = {
  verified: "Verified",
  undecided: "Self-asserted key: the issuer’s document was not seen",
  expired: "Expired on 2026-06-30",
  revoked: "Revoked by the issuer: issued in error",
  invalid: "Changed after it was signed",
};

const LONG_NAMES = [
  "Zertifikat über die erfolgreiche Teilnahme an der Weiterbildungsmaßnahme „Nachhaltigkeitsberichterstattung und Lieferkettensorgfaltspflichtengesetz“",
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  "An Introductory Yet Comprehensive Course on the History, Theory, Practice and Future of Interlibrary Loan in Small and Very Small Rural Communities, with Particular Regard to Bicycle Couriers",
  "A",
  "資料管理士（研究データ）中級",
  "🏔️ Everest",
];

const HOSTILE_NAMES = [
  "<script>alert('name')</script>",
  '"><img src=x onerror=window.__pwned=1>',
  "<svg onload=window.__pwned=1>",
  "{@html '<b>bold</b>'} ${1+1} {{7*7}}",
  "javascript:window.__pwned=1",
  "Invoice \u202Egnp.exe",
];

const RTL_NAMES = ["عالم بيانات البحث", "מדריך טיולי יער", "الإسعافات الأولية في العمل", "שומר הים", "مهندس البرمجيات Rust 2026", "טיפוגרפיה"];
const RTL_ISSUERS = ["جامعة الساحل", "המכון לאקולוגיה ימית"];

export interface Made {
  summary: BadgeSummary;
  detail: () => BadgeDetail;
  text: string;
  art: string | null;
}

/** Badge number `id` (from 1) of a scenario. The same number is always the same badge. */
export function makeBadge(id: number, scenario: Scenario): Made {
  if (scenario === "kinds") return makeKind(id);
  const index = id - 1;
  const achievement = ACHIEVEMENTS[index % ACHIEVEMENTS.length] as Achievement;
  const issuer = ISSUERS[achievement.issuer] as Issuer;
  const round = Math.floor(index / ACHIEVEMENTS.length);
  const names = scenario === "names" ? LONG_NAMES : scenario === "hostile" ? HOSTILE_NAMES : scenario === "rtl" ? RTL_NAMES : null;
  const name = names?.[index % names.length] ?? (round === 0 ? achievement.name : `${achievement.name} ${round + 1}`);
  const issuerName =
    scenario === "names" && index % 2 === 0
      ? "Bundesvereinigung der Fortbildungseinrichtungen für Rechtskunde und Verwaltung in Mitteleuropa e. V."
      : scenario === "hostile"
        ? "<b onmouseover=window.__pwned=1>Issuer</b>"
        : scenario === "rtl"
          ? (RTL_ISSUERS[index % 2] ?? "")
          : issuer.name;
  const verdict = VERDICTS[index % VERDICTS.length] as string;
  const expires = verdict === "expired" ? "2026-06-30" : index % 5 === 0 ? "2028-05-31" : null;
  const issued = day(2026 - (index % 6), (index * 7) % 12, ((index * 11) % 27) + 1);
  const plain = names !== null && index % 3 === 2;
  const art = achievement.art === null || plain ? null : drawArt(achievement.art[0] + round, achievement.art[1] + round * 2, achievement.art[2]);
  const summary: BadgeSummary = {
    id,
    name,
    issuer: issuerName,
    issued_on: issued,
    expires_on: expires,
    verdict,
    headline: HEADLINES[verdict] ?? verdict,
    art: art === null ? null : `fake-${id}`,
    added_at: new Date(Date.UTC(2026, 10, 20, 9) - index * 3_600_000).toISOString(),
  };
  const text = [name, issuerName, achievement.about, ...achievement.tags].join(" ").toLowerCase();
  return { summary, art, text, detail: () => detail(summary, achievement, issuer, scenario) };
}

export const NO_ACHIEVEMENT: BadgeCard["achievement"] = {
  id: null,
  kind: null,
  creator: null,
  credits_available: null,
  field_of_study: null,
  specialization: null,
  code: null,
  language: null,
  version: null,
  identifiers: [],
  related: [],
  possible_results: [],
};
export const NO_AWARD: BadgeCard["award"] = {
  awarded_on: null,
  activity_start: null,
  activity_end: null,
  credits_earned: null,
  license_number: null,
  role: null,
  term: null,
  source: null,
  results: [],
};

function day(year: number, month: number, date: number): string {
  return new Date(Date.UTC(year, month, date)).toISOString().slice(0, 10);
}

function moment(date: string | null) {
  return date === null ? null : { text: `${date}T12:00:00Z`, instant: `${date}T12:00:00Z`, date };
}

function detail(summary: BadgeSummary, achievement: Achievement, issuer: Issuer, scenario: Scenario): BadgeDetail {
  const hostile = scenario === "hostile";
  const card: BadgeCard = {
    credential_id: `urn:uuid:6f1c2b0e-0000-4000-8000-${String(summary.id).padStart(12, "0")}`,
    standard: summary.id % 4 === 0 ? "Open Badges 2.0" : "Open Badges 3.0",
    name: summary.name,
    description: hostile ? "<img src=x onerror=window.__pwned=1> [click](javascript:window.__pwned=1)" : achievement.about,
    criteria: {
      url: `https://${issuer.host}/criteria/${summary.id}`,
      narrative: hostile
        ? "<iframe src=https://evil.example></iframe>\n\n[a link](https://evil.example/\"onclick=\"x) and ![](https://evil.example/track.png)"
        : "To earn this badge, the learner\n\n- completed **all six** modules of the course\n- handed in a *project of their own*, reviewed by two peers\n- passed the oral examination\n\nThe full rules are on [the course page](https://nordhaven.example/rules).",
    },
    issuer: {
      id: summary.id % 3 === 0 ? "did:web:" + issuer.host : `https://${issuer.host}/issuer`,
      name: summary.issuer,
      url: `https://${issuer.host}`,
      email: `badges@${issuer.host}`,
      image: null,
      linkedin_organization_id: issuer.linkedin,
      phone: null,
      description: null,
      address: null,
      identifiers: [],
      parent: null,
      official: null,
    },
    recipient: { identity: "mailto:robin@example.org", name: "Robin Hale", hashed: false, identifiers: [] },
    issued_on: moment(summary.issued_on),
    expires_on: moment(summary.expires_on),
    image: null,
    evidence: [
      { url: `https://${issuer.host}/evidence/${summary.id}`, name: "Final project", narrative: "A season of samples from eleven sites, with the scripts that turned them into charts.", genre: null, audience: null },
      { url: null, name: null, narrative: "Oral examination, 40 minutes.", genre: null, audience: null },
    ],
    alignments: [
      { name: "Environmental data analysis", url: "https://skills.example/esco/environmental-data", framework: "ESCO", code: "S2.7.1", description: null, kind: null },
      { name: "Scientific writing", url: null, framework: "ESCO", code: "S1.13", description: null, kind: null },
    ],
    tags: achievement.tags,
    narrative: summary.id % 2 === 1 ? "Robin’s work stood out for the care with which doubtful readings were marked, not hidden." : null,
    public_url: summary.id % 4 === 3 ? null : `https://${issuer.host}/assertions/${summary.id}`,
    types: ["OpenBadgeCredential"],
    achievement: {
      id: `https://${issuer.host}/achievements/${summary.id}`,
      kind: "Course",
      creator: null,
      credits_available: null,
      field_of_study: null,
      specialization: null,
      code: null,
      language: null,
      version: null,
      identifiers: [],
      related: [],
      possible_results: [],
    },
    award: {
      awarded_on: null,
      activity_start: null,
      activity_end: null,
      credits_earned: null,
      license_number: null,
      role: null,
      term: null,
      source: null,
      results: [],
    },
    record: null,
    endorsement: null,
    claims: [],
    embedded: [],
  };
  const report = makeReport(summary.verdict, issuer.host, "2026-11-23T09:41:00Z");
  const credential = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    id: card.credential_id,
    type: ["VerifiableCredential", "OpenBadgeCredential"],
    name: card.name,
    issuer: { id: card.issuer.id, type: ["Profile"], name: card.issuer.name, url: card.issuer.url },
    validFrom: card.issued_on?.text,
    credentialSubject: {
      type: ["AchievementSubject"],
      achievement: { id: `https://${issuer.host}/achievements/${summary.id}`, type: ["Achievement"], name: card.name, description: card.description, criteria: { narrative: card.criteria?.narrative } },
    },
    proof: {
      type: "DataIntegrityProof",
      cryptosuite: "eddsa-rdfc-2022",
      verificationMethod: `https://${issuer.host}/issuer#key-1`,
      proofPurpose: "assertionMethod",
      proofValue: "z3Zbkxq8dT6kJgYcQhB1v2rYwMExampleExampleExampleExampleExampleExample",
    },
  };
  return {
    summary,
    card,
    credential_kind: "badge",
    report,
    history:
      summary.verdict === "undecided"
        ? []
        : [
            { as_of: "2026-10-02T16:20:00Z", verdict: "verified", headline: "Verified" },
            { as_of: "2026-08-14T07:05:00Z", verdict: "undecided", headline: "Not confirmed: the issuer’s site did not answer" },
          ],
    versions: summary.id % 4 === 2 ? [{ sha256: "9f2c".repeat(16), how: "earlier", since: "2026-11-02T10:00:00Z" }] : [],
    artifacts: [
      { sha256: "9f2b61c07d5e4a8899aabbccddeeff00112233445566778899aabbccddeeff00", kind: "png", size: 48_213, source: `${summary.name.slice(0, 40)}.png`, added_at: summary.added_at, recipient_hint: null },
    ],
    credential_text: JSON.stringify(credential, null, 2),
  };
}

const ASKS: Record<string, string> = {
  structure: "Has it the form that its standard asks for?",
  integrity: "Does a signature hold over all of it, so that nothing was changed since?",
  key_authority: "Does the issuer itself say that it signs with this key?",
  hosted: "Does the issuer serve the same badge at its own address?",
  issuer: "Who vouches for the issuer, beyond its own claim?",
  dates: "Is it in force at the instant it is judged for?",
  status: "Has the issuer taken it back?",
  recipient: "Was it awarded to you?",
  schema: "Does it follow the schemas that it names?",
  endorsements: "Does what others have signed about it hold?",
  image: "Are its pictures pictures, and does a baked one carry this badge?",
  credentials: "Does each credential inside it hold by itself?",
};

/** One check. */
export function makeCheck(name: string, outcome: string, code: string, detail: string, more: Partial<CheckView> = {}): CheckView {
  return { check: name, asks: ASKS[name] ?? "", outcome, code, detail, contrasts: [], would_decide: null, documents: [], ...more };
}

const BECAUSE: Record<string, string> = {
  verified: "It is verified because what decides was checked and holds: its form, its signature, its key, its dates and its status.",
  undecided: "It is undecided because nothing failed, but this decides and is open: its key and its status.",
  expired: "It has expired because this failed: its dates.",
  revoked: "It was taken back because this failed: its status.",
  invalid: "It is invalid because this failed: its signature.",
};

/** A report with the given verdict, and the checks that lead to it. */
export function makeReport(verdict: string, host: string, asOf: string): ReportView {
  const documents = [{ url: `https://${host}/issuer`, sha256: "4b1f0c9d2e3a4455667788990011aabbccddeeff00112233445566778899aabb", fetched_at: asOf }];
  const check = makeCheck;
  const unseen = verdict === "undecided";
  return {
    verdict,
    headline: HEADLINES[verdict] ?? verdict,
    because: BECAUSE[verdict] ?? "",
    as_of: asOf,
    embedded: [],
    checks: [
      check("structure", "pass", "structure.ok", "It is a complete Open Badges 3.0 credential."),
      verdict === "invalid"
        ? check("integrity", "fail", "integrity.signature-mismatch", "The text is not the text that was signed: it was changed afterwards.", {
            contrasts: [{ place: "", expected: "a signature over this very text", found: "one that does not fit" }],
          })
        : check("integrity", "pass", "integrity.ok", "Nothing in it was changed since it was signed (eddsa-rdfc-2022)."),
      unseen
        ? check("key_authority", "unknown", "key-authority.document-missing", "The key speaks for itself only: the issuer’s own document has not been seen.", {
            would_decide: `The issuer's document at https://${host}/issuer, if it lists the key.`,
          })
        : check("key_authority", "pass", "key-authority.ok", "The issuer’s own document names this key for signing.", { documents }),
      check("hosted", "not_applicable", "hosted.not-applicable", "This kind of badge needs no hosted copy."),
      check("issuer", "unknown", "issuer.not-known", "You have not said that you know this issuer."),
      verdict === "expired"
        ? check("dates", "fail", "dates.expired", "It was valid until 30 June 2026.")
        : check("dates", "pass", "dates.ok", "It is valid now and has no date of expiry."),
      verdict === "revoked"
        ? check("status", "fail", "status.revoked", "The issuer’s status list says that it was revoked: issued in error.", { documents })
        : check("status", unseen ? "unknown" : "pass", unseen ? "status.document-missing" : "status.ok", unseen ? "The issuer’s status list has not been seen." : "The issuer’s status list does not name it.", { documents: unseen ? [] : documents }),
      check("recipient", "unknown", "recipient.no-identity", "You have not said which identities are yours."),
      check("schema", "not_applicable", "schema.none", "It names no schema of its own."),
      check("endorsements", "not_applicable", "endorsements.none", "It carries no endorsements."),
      check("image", "not_applicable", "image.none", "It carries no picture to look at."),
      check("credentials", "not_applicable", "credentials.none", "It holds no other credentials."),
    ],
    warnings: verdict === "verified" ? [] : [{ code: "warning.image-missing", detail: "The credential names no picture of its own." }],
    missing: unseen ? [`https://${host}/issuer`, `https://${host}/status/3`] : [],
  };
}
